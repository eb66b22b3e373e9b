"""`./relais manage audit verify` and `./relais manage audit seal`."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from relais.core.formats import plural
from relais.core.seals import LATE, Verdict, seal_audit, verify_audit


class Command(BaseCommand):
    """Verify or seal the audit. Exit status of `verify`: 0 intact, 1 something was changed."""

    help = "Vérifie ou scelle le journal des actions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the two subcommands."""
        actions = parser.add_subparsers(dest="action", required=True, metavar="verify | seal")
        verify = actions.add_parser("verify", help="compare chaque entrée avec son sceau")
        verify.add_argument(
            "--expect",
            default="",
            metavar="EMPREINTE",
            help="une empreinte gardée ailleurs, qui doit se trouver dans la chaîne",
        )
        verify.add_argument(
            "--late",
            type=int,
            default=int(LATE.total_seconds() // 60),
            metavar="MINUTES",
            help="prévient quand une entrée attend son sceau depuis plus longtemps",
        )
        actions.add_parser("seal", help="scelle tout de suite les entrées qui attendent")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked."""
        now = timezone.now()
        if options["action"] == "seal":
            made = seal_audit(now=now)
            entries = sum(seal.count for seal in made)
            self.stdout.write(f"{plural(entries, 'entrée')} dans {plural(len(made), 'sceau')}.")
            if made:
                self.stdout.write(f"Dernière empreinte : {made[-1].hash}")
            return
        verdict = verify_audit(
            now=now, late=timedelta(minutes=options["late"]), expect=options["expect"].strip()
        )
        self._tell(verdict)
        if not verdict.is_intact:
            sys.exit(1)

    def _tell(self, verdict: Verdict) -> None:
        for problem in verdict.problems:
            self.stderr.write(f"ANOMALIE  {problem}")
        for warning in verdict.warnings:
            self.stderr.write(f"ATTENTION {warning}")
        self.stdout.write(
            f"{plural(verdict.seals, 'sceau')}, {plural(verdict.entries, 'entrée')} sous sceau,"
            f" {plural(verdict.waiting, 'entrée')} en attente."
        )
        if verdict.is_intact:
            self.stdout.write("Le journal est intact.")
        self.stdout.write(
            f"Dernière empreinte, à garder hors de cette machine : {verdict.last_hash}"
        )
