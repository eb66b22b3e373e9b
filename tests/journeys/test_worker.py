"""The worker: does what waits, the duties of every minute, and ends when it should."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from relais.accounts.tasks import mail_notice
from relais.core.models import AuditEntry, AuditSeal
from relais.engine.weeks import WEEK, monday_of
from relais.journeys import duties
from relais.journeys.management.commands import worker
from relais.rota import services
from relais.rota.models import PlannedMission, PlanRun
from relais.rota.services.runs import SILENCE
from relais.rota.states import RunState
from relais.rota.tasks import compute_plan
from tests import factories
from tests.processes import environment

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 30


def asked() -> PlanRun:
    """Ask for a plan of one week in which one doctor can come."""
    first = monday_of(timezone.localdate()) + WEEK
    factories.line()
    factories.offer(factories.doctor(), monday=first)
    return services.start_run(
        first,
        weeks=1,
        standby_depth=0,
        budget_seconds=20,
        seed=0,
        asked_by=None,
        by=factories.by(),
        now=timezone.now(),
    )


def test_once_does_what_waits_and_the_duties() -> None:
    run = asked()
    dead = factories.plan_run(
        state=RunState.RUNNING, heartbeat_at=timezone.now() - SILENCE - timedelta(seconds=5)
    )
    call_command("worker", once=True, verbosity=0)
    run.refresh_from_db()
    dead.refresh_from_db()
    assert (run.state, dead.state) == (RunState.FINISHED, RunState.INTERRUPTED)
    assert PlannedMission.objects.filter(run=run).count() == 1
    plan = DBTaskResult.objects.get(task_path=compute_plan.module_path)
    assert plan.return_value == "finished"
    assert AuditSeal.objects.exists()
    assert AuditEntry.objects.filter(verb="rota.run_interrupted").count() == 1


def test_a_duty_that_fails_does_not_stop_the_others(monkeypatch, caplog) -> None:
    done = []

    def fails(now):
        raise ZeroDivisionError

    def works(now):
        done.append(now)

    monkeypatch.setattr(worker, "EVERY_MINUTE", (fails, works))
    call_command("worker", once=True, verbosity=0)
    assert len(done) == 1
    assert [record.getMessage() for record in caplog.records] == ["The duty fails failed."]


def test_the_duties_are_those_that_are_written_down() -> None:
    assert [duty.__name__ for duty in duties.EVERY_MINUTE] == [
        "seal_the_audit",
        "end_silent_runs",
        "forget_old_imports",
        "forget_expired_sessions",
        "forget_old_jobs",
        "send_lost_letters",
        "forget_old_messages",
        "keep_the_radar",
        "carry_on_with_searches",
        "write_reminders",
        "end_late_holds",
        "forget_online_requests",
        "offer_freed_places",
        "remind_patients",
        "look_at_the_papers",
        "send_welcome_packs",
        "tell_what_is_missing",
        "thank_for_missions",
    ]


@pytest.fixture
def running() -> Iterator[list[subprocess.Popen[str]]]:
    """Workers that do not outlive the test."""
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        process.kill()
        process.wait()


def test_a_worker_does_jobs_and_ends_cleanly_on_a_signal(running) -> None:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "worker"],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    running.append(process)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("Les tâches de fond sont prêtes.")
    run = asked()
    until = time.monotonic() + PATIENCE_SECONDS
    while PlanRun.objects.get(pk=run.pk).state != RunState.FINISHED:
        assert time.monotonic() < until
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=PATIENCE_SECONDS) == 0
    plan = DBTaskResult.objects.get(task_path=compute_plan.module_path)
    assert plan.status == "SUCCESSFUL"


def test_a_letter_does_not_wait_for_a_plan(monkeypatch) -> None:
    planning, sent = threading.Event(), threading.Event()

    def long_plan(run, *, clock, executor):
        planning.set()
        assert sent.wait(PATIENCE_SECONDS)
        return RunState.FINISHED

    monkeypatch.setattr("relais.rota.tasks.compute_run", long_plan)
    monkeypatch.setattr("relais.accounts.tasks.send_mail", lambda *_: sent.set())
    command = worker.Command()
    monkeypatch.setattr(command, "_is_orphan", sent.is_set)
    asked()

    def work():
        call_command(command, verbosity=0)
        connections.close_all()

    at_work = threading.Thread(target=work)
    at_work.start()
    try:
        assert planning.wait(PATIENCE_SECONDS)
        mail_notice.enqueue(factories.user().pk, "password_changed", "192.0.2.1")
        assert sent.wait(PATIENCE_SECONDS)
    finally:
        sent.set()  # the worker ends whatever happened
        at_work.join(PATIENCE_SECONDS)
    assert not at_work.is_alive()
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"SUCCESSFUL"}


def test_a_worker_ends_with_the_program_that_started_it() -> None:
    parent = subprocess.run(
        [
            sys.executable,
            "-c",
            "import subprocess, sys\n"
            "child = subprocess.Popen([sys.executable, 'manage.py', 'worker', '--with-parent'],"
            " stdout=subprocess.PIPE, text=True)\n"
            "child.stdout.readline()\n"
            "print(child.pid)",
        ],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    pid = int(parent.stdout)
    until = time.monotonic() + PATIENCE_SECONDS
    while alive(pid):
        assert time.monotonic() < until
        time.sleep(0.1)


def alive(pid: int) -> bool:
    """Say whether a process still runs (one that ended and waits to be buried does not)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"
