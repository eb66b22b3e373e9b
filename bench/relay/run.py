"""A year of the relay through the product's own services, with a clock that is not ours.

The demonstration network (11 centres, 14 lines, 950 made-up doctors) plans its year; then doctors
cancel, the product searches, doctors answer, hour after hour. What comes out: weeks without a
doctor, how long a gap stays open, how many messages it takes, how each yes was received.

    python bench/relay/run.py --seed 1 --seed 2 --seed 3

Chances are those of engine/parameters/simulation.toml (nearly all « hypothèse »). A doctor's own
factor is drawn (gamma) and unknown to the product. Times to answer: exponential, mean 6 h of day
time (hypothesis). Under 7 days the team calls the reserves one by one, an hour each, as the page of
the week lists them.
"""

from __future__ import annotations

import argparse
import heapq
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "src"))

MEAN_ANSWER_HOURS = 6.0
SAYS_NO = 0.5  # share of those who will not come and say so; the others stay silent
DAY_BEGINS, DAY_ENDS = 7, 21  # UTC hours between which people answer


def start() -> None:
    """Make an empty database of its own and start Django on it."""
    folder = tempfile.mkdtemp(prefix="relais-relay-")
    os.environ.update(RELAIS_VAR=folder, RELAIS_DEMO="1")
    os.environ["DJANGO_SETTINGS_MODULE"] = "relais.config.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


@dataclass
class Gap:
    """One empty line-week: when it opened and was filled, how, and the messages it took."""

    line: int
    monday: date
    opened: datetime
    filled: datetime | None = None
    how: str = ""
    messages: int = 0

    @property
    def lead_days(self) -> float:
        begin = datetime(self.monday.year, self.monday.month, self.monday.day, 7, tzinfo=UTC)
        return (begin - self.opened).total_seconds() / 86400


@dataclass
class Year:
    """One simulated year."""

    seed: int
    gaps: list[Gap] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    uncovered: int = 0
    cancelled: int = 0
    people: int = 0
    most_in_30_days: int = 0
    seconds: float = 0.0


