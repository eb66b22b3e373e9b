"""Where regions are solved: in this process, in local processes, or on a Dask cluster.

Every executor answers in the order of the tasks, so a plan does not depend on which one made it. A
worker that dies costs time: its tasks are given again to others, and at last done here. A cluster
that is lost on the way is replaced by processes of this machine, and `remarks` says so.

docs/decisions/0009-clusters-are-dask.md tells why there is no cluster of our own.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import logging
import multiprocessing
import os
import platform
import re
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import relais

_CREWS = 3  # how often a broken crew is replaced before the work is done in this process
_AHEAD = 2  # tasks given to each worker, so that none waits for the slowest of its fellows
_LOOK_SECONDS = 0.05  # between two looks at whether an answer came, or an end was asked
_PARENT_SECONDS = 0.5  # between two looks of a worker at whether its planner still lives
_CONNECT_SECONDS = 10.0  # for a scheduler to answer, and for each of its workers
_FETCH_SECONDS = 60.0  # for an answer to travel
_NOBODY_SECONDS = 20.0  # a scheduler without any worker for so long is lost
_PACKAGES = ("numpy", "scipy", "highspy")  # whose versions a plan depends on
_HERE, _PROCESSES, _DASK = "here", "processes", "dask://"
_PROCESSES_FORM = re.compile(r"processes:([1-9][0-9]{0,3})", re.ASCII)
_DASK_FORM = re.compile(r"dask://(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})", re.ASCII)
_GREATEST_PORT = 65535


class Unusable(ValueError):
    """The place named to compute in cannot be used; the text is a French sentence."""


def never() -> bool:
    """Say that it is not enough yet."""
    return False


class InProcess:
    """One task after the other, here.

    Every executor has these methods. `workers`: how many tasks run at once. `remarks`: French
    sentences about what went wrong and was made good, empty as a rule.
    """

    workers = 1

    def __init__(self) -> None:
        self.remarks: list[str] = []

    def each[T, A](
        self, work: Callable[[T], A], tasks: Iterable[T], enough: Callable[[], bool] = never
    ) -> Iterator[A]:
        """Run `work` on each task, taken as late as workers allow, and give the answers in order.

        Once `enough()` is true no task is begun, and answers that are not there yet are left out.
        """
        for task in tasks:
            if enough():
                return
            yield work(task)

    def map[T, A](self, work: Callable[[T], A], tasks: Sequence[T]) -> list[A]:
        """Run `work` on each task."""
        return [work(task) for task in tasks]

    def close(self) -> None:
        """Dismiss nobody."""


class LocalProcesses:
    """A crew of processes of this machine; they end with the process that made them."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.remarks: list[str] = []
        self.crew: ProcessPoolExecutor | None = None

    def _crew(self) -> ProcessPoolExecutor:
        if self.crew is None:
            # A new interpreter a worker: a solver's threads do not survive a fork.
            context = multiprocessing.get_context("spawn")
            self.crew = ProcessPoolExecutor(
                self.workers, mp_context=context, initializer=_settle, initargs=(os.getpid(),)
            )
        return self.crew

    def _give[T, A](self, work: Callable[[T], A], task: T) -> Future[A] | None:
        """Hand a task to the crew; None where the crew is broken."""
        try:
            return self._crew().submit(work, task)
        except BrokenProcessPool:
            return None

    def each[T, A](
        self, work: Callable[[T], A], tasks: Iterable[T], enough: Callable[[], bool] = never
    ) -> Iterator[A]:
        """Run `work` on each task, again where a worker died."""
        source, crews = iter(tasks), 1
        given: deque[tuple[T, Future[A] | None]] = deque()
        while True:
            while len(given) < _AHEAD * self.workers and not enough():
                try:
                    task = next(source)
                except StopIteration:
                    break
                given.append((task, self._give(work, task) if crews <= _CREWS else None))
            if not given:
                return
            task, future = given[0]
            while future is not None and not wait([future], timeout=_LOOK_SECONDS).done:
                if enough():
                    self.close()  # what they are at is of no use any more
                    return
            if _is_whole(future):
                assert future is not None
                given.popleft()
                yield future.result()
            elif future is not None and not isinstance(future.exception(), BrokenProcessPool):
                future.result()  # raises what the work raised
            elif crews <= _CREWS:
                self.close()
                crews += 1
                given = deque(
                    (one, old if _is_whole(old) else self._give(work, one)) for one, old in given
                )
            elif enough():
                return
            else:
                given.popleft()
                yield work(task)

    def map[T, A](self, work: Callable[[T], A], tasks: Sequence[T]) -> list[A]:
        """Run `work` on each task, again where a worker died."""
        return list(self.each(work, tasks))

    def close(self) -> None:
        """Dismiss the crew, in the middle of its work if need be."""
        if self.crew is not None:
            # Left alone, a worker would end its task first, and the interpreter wait for it.
            processes = list((getattr(self.crew, "_processes", None) or {}).values())
            self.crew.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                process.terminate()
            self.crew = None


