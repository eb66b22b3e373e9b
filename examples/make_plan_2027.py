"""Writes examples/plan-2027: a network like today's, planned for 2027, with fictional doctors only.

    PYTHONPATH=src python examples/make_plan_2027.py [FOLDER]

The centres stand in real communes (public pages of 2022 to 2026; the commune of the tenth is not
known and marked as such). Everything about doctors is drawn at random from the seed below: where
they live, when they can come, what they practise and prefer. The distributions are assumptions.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from relais.engine.plan_folder.read import read_folder
from relais.engine.rota.feasible import feasible
from relais.engine.rota.problem import Problem

SEED = 2027
DOCTORS = 950
FIRST_MONDAY = date(2027, 1, 4)
WEEKS = 52
CLOSED = (
    date(2027, 8, 9),
    date(2027, 12, 20),
    date(2027, 12, 27),
)  # 15 August, Christmas, New Year

# id, name, latitude, longitude, lines, INSEE code, opened on, family places, pets, step-free
CENTRES = (
    ("ajain", "Ajain", 46.207, 1.995, 2, "23002", date(2022, 10, 31), 1, 1, 1),
    ("bellegarde", "Bellegarde-en-Marche", 45.981, 2.294, 2, "23020", date(2023, 6, 19), 1, 1, 1),
    ("charenton", "Charenton-du-Cher", 46.730, 2.644, 2, "18052", date(2024, 2, 6), 2, 1, 1),
    ("chantenay", "Chantenay-Saint-Imbert", 46.734, 3.181, 1, "58057", date(2024, 6, 18), 1, 1, 0),
    ("arnac", "Arnac-la-Poste", 46.266, 1.375, 1, "87003", date(2024, 10, 2), 1, 1, 1),
    ("menigoute", "Ménigoute", 46.496, -0.059, 1, "79176", date(2024, 11, 4), 1, 0, 1),
    ("reuilly", "Reuilly", 47.085, 2.041, 1, "36171", date(2024, 12, 9), 1, 1, 1),
    ("mas-agenais", "Le Mas-d’Agenais", 44.412, 0.219, 1, "47159", date(2025, 2, 24), 1, 1, 0),
    ("bu", "Bû", 48.797, 1.493, 1, "28064", date(2025, 7, 15), 0, 0, 1),
    ("alpes-04", "Alpes-de-Haute-Provence (commune à préciser)", 44.1, 6.2, 1, "",
     date(2025, 9, 1), 1, 1, 1),
    ("bourdeilles", "Bourdeilles", 45.324, 0.586, 1, "24055", date(2025, 11, 26), 1, 1, 1),
)  # fmt: skip

# Where doctors live: a city, its place, its weight; the spread around it is drawn.
CITIES = (
    (48.86, 2.35, 30), (45.76, 4.84, 11), (43.30, 5.37, 9), (43.60, 1.44, 8), (44.84, -0.58, 8),
    (47.22, -1.55, 7), (48.11, -1.68, 5), (50.63, 3.06, 7), (48.58, 7.75, 5), (43.61, 3.88, 5),
    (45.19, 5.72, 5), (43.70, 7.26, 4), (49.44, 1.10, 3), (47.90, 1.91, 3), (47.39, 0.69, 3),
    (46.58, 0.34, 3), (45.83, 1.26, 3), (45.78, 3.08, 4), (47.32, 5.04, 3), (48.69, 6.18, 3),
    (49.26, 4.03, 2), (49.18, -0.37, 2), (48.39, -4.49, 2), (43.30, -0.37, 2), (42.70, 2.90, 2),
    (47.24, 6.02, 2), (45.65, 0.16, 1), (46.16, -1.15, 2), (45.90, 6.12, 3), (44.93, 4.89, 2),
)  # fmt: skip

# A practice and the share of doctors who do it.
PRACTICES = (("gynaecology", 0.62), ("sutures", 0.7), ("ultrasound", 0.14), ("infiltrations", 0.3))

type Row = Iterable[object]


@dataclass
class Person:
    """A drawn doctor: its row, and what other files need to know of it."""

    row: list[object]
    latitude: float
    longitude: float
    has_come: bool
    weeks: list[int]

    @property
    def id(self) -> str:
        """Give the id of the doctor."""
        return str(self.row[0])


def _monday(week: int) -> date:
    return FIRST_MONDAY + timedelta(weeks=week)


def _write(folder: Path, name: str, header: str, rows: Iterable[Row]) -> None:
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split())
        writer.writerows(rows)


def _popularity() -> np.ndarray:
    """Give how willingly each week is offered: less in August and around Christmas."""
    weight = np.ones(WEEKS)
    for week in range(WEEKS):
        month = _monday(week).month
        weight[week] = {1: 0.8, 2: 1.1, 7: 0.8, 8: 0.5, 12: 0.6}.get(month, 1.0)
    return weight / weight.sum()


def people(draw: np.random.Generator) -> list[Person]:
    """Draw the doctors."""
    weights = np.array([weight for *_, weight in CITIES], dtype=float)
    homes = draw.choice(len(CITIES), size=DOCTORS, p=weights / weights.sum())
    popularity = _popularity()
    drawn = []
    for number in range(1, DOCTORS + 1):
        latitude, longitude, _ = CITIES[homes[number - 1]]
        latitude = round(latitude + float(draw.normal(0, 0.22)), 3)
        longitude = round(longitude + float(draw.normal(0, 0.3)), 3)
        has_come = bool(draw.random() < 0.72)
        pioneer = number <= 8
        most = int(draw.choice([1, 2, 3, 4, 5, 6], p=[0.52, 0.26, 0.12, 0.06, 0.03, 0.01]))
        if pioneer:
            has_come, most = True, 6
        offered = int(draw.integers(3, 13))
        weeks = sorted(
            int(w) for w in draw.choice(WEEKS, size=offered, replace=False, p=popularity)
        )
        practices = [name for name, share in PRACTICES if draw.random() < share]
        limit = draw.choice(["", "150", "210", "270", "360"], p=[0.58, 0.06, 0.1, 0.12, 0.14])
        waits = not has_come and draw.random() < 0.25
        ready_on = date(2027, 1, 1) + timedelta(days=int(draw.integers(20, 120))) if waits else ""
        row: list[object] = [
            f"D{number:04d}", latitude, longitude, most,
            draw.choice(["", "2", "8"], p=[0.84, 0.08, 0.08]), limit,
            0 if has_come else 1, int(draw.random() < 0.12), int(draw.random() < 0.05),
            int(draw.random() < 0.03), int(pioneer), ready_on, "|".join(practices),
        ]  # fmt: skip
        drawn.append(Person(row, latitude, longitude, has_come, weeks))
    return drawn


def couples(everyone: list[Person], draw: np.random.Generator) -> list[tuple[str, str]]:
    """Marry a few doctors: one home, the same weeks, no more than one of them a first-timer."""
    chosen = draw.permutation(np.arange(20, DOCTORS))[:36]
    pairs = []
    for one, other in zip(chosen[::2], chosen[1::2], strict=True):
        first, second = everyone[int(one)], everyone[int(other)]
        second.row[1:7] = [*first.row[1:6], 0]
        second.row[7], second.row[11] = 0, ""
        first.row[11] = ""
        second.latitude, second.longitude, second.weeks = (
            first.latitude, first.longitude, first.weeks,
        )  # fmt: skip
        second.has_come = True
        pairs.append((first.id, second.id))
    return pairs


def preferences(everyone: list[Person], draw: np.random.Generator) -> Iterable[Row]:
    """Say which centres doctors know, prefer and refuse."""
    ids = [centre[0] for centre in CENTRES]
    for person in everyone:
        known = list(draw.choice(ids, size=int(draw.integers(1, 4)), replace=False))
        if person.has_come:
            yield from ([person.id, centre, "known"] for centre in known)
        if draw.random() < 0.45:
            liked = draw.choice(ids, size=int(draw.integers(1, 4)), replace=False)
            yield from ([person.id, centre, "preferred"] for centre in liked)
        else:
            liked = np.array([])
        if draw.random() < 0.12:
            away = [centre for centre in ids if centre not in liked and centre not in known]
            yield [person.id, str(draw.choice(away)), "refused"]


def needs() -> Iterable[Row]:
    """Say which practices the centres want, and how often."""
    for centre in CENTRES:
        yield [centre[0], "gynaecology", 4]
        yield [centre[0], "sutures", 3]
        if centre[4] == 2:
            yield [centre[0], "ultrasound", 8]


def missions(problem: Problem, draw: np.random.Generator) -> list[Row]:
    """Draw what is promised already: some of the last weeks of 2026, the first ones of 2027."""
    allowed = feasible(problem)
    paired = {doctor for pair in problem.pairs for doctor in pair}
    taken: dict[int, list[int]] = defaultdict(list)
    rows: list[Row] = []

    def note(doctor: int, centre: int, week: int, status: str) -> None:
        taken[doctor].append(week)
        monday = problem.monday(week).isoformat()
        rows.append([problem.doctors[doctor].id, problem.centres[centre].id, monday, status])

    for centre in range(len(problem.centres)):
        for week in range(-4, 0):
            doctor = int(draw.integers(100, DOCTORS))
            if doctor not in paired and not taken[doctor]:
                note(doctor, centre, week, "confirmed")
    for week in range(12):
        for centre, place in enumerate(problem.centres):
            able = [
                doctor
                for doctor, person in enumerate(problem.doctors)
                if allowed.allows(doctor, centre, week)
                and doctor not in paired
                and not person.first_mission
                and not person.family
                and len([w for w in taken[doctor] if w >= 0]) < person.max_missions
                and all(abs(week - other) >= person.min_gap_weeks for other in taken[doctor])
            ]
            for _ in range(place.lines):
                if not able or draw.random() > 1.05 - week / 12:
                    continue
                doctor = able.pop(int(draw.integers(0, min(len(able), 12))))
                status = "locked" if week < 2 else "confirmed" if week < 7 else "proposed"
                note(doctor, centre, week, status)
    return rows


def make(folder: Path) -> None:
    """Write the whole folder."""
    draw = np.random.default_rng(SEED)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.toml").write_text(
        "# A fictional year of a network of 11 centres and 14 lines.\n"
        f"first_monday = {FIRST_MONDAY}\nweeks = {WEEKS}\nstandby_depth = 2\nopening_weeks = 4\n",
        encoding="utf-8",
    )
    _write(
        folder, "centres.csv",
        "centre name latitude longitude lines insee opens_on family_places pets step_free", CENTRES,
    )  # fmt: skip
    _write(
        folder, "closures.csv", "centre monday",
        ([centre[0], monday] for monday in CLOSED for centre in CENTRES),
    )  # fmt: skip
    everyone = people(draw)
    pairs = couples(everyone, draw)
    _write(
        folder, "doctors.csv",
        "doctor latitude longitude max_missions min_gap_weeks max_travel_min first_mission family "
        "pet step_free pioneer ready_on practices",
        (person.row for person in everyone),
    )  # fmt: skip
    _write(
        folder, "offers.csv", "doctor monday",
        ([person.id, _monday(week)] for person in everyone for week in person.weeks),
    )  # fmt: skip
    _write(folder, "preferences.csv", "doctor centre kind", preferences(everyone, draw))
    _write(folder, "needs.csv", "centre practice every_weeks", needs())
    _write(folder, "pairs.csv", "doctor_a doctor_b", pairs)
    paris = [p.id for p in everyone if abs(p.latitude - 48.86) + abs(p.longitude - 2.35) < 0.25]
    _write(
        folder, "travel.csv", "doctor centre minutes",
        ([doctor, "reuilly", 165] for doctor in paris[:40]),
    )  # fmt: skip
    (folder / "missions.csv").unlink(missing_ok=True)
    problem = read_folder(folder).problem
    rows = missions(problem, draw)
    _write(folder, "missions.csv", "doctor centre monday status", rows)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "plan-2027")
