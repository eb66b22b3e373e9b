"""`./relais worker`: carries out what people asked for, and the duties of every minute."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections, connections
from django.db.utils import OperationalError
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from relais.core.actors import Actor
from relais.journeys.duties import EVERY_MINUTE, EVERY_SECOND, Duty
from relais.territory import services as territory

POLL_SECONDS = 1.0
DUTY_SECONDS = 60.0

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Carry out jobs until a signal, or with `--once` those that wait, then stop.

    The first SIGTERM or SIGINT lets the job at hand finish; the second ends it. A plan that is
    ended so is said to be interrupted some minutes later.

    A plan takes minutes, and who waits for a sign-in link does not wait for it: plans have one
    thread, letters and duties another.
    """

    help = "Fait les tâches de fond : plans, sceaux du journal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--once", "--batch", action="store_true", help="fait ce qui attend, puis s’arrête"
        )
        parser.add_argument(
            "--with-parent",
            action="store_true",
            help="s’arrête quand le programme qui l’a lancé s’arrête",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until told to stop."""
        self.stopping = threading.Event()
        self.parent = os.getppid() if options["with_parent"] else None
        self.plans, self.letters = self._worker("plans"), self._worker("default")
        if options["once"]:
            self._duties(EVERY_MINUTE)
            self._duties(EVERY_SECOND)
            self.letters.run()
            self.plans.run()
            return
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self._stop)
        if options["verbosity"]:
            self.stdout.write("Les tâches de fond sont prêtes. Pour les arrêter : Ctrl-C.")
        territory.load_communes(by=Actor.system("worker"), now=timezone.now())  # a newer table
        beside = threading.Thread(target=self._beside, name="letters", daemon=True)
        beside.start()
        while not self.stopping.is_set() and not self._is_orphan():
            self._jobs(self.plans)
            self.stopping.wait(POLL_SECONDS)
            if not beside.is_alive() and not self.stopping.is_set():
                sys.exit(1)  # its traceback is printed; whoever watches the worker starts it again
        self._end()
        beside.join()

    def _worker(self, queue: str) -> Worker:
        """Make what takes the jobs of a queue one by one, until none waits."""
        return Worker(
            queue_names=[queue],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=f"relais-{os.getpid()}-{queue}-{get_random_string(8)}",
            excluded_queue_names=[],
        )

    def _beside(self) -> None:
        """Send letters and do the duties, whatever the plans take."""
        next_duties = time.monotonic()
        while not self.stopping.is_set():
            if time.monotonic() >= next_duties:
                self._duties(EVERY_MINUTE)
                next_duties = time.monotonic() + DUTY_SECONDS
            self._jobs(self.letters)
            self._duties(EVERY_SECOND)
            self.stopping.wait(POLL_SECONDS)
        connections.close_all()

    def _jobs(self, worker: Worker) -> None:
        """Do the jobs that wait. A database that does not answer is asked again later."""
        try:
            close_old_connections()
            if DBTaskResult.objects.ready().filter(queue_name__in=worker.queue_names).exists():
                worker.running = not self.stopping.is_set()
                worker.run()
        except OperationalError:
            logger.warning("The database does not answer; trying again.", exc_info=True)

    def _duties(self, duties: tuple[Duty, ...]) -> None:
        """Do some duties; one that fails goes to the journal and stops no other."""
        for duty in duties:
            try:
                close_old_connections()
                duty(timezone.now())
            except Exception:
                logger.exception("The duty %s failed.", duty.__name__)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if self.stopping.is_set():
            sys.exit(1)
        self._end()

    def _end(self) -> None:
        self.stopping.set()
        self.plans.running = self.letters.running = False

    def _is_orphan(self) -> bool:
        return self.parent is not None and os.getppid() != self.parent
