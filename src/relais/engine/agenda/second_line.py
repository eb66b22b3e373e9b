"""When a second line is to be thought of: three written tests, and what one more line takes.

A test that has nothing to measure says nothing. The decision stays with people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from relais.engine import parameters

MINUTES_AN_HOUR = 60


@dataclass(frozen=True, slots=True)
class Measured:
    """What was seen over the last weeks, one number a week, oldest first.

    `requests`: appointments given and requests refused; `open_minutes`: minutes open to patients;
    `mean_minutes`: of an appointment, None when none was given; `wait_days`: of planned
    appointments, from the asking to the hour; `listed`: people on the admission list; `admitted`:
    people registered in these weeks; `lines`: lines of the centre now.
    """

    requests: tuple[int, ...]
    open_minutes: tuple[int, ...]
    mean_minutes: float | None
    wait_days: tuple[float, ...]
    listed: int
    admitted: int
    lines: int


@dataclass(frozen=True, slots=True)
class Test:
    """One test: the value (None: nothing to measure), its threshold, whether it is passed."""

    key: str
    value: float | None
    threshold: float

    @property
    def is_over(self) -> bool:
        """Say whether the value is above its threshold."""
        return self.value is not None and self.value > self.threshold


@dataclass(frozen=True, slots=True)
class Sheet:
    """The decision sheet. Places and requests are means a week; doctors are volunteers a year."""

    pressure: Test
    wait: Test
    backlog: Test
    requests: float
    places: float
    places_after: float
    pressure_after: float | None
    list_weeks_after: float | None
    patients_more: int
    doctors: int
    rooms: int
    lodgings: int

    @property
    def tests(self) -> tuple[Test, Test, Test]:
        """Give the three tests."""
        return self.pressure, self.wait, self.backlog

    @property
    def is_due(self) -> bool:
        """Say whether one test is enough to think of a second line."""
        return any(test.is_over for test in self.tests)


def percentile(values: Sequence[float], share: float) -> float | None:
    """Give the smallest value that `share` of them do not exceed (nearest rank); None of none."""
    if not values:
        return None
    return sorted(values)[max(ceil(share * len(values)) - 1, 0)]


def assess(seen: Measured) -> Sheet:
    """Apply the three tests and work out what one more line changes.

    Raises ValueError when the weeks of requests and of minutes are not as many.
    """
    if len(seen.requests) != len(seen.open_minutes):
        raise ValueError(f"{len(seen.requests)} weeks of requests, {len(seen.open_minutes)} open")
    page = parameters.load("second_line")
    weeks = max(len(seen.requests), 1)
    mean = seen.mean_minutes or float(page["mean_minutes"].value)
    requests = sum(seen.requests) / weeks
    places = sum(seen.open_minutes) / weeks / mean
    after = places + float(page["line_hours"].value) * MINUTES_AN_HOUR / mean
    pace = seen.admitted / weeks
    lines = max(seen.lines, 1)
    pace_after = pace * (lines + 1) / lines
    return Sheet(
        pressure=Test(
            "pressure",
            requests / places if places else None,
            float(page["most_pressure"].value),
        ),
        wait=Test("wait", percentile(seen.wait_days, 0.9), float(page["most_wait_days"].value)),
        backlog=Test(
            "backlog", seen.listed / pace if pace else None, float(page["most_list_weeks"].value)
        ),
        requests=requests,
        places=places,
        places_after=after,
        pressure_after=requests / after if after else None,
        list_weeks_after=seen.listed / pace_after if pace_after else None,
        patients_more=int(page["patients_per_line"].value),
        doctors=ceil(float(page["weeks_open"].value) / float(page["weeks_a_doctor"].value)),
        rooms=1,
        lodgings=1,
    )
