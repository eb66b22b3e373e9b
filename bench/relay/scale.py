"""A country: 800 centres, 40,000 doctors. How long the pages and acts of the relay take.

    python bench/relay/scale.py [--centres 800] [--doctors 40000] [--seed 1] [--radar]

A database file of its own (or RELAIS_DATABASE_URL). Rows are written straight (no service would
finish): offers, a year of missions with some weeks open, risks drawn. Then, through the product's
own views and journeys: the radar page, the ranking of one gap, a wave of 200 questions queued, the
page of open weeks of one doctor, one round of reminders, one held week. Best of three, wall and CPU
seconds. `--radar` also reads the whole radar once. Writes results-scale-….json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
WAVE, WEEKS, OFFERED = 200, 52, 4
OPEN_SHARE, INVITED_SHARE = 0.03, 0.1
BATCH = 5000
NOW = datetime(2027, 1, 6, 9, 30, tzinfo=UTC)
FIRST = date(2027, 1, 11)


def start() -> str:
    """Start Django on an empty database; gives its kind."""
    os.environ.update(RELAIS_VAR=tempfile.mkdtemp(prefix="relais-scale-"), RELAIS_DEBUG="1")
    os.environ["DJANGO_SETTINGS_MODULE"] = "relais.config.settings"
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    call_command("migrate", verbosity=0)
    return connection.vendor


def populate(centres: int, *, doctors: int, seed: int) -> dict[str, int]:
    """Write a country; counts the rows."""
    from relais.doctors.models import Doctor
    from relais.network.models import Centre, Line
    from relais.rota.models import Mission, Offer, Radar, RiskReading
    from relais.rota.services.turn import current_turn
    from relais.rota.states import MissionState, OfferSource, WeekState

    draw = random.Random(seed)

    def place() -> tuple[float, float]:
        return draw.uniform(43.0, 50.0), draw.uniform(-1.0, 7.0)

    places = [place() for _ in range(centres)]
    Centre.objects.bulk_create(
        [
            Centre(
                key=f"c{number}",
                name=f"Centre {number}",
                latitude=at[0],
                longitude=at[1],
                opens_on=date(2024, 1, 1),
            )
            for number, at in enumerate(places)
        ],
        batch_size=BATCH,
    )
    Line.objects.bulk_create(
        [Line(centre=centre, number=1) for centre in Centre.objects.order_by("pk")]
    )
    lines = list(Line.objects.order_by("pk"))
    homes = [place() for _ in range(doctors)]
    Doctor.objects.bulk_create(
        [
            Doctor(
                key=f"d{number}",
                first_name="Camille",
                last_name=f"Dupont {number}",
                email=f"d{number}@exemple.invalid",
                latitude=at[0],
                longitude=at[1],
                max_missions=2,
                max_travel_minutes=draw.choice([120, 180, 240]),
                ready_on=date(2026, 1, 1),
                missions_before=1,
            )
            for number, at in enumerate(homes)
        ],
        batch_size=BATCH,
    )
    ids = list(Doctor.objects.order_by("pk").values_list("pk", flat=True))
    days = [FIRST + timedelta(weeks=week) for week in range(WEEKS)]
    offered: dict[int, list[date]] = {key: draw.sample(days, OFFERED) for key in ids}
    Offer.objects.bulk_create(
        [
            Offer(doctor_id=key, monday=day, source=OfferSource.DOCTOR, offered_at=NOW)
            for key, chosen in offered.items()
            for day in chosen
        ],
        batch_size=BATCH,
    )
    by_day: dict[date, list[int]] = {day: [] for day in days}
    for key, chosen in offered.items():
        for day in chosen:
            by_day[day].append(key)
    busy: set[int] = set()
    missions, risks = [], []
    for day in days:
        free = [key for key in by_day[day] if key not in busy]
        draw.shuffle(free)
        for line in lines:
            if draw.random() < OPEN_SHARE or not free:
                risks.append(
                    RiskReading(
                        line=line,
                        monday=day,
                        state=WeekState.OPEN,
                        chance=draw.random() ** 3,
                        says_yes=0.0,
                        could_come=20,
                        standbys=1,
                    )
                )
                continue
            key = free.pop()
            busy.add(key)
            invited = draw.random() < INVITED_SHARE
            state = MissionState.INVITED if invited else MissionState.CONFIRMED
            missions.append(
                Mission(
                    doctor_id=key,
                    line=line,
                    monday=day,
                    state=state,
                    travel_minutes=90,
                    created_at=NOW - timedelta(days=90),
                    changed_at=NOW - timedelta(days=90),
                )
            )
            risks.append(
                RiskReading(
                    line=line,
                    monday=day,
                    doctor_id=key,
                    state=WeekState(state),
                    chance=draw.random() * 0.05,
                    says_yes=1.0,
                    could_come=20,
                    standbys=1,
                )
            )
    Mission.objects.bulk_create(missions, batch_size=BATCH)
    RiskReading.objects.bulk_create(risks, batch_size=BATCH)
    Radar.objects.create(pk=1, read_at=NOW, day=NOW.date(), turn=current_turn())
    return {
        "centres": centres,
        "doctors": doctors,
        "offers": len(ids) * OFFERED,
        "missions": len(missions),
        "open": len(risks) - len(missions),
    }


def timed(act: Callable[[], Any], *, times: int = 3) -> tuple[dict[str, float], Any]:
    """Do something some times; gives the best wall and CPU seconds, and what it gave last."""
    walls, cpus, gave = [], [], None
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        gave = act()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    best = {"wall_s": round(min(walls), 3), "cpu_s": round(min(cpus), 3)}
    print(best, file=sys.stderr, flush=True)
    return best, gave


def measure(*, radar: bool) -> dict[str, Any]:
    """Time the pages and acts."""
    from unittest.mock import patch

    from django.test import Client
    from django.urls import reverse
    from tests import factories

    from relais.accounts.states import Role
    from relais.core.actors import Actor
    from relais.doctors.models import Doctor
    from relais.journeys import reminding, searching
    from relais.journeys.recipients import of_doctor
    from relais.network.models import Line
    from relais.outbox import services as outbox
    from relais.rota import services as rota
    from relais.rota.models import RiskReading
    from relais.rota.queries import choosing
    from relais.rota.searching import Person
    from relais.rota.states import WeekState

    by = Actor.system("bench")
    found: dict[str, Any] = {}
    gap = (
        RiskReading.objects.filter(state=WeekState.OPEN, monday=FIRST + timedelta(weeks=6))
        .select_related("line")
        .first()
    )
    assert gap is not None
    line = Line.objects.select_related("centre").get(pk=gap.line_id)
    with patch("django.utils.timezone.now", lambda: NOW):
        client = Client(HTTP_HOST="localhost")
        client.force_login(factories.user(Role.PLANNER))
        page = reverse("office_radar")
        client.get(page)
        found["radar_page"], answer = timed(lambda: client.get(page))
        assert answer.status_code == 200
        found["rank_one_gap"], preview = timed(
            lambda: searching.preview(line, monday=gap.monday, now=NOW), times=1
        )
        found["rank_one_gap"]["people"] = preview.wave.others + len(preview.wave.people)
        people = [
            Person(doctor, 0.1, True, False, 90, "à 1 h 30 de chez vous.")
            for doctor in Doctor.objects.select_related("home").order_by("pk")[:WAVE]
        ]
        weeks = iter(range(20, 40))

        def wave() -> int:
            monday = FIRST + timedelta(weeks=next(weeks))
            one = RiskReading.objects.filter(state=WeekState.OPEN, monday=monday).first()
            assert one is not None
            search = rota.open_search(
                Line.objects.get(pk=one.line_id), monday=monday, by_itself=False, by=by, now=NOW
            )
            asks = rota.ask(
                search, people=people, answer_by=NOW + timedelta(days=2), by=by, now=NOW
            )
            outbox.post_many(
                [
                    outbox.Posting(
                        recipient=of_doctor(one.ask.doctor),
                        template=searching.TEMPLATE,
                        about=f"rota.search:{search.pk}",
                        values={
                            "name": str(one.ask.doctor),
                            "network": "Relais",
                            "week": "semaine",
                            "centre": "Centre",
                            "why": one.ask.because,
                            "link": searching.address(one.token),
                        },
                        give_up_at=NOW + timedelta(days=5),
                    )
                    for one in asks
                ],
                by=by,
                now=NOW,
            )
            return len(asks)

        found["wave_of_200_queued"], found["wave"] = timed(wave)
        someone = Doctor.objects.order_by("pk")[7]
        found["open_weeks_of_one_doctor"], choice = timed(
            lambda: choosing.open_weeks(someone, now=NOW)
        )
        found["open_weeks_of_one_doctor"]["listed"] = len(choice.weeks)
        found["reminders_one_round"], found["reminders"] = timed(
            lambda: reminding.remind(NOW), times=1
        )
        free = next((one for one in choice.weeks if one.turn.now), None)
        if free is not None:
            found["hold_a_week"], _ = timed(
                lambda: rota.hold(free.line, doctor=someone, monday=free.monday, by=by, now=NOW),
                times=1,
            )
        if radar:
            found["radar_read_whole"], _ = timed(lambda: rota.refresh_radar(NOW), times=1)
    return found


def main() -> None:
    """Build, measure, write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--centres", type=int, default=800)
    parser.add_argument("--doctors", type=int, default=40_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--radar", action="store_true")
    said = parser.parse_args()
    vendor = start()
    began = time.perf_counter()
    rows = populate(said.centres, doctors=said.doctors, seed=said.seed)
    built = time.perf_counter() - began
    report = {
        "rows": rows,
        "database": vendor,
        "built_s": round(built, 1),
        **measure(radar=said.radar),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "python": platform.python_version(),
        "machine": f"{os.cpu_count()} cores, shared",
        "date": datetime.now(UTC).date().isoformat(),
    }
    text = json.dumps(report, indent=2, ensure_ascii=False)
    (HERE / f"results-scale-{said.centres}-{vendor}.json").write_text(text + "\n", "utf-8")
    print(text)


if __name__ == "__main__":
    main()
