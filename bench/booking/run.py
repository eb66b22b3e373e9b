"""64 clients rush for the places of a centre: no double booking, no lost word, no error.

    python bench/booking/run.py --database sqlite
    python bench/booking/run.py --database postgresql

Each round opens two lines for one day (48 places of twenty minutes) and starts fresh clients, one
process each, which call the services of the product. `rush`: everyone wants the same places in the
same order. `chaos`: random lengths, moves, cancellations, holds given up or confirmed, and some
clients killed (SIGKILL) in the middle; then whoever is left fills what is free. What a client was
told (« acknowledged ») is written to its own file before it goes on, and compared with the database
at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
FORK = get_context("fork")
PLACES, MINUTES = 24, 20  # on each of two lines: 48
FIRST_DAY = date(2031, 1, 7)  # a Tuesday: no later beginning, no afternoon off
KILLED_A_ROUND = 3


def start(database: str, folder: Path, stack: ExitStack) -> str:
    """Start a database and give its address."""
    if database == "sqlite":
        return f"sqlite:///{folder / 'bench.sqlite3'}"
    from tests import pg

    pg.UNSAFE_AND_FAST["max_connections"] = "120"
    return stack.enter_context(pg.server())


def prepare(rounds: int, clients: int) -> tuple[list[int], list[list[int]], str]:
    """Migrate, and make a centre of two lines, its openings, and the patients of each client."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from relais.agenda.models import Opening, Reason
    from relais.network.models import Centre, Line
    from relais.patients.models import Person

    now = datetime.now(UTC)
    centre = Centre.objects.create(key="bench", name="Banc", latitude=46.0, longitude=2.0)
    lines = [Line.objects.create(centre=centre, number=number).pk for number in (1, 2)]
    from datetime import time as wall

    from relais.agenda.models import DoctorAgenda
    from relais.doctors.models import Doctor
    from relais.rota.models import Mission

    for line in lines:  # a doctor who sees any number of patients: the clock alone sets the limit
        doctor = Doctor.objects.create(key=f"b{line}", last_name="Banc", latitude=46, longitude=2)
        DoctorAgenda.objects.create(doctor=doctor, most_a_day=500)
        Mission.objects.bulk_create(
            Mission(
                doctor=doctor,
                line_id=line,
                monday=day_of(number) - timedelta(days=1),
                state="confirmed",
                created_at=now,
                changed_at=now,
            )
            for number in range(rounds)
        )
    for number in range(rounds):
        Opening.objects.create(
            centre=centre, day=day_of(number), starts=wall(9), ends=wall(17), kind="planned"
        )
    reason = Reason.objects.create(code="bench", label="Banc", kind="planned", minutes=20)
    people = Person.objects.bulk_create(
        Person(
            birth_name=f"BANC {number}",
            first_birth_name="A",
            sex="U",
            birth_written="1960-01-01",
            born_on=date(1960, 1, 1),
            search_name=f"banc {number}",
            created_at=now,
            changed_at=now,
        )
        for number in range(clients * 6)
    )
    ids = [person.pk for person in people]
    return lines, [ids[number * 6 : number * 6 + 6] for number in range(clients)], reason.pk


def day_of(number: int) -> date:
    """Give the day of a round, always a Tuesday."""
    return FIRST_DAY + timedelta(weeks=number)


