"""Letters when the mail server is down or the worker is killed; a queue that does not grow."""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from relais.accounts import tasks
from relais.accounts.models import SignInLink
from relais.accounts.states import Role
from relais.journeys import duties
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def work() -> None:
    call_command("worker", once=True, verbosity=0)


def states() -> list[str]:
    letters = DBTaskResult.objects.filter(task_path=tasks.mail_sign_in_link.module_path)
    return sorted(letters.values_list("status", flat=True))


def ask(email: str) -> None:
    tasks.mail_sign_in_link.enqueue(email, "https://relais.test/TOKEN/", "192.0.2.1")


@pytest.fixture
def _mail_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: object, **kwargs: object) -> None:
        raise SMTPServerDisconnected("down")

    monkeypatch.setattr(tasks, "send_mail", fails)


@pytest.mark.usefixtures("_mail_is_down")
def test_a_link_that_could_not_leave_is_tried_again_a_little_later() -> None:
    before = timezone.now()
    ask(factories.user(Role.DOCTOR).email)
    work()
    later = DBTaskResult.objects.get(status="READY", task_path=tasks.mail_sign_in_link.module_path)
    assert states() == ["READY", "SUCCESSFUL"]
    assert timedelta(0) <= later.run_after - before - tasks.LINK_WAITS[0] < timedelta(minutes=1)
    assert later.args_kwargs["args"][-1] == 1


@pytest.mark.usefixtures("_mail_is_down")
def test_tries_come_to_an_end() -> None:
    ask(factories.user(Role.DOCTOR).email)
    for _ in range(len(tasks.LINK_WAITS) + 3):
        work()
        DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())
    assert states() == ["FAILED", *["SUCCESSFUL"] * len(tasks.LINK_WAITS)]


def test_an_address_that_is_refused_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: object, **kwargs: object) -> None:
        raise SMTPRecipientsRefused({})

    monkeypatch.setattr(tasks, "send_mail", fails)
    ask(factories.user(Role.DOCTOR).email)
    work()
    assert states() == ["FAILED"]


def test_a_letter_whose_worker_was_killed_is_sent_by_the_next() -> None:
    ask(factories.user(Role.DOCTOR).email)
    ask(factories.user(Role.DOCTOR).email)
    now = timezone.now()
    killed, busy = DBTaskResult.objects.order_by("id")
    for job, age in ((killed, duties.LETTER_AT_MOST * 2), (busy, timedelta(seconds=5))):
        job.status, job.started_at = "RUNNING", now - age
        job.save()
    work()
    killed.refresh_from_db()
    busy.refresh_from_db()
    assert (killed.status, busy.status, len(mail.outbox)) == ("SUCCESSFUL", "RUNNING", 1)


def test_jobs_are_forgotten_after_a_while() -> None:
    now = timezone.now()
    for status, age, stays in (
        ("SUCCESSFUL", duties.JOBS_DONE_KEPT * 2, False),
        ("SUCCESSFUL", duties.JOBS_DONE_KEPT / 2, True),
        ("FAILED", duties.JOBS_KEPT / 2, True),
        ("FAILED", duties.JOBS_KEPT * 2, False),
        ("RUNNING", duties.JOBS_KEPT * 2, False),
    ):
        ask(f"{status}.{stays}@exemple.fr".lower())
        DBTaskResult.objects.filter(started_at=None).update(
            status=status, started_at=now - age, finished_at=now - age
        )
    ask("waits@exemple.fr")
    assert duties.forget_old_jobs(now) == 3
    assert states() == ["FAILED", "READY", "SUCCESSFUL"]


def test_links_and_sessions_that_expired_are_forgotten() -> None:
    now = timezone.now()
    person = factories.user(Role.DOCTOR)
    stays, goes = Client(), Client()
    for client in (stays, goes):
        client.force_login(person)
        client.get("/compte/")
    assert UserSession.objects.count() == 2
    key = goes.session.session_key
    Session.objects.filter(pk=key).update(expire_date=now - timedelta(seconds=1))
    for days, word in ((3, "a"), (0, "b")):
        at = now - timedelta(days=days)
        SignInLink.objects.create(user=person, token_hash=word, asked_at=at, expires_at=at)
    assert duties.forget_expired_sessions(now) == 3
    assert UserSession.objects.get().session_key == stays.session.session_key
    assert SignInLink.objects.get().token_hash == "b"