def _is_whole(future: Future[Any] | None) -> bool:
    """Say whether a future holds an answer."""
    return (
        future is not None
        and future.done()
        and not future.cancelled()
        and future.exception() is None
    )


def _settle(parent: int) -> None:
    """Begin as a worker: Ctrl-C is the planner's affair, and no worker outlives its planner."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()


@cache
def versions() -> tuple[tuple[str, str], ...]:
    """Give what a plan depends on: Python, the solver's packages, and the engine's own source."""
    source = hashlib.sha256()
    engine = Path(__file__).parents[2]
    for file in sorted(engine.rglob("*")):
        if file.suffix in {".py", ".toml"}:
            source.update(file.relative_to(engine).as_posix().encode() + b"\0")
            source.update(file.read_bytes())
    return (
        ("Python", ".".join(platform.python_version_tuple()[:2])),
        *((name, importlib.metadata.version(name)) for name in _PACKAGES),
        ("relais", f"{relais.__version__} ({source.hexdigest()[:8]})"),
    )


class _OtherVersions(RuntimeError):
    """A worker that came later does not run the same program."""


def _at_worker[T, A](work: Callable[[T], A], task: T, expected: tuple[tuple[str, str], ...]) -> A:
    if versions() != expected:
        raise _OtherVersions
    return work(task)


class DaskCluster:
    """The workers of a running Dask scheduler (`distributed`, from the extra `cluster`).

    `expected`: the versions that every worker must have, those here unless said.

    Raises Unusable where the address, the scheduler, its workers or their versions do not do.
    """

    def __init__(
        self, address: str, *, expected: tuple[tuple[str, str], ...] | None = None
    ) -> None:
        form = _DASK_FORM.fullmatch(address)
        if form is None or not 0 < int(form[2]) <= _GREATEST_PORT:
            raise Unusable(_form_words(address))
        self.address, self.expected = address, expected or versions()
        self.remarks: list[str] = []
        self.here: LocalProcesses | None = None
        try:
            import dask  # noqa: PLC0415
            from distributed import Client  # noqa: PLC0415
        except ImportError as missing:
            raise Unusable(
                f"Pour calculer sur {address}, installez d’abord le supplément « cluster » "
                "(docs/operate.md)."
            ) from missing
        for name in ("distributed", "distributed.client", "distributed.core", "distributed.comm"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # said here, in a person's words
        secret = dask.config.get("distributed.comm.require-encryption", default=False)
        target = f"{'tls' if secret else 'tcp'}://{form[1]}:{form[2]}"
        try:
            self.client: Any = Client(
                target, timeout=_CONNECT_SECONDS, set_as_default=False, name="relais"
            )
        except Exception as error:  # each transport and version of Dask has its own
            raise Unusable(
                f"Aucune grappe de calcul ne répond à {address}. Vérifiez l’adresse, et que "
                "l’ordonnanceur est lancé."
            ) from error
        try:
            self.workers = self._welcome()
        except BaseException:
            self._leave()
            raise

    def _welcome(self) -> int:
        """Check that every worker runs this very program; gives how many tasks they run at once."""
        threads: dict[str, int] = dict(self.client.nthreads())
        if not threads:
            raise Unusable(f"La grappe de calcul {self.address} n’a aucune machine au travail.")
        asked = {
            worker: self.client.submit(versions, workers=[worker], pure=False) for worker in threads
        }
        ends = time.monotonic() + _CONNECT_SECONDS
        for worker, future in sorted(asked.items()):
            while not future.done() and time.monotonic() < ends:
                time.sleep(_LOOK_SECONDS)
            where = f"La machine {worker.partition('://')[2]} de la grappe {self.address}"
            if not future.done():
                raise Unusable(f"{where} ne répond pas.")
            if future.status != "finished":
                raise Unusable(f"{where} n’a pas relais, ou pas la même version qu’ici.")
            there = dict(future.result(timeout=_CONNECT_SECONDS))
            for name, version in self.expected:
                if there.get(name) != version:
                    raise Unusable(
                        f"{where} a {name} {there.get(name, 'inconnu')}, et ici {version} : "
                        "installez la même version partout."
                    )
        return sum(threads.values())

    def _is_lost(self, alone_since: list[float]) -> bool:
        """Say whether nothing more is to be expected; `alone_since` remembers, [] at first."""
        if self.client.status != "running":
            return True
        if self.client.nthreads():
            alone_since.clear()
            return False
        if not alone_since:
            alone_since.append(time.monotonic())
        return time.monotonic() - alone_since[0] > _NOBODY_SECONDS

    def each[T, A](
        self, work: Callable[[T], A], tasks: Iterable[T], enough: Callable[[], bool] = never
    ) -> Iterator[A]:
        """Run `work` on each task; the scheduler gives the tasks of a lost worker to another."""
        source = iter(tasks)
        if self.here is not None:
            yield from self.here.each(work, source, enough)
            return
        given: deque[tuple[T, Any]] = deque()
        alone_since: list[float] = []
        while True:
            try:
                while len(given) < _AHEAD * self.workers and not enough():
                    try:
                        task = next(source)
                    except StopIteration:
                        break
                    given.append((task, None))
                    given[-1] = (
                        task,
                        self.client.submit(
                            _at_worker, work, task, self.expected, pure=False, retries=_CREWS
                        ),
                    )
                if not given:
                    return
                task, future = given[0]
                looked = time.monotonic()
                while not future.done():
                    if enough():
                        self.client.cancel([one for _, one in given], force=True)
                        return
                    time.sleep(_LOOK_SECONDS)
                    if time.monotonic() - looked > 1:
                        looked = time.monotonic()
                        if self._is_lost(alone_since):
                            raise ConnectionError
                if future.status in {"cancelled", "lost"}:
                    raise ConnectionError
                whole = future.status == "finished"
                answer: A | None = future.result(timeout=_FETCH_SECONDS) if whole else None
            except _connection_errors():
                self._go_on_here()
                assert self.here is not None
                rest = chain([one for one, _ in given], source)
                yield from self.here.each(work, rest, enough)
                return
            given.popleft()
            # Where the fault is not the cluster's but the work's own, it is raised here.
            yield answer if whole else work(task)  # type: ignore[misc]

    def _go_on_here(self) -> None:
        self.workers = os.cpu_count() or 1
        self.here = LocalProcesses(self.workers)
        self.remarks.append(
            f"La grappe de calcul {self.address} ne répond plus : le calcul s’est terminé ici."
        )
        self._leave()

    def map[T, A](self, work: Callable[[T], A], tasks: Sequence[T]) -> list[A]:
        """Run `work` on each task and wait for all of them."""
        return list(self.each(work, tasks))

    def _leave(self) -> None:
        # A cluster that is gone takes long to take leave of: nobody waits for it.
        threading.Thread(target=self._take_leave, name="leave", daemon=True).start()

    def _take_leave(self) -> None:
        try:
            self.client.close(timeout=1)
        except Exception:  # gone is gone
            logging.getLogger(__name__).debug("the cluster was gone", exc_info=True)

    def close(self) -> None:
        """Leave the cluster."""
        if self.here is not None:
            self.here.close()
        else:
            self._take_leave()


def _connection_errors() -> tuple[type[BaseException], ...]:
    """Name what Dask raises where the scheduler or the way to it is gone."""
    from asyncio import CancelledError  # noqa: PLC0415
    from concurrent.futures import CancelledError as Cancelled  # noqa: PLC0415

    from distributed import CancelledError as Dropped  # noqa: PLC0415
    from distributed.comm.core import CommClosedError  # noqa: PLC0415

    return (
        OSError,
        TimeoutError,
        RuntimeError,
        CancelledError,
        Cancelled,
        Dropped,
        CommClosedError,
    )


type Crew = InProcess | LocalProcesses | DaskCluster


def _form_words(name: str) -> str:
    shown = "".join(letter if letter.isprintable() else "?" for letter in name)
    return (
        f"« {shown} » ne dit pas où calculer. Écrivez here, processes:2 (le nombre de processus) "
        "ou dask://machine:8786."
    )


def check_form(name: str) -> None:
    """Raise Unusable where a name is none of `here`, `processes:N`, `dask://host:port`."""
    dask = _DASK_FORM.fullmatch(name)
    if dask is not None and 0 < int(dask[2]) <= _GREATEST_PORT:
        return
    if name != _HERE and _PROCESSES_FORM.fullmatch(name) is None:
        raise Unusable(_form_words(name))


def executor_of(name: str | None = None) -> Crew:
    """Make the executor of a name: `here`, `processes:N` or `dask://host:port`.

    Without a name: one process a core of this machine. Raises Unusable for another name, and where
    the cluster cannot be used.
    """
    if name is None:
        return LocalProcesses(os.cpu_count() or 1)
    check_form(name)
    if name == _HERE:
        return InProcess()
    if name.startswith(_DASK):
        return DaskCluster(name)
    return LocalProcesses(int(name.partition(":")[2]))
