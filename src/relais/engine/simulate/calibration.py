"""Does the radar tell the truth? Years are played, it reads every week, and one looks what comes.

The years are those of the simulator, with one thing more: who is planned has not said yes yet, she
is invited and answers by the law of `answers.py`. The radar knows what a team knows at that time.
docs/engine/radar.md tells what was found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from relais.engine.rota.plan import Plan
from relais.engine.rota.problem import Problem, Status, WeekIndex
from relais.engine.rota.standby import Acceptance
from relais.engine.rota.state import Place, State, Stay
from relais.engine.simulate.answers import Answers, draw_answers
from relais.engine.simulate.policies import MEANS, Policy
from relais.engine.simulate.radar import Standing, Watched, read_places
from relais.engine.simulate.rates import Rates, usual
from relais.engine.simulate.runs import Mean, share, starts
from relais.engine.simulate.year import Luck, Year, draw, empty_at
from relais.engine.units import DAYS_PER_WEEK

LOOKS = (84.0, 56.0, 28.0, 21.0, 14.0, 10.0, 6.0, 2.0)  # days before the Monday
EDGES = (0.0, 0.001, 0.01, 0.03, 0.07, 0.14, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Announcement:
    """What the radar said of a place once: the standing of its doctor, and what came of it."""

    standing: Standing
    lead_days: float
    chance: float
    lapsed: bool


class AnsweringYear(Year):
    """A year in which the planned doctors still have to say yes. `sure`: stays that are promised.

    Who does not accept leaves the place on the day when the team learns it; the search begins then.
    """

    def __init__(
        self, start: State, luck: Luck, rates: Rates, *, answers: Answers, policy: Policy
    ) -> None:
        super().__init__(
            start,
            MEANS[policy],
            luck,
            rates,
            looks=LOOKS,
            look=lambda _, week, now: self.read_week(week, now),
            emptied=lambda _, place, now: self.read_emptied(place, now),
        )
        self.answers = answers
        sure = {
            (one.week, one.centre, one.doctor)
            for one in self.problem.missions
            if one.status in {Status.LOCKED, Status.CONFIRMED}
        }
        self.planned = {
            (party, centre, week)
            for party, stays in enumerate(self.state.missions)
            for week, centre in stays.items()
            if not any((week, centre, one) in sure for one in self.state.tables.parties[party])
        }
        self.said: list[tuple[Place, Watched, float]] = []
        self._single = {
            index for index, centre in enumerate(self.problem.centres) if centre.lines == 1
        }

    def _await_cancellation(self, stay: Stay, now: float) -> None:
        party, _, week = stay
        members = self.state.tables.parties[party]
        if stay in self.planned and not all(self.answers.yes[one, week] for one in members):
            told = max(
                float(self.answers.told[one, week])
                for one in members
                if not self.answers.yes[one, week]
            )
            self._note(max(now, week * DAYS_PER_WEEK - told), "cancel", stay)
        super()._await_cancellation(stay, now)

    def standing_of(self, stay: Stay, days: float) -> tuple[Standing, float]:
        """Say what the team knows of a doctor so many days before, and how long she is silent."""
        party, _, week = stay
        if stay not in self.planned:
            return Standing.PROMISED, 0.0
        members = self.state.tables.parties[party]
        asked = min(float(self.answers.invited[one, week]) for one in members)
        told = min(float(self.answers.told[one, week]) for one in members)
        if days > asked:
            return Standing.PROPOSED, 0.0
        return (Standing.AWAITED, asked - days) if days > told else (Standing.PROMISED, 0.0)

    def read_week(self, week: WeekIndex, now: float) -> None:
        """Read every place of a week that has a doctor and for which nobody is sought."""
        days = week * DAYS_PER_WEEK - now
        found = []
        for party, stays in enumerate(self.state.missions):
            centre = stays.get(week, -1)
            if centre in self._single and not empty_at(self, centre, week, now):
                standing, silent = self.standing_of((party, centre, week), days)
                asked = tuple(sorted(self.asked.get(week, ())))
                found.append(Watched(centre, week, days, standing, silent, asked))
        self._read(found)

    def read_emptied(self, place: Place, now: float) -> None:
        """Read a place when it becomes empty."""
        centre, week = place
        if centre in self._single:
            asked = tuple(sorted(self.asked.get(week, ())))
            days = week * DAYS_PER_WEEK - now
            self._read([Watched(centre, week, days, Standing.EMPTY, asked=asked)])

    def _read(self, places: Sequence[Watched]) -> None:
        readings = read_places(self.state, places, acceptance=Acceptance(), rates=self.rates)
        for place, reading in zip(places, readings, strict=True):
            self.said.append(((place.centre, place.week), place, reading.chance))


def announcements(
    problem: Problem,
    plan: Plan,
    *,
    years: int,
    seed: int,
    policy: Policy = Policy.RESERVES,
    rates: Rates | None = None,
) -> list[Announcement]:
    """Play years and give everything that the radar said, with what came of it.

    It reads the places of centres with one line (of two, nobody could say which was meant), on the
    days of `LOOKS` before each Monday and when a place becomes empty.
    """
    rates = usual() if rates is None else rates
    start = starts(problem, plan, seed=seed, policies=[policy])[policy]
    found: list[Announcement] = []
    for year in range(years):
        played = AnsweringYear(
            start,
            draw(problem, rates, seed=seed, year=year),
            rates,
            answers=draw_answers(len(problem.doctors), problem.weeks, seed=seed, year=year),
            policy=policy,
        )
        played.play()
        found += [
            Announcement(watched.standing, watched.lead_days, chance, place in played.uncovered)
            for place, watched, chance in played.said
        ]
    return found


@dataclass(frozen=True, slots=True)
class Bin:
    """Announcements that were alike: from, to, their mean, how many, what came of them."""

    low: float
    high: float
    announced: float
    lapsed: Mean
    count: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far what was announced holds. `brier`: mean squared error, `brier_of_mean`: of
    announcing the overall frequency to everybody. `announced`, `lapsed`: overall, between 0 and 1.
    """

    bins: tuple[Bin, ...]
    brier: float
    brier_of_mean: float
    announced: float
    lapsed: float
    count: int


def calibrate(said: Iterable[Announcement]) -> Calibration:
    """Hold announcements against what came of them. Raises ValueError when there are none."""
    everything = list(said)
    if not everything:
        raise ValueError("nothing was announced")
    risks = np.array([one.chance for one in everything])
    happened = np.array([float(one.lapsed) for one in everything])
    which = np.clip(np.digitize(risks, EDGES) - 1, 0, len(EDGES) - 2)
    bins = []
    for index in range(len(EDGES) - 1):
        inside = which == index
        count = int(inside.sum())
        if count:
            lost = share(int(happened[inside].sum()), count)
            bins.append(
                Bin(EDGES[index], EDGES[index + 1], float(risks[inside].mean()), lost, count)
            )
    overall = float(happened.mean())
    return Calibration(
        bins=tuple(bins),
        brier=float(((risks - happened) ** 2).mean()),
        brier_of_mean=overall * (1 - overall),
        announced=float(risks.mean()),
        lapsed=overall,
        count=len(everything),
    )


def by_standing(said: Iterable[Announcement]) -> dict[Standing, Calibration]:
    """Hold announcements against what came of them, for each standing of the doctor."""
    parts: dict[Standing, list[Announcement]] = defaultdict(list)
    for one in said:
        parts[one.standing].append(one)
    return {standing: calibrate(parts[standing]) for standing in Standing if parts[standing]}
