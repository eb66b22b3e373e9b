"""The patients of the demonstration obey every rule of the agenda."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest

from relais.agenda.models import Appointment
from relais.agenda.queries import double_bookings, tick_faults
from relais.journeys.demo import agendas
from relais.patients.models import Person
from tests import factories
from tests.factories import MONDAY, by


@pytest.mark.once
@pytest.mark.django_db
def test_a_busy_centre_is_full_of_people_and_the_others_calm(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(agendas, "FULL", 0.2)
    monkeypatch.setattr(agendas, "LATER_FULL", 0.1)
    monkeypatch.setattr(agendas, "BUSY_PATIENTS", 20)
    calm, busy = factories.centre(), factories.centre(lines=2)
    now = datetime(2027, 1, 13, 12, tzinfo=UTC)  # Wednesday at one
    centres = {"calm": calm, "busy": busy}
    given = agendas.fill_the_agendas(centres, this_monday=MONDAY, by=by(), now=now)
    rows = Appointment.objects.all()
    assert rows.count() == given
    assert Person.objects.count() == 20 + agendas.CALM_PATIENTS
    states = {str(row.state) for row in rows if row.starts_at < now}
    assert "done" in states
    assert states <= {"done", "no_show", "booked"}
    assert {str(row.state) for row in rows if row.starts_at > now} == {"booked"}
    of_busy = rows.filter(line__centre=busy).count()
    assert of_busy > 3 * rows.filter(line__centre=calm).count() > 0
    assert (tick_faults(), double_bookings()) == ((), ())


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize("month", [1, 6, 12])
def test_whoever_is_registered_has_who_must_agree_whatever_the_day(month: int) -> None:
    now = datetime(2027, month, 6, 9, tzinfo=UTC)
    centre = factories.centre()
    people = [agendas._patient(centre, Random(n), n, by(), now) for n in range(80)]
    ages = {now.year - one.born_on.year for one in people if one.born_on}
    assert {16, 17, 18} & ages
