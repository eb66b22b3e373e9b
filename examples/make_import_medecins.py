"""Write import-medecins.xlsx and import-medecins.csv: 40 fictional doctors, with typical mistakes.

    python examples/make_import_medecins.py

The workbook is what a planner has kept for years: typed dates, RPPS numbers that became numbers, a
sheet of crosses for the weeks. The CSV is its first sheet as a French spreadsheet saves it. The
story test imports both; docs/guide/import.md shows the messages. The same run gives the same bytes.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from relais.connectors.spreadsheets import Cell, Sheet, csv_bytes, xlsx_bytes

FOLDER = Path(__file__).resolve().parent
MADE_AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
MONDAYS = tuple(date(2027, 1, 4 + 7 * week) for week in range(4))
HEADER = (
    "Nom",
    "Prénom",
    "E-mail",
    "Téléphone",
    "N° RPPS",
    "Statut",
    "Commune",
    "Missions par an",
    "Trajet max",
    "En famille",
    "Animal",
    "Plain-pied",
    "Papiers prêts le",
    "Missions déjà faites",
    "Pratique : gynécologie",
    "Pratique : sutures",
    "Régime",
)
LAST_NAMES = (
    "Abadie Baudry Carlier Delmas Esnault Fabre Garnier Hardouin Imbert Jacquet "
    "Kervella Lacombe Marchal Nicolle Oudin Pasquier Quentin Rivoire Salmon Tessier "
    "Urbain Valette Wagner Yvon Zeller Aubry Bonnard Chauvin Duval Evrard "
    "Fleury Gaillard Hamon Isnard Joly Klein Leduc Maury Navarro Ollivier"
).split()
FIRST_NAMES = (
    "Agnès Bruno Claire Denis Élise Franck Gaëlle Hugo Inès Julien "
    "Karine Loïc Maud Noël Odile Paul Quitterie Rémi Sonia Thomas"
).split()
TOWNS = (
    "Guéret (23)",
    "Nevers (58)",
    "Bourges (18)",
    "Tulle (19)",
    "Moulins (03)",
    "Auxerre (89)",
    "Angers (49)",
    "Rennes (35)",
)
STATUSES = ("installée", "remplaçant", "retraité", "hospitalière", "assistant")


@dataclass
class Slip:
    """A mistake on purpose: which doctor (from 1), which column, what stands there instead."""

    doctor: int
    column: str
    value: Cell


SLIPS = (
    Slip(3, "N° RPPS", "9990000003"),  # a digit is missing
    Slip(6, "Commune", "Guérret"),  # misspelt
    Slip(9, "Commune", "Saint-Sauveur"),  # several communes
    Slip(12, "E-mail", "c.lacombe(at)exemple.fr"),
    Slip(15, "Papiers prêts le", "31/02/2027"),  # no such day
    Slip(18, "Papiers prêts le", "04/01/27"),  # which century?
    Slip(21, "Statut", "vacataire"),
    Slip(24, "Missions par an", "deux"),
    Slip(27, "En famille", "peut-être"),
    Slip(30, "Nom", None),
    Slip(33, "Trajet max", "assez loin"),
    Slip(36, "Pratique : sutures", "parfois"),
)
SAME = ((38, "N° RPPS", 1), (40, "E-mail", 2))  # doctor, column, whose value is repeated


def rpps(number: int) -> str:
    """Make an RPPS number that nobody has, with its check digit (Luhn)."""
    body = f"9990000{number:03d}"
    total = 0
    for place, digit in enumerate(reversed(body), start=1):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return f"{body}{-total % 10}"


def doctor(number: int) -> dict[str, Cell]:
    """Make the row of a doctor."""
    first, last = FIRST_NAMES[number * 7 % len(FIRST_NAMES)], LAST_NAMES[number - 1]
    beginner = number % 4 == 0
    return {
        "Nom": last,
        "Prénom": first,
        "E-mail": f"medecin{number:02d}@exemple.fr",
        "Téléphone": 612000000 + number,  # the spreadsheet has dropped the first zero
        "N° RPPS": int(rpps(number)),  # and turned this text into a number
        "Statut": STATUSES[number % len(STATUSES)],
        "Commune": TOWNS[number % len(TOWNS)],
        "Missions par an": 1 + number % 3,
        "Trajet max": ("4 h", 300, "3 h 30", None)[number % 4],
        "En famille": "oui" if number % 5 == 0 else "non",
        "Animal": "x" if number % 11 == 0 else None,
        "Plain-pied": None,
        "Papiers prêts le": None if beginner else date(2026, 1 + number % 12, 1 + number % 28),
        "Missions déjà faites": 0 if beginner else number % 6 + 1,
        "Pratique : gynécologie": ("oui", "avec aide", "non")[number % 3],
        "Pratique : sutures": ("oui", "non")[number % 2],
        "Régime": "végétarien" if number % 9 == 0 else None,
    }


def rows(*, with_mistakes: bool) -> list[dict[str, Cell]]:
    """Make the 40 rows."""
    made = [doctor(number) for number in range(1, 41)]
    if with_mistakes:
        for slip in SLIPS:
            made[slip.doctor - 1][slip.column] = slip.value
        for number, column, other in SAME:
            made[number - 1][column] = made[other - 1][column]
    return made


def workbook(*, with_mistakes: bool = True) -> bytes:
    """Write the workbook: the doctors, and the weeks they ticked."""
    made = rows(with_mistakes=with_mistakes)
    people = Sheet("Médecins", HEADER, [[row[title] for title in HEADER] for row in made])
    ticks = [
        [row["E-mail"], *("x" if (place + week) % 3 == 0 else None for week in range(len(MONDAYS)))]
        for place, row in enumerate(made)
        if not with_mistakes or place + 1 not in {12, 40}
    ]
    weeks = Sheet("Disponibilités", ("Médecin", *(f"{day:%d/%m/%Y}" for day in MONDAYS)), ticks)
    return xlsx_bytes([people, weeks], created_at=MADE_AT)


def table(*, with_mistakes: bool = True) -> bytes:
    """Write the doctors as the CSV of a French spreadsheet."""
    made = [
        [f"{cell:%d/%m/%Y}" if isinstance(cell, date) else cell for cell in row.values()]
        for row in rows(with_mistakes=with_mistakes)
    ]
    return csv_bytes(Sheet("medecins", HEADER, made), for_excel=True)


if __name__ == "__main__":
    (FOLDER / "import-medecins.xlsx").write_bytes(workbook())
    (FOLDER / "import-medecins.csv").write_bytes(table())
