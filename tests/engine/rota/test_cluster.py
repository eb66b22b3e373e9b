"""A nation planned on a real Dask scheduler with two workers on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from relais.engine.rota.national.executors import DaskCluster, Unusable, versions
from relais.engine.rota.solve import solve_national
from tests.engine.rota.test_national import draw

pytest.importorskip("distributed")
ROOT = Path(__file__).parents[3]
QUIET = ("--no-dashboard", "--host", "127.0.0.1")
WORKERS = 2


@dataclass
class Cluster:
    """A scheduler and what works for it."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]

    def join(self) -> DaskCluster:
        """Join it, once its workers have come."""
        for _ in range(200):
            try:
                crew = DaskCluster(self.address)
            except Unusable:
                pass  # no worker has come yet
            else:
                if crew.workers == len(self.workers):
                    return crew
                crew.close()
            time.sleep(0.05)
        raise AssertionError("the cluster never came up")

    def stop(self) -> None:
        """End every process."""
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


def _run(program: str, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.{program}", *words, *QUIET],
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler on a free port, and two workers of one thread each."""
    told = tmp_path_factory.mktemp("cluster") / "scheduler.json"
    scheduler = _run("dask_scheduler", "--port", "0", "--scheduler-file", str(told))
    made = Cluster("", scheduler, [])
    try:
        made.workers += [
            _run("dask_worker", "--scheduler-file", str(told), "--nthreads", "1", "--no-nanny")
            for _ in range(WORKERS)
        ]
        for _ in range(400):
            if told.exists() and '"address": "tcp://' in told.read_text():
                break
            time.sleep(0.05)
        port = told.read_text().partition('"address": "tcp://127.0.0.1:')[2].partition('"')[0]
        made.address = f"dask://127.0.0.1:{port}"
        yield made
    finally:
        made.stop()


def slowly(task: int) -> tuple[int, int]:
    """Say which process did a task, after a moment."""
    time.sleep(0.1)
    return task, os.getpid()


def test_a_cluster_of_another_version_is_refused_by_name(cluster: Cluster) -> None:
    cluster.join().close()
    ours = dict(versions()) | {"scipy": "0.1"}
    with pytest.raises(Unusable) as refused:
        DaskCluster(cluster.address, expected=tuple(ours.items()))
    told = str(refused.value)
    assert told.startswith("La machine 127.0.0.1:")
    assert f"a scipy {dict(versions())['scipy']}, et ici 0.1" in told
    assert told.endswith("installez la même version partout.")


def test_a_cluster_gives_the_same_plan_and_loses_workers_and_its_scheduler_not_the_work(
    cluster: Cluster,
) -> None:
    made = draw(3, people=30, weeks=10)
    crew = cluster.join()
    try:
        far = solve_national(made, budget_seconds=60, executor=crew)
        here = solve_national(made, budget_seconds=60, executor="here")
        assert replace(far, seconds=0.0) == replace(here, seconds=0.0)
        assert crew.remarks == []

        answers = crew.each(slowly, iter(range(12)))
        first = next(answers)
        cluster.workers[0].kill()
        done = [first, *answers]
        assert [task for task, _ in done] == list(range(12))
        assert {process for _, process in done[-4:]} == {cluster.workers[1].pid}
        assert crew.remarks == []

        answers = crew.each(slowly, iter(range(8)))
        first = next(answers)
        cluster.scheduler.kill()
        done = [first, *answers]
        assert [task for task, _ in done] == list(range(8))
        assert not {process for _, process in done[1:]} & {one.pid for one in cluster.workers}
        assert crew.remarks == [
            f"La grappe de calcul {cluster.address} ne répond plus : le calcul s’est terminé ici."
        ]
    finally:
        crew.close()
