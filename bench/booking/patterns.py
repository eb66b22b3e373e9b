"""The two usual patterns under the same rush, on the same PostgreSQL: what ticks are compared with.

    python bench/booking/patterns.py [--clients 16] [--rounds 5]

`check`: look whether the place is free, then insert (no guard in the database). `exclude`: two
exclusion constraints (line, patient) over ranges. `ticks`: the pattern of the product alone, one
lock row and a row a tick, without the product around it. Every client is a process; all want the 48
places of a round in the same order. Counted: rows, overlapping pairs, deadlocks, times.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]
FORK = get_context("fork")
PLACES, LINES, TICKS = 24, 2, 4
TABLES = """
CREATE TABLE {name} (id bigserial PRIMARY KEY, line int, patient int, starts int, ends int);
CREATE INDEX ON {name} (line, starts);
"""
EXCLUDE = """
CREATE EXTENSION IF NOT EXISTS btree_gist;
ALTER TABLE by_exclude ADD EXCLUDE USING gist (line WITH =, int4range(starts, ends) WITH &&);
ALTER TABLE by_exclude ADD EXCLUDE USING gist (patient WITH =, int4range(starts, ends) WITH &&);
"""
TICK_TABLES = """
CREATE TABLE day (line int, day int, rev int, PRIMARY KEY (line, day));
CREATE TABLE line_tick (line int, tick int, owner bigint, PRIMARY KEY (line, tick));
CREATE TABLE patient_tick (patient int, tick int, owner bigint, PRIMARY KEY (patient, tick));
"""
INSERT = "INSERT INTO {name} (line, patient, starts, ends) VALUES (%s, %s, %s, %s) RETURNING id"
TAKEN = "SELECT 1 FROM {name} WHERE line = %s AND starts < %s AND ends > %s LIMIT 1"


def book(db: Any, pattern: str, line: int, patient: int, start: int) -> str:
    """Try one place; « booked » or « taken », raises what the database raises."""
    end, name = start + TICKS, f"by_{pattern}"
    with db.transaction():
        if pattern == "ticks":
            if db.execute(TAKEN.format(name=name), (line, end, start)).fetchone():
                return "taken"
            db.execute(
                "INSERT INTO day VALUES (%s, %s, 1) ON CONFLICT (line, day)"
                " DO UPDATE SET rev = day.rev + 1",
                (line, start // 288),
            )
        if (
            pattern != "exclude"
            and db.execute(TAKEN.format(name=name), (line, end, start)).fetchone()
        ):
            return "taken"
        row = db.execute(INSERT.format(name=name), (line, patient, start, end)).fetchone()[0]
        if pattern == "ticks":
            for table, owner in (("line_tick", line), ("patient_tick", patient)):
                db.execute(
                    f"INSERT INTO {table} SELECT %s, generate_series(%s::int, %s::int), %s",
                    (owner, start, end - 1, row),
                )
    return "booked"


def client(
    address: dict[str, str], pattern: str, number: int, rounds: int, go: Any, out: Any
) -> None:
    """Want every place of every round."""
    told: Counter[str] = Counter()
    times = []
    dice = random.Random(number)
    with psycopg.connect(**address, autocommit=True) as db:
        out.put(None)
        go.wait()
        for one in range(rounds):
            for place in range(PLACES):
                for line in range(LINES):
                    patient = number * 6 + dice.randrange(6)
                    began = time.perf_counter()
                    try:
                        told[book(db, pattern, line, patient, one * 288 + place * TICKS)] += 1
                    except psycopg.errors.DeadlockDetected:
                        told["deadlock"] += 1
                    except psycopg.errors.IntegrityError:
                        told["taken"] += 1
                    times.append(time.perf_counter() - began)
    out.put((times, dict(told)))


def main() -> int:
    """Run the three patterns and print a report as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    from tests import pg

    pg.UNSAFE_AND_FAST["max_connections"] = "120"
    with pg.server() as url:
        address = {"host": parse_qs(urlsplit(url).query)["host"][0], "user": pg.OWNER}
        address["dbname"] = "postgres"
        with psycopg.connect(**address, autocommit=True) as db:
            for pattern in ("check", "exclude", "ticks"):
                db.execute(TABLES.format(name=f"by_{pattern}"))
            db.execute(EXCLUDE)
            db.execute(TICK_TABLES)
        found = [one_pattern(pattern, address, asked) for pattern in ("check", "exclude", "ticks")]
    report = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, shared with the clients",
        "load": os.getloadavg()[0],
        "clients": asked.clients,
        "rounds": asked.rounds,
        "places": asked.rounds * PLACES * LINES,
        "patterns": found,
    }
    text = json.dumps(report, indent=1)
    print(text)
    if asked.keep:
        asked.keep.write_text(text + "\n", encoding="utf-8")
    return 0


def one_pattern(pattern: str, address: dict[str, str], asked: Any) -> dict[str, Any]:
    """Play one pattern with all its clients."""
    go, out = FORK.Event(), FORK.Queue()
    workers = [
        FORK.Process(target=client, args=(address, pattern, number, asked.rounds, go, out))
        for number in range(asked.clients)
    ]
    for worker in workers:
        worker.start()
    for _ in workers:
        out.get(timeout=60)
    began = time.perf_counter()
    go.set()
    times: list[float] = []
    told: Counter[str] = Counter()
    for _ in workers:
        some, words = out.get(timeout=300)
        times += some
        told.update(words)
    spent = time.perf_counter() - began
    for worker in workers:
        worker.join()
    times.sort()
    overlap = f"""SELECT count(*) FROM by_{pattern} a JOIN by_{pattern} b
        ON a.id < b.id AND (a.line = b.line OR a.patient = b.patient)
        AND a.starts < b.ends AND b.starts < a.ends"""
    with psycopg.connect(**address) as db:
        doubles = db.execute(overlap).fetchone()
    return {
        "pattern": pattern,
        "attempts_per_s": round(len(times) / spent),
        "told": dict(sorted(told.items())),
        "double_pairs": doubles[0] if doubles else 0,
        "p50_ms": round(times[len(times) // 2] * 1000, 1),
        "p99_ms": round(times[int(len(times) * 0.99)] * 1000, 1),
        "max_ms": round(times[-1] * 1000, 1),
    }


if __name__ == "__main__":
    raise SystemExit(main())
