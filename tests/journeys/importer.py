"""A process that imports prepared tables: `importer.py TOKEN [PAUSE SECONDS]`.

It prints what happened as one JSON line. With PAUSE, it prints « paused » before its write of that
number and sleeps, so that a test can kill it in the middle, or start another one meanwhile.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / part) for part in ("src", "")]


def main(words: list[str]) -> None:
    """Import once and tell."""
    import django

    django.setup()
    from django.db import connection

    from relais.core.errors import Refusal
    from relais.journeys import spreadsheets
    from tests.factories import NOW, by
    from tests.rota.acceptor import Pause

    pause = Pause(int(words[1]), float(words[2])) if words[1:] else Pause(0, 0.0)
    print("ready", flush=True)
    sys.stdin.readline()
    with connection.execute_wrapper(pause):
        try:
            report = spreadsheets.apply(words[0], by=by(), now=NOW)
        except Refusal as refusal:
            print(json.dumps({"refusal": type(refusal).__name__}))
            return
    print(json.dumps({"imported": [[table.added, table.unchanged] for table in report.tables]}))


if __name__ == "__main__":
    main(sys.argv[1:])
