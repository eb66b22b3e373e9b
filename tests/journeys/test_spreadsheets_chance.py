"""Tables drawn by chance: reading them never fails, and what a preview announces can be written."""

from __future__ import annotations

import random

import pytest
from django.db import transaction

from relais.journeys import spreadsheets
from relais.journeys.spreadsheets import GivenFile
from relais.journeys.spreadsheets.kinds import KINDS, Kind
from tests import factories
from tests.journeys.tables import ACT, ajain, counts, preview

pytestmark = pytest.mark.django_db

SEEDS = 6
TRIES = 20
NEEDED = {
    "centres": ("centre", "name", "latitude", "longitude"),
    "lines": ("centre", "number"),
    "closures": ("centre", "monday"),
    "practices": ("code", "label"),
    "doctors": ("doctor", "last_name", "latitude", "longitude"),
    "offers": ("doctor", "monday"),
    "preferences": ("doctor", "centre", "kind"),
    "needs": ("centre", "practice", "every_weeks"),
    "pairs": ("doctor_a", "doctor_b"),
    "missions": ("doctor", "centre", "monday"),
    "travel": ("doctor", "centre", "minutes"),
}
UNIQUE = frozenset({"email", "rpps", "finess"})
GOOD: dict[str, tuple[str, ...]] = {
    "doctor": ("D1", "D2", "D3"),
    "doctor_a": ("D1",),
    "doctor_b": ("D2", "D3"),
    "centre": ("c1", "c2", "c3"),
    "name": ("Ajain", "Bellac", "Crocq"),
    "first_name": ("Paul", "Élise"),
    "last_name": ("Abadie", "Baudry"),
    "commune": ("Ajain", "23002"),
    "latitude": ("46.2", "46,9"),
    "longitude": ("2", "1.9"),
    "practice": ("sutures", "frottis"),
    "practices": ("sutures", "frottis|sutures"),
    "practices_with_help": ("plâtre",),
    "practices_not": ("échographie",),
    "code": ("sutures", "frottis"),
    "label": ("Sutures", "Frottis"),
    "kind": ("préféré", "connu"),
    "reason": ("travaux", "jour férié"),
    "time_zone": ("Europe/Paris",),
    "phone": ("0612345678",),
    "postal_code": ("23380",),
    "note": ("à rappeler", "=1+1"),
    "position_note": ("à préciser",),
    "address": ("1, rue Haute",),
    "opens_on": ("04/01/2021",),
    "starts_on": ("04/01/2021",),
    "joined_on": ("04/01/2021",),
    "first_on": ("04/01/2027",),
}
STATUSES = {
    "missions": ("confirmée", "proposée", "verrouillée", "invitée", "prête"),
    "doctors": ("installé", "remplaçante", "retraité"),
}
DAYS = ("04/01/2027", "2027-01-11", "18/01/2027", "lundi 25 janvier 2027", "2027-02-01")
COUNTS = frozenset(
    "lines number family_places max_missions min_gap_weeks missions_before every_weeks minutes "
    "line max_travel_min".split()
)
ANYTHING = ("", "x", "=1+1", "-", "0", "\u00a0", "é" * 90, "31/02/2027", "1e9", "😀", "a\tb")


def drawn(kind: Kind, chance: random.Random) -> GivenFile:
    """Draw a table: what its kind needs, some other columns, good cells and at times a bad one."""
    needed = NEEDED[kind.name]
    names = [one.name for one in kind.table.columns if one.name not in needed]
    columns = [*needed, *(name for name in names if chance.random() < 0.4)]
    ids = list(GOOD.get(needed[0], ("1", "2", "3")))
    chance.shuffle(ids)
    rows = []
    for first in ids[: chance.randint(1, 3)]:
        cells = [first]
        for name in columns[1:]:
            if name in UNIQUE or (name not in needed and chance.random() < 0.3):
                cells.append("")
            else:
                cells.append(chance.choice(_pool(kind, name)))
        rows.append(cells)
    if chance.random() < 0.1:
        chance.choice(rows)[chance.randrange(len(columns))] = chance.choice(ANYTHING)
    lines = [";".join(columns), *(";".join(cells) for cells in rows)]
    return GivenFile(f"{kind.name}.csv", "\n".join(lines).encode())


def _pool(kind: Kind, name: str) -> tuple[str, ...]:
    if name == "status":
        return STATUSES[kind.name]
    if name in GOOD:
        return GOOD[name]
    if name in COUNTS:
        return ("1", "2")
    return DAYS if name.endswith("_on") or name == "monday" else ("oui", "non")


@pytest.mark.parametrize("seed", range(SEEDS))
def test_what_a_preview_announces_can_be_written(seed: int) -> None:
    chance = random.Random(seed)
    ajain()
    centre = factories.centre(key="c1", name="Ajain", lines=2)
    doctor = factories.doctor(key="D1", email="a@exemple.fr")
    factories.mission(doctor, centre.lines.get(number=1))
    factories.doctor(key="D2")
    factories.centre(key="c2", name="Bellac")
    written = 0
    for _ in range(TRIES):
        files = [drawn(kind, chance) for kind in chance.sample(KINDS, chance.randint(1, 4))]
        report = preview(*files)
        assert report.is_sound or report.mistakes
        if report.token:
            with transaction.atomic():
                done = spreadsheets.apply(report.token, **ACT)
            assert counts(done) == counts(report)
            again = preview(*files)
            assert [
                (t.title, t.added_examples, t.changed_examples)
                for t in again.tables
                if t.added or t.changed
            ] == []
            written += 1
    assert written > 0
