"""Where an appointment stands: some ticks of a lane of a line's day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from relais.agenda.models import Appointment
from relais.agenda.services.refusals import AgendaRefusal
from relais.engine import parameters
from relais.engine.agenda import TICK_MINUTES, tick_of, wall
from relais.network.models import Line


@dataclass(frozen=True, slots=True)
class Spot:
    """Some ticks of a lane of a line's day."""

    line: Line
    day: date
    lane: int
    tick: int
    ticks: int

    @property
    def end(self) -> int:
        """Give the tick after the last one."""
        return self.tick + self.ticks


def spot_at(line: Line, *, starts_at: datetime, minutes: int, lane: int) -> Spot:
    """Say which ticks are wanted. Raises AgendaRefusal for a length or a start that is none."""
    page = parameters.load("agenda")
    shortest, longest = page["shortest_minutes"].value, page["longest_minutes"].value
    if minutes % TICK_MINUTES or not shortest <= minutes <= longest:
        raise AgendaRefusal(
            f"Une durée va de {shortest} à {longest} minutes, de cinq en cinq minutes."
        )
    try:
        tick = tick_of(starts_at)
    except ValueError:
        raise AgendaRefusal("Un rendez-vous commence toutes les cinq minutes.") from None
    day = wall(tick, line.centre.time_zone).date()
    return Spot(line=line, day=day, lane=lane, tick=tick, ticks=minutes // TICK_MINUTES)


def spot_of(row: Appointment) -> Spot:
    """Say which ticks an appointment has."""
    return Spot(line=row.line, day=row.day, lane=row.lane, tick=row.tick, ticks=row.ticks)
