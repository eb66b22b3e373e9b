"""When a message may leave, how long to wait before the next try, how often a person is asked.

Pure: moments in, moments out. A night is that of the place where the person lives; a message that
is not urgent rests on Sundays and public holidays too. The numbers stand, with their source, in
`parameters/messages.toml`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

from relais.engine.calendar_fr import public_holidays

SUNDAY: Final = 7
HOME_ZONE: Final = "Europe/Paris"
# No row of days of rest is longer: Easter weekend, or Christmas beside a Sunday, with a margin.
_LONGEST_REST_DAYS: Final = 10


@dataclass(frozen=True, slots=True)
class Quiet:
    """The hours without messages: from `begins` in the evening to `ends` in the morning."""

    begins: time
    ends: time
    rests_on_holidays: bool


@cache
def parameter(name: str) -> Any:
    """Give a number of `parameters/messages.toml`, in the unit written there."""
    text = files("relais.engine").joinpath("parameters", "messages.toml").read_text("utf-8")
    return tomllib.loads(text)[name]["value"]


def quiet_hours(*, urgent: bool) -> Quiet:
    """Give the hours without messages; for urgent ones the night is shorter, no day rests."""
    if urgent:
        return Quiet(parameter("urgent_night_begins"), parameter("urgent_night_ends"), False)
    return Quiet(parameter("night_begins"), parameter("night_ends"), True)


def zone_of(department: str) -> str:
    """Give the IANA time zone of a French department, that of Paris for one without its own."""
    found: str = parameter("zones").get(department, HOME_ZONE)
    return found


def is_day_of_rest(day: date, department: str = "") -> bool:
    """Say whether a day is a Sunday or a public holiday of a department (national ones if none)."""
    return day.isoweekday() == SUNDAY or day in public_holidays(day.year, department or None)


def first_moment(
    moment: datetime, *, zone: str = HOME_ZONE, department: str = "", urgent: bool = False
) -> datetime:
    """Give the first moment, from `moment` on, at which a message may leave (UTC).

    `moment` has a time zone; the night is that of `zone`, an IANA name. Raises ValueError for a
    moment without a time zone.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    quiet = quiet_hours(urgent=urgent)
    place = ZoneInfo(zone)
    here = moment.astimezone(place)
    day = here.date()
    if here.time() >= quiet.begins:
        day += timedelta(days=1)
    for _ in range(_LONGEST_REST_DAYS):
        if not (quiet.rests_on_holidays and is_day_of_rest(day, department)):
            opens = datetime.combine(day, quiet.ends, place).astimezone(UTC)
            return max(opens, moment.astimezone(UTC))
        day += timedelta(days=1)
    raise AssertionError(f"no working day in the {_LONGEST_REST_DAYS} days after {moment}")


def wait_after(tries: int) -> timedelta:
    """Give how long to wait after the `tries`-th try failed. Raises ValueError below 1."""
    if tries < 1:
        raise ValueError(f"{tries} tries")
    waits: list[int] = parameter("retry_minutes")
    return timedelta(minutes=waits[min(tries, len(waits)) - 1])


def lease() -> timedelta:
    """Give how long a message belongs to the worker that took it."""
    return timedelta(minutes=parameter("lease_minutes"))


def solicitation_span() -> timedelta:
    """Give the length of the « month » over which requests are counted."""
    return timedelta(days=parameter("solicitation_days"))


def requests_left(sent: int, *, allowed: int | None = None) -> int:
    """Give how many more requests a person may get, `sent` being those of the last days.

    `allowed` is what the person chose, None for nothing chosen: then the parameter holds.
    """
    most: int = parameter("invitations_in_a_month") if allowed is None else allowed
    return max(0, most - sent)
