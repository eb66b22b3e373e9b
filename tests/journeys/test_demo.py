"""The demonstration obeys every rule, because it goes through the services."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count

from relais.accounts.models import User
from relais.agenda.models import Appointment
from relais.agenda.queries import double_bookings, tick_faults
from relais.core.models import AuditEntry
from relais.engine.weeks import WEEK
from relais.journeys.demo import people
from relais.journeys.demo.play import is_played, play
from relais.rota.models import Hold, Mission, PlannedHole
from relais.rota.states import ACTIVE

NOW = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)  # late on a Sunday, in winter time
MONDAY = date(2026, 11, 16)


@pytest.mark.once  # the longest test: half a minute that PostgreSQL would repeat
@pytest.mark.django_db
def test_demonstration_fills_every_week_and_proves_it(settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    chapters: list[str] = []
    played = play(now=NOW, say=chapters.append)

    assert (played.centres, played.lines, played.doctors) == (11, 14, 950)
    assert (played.holes, played.proven, PlannedHole.objects.count()) == (0, True, 0)
    assert len(set(chapters)) == len(chapters) > 8
    assert Appointment.objects.filter(starts_at__gt=NOW, state="booked").count() > 50
    assert (tick_faults(), double_bookings()) == ((), ())
    assert is_played(today=date(2026, 11, 20)) is True
    assert is_played(today=date(2026, 11, 23)) is False
    # Every week from eight weeks ago to a year ahead has its doctors, but the two closed weeks.
    filled = Mission.objects.filter(state__in=ACTIVE).values("monday").annotate(n=Count("id"))
    weeks = {row["monday"]: row["n"] for row in filled}
    expected = {MONDAY + week * WEEK for week in range(-8, 52)}
    closed = {date(2026, 12, 21), date(2027, 8, 9)}
    assert set(weeks) == expected - closed
    # One doctor has declined since, and another keeps that week for two days.
    assert sorted(weeks.values())[:2] == [13, 14]
    assert Hold.objects.filter(ended_at=None).count() == 1
    assert set(User.objects.values_list("is_fictional", flat=True)) == {True}
    assert AuditEntry.objects.filter(verb="doctors.added").count() == 953


def test_people_are_the_same_for_the_same_seed() -> None:
    towns = [
        people.Town("23002", "23", 46.2, 2.0, 1100),
        people.Town("18033", "18", 47.1, 2.4, 64000),
    ]
    places = [people.Place("ajain", 46.2, 2.0, two_lines=True)]
    drawn = [
        people.draw_people(
            seed=3, count=60, towns=towns, places=places, weeks=range(-4, 30), hard=frozenset({5})
        )
        for _ in range(2)
    ]
    assert drawn[0] == drawn[1]
    assert len({person.key for person in drawn[0]}) == 60


@pytest.mark.parametrize("known", ["10005173140"])
def test_luhn_digit_is_that_of_a_real_number(known: str) -> None:
    assert people.luhn_digit(known[:-1]) == known[-1]


@pytest.mark.django_db
def test_demonstration_is_refused_outside_its_mode() -> None:
    with pytest.raises(CommandError, match="jamais en production"):
        call_command("demo")


@pytest.mark.django_db
def test_demonstration_never_touches_a_base_with_real_accounts(settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    User.objects.create(email="quelqu.un@example.org", name="Quelqu’un", created_at=NOW)
    with pytest.raises(CommandError, match="autre chose que la démonstration"):
        call_command("demo", "--fresh")
    assert User.objects.count() == 1
