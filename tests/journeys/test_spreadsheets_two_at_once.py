"""Real processes on a real database: two that import at once, one that is killed in the middle."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from relais.core.models import AuditEntry
from relais.doctors.models import Doctor
from relais.journeys import spreadsheets
from relais.journeys.models import PreparedImport
from relais.rota.models import Mission, Offer
from tests import factories
from tests.journeys.tables import ACT, csv, preview
from tests.processes import environment
from tests.rota.test_two_at_once import PATIENCE_SECONDS, go, told

pytestmark = pytest.mark.django_db(transaction=True)
IMPORTER = Path(__file__).with_name("importer.py")

type Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start importers; none outlives the test."""
    running: list[subprocess.Popen[str]] = []

    def begin(token: str, *words: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, str(IMPORTER), token, *map(str, words)],
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield begin
    for process in running:
        process.kill()
        process.wait()


def prepared(*people: str) -> str:
    """Prepare an import of some doctors, each with a week offered and a mission at one centre."""
    return preview(
        csv(
            "medecins.csv",
            "identifiant;nom;latitude;longitude",
            *(f"{one};{one};46;2" for one in people),
        ),
        csv("offres.csv", "médecin;lundi", *(f"{one};11/01/2027" for one in people)),
        csv("missions.csv", "médecin;centre;lundi;état", f"{people[0]};c1;11/01/2027;proposée"),
    ).token


def test_two_people_who_import_at_once_leave_one_state(start: Start) -> None:
    factories.centre(key="c1", lines=2)
    first, second = prepared("D1", "D2"), prepared("D2", "D3")
    slow, quick = start(first, 8, 1.5), start(second)
    go(slow)
    assert slow.stdout is not None
    assert slow.stdout.readline() == "paused\n"
    go(quick)  # waits for its turn
    assert told(slow) == {"imported": [[2, 0], [2, 0], [1, 0]]}
    assert told(quick) == {"imported": [[1, 1], [1, 1], [1, 0]]}
    assert sorted(Doctor.objects.values_list("key", flat=True)) == ["D1", "D2", "D3"]
    assert Offer.objects.count() == 3
    assert sorted(Mission.objects.values_list("doctor__key", "line__number")) == [
        ("D1", 1),
        ("D2", 2),
    ]


def test_the_last_place_goes_to_who_came_first(start: Start) -> None:
    factories.centre(key="c1", lines=1)
    both = [start(prepared("D1")), start(prepared("D2"))]
    for process in both:
        go(process)
    answers = [told(process) for process in both]
    assert sorted(str(answer.get("refusal")) for answer in answers) == [
        "ImportMistakesRefusal",
        "None",
    ]
    assert (Doctor.objects.count(), Mission.objects.count()) == (1, 1)


def test_one_preparation_imported_twice_at_once_is_done_once(start: Start) -> None:
    factories.centre(key="c1")
    token = prepared("D1", "D2")
    both = [start(token), start(token)]
    for process in both:
        go(process)
    answers = [told(process) for process in both]
    assert sorted(json.dumps(answer) for answer in answers) == [
        '{"imported": [[2, 0], [2, 0], [1, 0]]}',
        '{"refusal": "ImportGoneRefusal"}',
    ]
    assert Doctor.objects.count() == 2


@pytest.mark.parametrize("write", [2, 4, 8, 10])
def test_killed_in_the_middle_nothing_has_changed(start: Start, write: int) -> None:
    factories.centre(key="c1")
    token = prepared("D1", "D2")
    process = start(token, write, PATIENCE_SECONDS)
    go(process)
    assert process.stdout is not None
    assert process.stdout.readline() == "paused\n"
    process.kill()
    process.wait()
    assert (Doctor.objects.count(), Offer.objects.count(), Mission.objects.count()) == (0, 0, 0)
    assert (AuditEntry.objects.count(), PreparedImport.objects.count()) == (0, 1)
    spreadsheets.apply(token, **ACT)
    assert (Doctor.objects.count(), Offer.objects.count(), Mission.objects.count()) == (2, 2, 1)