def play_year(first: datetime, seed: int) -> Year:
    """Play 52 weeks from the plan that stands."""
    from relais.core.actors import Actor
    from relais.core.errors import Refusal
    from relais.doctors.models import Doctor
    from relais.engine.messages import first_moment
    from relais.engine.rota.standby import Kind, lead_of, prior
    from relais.engine.simulate.rates import usual
    from relais.engine.weeks import WEEK
    from relais.journeys import relay, searching
    from relais.outbox.models import Delivery
    from relais.outbox.states import DeliveryState
    from relais.rota import services as rota
    from relais.rota.models import Ask, Mission, Search, Standby
    from relais.rota.queries import week as read_week
    from relais.rota.states import ACTIVE, AnswerKind, MissionState, SearchState

    rates, rng, year = usual(), np.random.default_rng(seed), Year(seed)
    team = Actor.system("team")
    spread = rates.willingness_spread
    willing: dict[int, float] = {}
    began = time.process_time()
    for mission in Mission.objects.filter(state__in=(MissionState.PROPOSED, MissionState.INVITED)):
        rota.confirm(mission, by=team, now=first)

    events: list[tuple[datetime, int, str, int]] = []
    serial = iter(range(10**9))

    def begins(monday: date) -> datetime:
        return datetime(monday.year, monday.month, monday.day, 7, tzinfo=UTC)

    def expect_cancellation(mission: Mission, now: datetime) -> None:
        """Draw whether and when a doctor will find that she cannot come."""
        draw = rng.random()
        low = 0.0
        for share, start_days, end_days in rates.bands:
            if low <= draw < low + share:
                days = end_days + (start_days - end_days) * rng.random()
                at = begins(mission.monday) - timedelta(days=days)
                if at > now:
                    heapq.heappush(events, (at, next(serial), "cancel", mission.pk))
                return
            low += share

    last = first.date() + 52 * WEEK
    for mission in Mission.objects.filter(
        monday__gt=first.date(), monday__lt=last, state__in=ACTIVE
    ).order_by("pk"):
        expect_cancellation(mission, first)
    end = first + 52 * WEEK
    moment = first
    while moment <= end:
        heapq.heappush(events, (moment, next(serial), "hour", 0))
        moment += timedelta(hours=1)

    open_gaps: dict[int, Gap] = {}
    seen_asks = 0
    asked_people: set[int] = set()
    refused: set[int] = set()
    called: set[int] = set()

    def fill(search: Search, now: datetime, how: str) -> None:
        gap = open_gaps.pop(search.pk, None)
        if gap is not None:
            gap.filled, gap.how = now, how
            gap.messages = search.asks.count()

    def look_at_new_asks(now: datetime) -> None:
        nonlocal seen_asks
        # The worker's part: what may leave by now has left.
        due = Delivery.objects.filter(state=DeliveryState.WAITING, due_at__lte=now)
        due.update(state=DeliveryState.SENT)
        for ask in Ask.objects.filter(pk__gt=seen_asks).order_by("pk"):
            seen_asks = ask.pk
            asked_people.add(ask.doctor_id)
            if ask.doctor_id not in willing:
                willing[ask.doctor_id] = float(rng.gamma(1 / spread**2, spread**2))
            kind = Kind(lead_of(ask.lead_days), ask.offered, ask.known)
            yes = rng.random() < min(0.95, prior(kind) * willing[ask.doctor_id])
            if not yes and rng.random() > SAYS_NO:
                continue
            at = first_moment(now, urgent=ask.lead_days < rates.near_days)
            hours = rng.exponential(MEAN_ANSWER_HOURS)
            while hours > 0:
                at += timedelta(hours=min(hours, 1.0))
                if DAY_BEGINS <= at.hour < DAY_ENDS:
                    hours -= 1.0
            heapq.heappush(events, (at, next(serial), "yes" if yes else "no", ask.pk))

    def call_reserves(search: Search, now: datetime, without: Collection[int] = ()) -> None:
        """The coordinator calls those whom the page of the week names, one an hour."""
        detail = read_week(search.line, search.monday, today=now.date())
        called.add(search.pk)
        at = now
        for one in detail.standbys:
            if not one.counts or one.doctor_id in without:
                continue
            at += timedelta(hours=rates.reserve_answer_hours)
            if at >= begins(search.monday):
                return
            days = (begins(search.monday) - at).total_seconds() / 86400
            if rng.random() < rates.reserve_chance(days):
                heapq.heappush(events, (at, next(serial), f"reserve {one.doctor_id}", search.pk))
                return

    while events:
        now, _, what, key = heapq.heappop(events)
        if now > end:
            break
        if what == "hour":
            if open_gaps:
                searching.carry_on(now)
                look_at_new_asks(now)
                for pk, gap in open_gaps.items():
                    near = begins(gap.monday) - now < timedelta(days=rates.reserve_from_days)
                    if near and pk not in called:
                        call_reserves(Search.objects.select_related("line").get(pk=pk), now)
            if now.weekday() == 0 and now.hour == 7:
                for pk, gap in list(open_gaps.items()):
                    if gap.monday <= now.date():
                        gap.how, gap.messages = "uncovered", Ask.objects.filter(search=pk).count()
                        year.uncovered += 1
                        del open_gaps[pk]
        elif what == "cancel":
            mission = Mission.objects.select_related("line").get(pk=key)
            if mission.state not in ACTIVE or mission.monday <= now.date():
                continue
            relay.cancel(mission, by=team, now=now)
            year.cancelled += 1
            search = rota.open_search(
                mission.line, monday=mission.monday, by_itself=True, by=team, now=now
            )
            open_gaps[search.pk] = Gap(mission.line_id, mission.monday, now)
            year.gaps.append(open_gaps[search.pk])
            if open_gaps[search.pk].lead_days < rates.reserve_from_days:
                call_reserves(search, now)
            searching.carry_on(now)
            look_at_new_asks(now)
        elif what.startswith("reserve"):
            search = Search.objects.select_related("line").get(pk=key)
            if search.state != SearchState.RUNNING:
                continue
            doctor = Doctor.objects.get(pk=int(what.split()[1]))
            if not Standby.objects.filter(doctor=doctor, monday=search.monday).exists():
                continue
            try:
                mission = rota.place(
                    search.line,
                    doctor=doctor,
                    monday=search.monday,
                    state=MissionState.CONFIRMED,
                    by=team,
                    now=now,
                )
            except Refusal:  # comes with a companion, or another rule speaks against it
                refused.add(doctor.pk)
                call_reserves(search, now, without=refused)
                continue
            fill(search, now, "reserve")
            rota.close_search(search, state=SearchState.FOUND, by=team, now=now)
            expect_cancellation(mission, now)
        else:
            ask = Ask.objects.select_related("search").get(pk=key)
            if ask.search.monday <= now.date():
                continue
            kind = AnswerKind.YES if what == "yes" else AnswerKind.NO
            heard = searching.answer(ask, kind=kind, by=team, now=now)
            year.answers[heard.outcome] += 1
            if heard.mission is not None:
                fill(heard.search, now, "wave")
                expect_cancellation(heard.mission, now)
    year.people = len(asked_people)
    year.most_in_30_days = _most_in_30_days(Ask.objects.values_list("doctor_id", "asked_at"))
    year.seconds = time.process_time() - began
    return year


