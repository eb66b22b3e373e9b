"""Which papers a file needs, and from which week on a doctor can come.

Pure: days in, days out. The rules stand, each with its source, in `parameters/papers.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRule:
    """One paper: what it is, why it is asked, who gets it, in how many days, whether it expires."""

    code: str
    label: str
    why: str
    is_doctors: bool
    statuses: frozenset[str]
    lead_days: int
    expires: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where one paper of a file stands.

    `is_accepted`: the team has seen it. `is_given`: it waits for the team. `expires_on` is the
    last day it is worth something, None for ever.
    """

    rule: PaperRule
    is_accepted: bool = False
    is_given: bool = False
    expires_on: date | None = None


@cache
def _page() -> dict[str, Any]:
    text = files("relais.engine").joinpath("parameters", "papers.toml").read_text("utf-8")
    return tomllib.loads(text)


def verify_days() -> int:
    """Give the days the team takes to look at a paper."""
    return int(_page()["verify_days"]["value"])


def max_bytes() -> int:
    """Give the size beyond which a file is refused, in bytes."""
    return int(_page()["max_bytes"]["value"])


@cache
def rules() -> dict[str, PaperRule]:
    """Give every rule by its code, in the order of the page."""
    return {
        code: PaperRule(
            code=code,
            label=row["label"],
            why=row["why"],
            is_doctors=row["owner"] == "doctor",
            statuses=frozenset(row["statuses"]),
            lead_days=row["lead_days"],
            expires=row["expires"],
            source=row["source"],
        )
        for code, row in _page()["paper"].items()
    }


def asked_of(status: str) -> tuple[PaperRule, ...]:
    """Give the papers of a professional status, in the order of the page."""
    return tuple(rule for rule in rules().values() if status in rule.statuses)


def is_good(standing: Standing, *, until: date) -> bool:
    """Say whether a paper is accepted and worth something up to a day, that day included."""
    lasts = standing.expires_on is None or standing.expires_on >= until
    return standing.is_accepted and lasts


def ready_on(standings: Iterable[Standing], *, today: date) -> date:
    """Give the day all papers should be there: the slowest one decides.

    A paper to come takes its lead time and the look of the team; one given only the look. One that
    has expired is to come again.
    """
    return max((_there_on(one, today=today) for one in standings), default=today)


def first_week(day: date) -> date:
    """Give the Monday of the first whole week from a day on."""
    return day + (-day.weekday() % 7) * DAY


def _there_on(standing: Standing, *, today: date) -> date:
    if is_good(standing, until=today):
        return today
    days = verify_days() + (0 if standing.is_given else standing.rule.lead_days)
    return today + days * DAY
