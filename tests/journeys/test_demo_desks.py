"""The desks of the demonstration have something to do, and obey every rule."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from relais.agenda.queries import double_bookings, tick_faults
from relais.booking.models import OnlineAccess
from relais.journeys.demo import agendas
from relais.journeys.demo.desks import STILL_TO_SEND, STILL_TO_SIGN, set_up_the_desks
from relais.patients.models import ExceptionalAccess
from relais.patients.queries import declarations_waiting, likely_pairs, to_check
from tests import factories
from tests.factories import MONDAY, by


@pytest.mark.once
@pytest.mark.django_db
def test_each_desk_has_its_page_and_the_busy_one_its_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agendas, "FULL", 0.1)
    monkeypatch.setattr(agendas, "LATER_FULL", 0.1)
    monkeypatch.setattr(agendas, "BUSY_PATIENTS", 15)
    busy, calm, new = factories.centre(lines=2), factories.centre(), factories.centre()
    factories.coordinator(calm)
    for line in busy.lines.all():
        factories.mission(None, line)
    now = datetime(2027, 1, 13, 12, tzinfo=UTC)
    centres = {one.key: one for one in (calm, busy, new)}
    agendas.fill_the_agendas(centres, this_monday=MONDAY, by=by(), now=now)
    set_up_the_desks(centres, by=by(), now=now)
    ways = {row.centre: row.access for row in OnlineAccess.objects.select_related("centre")}
    assert ways == {busy: "open", calm: "shown", new: "closed"}
    assert len(likely_pairs(busy)) >= 1
    assert [person.birth_name for person in to_check(busy)] == ["BELAIR"]
    waiting = [row.signed_on for row in declarations_waiting(busy)]
    assert (waiting.count(None), len(waiting)) == (STILL_TO_SIGN, STILL_TO_SIGN + STILL_TO_SEND)
    assert ExceptionalAccess.objects.filter(seen_at=None).count() == 1
    assert (tick_faults(), double_bookings()) == ((), ())
