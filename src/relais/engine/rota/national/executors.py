"""Where regions are solved: in this process, in local processes, or on a Dask cluster.

Every executor answers in the order of the tasks, so a plan does not depend on which one made it. A
worker that dies costs time: its tasks are given again to a new crew, and at last done here.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Protocol

_CREWS = 3  # how often a broken crew is replaced before the work is done in this process


class Executor(Protocol):
    """Runs a function on each task and answers in their order."""

    def map[T, A](self, work: Callable[[T], A], tasks: Sequence[T]) -> list[A]:
        """Run `work` on each task."""
        ...

    def close(self) -> None:
        """Dismiss the workers."""
        ...


class InProcess:
    """One task after the other, here."""

    workers = 1

    def map[T, A](self, work: Callable[[T], A], tasks: Sequence[T]) -> list[A]:
        """Run `work` on each task."""
        return [work(task) for task in tasks]

    def close(self) -> None:
        """Dismiss nobody."""


class LocalProcesses:
    """A crew of processes of this machine."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.crew: ProcessPoolExecutor | None = None

    def _crew(self) -> ProcessPoolExecutor:
        if self.crew is None:
            # A new interpreter a worker: a solver's threads do not survive a fork.
            context = multiprocessing.get_context("spawn")
            self.crew = ProcessPoolExecutor(self.workers, mp_context=context)
        return self.crew

    def map[T, A](self, work: Callable[[T], A], tasks: Sequence[T]) -> list[A]:
        """Run `work` on each task, again where a worker died."""
        answers: dict[int, A] = {}
        for _ in range(_CREWS):
            waiting: dict[int, Future[A]] = {}
            try:
                for number, task in enumerate(tasks):
                    if number not in answers:
                        waiting[number] = self._crew().submit(work, task)
                for number, future in waiting.items():
                    answers[number] = future.result()
            except BrokenProcessPool:
                for number, future in waiting.items():
                    if future.done() and not future.cancelled() and future.exception() is None:
                        answers[number] = future.result()
                self.close()
                continue
            break
        return [
            answers[number] if number in answers else work(task)
            for number, task in enumerate(tasks)
        ]

    def close(self) -> None:
        """Dismiss the crew."""
        if self.crew is not None:
            self.crew.shutdown(wait=False, cancel_futures=True)
            self.crew = None


class DaskCluster:
    """The workers of a running Dask scheduler (the `distributed` package, not a requirement)."""

    workers = 1

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client  # type: ignore[import-not-found, unused-ignore]  # noqa: PLC0415
        except ImportError as missing:
            raise ValueError(
                "Pour planifier sur plusieurs machines, installez d’abord « distributed »."
            ) from missing
        self.client: Any = Client(address.replace("dask://", "tcp://", 1))
        self.workers = max(1, len(self.client.scheduler_info()["workers"]))

    def map[T, A](self, work: Callable[[T], A], tasks: Sequence[T]) -> list[A]:
        """Run `work` on each task; the scheduler gives the tasks of a lost worker to another."""
        futures = [self.client.submit(work, task, pure=False, retries=_CREWS) for task in tasks]
        answers: list[A] = self.client.gather(futures)
        return answers

    def close(self) -> None:
        """Leave the cluster."""
        self.client.close()


def executor_of(name: str) -> InProcess | LocalProcesses | DaskCluster:
    """Make the executor of a name: `here`, `processes:N` or `dask://host:port`.

    Raises ValueError for another name, or where the cluster's package is missing.
    """
    if name == "here":
        return InProcess()
    if name.startswith("dask://"):
        return DaskCluster(name)
    kind, _, number = name.partition(":")
    if kind == "processes" and number.isdigit() and int(number) > 0:
        return LocalProcesses(int(number))
    raise ValueError(f"Lieu de calcul inconnu : « {name} ».")
