"""Real processes on a real database: two that accept at once, one that is killed in the middle."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from relais.core.models import AuditEntry
from relais.rota import planning, services
from relais.rota.models import Mission, PlannedMission, PlanRun, Standby
from relais.rota.services import acceptance, compute
from relais.rota.states import ACTIVE, RunState
from tests import factories
from tests.factories import MONDAY, NOW, TODAY, monday
from tests.processes import environment

pytestmark = pytest.mark.django_db(transaction=True)
ACT = {"by": factories.by(), "now": NOW}
ACCEPTOR = Path(__file__).with_name("acceptor.py")
PATIENCE_SECONDS = 60

type Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start acceptors; none outlives the test."""
    running: list[subprocess.Popen[str]] = []

    def begin(run: PlanRun, *words: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, str(ACCEPTOR), str(run.pk), *map(str, words)],
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


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def told(process: subprocess.Popen[str]) -> dict[str, object]:
    out, _ = process.communicate(timeout=PATIENCE_SECONDS)
    return json.loads(out.splitlines()[-1])


def proposals(count: int) -> list[PlanRun]:
    """Compute some proposals for the same weeks, whose best plans differ."""
    centre = factories.centre(lines=2)
    doctors = [factories.doctor(missions_before=1, max_missions=1) for _ in range(14)]
    for doctor in doctors:
        for week in range(6):
            factories.offer(doctor, monday=monday(week))
    runs = []
    for number in range(count):
        for row, doctor in enumerate(doctors):
            nearer = row % count == number
            doctor.latitude = centre.latitude + (0.1 if nearer else 2.0)
            doctor.save()
        run = services.start_run(
            MONDAY,
            weeks=6,
            standby_depth=0,
            budget_seconds=20,
            seed=0,
            asked_by=None,
            **ACT,
        )
        assert compute.compute_run(run, clock=lambda: NOW) is RunState.FINISHED
        runs.append(run)
    return runs


def the_rota() -> set[tuple[int, int, object]]:
    return set(
        Mission.objects.filter(state__in=ACTIVE).values_list("doctor_id", "line_id", "monday")
    )


def assert_consistent() -> None:
    """No line-week and no doctor twice, no hard rule broken."""
    rota = the_rota()
    assert max(Counter((line, week) for _, line, week in rota).values(), default=1) == 1
    assert max(Counter((doctor, week) for doctor, _, week in rota).values(), default=1) == 1
    bridge = planning.problem_for(MONDAY, weeks=6, standby_depth=0, today=TODAY)
    assert acceptance._violations(bridge) == []


def test_two_processes_that_accept_two_plans_leave_one(start) -> None:
    first, second = proposals(2)
    slow, quick = start(first, "pause", 5, 1.5), start(second)
    go(slow)
    assert slow.stdout is not None
    assert slow.stdout.readline() == "paused\n"
    go(quick)  # waits for its turn
    assert told(slow) == {"added": 12, "skipped": 0}
    answer = told(quick)
    assert answer["refusal"] == "RunOutdatedRefusal"
    assert "Lancez un nouveau calcul" in str(answer["sentence"])
    planned = PlannedMission.objects.filter(run=first).values_list("doctor_id", "monday")
    assert {(doctor, week) for doctor, _, week in the_rota()} == set(planned)
    assert_consistent()
    assert set(PlanRun.objects.values_list("pk", "state")) == {
        (first.pk, "accepted"),
        (second.pk, "finished"),
    }


def test_two_processes_that_accept_the_same_plan_accept_it_once(start) -> None:
    [run] = proposals(1)
    both = [start(run), start(run)]
    for process in both:
        go(process)
    answers = [told(process) for process in both]
    assert sorted("added" in answer for answer in answers) == [False, True]
    assert {answer.get("refusal") for answer in answers} == {None, "RunOverRefusal"}
    assert len(the_rota()) == 12
    assert_consistent()


@pytest.mark.parametrize("write", [1, 3, 10, 18])
def test_killed_in_the_middle_of_accepting_nothing_has_changed(start, write) -> None:
    [run] = proposals(1)
    entries = AuditEntry.objects.count()
    process = start(run, "pause", write, PATIENCE_SECONDS)
    go(process)
    assert process.stdout is not None
    assert process.stdout.readline() == "paused\n"
    process.kill()
    process.wait()
    assert the_rota() == set()
    assert (AuditEntry.objects.count(), Standby.objects.count()) == (entries, 0)
    run.refresh_from_db()
    assert run.state == RunState.FINISHED
    assert len(services.accept_run(run, **ACT).added) == 12
    assert_consistent()
