"""Small plan folders for tests: a sound one, and ways to change it."""

# ruff: noqa: E501 - rows of the files are read across

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

type Files = dict[str, str | bytes]

FIRST = date(2027, 1, 4)

SOUND: Files = {
    "plan.toml": "first_monday = 2027-01-04\nweeks = 4\nstandby_depth = 1\n",
    "centres.csv": (
        "centre,name,latitude,longitude,lines,opens_on,family_places\n"
        "ajain,Ajain,46.2,2.0,2,,1\n"
        'bu,"Bû,\nEure-et-Loir",48.8,1.5,1,2026-01-01,\n'
    ),
    "closures.csv": "centre,monday\nbu,2027-01-25\n",
    "doctors.csv": (
        "doctor,latitude,longitude,max_missions,min_gap_weeks,max_travel_min,first_mission,family,"
        "pet,step_free,pioneer,ready_on,practices\n"
        "D1,46.0,2.0,4,1,,,,,,,,gynaecology|sutures\n"
        "D2,46.5,2.5,4,1,,,,,,,,sutures\n"
        "D3,48.0,1.0,4,1,,,,,,,,\n"
        "D4,48.0,1.1,3,1,400,1,0,0,0,0,2027-01-11,\n"
    ),
    "offers.csv": (
        "doctor,monday\n"
        + "".join(f"{d},{FIRST + timedelta(weeks=w)}\n" for d in ("D1", "D2", "D3", "D4") for w in range(4))
    ),
    "preferences.csv": "doctor,centre,kind\nD1,ajain,known\nD1,ajain,preferred\nD2,bu,refused\n",
    "needs.csv": "centre,practice,every_weeks\najain,gynaecology,2\n",
    "pairs.csv": "doctor_a,doctor_b\nD1,D2\n",
    "missions.csv": (
        "doctor,centre,monday,status\n"
        "D3,bu,2027-01-04,locked\n"
        "D4,bu,2026-12-07,confirmed\n"
        "D4,bu,2027-01-18,confirmed\n"
    ),
    "travel.csv": "doctor,centre,minutes\nD3,bu,90\n",
}  # fmt: skip


def put(folder: Path, files: Files) -> Path:
    """Write the files of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        raw = content if isinstance(content, bytes) else content.encode("utf-8")
        (folder / name).write_bytes(raw)
    return folder


def changed(file: str, old: str, new: str) -> Files:
    """Give the sound folder with one piece of one file replaced."""
    content = SOUND[file]
    assert isinstance(content, str)
    assert old in content, f"{old!r} is not in {file}"
    return SOUND | {file: content.replace(old, new, 1)}


def longer(file: str, *lines: str) -> Files:
    """Give the sound folder with lines added to one file."""
    content = SOUND[file]
    assert isinstance(content, str)
    return SOUND | {file: content + "".join(line + "\n" for line in lines)}


def without(file: str) -> Files:
    """Give the sound folder without one file."""
    return {name: content for name, content in SOUND.items() if name != file}


def drawn(seed: int) -> Files:
    """Draw a small folder that uses every file and every rule, scarce enough to have holes at times."""
    draw = random.Random(seed)
    weeks = draw.randint(3, 9)
    mondays = [FIRST + timedelta(weeks=week) for week in range(weeks)]
    centres = [f"c{number}" for number in range(draw.randint(1, 4))]
    doctors = [f"D{number}" for number in range(draw.randint(2, 14))]

    def chance(share: float) -> int:
        return int(draw.random() < share)

    def some(day_from: int, share: float) -> str:
        return str(FIRST + timedelta(days=day_from + draw.randint(0, 30))) if chance(share) else ""

    def table(header: str, rows: list[str]) -> str:
        return "\n".join([header, *rows]) + "\n"

    pairs = [doctors[:2]] if chance(0.5) and len(doctors) > 4 else []
    locked = {(doctors[-1], draw.choice(centres), draw.choice(mondays))} if chance(0.5) else set()
    given = [f"{d},{c},{m},locked" for d, c, m in locked]
    for doctor in doctors[2:-1]:
        if chance(0.3):
            status = draw.choice(["confirmed", "proposed"])
            given.append(f"{doctor},{draw.choice(centres)},{draw.choice(mondays)},{status}")
        if chance(0.15):
            given.append(f"{doctor},{draw.choice(centres)},2026-12-21,confirmed")
    return {
        "plan.toml": (
            f"first_monday = {FIRST}\nweeks = {weeks}\nstandby_depth = {draw.randint(0, 2)}\n"
            f"opening_weeks = {draw.randint(1, 3)}\n"
        ),
        "centres.csv": table(
            "centre,name,latitude,longitude,lines,opens_on,closes_on,family_places,pets,step_free",
            [
                f"{c},Centre {c},{draw.uniform(44, 49):.3f},{draw.uniform(-1, 6):.3f},"
                f"{draw.choice([1, 1, 2, 3])},{some(-20, 0.3)},{some(30, 0.2)},{draw.choice(['', 0, 2])},"
                f"{draw.choice(['', 0, 1])},{draw.choice(['', 0, 1])}"
                for c in centres
            ],
        ),
        "closures.csv": table(
            "centre,monday", [f"{c},{m}" for c in centres for m in mondays if chance(0.08)]
        ),
        "doctors.csv": table(
            "doctor,latitude,longitude,max_missions,min_gap_weeks,max_travel_min,first_mission,"
            "family,pet,step_free,pioneer,ready_on,practices",
            [
                f"{d},{draw.uniform(44, 49):.3f},{draw.uniform(-1, 6):.3f},{draw.randint(1, 4)},"
                f"{draw.choice(['', 0, 1, 2, 3])},{draw.choice(['', '', 300])},{chance(0.3)},"
                f"{chance(0.3) if d != doctors[-1] else 0},{chance(0.15)},{chance(0.1)},{chance(0.3)},{some(-10, 0.2)},"
                f"{draw.choice(['', 'gynaecology', 'sutures', 'gynaecology|sutures'])}"
                for d in doctors
            ],
        ),
        "offers.csv": table(
            "doctor,monday", [f"{d},{m}" for d in doctors for m in mondays if chance(0.5)]
        ),
        "preferences.csv": table(
            "doctor,centre,kind",
            [
                f"{d},{c},{draw.choice(['refused', 'known', 'preferred'])}"
                for d in doctors for c in centres if chance(0.3)
            ],
        ),
        "needs.csv": table(
            "centre,practice,every_weeks",
            [f"{c},{draw.choice(['gynaecology', 'sutures'])},{draw.randint(1, 4)}" for c in centres if chance(0.6)],
        ),
        "pairs.csv": table("doctor_a,doctor_b", [",".join(pair) for pair in pairs]),
        "missions.csv": table("doctor,centre,monday,status", given),
        "travel.csv": table(
            "doctor,centre,minutes",
            [f"{d},{c},{draw.randint(0, 500)}" for d in doctors for c in centres if chance(0.1)],
        ),
    }  # fmt: skip
