"""A process that accepts a plan run: `python tests/rota/acceptor.py RUN [pause N SECONDS]`.

It prints what happened as one JSON line. With `pause`, it prints « paused » before its N-th write
and sleeps, so that a test can kill it in the middle of accepting, or start another one meanwhile.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / part) for part in ("src", "")]


class Pause:
    """Sleeps before the N-th statement that writes."""

    def __init__(self, number: int, seconds: float) -> None:
        self.number, self.seconds, self.writes = number, seconds, 0

    def __call__(self, execute, sql, params, many, context):
        if sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            self.writes += 1
            if self.writes == self.number:
                print("paused", flush=True)
                time.sleep(self.seconds)
        return execute(sql, params, many, context)


def main(words: list[str]) -> None:
    """Accept one run and tell."""
    import django

    django.setup()
    from django.db import connection

    from relais.core.errors import Refusal
    from relais.rota import services
    from relais.rota.models import PlanRun
    from tests.factories import NOW, by

    run = PlanRun.objects.get(pk=int(words[0]))
    pause = Pause(int(words[2]), float(words[3])) if words[1:2] == ["pause"] else Pause(0, 0.0)
    print("ready", flush=True)
    sys.stdin.readline()
    with connection.execute_wrapper(pause):
        try:
            done = services.accept_run(run, by=by(), now=NOW)
        except Refusal as refusal:
            print(json.dumps({"refusal": type(refusal).__name__, "sentence": refusal.sentence}))
            return
    print(json.dumps({"added": len(done.added), "skipped": len(done.skipped)}))


if __name__ == "__main__":
    main(sys.argv[1:])