def _most_in_30_days(asked: Any) -> int:
    by_doctor: dict[int, list[datetime]] = {}
    for doctor, at in asked:
        by_doctor.setdefault(doctor, []).append(at)
    most = 0
    for moments in by_doctor.values():
        moments.sort()
        for first in moments:
            within = [one for one in moments if first <= one < first + timedelta(days=30)]
            most = max(most, len(within))
    return most


def summary(years: list[Year]) -> dict[str, Any]:
    """Put the figures of the issue together."""
    gaps = [gap for year in years for gap in year.gaps]

    def hours(low: float, high: float) -> dict[str, Any]:
        some = [gap for gap in gaps if low <= gap.lead_days < high]
        filled = [(gap.filled - gap.opened).total_seconds() / 3600 for gap in some if gap.filled]
        return {
            "gaps": len(some),
            "filled": len(filled),
            "median_hours": round(statistics.median(filled), 1) if filled else None,
            "messages_median": statistics.median([gap.messages for gap in some]) if some else None,
            "messages_most": max((gap.messages for gap in some), default=None),
        }

    answers: Counter[str] = Counter()
    for year in years:
        answers.update(year.answers)
    return {
        "years": len(years),
        "cancelled": sum(year.cancelled for year in years),
        "uncovered": [year.uncovered for year in years],
        "28 days or more": hours(28, 999),
        "7 to 28 days": hours(7, 28),
        "2 to 7 days": hours(2, 7),
        "under 2 days": hours(0, 2),
        "messages_a_gap_mean": round(statistics.mean(gap.messages for gap in gaps), 1),
        "messages_a_gap_most": max(gap.messages for gap in gaps),
        "answers": dict(sorted(answers.items())),
        "yes_heard": sum(answers[one] for one in ("placed", "reserve", "thanked")),
        "people_a_year": [year.people for year in years],
        "requests_in_30_days_most": max(year.most_in_30_days for year in years),
        "cpu_seconds": [round(year.seconds, 1) for year in years],
        "python": platform.python_version(),
    }


def main() -> None:
    """Plan once, then play a year a seed, each from the same plan."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--seed", type=int, action="append")
    words.add_argument("--out", type=Path, default=HERE / "results.json")
    asked = words.parse_args()
    start()
    from django.db import transaction

    from relais.journeys.demo.play import play

    first = datetime(2027, 1, 6, 9, tzinfo=UTC)
    played = play(now=first, say=lambda line: None)
    print(f"{played.lines} lines, {played.doctors} doctors, {played.holes} holes", flush=True)
    years = []
    for seed in asked.seed or [1, 2, 3]:
        with transaction.atomic():
            year = play_year(first, seed)
            transaction.set_rollback(True)
        years.append(year)
        print(f"seed {seed}: {year.cancelled} cancelled, {year.uncovered} uncovered", flush=True)
    found = summary(years)
    asked.out.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
