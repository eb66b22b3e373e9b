"""Django's administration commands with the settings of relais: `./relais manage COMMAND`."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent / "src"))
    from relais.config.cli import main

    raise SystemExit(main(["manage", *sys.argv[1:]]))
