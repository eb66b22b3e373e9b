"""The story of a stay: confirmed, prepared, told, read at the door; and what Friday still lacks."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from relais.agenda.models import Opening
from relais.core.models import AuditEntry
from relais.engine.weeks import WEEK
from relais.journeys import duties, relay, staying
from relais.journeys.monday_list import readiness
from relais.outbox.models import Message
from relais.premises import services as premises
from relais.rota.models import Mission
from relais.rota.states import MissionState
from relais.stays import services as stays
from relais.stays.models import RoomNight, Stay
from relais.stays.states import Section
from tests import factories
from tests.factories import MONDAY, NOW, by

pytestmark = pytest.mark.django_db
FRIDAY = datetime(2027, 1, 8, 8, 30, tzinfo=UTC)  # half past nine in Paris, the Friday before


def confirmed() -> Mission:
    """A doctor says yes: the stay is prepared by the same act."""
    mission = factories.mission(state=MissionState.INVITED)
    centre = mission.line.centre
    house = factories.lodging(centre, host_name="Mme Lavaud", host_phone="0555000110")
    premises.set_code(house, code="4137B", by=by(), now=NOW)
    factories.car(centre)
    relay.confirm(mission, by=by(), now=NOW)
    mission.refresh_from_db()
    return mission


def missing(mission: Mission, *, now: datetime) -> list[str]:
    lines = readiness([mission.line.centre], monday=MONDAY, today=now.date())
    return [item.label for line in lines for item in line.missing]


def test_a_yes_prepares_the_stay_and_a_cancellation_gives_it_back() -> None:
    mission = confirmed()
    stay = Stay.objects.get(mission=mission)
    assert (stay.lodging is not None, stay.car is not None) == (True, True)
    relay.cancel(mission, by=by(), now=NOW)
    assert RoomNight.objects.count() == 0
    assert Stay.objects.get(pk=stay.pk).released_at == NOW


def test_another_doctor_takes_the_week_and_the_same_house() -> None:
    mission = confirmed()
    house = Stay.objects.get(mission=mission).lodging
    other = factories.doctor()
    factories.offer(other)
    new = relay.replace(mission, doctor=other, by=by(), now=NOW)
    relay.invite(new, by=by(), now=NOW)
    relay.confirm(new, by=by(), now=NOW)
    assert Stay.objects.get(mission=new).lodging == house


def test_the_list_of_friday_empties_as_things_are_told() -> None:
    mission = confirmed()
    centre = mission.line.centre
    assert missing(mission, now=FRIDAY) == ["Heure d’arrivée", "Livret d’accueil", "Agenda"]
    stay = Stay.objects.get(mission=mission)
    stays.set_arrival(stay, arrives_at=time(18), by=by(), now=FRIDAY)
    factories.welcome(centre)
    assert duties.send_welcome_packs(FRIDAY) == 1
    assert duties.send_welcome_packs(FRIDAY) == 0
    Opening.objects.create(centre=centre, weekday=0, starts=time(9), ends=time(12), kind="planned")
    assert missing(mission, now=FRIDAY) == []
    premises.set_code(Stay.objects.get().lodging, code="", by=by(), now=FRIDAY)  # type: ignore[arg-type]
    line = readiness([centre], monday=MONDAY, today=FRIDAY.date())[0]
    assert [item.label for item in line.missing] == ["Code d’entrée"]
    call = line.missing[0].call
    assert call is not None
    assert (call.name, call.phone) == ("Mme Lavaud", "0555000110")


def test_on_friday_morning_the_coordinator_is_told_once_and_only_of_what_lacks() -> None:
    mission = confirmed()
    coordinator = factories.coordinator(mission.line.centre)
    thursday, later = FRIDAY - timedelta(days=1), FRIDAY + timedelta(hours=5)
    assert [duties.tell_what_is_missing(now) for now in (thursday, later)] == [0, 0]
    assert duties.tell_what_is_missing(FRIDAY) == 1
    assert duties.tell_what_is_missing(FRIDAY + timedelta(minutes=1)) == 0
    letter = Message.objects.get(template="stay_friday")
    assert (letter.recipient_kind, letter.recipient_key) == ("user", str(coordinator.pk))
    words = str(letter.__dict__)
    assert "heure d’arrivée" in words
    assert "4137B" not in words
    assert str(mission.doctor) not in words


def test_nothing_is_written_when_nothing_lacks() -> None:
    mission = confirmed()
    factories.coordinator(mission.line.centre)
    factories.welcome(mission.line.centre)
    stays.set_arrival(Stay.objects.get(), arrives_at=time(18), by=by(), now=NOW)
    staying.send_welcome(Stay.objects.get(), by=by(), now=NOW)
    Opening.objects.create(
        centre=mission.line.centre, weekday=0, starts=time(9), ends=time(12), kind="planned"
    )
    assert duties.tell_what_is_missing(FRIDAY) == 0
    assert not Message.objects.filter(template="stay_friday").exists()


def test_friday_is_that_of_the_centre() -> None:
    """At nine in Paris it is noon in La Réunion: too late there."""
    mission = confirmed()
    centre = mission.line.centre
    factories.coordinator(centre)
    centre.time_zone = "Indian/Reunion"
    centre.save()
    assert duties.tell_what_is_missing(FRIDAY) == 0
    assert duties.tell_what_is_missing(FRIDAY - timedelta(hours=3)) == 1


def test_a_pack_keeps_the_version_it_was_sent_and_leaves_in_its_time() -> None:
    mission = confirmed()
    centre = mission.line.centre
    first = factories.welcome(centre)
    far = NOW - 10 * WEEK
    assert staying.send_due_welcomes(far) == 0
    assert staying.send_due_welcomes(NOW) == 1
    words = {Section.HOUSE: "Les draps ont changé d’armoire."}
    assert stays.publish(centre, sections=words, after=1, by=by(), now=NOW).number == 2
    assert staying.send_due_welcomes(NOW) == 0
    stay = Stay.objects.get()
    assert stay.welcome == first
    letter = Message.objects.get(template="stay_welcome")
    assert (letter.about, letter.version) == (f"stays.stay:{stay.pk}", 1)
    assert AuditEntry.objects.filter(verb="stays.welcome_sent").count() == 1


def test_the_code_of_a_stay_opens_a_week_before_and_closes_after() -> None:
    mission = confirmed()
    stay = Stay.objects.get()
    early, last, after = (
        MONDAY - timedelta(days=9),
        MONDAY + timedelta(days=5),
        MONDAY + timedelta(days=6),
    )
    for day, words in (
        (early, "à partir du dimanche 3\u00a0janvier"),
        (after, "ne se montre plus"),
    ):
        with pytest.raises(premises.CodeRefusal, match=words):
            stays.read_code(stay, by=by(), now=NOW, today=day)
    assert stays.read_code(stay, by=by(), now=NOW, today=last) == "4137B"
    assert AuditEntry.objects.filter(verb="premises.code_read").count() == 1
    stays.release(mission, by=by(), now=NOW)
    with pytest.raises(stays.BookingRefusal, match="pris fin"):
        stays.read_code(stay, by=by(), now=NOW, today=last)


def test_the_list_asks_the_same_of_three_centres_as_of_one(
    django_assert_max_num_queries: object,
) -> None:
    centres = []
    for _ in range(3):
        mission = factories.mission()
        factories.stay(mission)
        centres.append(mission.line.centre)
    with django_assert_max_num_queries(18):  # type: ignore[operator]
        assert len(readiness(centres, monday=MONDAY, today=FRIDAY.date())) == 3
