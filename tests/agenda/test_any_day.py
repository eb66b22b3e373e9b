"""Whatever people ask in whatever order, and at once: one owner a place, nobody in two places."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relais.agenda import queries, services
from relais.agenda.models import Appointment, LineTick, PatientTick
from relais.agenda.states import CancelledBy, Channel
from relais.core.errors import Refusal
from tests import factories
from tests.agenda.test_booking import KEYS, Desk, at, sound
from tests.factories import NOW, by

# What somebody wants: (act, which patient, which line, five minutes after half past nine, length).
WISHES = st.lists(
    st.tuples(
        st.sampled_from(
            ["book", "book", "book", "move", "resize", "cancel", "hold", "keep", "wait"]
        ),
        st.integers(0, 2),
        st.integers(0, 1),
        st.integers(0, 11),
        st.sampled_from([5, 10, 20, 30]),
    ),
    max_size=14,
)


class Wall:
    """The slow and obvious agenda: a dictionary of cells, one name in each."""

    def __init__(self) -> None:
        self.cells: dict[tuple[str, int, int], int] = {}

    def wanted(self, line: int, patient: int | None, first: int, ticks: int) -> set[Any]:
        span = range(first, first + ticks)
        found: set[Any] = {("line", line, tick) for tick in span}
        return found | ({("patient", patient, tick) for tick in span} if patient else set())

    def take(self, cells: set[Any], owner: int) -> bool:
        if any(self.cells.get(cell, owner) != owner for cell in cells):
            return False
        self.leave(owner)
        self.cells |= dict.fromkeys(cells, owner)
        return True

    def leave(self, owner: int) -> None:
        self.cells = {cell: one for cell, one in self.cells.items() if one != owner}


@pytest.mark.django_db
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(wishes=WISHES)
def test_any_wishes_end_as_on_a_wall_of_paper(
    wishes: list[tuple[str, int, int, int, int]], db: None
) -> None:
    desk, wall, now = Desk(lines=2), Wall(), NOW
    people = [factories.patient() for _ in range(3)]
    first = int(at(9, 30).timestamp()) // 300
    rows: list[Appointment] = []
    over: dict[int, datetime] = {}
    for act, who, which, step, minutes in wishes:
        for pk in [pk for pk, until in over.items() if until <= now]:
            wall.leave(pk)
            over.pop(pk)
        line, patient = desk.lines[which], people[who]
        starts, tick, ticks = at(9, 30) + timedelta(minutes=5 * step), first + step, minutes // 5
        said: dict[str, Any] = {"request_key": next(KEYS), "by": by(), "now": now}
        row = rows[step % len(rows)] if rows else None
        cells = wall.wanted(line.pk, patient.pk, tick, ticks)
        if act == "wait":
            now += timedelta(minutes=6)
            continue
        if act == "book":
            said |= {"starts_at": starts, "minutes": minutes, "reason": desk.reason}
            made = attempt(lambda: services.book(line, patient=patient, **said))  # noqa: B023
            expected = wall.take(cells, -1)
            wall.cells = {
                cell: made.pk if made and one == -1 else one for cell, one in wall.cells.items()
            }
            assert (made is not None) is expected
            rows += [made] if made else []
        elif act == "hold":
            said |= {"starts_at": starts, "minutes": minutes, "reason": desk.reason}
            made = attempt(
                lambda: services.hold(line, channel=Channel.ONLINE, **said)  # noqa: B023
            )
            expected = wall.take(wall.wanted(line.pk, None, tick, ticks), -1)
            wall.cells = {
                cell: made.pk if made and one == -1 else one for cell, one in wall.cells.items()
            }
            assert (made is not None) is expected
            if made is not None:
                rows.append(made)
                over[made.pk] = now + timedelta(minutes=10)
        elif row is not None:
            row.refresh_from_db()
            before = row.pk in wall.cells.values()
            if act == "cancel":
                attempt(lambda: services.cancel(row, cancelled_by=CancelledBy.PATIENT, **said))  # noqa: B023
                wall.leave(row.pk)
                over.pop(row.pk, None)
            elif act == "keep":
                made = attempt(lambda: services.confirm_hold(row, patient=patient, **said))  # noqa: B023
                mine = wall.wanted(row.line_id, patient.pk, row.tick, row.ticks)
                expected = row.pk in over and before and wall.take(mine, row.pk)
                assert (made is not None) is expected
                if made is not None:
                    over.pop(row.pk)
            elif row.state == "booked":
                length = minutes if act == "resize" else row.minutes
                where = row.starts_at if act == "resize" else starts
                to = row.line if act == "resize" else line
                made = attempt(
                    lambda: services.move(row, line=to, starts_at=where, minutes=length, **said)  # noqa: B023
                )
                mine = wall.wanted(
                    to.pk, row.patient_id, int(where.timestamp()) // 300, length // 5
                )
                assert (made is not None) is wall.take(mine, row.pk)
        services.expire_holds(now, by=by())
        owned = {
            ("line", one.line_id, one.tick): one.appointment_id
            for one in LineTick.objects.filter(line__in=desk.lines)
        } | {
            ("patient", one.patient_id, one.tick): one.appointment_id
            for one in PatientTick.objects.filter(patient__in=people)
        }
        assert owned == wall.cells
    assert sound()


def attempt(act: Callable[[], Appointment]) -> Appointment | None:
    """Do something; None when refused."""
    try:
        return act()
    except Refusal:
        return None


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_fill_every_place_once() -> None:
    desk = Desk()
    people = [factories.patient() for _ in range(8)]
    starts = [at(9, 30) + timedelta(minutes=15 * number) for number in range(8)]
    begin, broken = threading.Barrier(8), []

    def rush(number: int) -> None:
        try:
            begin.wait()
            for place, starts_at in enumerate(starts):
                attempt(
                    lambda starts_at=starts_at, place=place: services.book(  # type: ignore[misc]
                        desk.lines[0],
                        starts_at=starts_at,
                        minutes=15,
                        reason=desk.reason,
                        patient=people[number],
                        request_key=f"{number}-{place}",
                        by=by(),
                        now=NOW,
                    )
                )
        except Exception as error:  # whatever breaks is told below
            broken.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=rush, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []
    assert sorted(Appointment.objects.values_list("starts_at", flat=True)) == starts
    assert sound()
    assert queries.revision(desk.lines[0], day=starts[0].date()) == 8
    connections.close_all()
