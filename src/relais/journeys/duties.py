"""What the worker does every minute, whatever people ask. A duty takes `now` and may be late."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from relais.accounts import services as accounts
from relais.agenda import services as agenda
from relais.booking import services as booking
from relais.core.actors import Actor
from relais.core.seals import seal_audit
from relais.journeys import (
    after,
    choosing,
    readiness,
    reminding,
    reminding_patients,
    searching,
    spreadsheets,
    staying,
)
from relais.journeys.sending import forget_old_messages, send_messages
from relais.rota.services import fail_silent_runs, radar_is_stale
from relais.rota.tasks import read_the_radar

# What a job was asked with (an address, a name) is kept no longer than it helps to find a fault.
JOBS_DONE_KEPT: Final = timedelta(days=2)
JOBS_KEPT: Final = timedelta(days=30)
LETTER_AT_MOST: Final = timedelta(minutes=10)  # far beyond the time limit of the mail server
READING_AT_MOST: Final = timedelta(minutes=30)  # beyond, its worker was killed
LETTERS: Final = "relais.accounts.tasks."

type Duty = Callable[[datetime], object]


def seal_the_audit(now: datetime) -> int:
    """Seal the audit entries that wait; count the seals."""
    return len(seal_audit(now=now))


def end_silent_runs(now: datetime) -> int:
    """Leave « interrompu » the plan runs whose worker died; count them."""
    return fail_silent_runs(now=now)


def forget_old_imports(now: datetime) -> int:
    """Delete the tables that were sent and not imported within a day; count them."""
    return spreadsheets.forget_old_imports(now)


def forget_expired_sessions(now: datetime) -> int:
    """Delete the links and sessions that expired; count them."""
    return accounts.forget_expired(now=now)


def forget_old_jobs(now: datetime) -> int:
    """Delete the jobs that are done, and what is known of those that failed long ago; count them.

    A job whose worker was killed stays « running » for ever: it goes with those that failed.
    """
    done, _ = (
        DBTaskResult.objects.successful().filter(finished_at__lt=now - JOBS_DONE_KEPT).delete()
    )
    started = DBTaskResult.objects.filter(started_at__lt=now - JOBS_KEPT)
    return done + started.exclude(status=TaskResultStatus.READY).delete()[0]


def send_lost_letters(now: datetime) -> int:
    """Ask again for the letters whose worker was killed while it sent them; count them."""
    lost = DBTaskResult.objects.running().filter(
        task_path__startswith=LETTERS, started_at__lt=now - LETTER_AT_MOST
    )
    return lost.update(status=TaskResultStatus.READY, started_at=None, run_after=get_date_max())


def keep_the_radar(now: datetime) -> int:
    """Ask for the risks to be read again where the rota or the day has changed; count the asking.

    A reading that waits or runs is not asked for twice.
    """
    waiting = DBTaskResult.objects.filter(
        Q(status=TaskResultStatus.READY)
        | Q(status=TaskResultStatus.RUNNING, started_at__gt=now - READING_AT_MOST),
        task_path=read_the_radar.module_path,
    )
    if waiting.exists() or not radar_is_stale(now):
        return 0
    read_the_radar.enqueue()
    return 1


def forget_online_requests(now: datetime) -> int:
    """End the requests of the public pages whose code never came; count them."""
    return booking.forget_old_requests(now, by=Actor.system("demandes en ligne"))


def carry_on_with_searches(now: datetime) -> int:
    """Send the waves that are due, close the searches that are over; count the waves."""
    return searching.carry_on(now)


def look_at_the_papers(now: datetime) -> int:
    """Once a day, move first weeks and reopen missions whose papers end too early; count them."""
    return readiness.daily_round(now)


def send_welcome_packs(now: datetime) -> int:
    """Send the welcome packs of the missions that come soon; count them."""
    return staying.send_due_welcomes(now)


def tell_what_is_missing(now: datetime) -> int:
    """Tell the coordinators on Friday morning what next Monday lacks; count the messages."""
    return staying.tell_what_is_missing(now)


def write_reminders(now: datetime) -> int:
    """Ask « toujours d’accord ? » and tell practical matters where a step is due; count them."""
    return reminding.remind(now)


def end_late_holds(now: datetime) -> int:
    """Open again the weeks that were kept too long; count them."""
    return choosing.end_late_holds(now)


def offer_freed_places(now: datetime) -> int:
    """Offer the places that fell free to the next on the list, end silent offers; count offers."""
    return agenda.offer_freed_places(now, by=Actor.system("liste d’attente"))


def remind_patients(now: datetime) -> int:
    """Write the reminders of appointments that are due; count them."""
    return reminding_patients.remind(now)


def thank_for_missions(now: datetime) -> int:
    """Write to the doctors whose week has ended; count them."""
    return after.thank(now)


EVERY_MINUTE: Final[tuple[Duty, ...]] = (
    seal_the_audit,
    end_silent_runs,
    forget_old_imports,
    forget_expired_sessions,
    forget_old_jobs,
    send_lost_letters,
    forget_old_messages,
    keep_the_radar,
    carry_on_with_searches,
    write_reminders,
    end_late_holds,
    forget_online_requests,
    offer_freed_places,
    remind_patients,
    look_at_the_papers,
    send_welcome_packs,
    tell_what_is_missing,
    thank_for_missions,
)

# What nobody should wait a minute for.
EVERY_SECOND: Final[tuple[Duty, ...]] = (send_messages,)