class Client:
    """One client of a round, in its own process."""

    def __init__(
        self, day: date, lines: list[int], people: list[int], reason: str, file: Path, seed: int
    ) -> None:
        from relais.agenda.models import Reason
        from relais.core.actors import Actor
        from relais.engine.agenda import instant
        from relais.network.models import Line
        from relais.patients.models import Person

        self.day, self.dice = day, random.Random(seed)
        rows = Line.objects.select_related("centre__commune").in_bulk(lines)
        self.lines = [rows[pk] for pk in lines]
        self.people = list(Person.objects.filter(pk__in=people).order_by("pk"))
        self.reason = Reason.objects.get(pk=reason)
        self.by = Actor.system("banc")
        nine = datetime.min.replace(hour=9).time()
        self.opens = instant(day, nine, "Europe/Paris")
        self.file = file.open("a", buffering=1)
        self.times: list[float] = []
        self.told: Counter[str] = Counter()
        self.keys = 0
        self.prefix = f"{file.stem}-"

    def attempt(self, name: str, act: Callable[[], Any]) -> Any:
        """Do something, time it, write down what was acknowledged; None when refused."""
        from relais.core.errors import Refusal

        began = time.perf_counter()
        try:
            row = act()
        except Refusal as refusal:
            self.told[type(refusal).__name__] += 1
            return None
        except Exception as error:  # a server error, whatever it is
            self.told[f"ERROR {type(error).__name__}: {str(error)[:80]}"] += 1
            return None
        finally:
            self.times.append(time.perf_counter() - began)
        self.told[name] += 1
        said = {"id": row.pk, "rev": row.rev, "state": str(row.state), "tick": row.tick}
        self.file.write(json.dumps(said) + "\n")
        return row

    def said(self) -> dict[str, Any]:
        """Give what every service is told."""
        self.keys += 1
        return {
            "request_key": f"{self.prefix}{self.keys}",
            "by": self.by,
            "now": datetime.now(UTC),
        }

    def book(self, line: Any, starts_at: datetime, minutes: int) -> Any:
        from relais.agenda import services

        patient = self.dice.choice(self.people)
        return self.attempt(
            "booked",
            lambda: services.book(
                line,
                starts_at=starts_at,
                minutes=minutes,
                reason=self.reason,
                patient=patient,
                **self.said(),
            ),
        )

    def rush(self) -> None:
        """Try every place in the common order."""
        for number in range(PLACES):
            for line in self.lines:
                self.book(line, self.opens + number * timedelta(minutes=MINUTES), MINUTES)

    def chaos(self) -> None:
        """Try random lengths everywhere, and change one's mind."""
        from relais.agenda import services
        from relais.agenda.states import CancelledBy, Channel

        for number in range(PLACES):
            line = self.lines[self.dice.randrange(2)]
            at = self.opens + timedelta(minutes=MINUTES * number + self.dice.choice((0, 0, 5, 10)))
            if self.dice.random() < 0.25:
                held = self.attempt(
                    "held",
                    lambda line=line, at=at: services.hold(
                        line,
                        starts_at=at,
                        minutes=self.dice.choice((10, 20)),
                        reason=self.reason,
                        channel=Channel.ONLINE,
                        until=datetime.now(UTC) + timedelta(seconds=0.5),
                        **self.said(),
                    ),
                )
                if held is not None and self.dice.random() < 0.5:
                    self.attempt(
                        "confirmed",
                        lambda held=held: services.confirm_hold(
                            held, patient=self.dice.choice(self.people), **self.said()
                        ),
                    )
                continue
            row = self.book(line, at, self.dice.choice((5, 10, 15, 20, 30, 40)))
            if row is None:
                continue
            mind = self.dice.random()
            if mind < 0.2:
                self.attempt(
                    "cancelled",
                    lambda row=row: services.cancel(
                        row, cancelled_by=CancelledBy.PATIENT, **self.said()
                    ),
                )
            elif mind < 0.45:
                where = self.opens + timedelta(minutes=5 * self.dice.randrange(90))
                self.attempt(
                    "moved",
                    lambda row=row, where=where: services.move(
                        row, line=self.lines[self.dice.randrange(2)], starts_at=where, **self.said()
                    ),
                )
            elif mind < 0.6:
                self.attempt(
                    "resized",
                    lambda row=row: services.resize(
                        row, minutes=self.dice.choice((10, 25, 35)), **self.said()
                    ),
                )

    def fill(self) -> None:
        """Take what is free until nothing is."""
        from relais.agenda.planning import places_for

        for _ in range(200):
            places = places_for(
                self.lines,
                reason=self.reason,
                person=None,
                first=self.day,
                days=1,
                now=datetime.now(UTC),
                most=30,
            )
            if not places:
                return
            for place in self.dice.sample(places, min(len(places), 4)):
                self.book(place.sheet.line, place.starts_at, MINUTES)


def run_client(
    mode: str, go: Any, number: int, files: Path, results: Any, args: tuple[Any, ...]
) -> None:
    """Run one client and send what it measured."""
    from django.db import connection

    client = Client(*args, file=files / f"{number}.jsonl", seed=number)
    connection.ensure_connection()
    results.put(None)  # ready
    go.wait()
    if mode == "rush":
        client.rush()
    else:
        client.chaos()
        client.fill()
    results.put((client.times, dict(client.told)))


def play(mode: str, rounds: int, clients: int, world: Any, folder: Path, offset: int) -> Any:
    """Play the rounds; returns times, answers and how long the rushes took."""
    from django.db import connections

    lines, people, reason = world
    times: list[float] = []
    told: Counter[str] = Counter()
    spent, killed, unfilled = 0.0, 0, 0
    dice = random.Random(1)
    for number in range(rounds):
        day = day_of(offset + number)
        files = folder / f"{mode}-{number}"
        files.mkdir()
        connections.close_all()
        go, results = FORK.Event(), FORK.Queue()
        workers = [
            FORK.Process(
                target=run_client,
                args=(
                    mode,
                    go,
                    one + 1000 * number,
                    files,
                    results,
                    (day, lines, people[one], reason),
                ),
            )
            for one in range(clients)
        ]
        for worker in workers:
            worker.start()
        for _ in workers:
            results.get(timeout=120)
        began = time.perf_counter()
        go.set()
        victims: list[Any] = []
        if mode == "chaos":
            victims = dice.sample(workers, KILLED_A_ROUND)
            for victim in victims:
                time.sleep(0.15)
                if victim.is_alive() and victim.pid is not None:
                    os.kill(victim.pid, signal.SIGKILL)
                    killed += 1
        # A killed process may hold the lock of a shared queue: results come by a time limit.
        for worker in workers:
            while worker.is_alive():
                drain(results, times, told)
                worker.join(0.02)
        spent += time.perf_counter() - began
        drain(results, times, told)
        unfilled += still_free(lines, day, reason)
    return times, told, spent, killed, unfilled


