"""Weeks that doctors offer and take back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from relais.core.models import AuditEntry
from relais.rota import services
from relais.rota.models import Offer
from relais.rota.states import MissionState, OfferSource
from tests import factories
from tests.factories import MONDAY, NOW, monday

pytestmark = pytest.mark.django_db
ACT = {"by": factories.by(), "now": NOW}


def test_offering_keeps_new_weeks_once_and_says_so() -> None:
    doctor = factories.doctor()
    factories.offer(doctor, monday=monday(1))
    done = services.offer_weeks(
        doctor, mondays=[monday(2), MONDAY, monday(1)], source=OfferSource.DOCTOR, **ACT
    )
    assert (done.changed, done.unchanged) == ((MONDAY, monday(2)), (monday(1),))
    assert Offer.objects.filter(doctor=doctor).count() == 3
    assert AuditEntry.objects.get().details == {
        "mondays": [MONDAY.isoformat(), monday(2).isoformat()],
        "source": "doctor",
    }


def test_a_doctor_does_not_offer_a_week_that_has_begun_the_team_may_note_it() -> None:
    doctor = factories.doctor()
    begun = date(2027, 1, 4)
    with pytest.raises(services.PastWeekRefusal) as refusal:
        services.offer_weeks(doctor, mondays=[begun], source=OfferSource.DOCTOR, **ACT)
    assert "à partir du lundi 11\u00a0janvier." in refusal.value.sentence
    services.offer_weeks(doctor, mondays=[begun], source=OfferSource.TEAM, **ACT)
    assert Offer.objects.get().monday == begun


def test_only_mondays_are_weeks() -> None:
    with pytest.raises(ValueError, match="not a Monday"):
        services.offer_weeks(
            factories.doctor(),
            mondays=[MONDAY + timedelta(days=1)],
            source=OfferSource.DOCTOR,
            **ACT,
        )


def test_a_week_is_taken_back_unless_it_is_promised() -> None:
    doctor = factories.doctor()
    for weeks in range(4):
        factories.offer(doctor, monday=monday(weeks))
    mission = factories.mission(doctor, monday=monday(1))
    factories.standby(doctor, monday=monday(2))
    for promised in (monday(1), monday(2)):
        with pytest.raises(services.WeekPromisedRefusal):
            services.withdraw_weeks(doctor, mondays=[MONDAY, promised], **ACT)
    assert Offer.objects.count() == 4
    done = services.withdraw_weeks(doctor, mondays=[MONDAY, monday(9)], **ACT)
    assert (done.changed, done.unchanged) == ((MONDAY,), (monday(9),))
    mission.state = MissionState.DECLINED
    mission.save()
    services.withdraw_weeks(doctor, mondays=[monday(1)], **ACT)
    assert sorted(Offer.objects.values_list("monday", flat=True)) == [monday(2), monday(3)]


@pytest.mark.parametrize(
    ("now", "begun"),
    [
        (datetime(2027, 1, 10, 22, 59, tzinfo=UTC), False),  # Sunday 23:59 in Paris, in winter
        (datetime(2027, 1, 10, 23, 0, tzinfo=UTC), True),  # Monday 0:00 in Paris
        (datetime(2027, 3, 28, 21, 59, tzinfo=UTC), False),  # the night after the clocks changed
        (datetime(2027, 3, 28, 22, 0, tzinfo=UTC), True),
        (datetime(2027, 1, 3, 23, 0, tzinfo=UTC), True),  # after the 53rd week of 2026
    ],
)
def test_a_week_begins_at_midnight_in_paris(now: datetime, begun: bool) -> None:
    week = date.fromisoformat(f"{now:%Y-%m-%d}") + timedelta(days=1)
    offer = {"mondays": [week], "source": OfferSource.DOCTOR, "by": factories.by(), "now": now}
    if begun:
        with pytest.raises(services.PastWeekRefusal):
            services.offer_weeks(factories.doctor(), **offer)
    else:
        assert services.offer_weeks(factories.doctor(), **offer).changed == (week,)
