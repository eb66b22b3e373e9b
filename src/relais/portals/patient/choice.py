"""What someone chose so far, as addresses carry it: a reason and a time, nothing of the person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from relais.agenda.models import Reason
from relais.booking import places, queries
from relais.engine import parameters
from relais.network.models import Centre
from relais.portals.days import is_within

MOST_DIGITS: Final = 8  # of a tick: year 2920


def known_centre(pk: int, *, today: date) -> Centre:
    """Give a centre that sees patients; Http404 otherwise."""
    return get_object_or_404(queries.open_centres(today=today), pk=pk)


@dataclass(frozen=True, slots=True)
class Choice:
    """A reason, whether it is the first visit, from which day on places are shown, a time."""

    reason: Reason | None = None
    is_new: bool = False
    after: date | None = None
    tick: int | None = None

    def address(self, **other: Any) -> str:
        """Write the choice as the end of an address, with other facts."""
        said: dict[str, Any] = {}
        if self.reason is not None:
            said["motif"] = self.reason.code
        if self.is_new:
            said["nouveau"] = "1"
        return urlencode({**said, **{key: value for key, value in other.items() if value}})


def read(request: HttpRequest) -> Choice:
    """Read what the address says; what makes no sense is left out."""
    asked = request.GET.get("motif", "")
    reason = next((one for one in places.online_reasons() if one.code == asked), None)
    tick = request.GET.get("place", "")
    return Choice(
        reason=reason,
        is_new=request.GET.get("nouveau") == "1",
        after=_day(request.GET.get("apres", "")),
        tick=int(tick)
        if tick.isascii() and tick.isdecimal() and len(tick) <= MOST_DIGITS
        else None,
    )


def numbers() -> list[tuple[str, str]]:
    """List the national numbers for who cannot wait, each with what it is for."""
    found: Any = parameters.load("booking")["emergency_numbers"].value
    return list(found.items())


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if is_within(day) else None
