"""How a Monday is written in an address."""

from __future__ import annotations

from datetime import date

from relais.engine.weeks import is_monday
from relais.portals.days import is_within


class MondayConverter:
    """A Monday as « 2027-01-04 »; any other day is an address where nothing stands."""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        """Read the day."""
        day = date.fromisoformat(value)
        if not is_monday(day) or not is_within(day):
            raise ValueError(f"{value} is not a Monday that can be shown")
        return day

    def to_url(self, value: date) -> str:
        """Write the day."""
        return value.isoformat()