def drain(results: Any, times: list[float], told: Counter[str]) -> None:
    """Take what the clients sent."""
    import queue

    while True:
        try:
            found = results.get(timeout=0.01)
        except queue.Empty:
            return
        if found is not None:
            times += found[0]
            told.update(found[1])


def still_free(lines: list[int], day: date, reason: str) -> int:
    """Count the places of twenty minutes that nobody has."""
    from relais.agenda.models import Reason
    from relais.agenda.planning import places_for
    from relais.network.models import Line

    rows = list(Line.objects.filter(pk__in=lines).select_related("centre__commune"))
    now = datetime.now(UTC) + timedelta(minutes=1)  # holds that were given up are over
    wanted = Reason.objects.get(pk=reason)
    return len(places_for(rows, reason=wanted, person=None, first=day, days=1, now=now, most=99))


def lost(folder: Path) -> int:
    """Count what was acknowledged and is not so: the last word on each appointment, or a later one.

    Only its own client changes an appointment, except a hold that is over, which anyone clears.
    """
    from relais.agenda.models import Appointment

    last: dict[int, dict[str, Any]] = {}
    for file in folder.rglob("*.jsonl"):
        for line in file.read_text().splitlines():
            said = json.loads(line)
            if said["id"] not in last or said["rev"] >= last[said["id"]]["rev"]:
                last[said["id"]] = said
    rows = Appointment.objects.in_bulk(list(last))
    missing = 0
    for pk, said in last.items():
        row = rows.get(pk)
        if (
            row is None
            or row.rev < said["rev"]
            or (
                row.rev == said["rev"]
                and (str(row.state), row.tick) != (said["state"], said["tick"])
            )
        ):
            missing += 1
    return missing


def report(name: str, played: Any) -> dict[str, Any]:
    """Say what a mode gave."""
    times, told, spent, killed, unfilled = played
    ordered = sorted(times)
    errors = sum(count for word, count in told.items() if word.startswith("ERROR"))
    return {
        "mode": name,
        "requests": len(times),
        "requests_per_s": round(len(times) / spent),
        "p50_ms": round(statistics.median(ordered) * 1000, 1),
        "p99_ms": round(ordered[int(len(ordered) * 0.99)] * 1000, 1),
        "max_ms": round(ordered[-1] * 1000, 1),
        "seconds": round(spent, 1),
        "killed": killed,
        "places_left": unfilled,
        "errors": errors,
        "told": dict(sorted(told.items())),
    }


def main() -> int:
    """Run the modes on one database and print a report as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--modes", nargs="*", default=["rush", "chaos"])
    parser.add_argument("--keep", type=Path, help="write the report there")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="relais-bench-")))
        address = start(asked.database, folder, stack)
        os.environ |= {
            "RELAIS_DATABASE_URL": address,
            "RELAIS_VAR": str(folder / "var"),
            "RELAIS_DEMO": "1",
            "DJANGO_SETTINGS_MODULE": "relais.config.settings",
        }
        import django

        django.setup()
        from django.conf import settings

        settings.DEBUG = False
        world = prepare(asked.rounds * len(asked.modes), asked.clients)
        told = []
        for number, mode in enumerate(asked.modes):
            played = play(mode, asked.rounds, asked.clients, world, folder, number * asked.rounds)
            told.append(report(mode, played))
        from relais.agenda import queries
        from relais.agenda.models import Appointment

        said = {
            "date": datetime.now(UTC).date().isoformat(),
            "machine": f"{os.cpu_count()} cores, {platform.machine()}",
            "python": platform.python_version(),
            "database": asked.database,
            "clients": asked.clients,
            "rounds": asked.rounds,
            "appointments": Appointment.objects.count(),
            "double_bookings": len(queries.double_bookings()),
            "tick_faults": len(queries.tick_faults()),
            "lost_acknowledged": lost(folder),
            "modes": told,
        }
        text = json.dumps(said, indent=1, ensure_ascii=False)
        print(text)
        if asked.keep:
            asked.keep.write_text(text + "\n", encoding="utf-8")
        from django.db import connections

        connections.close_all()
    sound = not (said["double_bookings"] or said["tick_faults"] or said["lost_acknowledged"])
    return 0 if sound and not any(one["errors"] or one["places_left"] for one in told) else 1


if __name__ == "__main__":
    raise SystemExit(main())
