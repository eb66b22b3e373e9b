"""Days as people type them, and Mondays as addresses carry them: within the years of the calendar.

Python's calendar stops at 31 December 9999, where the week after a week does not exist: a day so
far away, stored once, would break every page that reads it.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django import forms

FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)


def is_within(day: date) -> bool:
    """Say whether a day is one that the network can speak of."""
    return FIRST_DAY <= day <= LAST_DAY


class DayField(forms.DateField):
    """A day between FIRST_DAY and LAST_DAY."""

    def clean(self, value: Any) -> Any:
        """Read the day. Raises ValidationError when it is too far away."""
        day = super().clean(value)
        if isinstance(day, date) and not is_within(day):
            raise forms.ValidationError("Cette date est trop lointaine. Vérifiez l’année.")
        return day
