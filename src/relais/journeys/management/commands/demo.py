"""Make or find the demonstration's network."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from relais.accounts.models import User
from relais.accounts.queries import fictional_people
from relais.core import formats
from relais.journeys.demo.play import DOCTORS, is_played, play

PEOPLE_NAMED = 2  # of each role, on the terminal; the page « Entrer comme… » shows more


class Command(BaseCommand):
    """Play the demonstration around today's date, unless this week's stands already."""

    help = "Joue le réseau fictif autour de la date du jour."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read the options."""
        parser.add_argument("--fresh", action="store_true", help="tout recommencer")
        parser.add_argument("--doctors", type=int, default=DOCTORS, help="nombre de médecins")

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, play, and say what stands."""
        if not settings.DEMO:
            raise CommandError("La démonstration se lance par ./relais demo, jamais en production.")
        today = timezone.localdate()
        if options["fresh"]:
            start_over()
        call_command("migrate", verbosity=0)
        if is_played(today=today):
            self.stdout.write("La démonstration de cette semaine est déjà là.")
            self._introduce()
            return
        start_over()
        call_command("migrate", verbosity=0)
        began = monotonic()
        played = play(now=timezone.now(), say=self._say, count=options["doctors"])
        proof = "on ne peut pas faire mieux" if played.proven else "meilleur plan trouvé"
        self.stdout.write(
            f"{played.centres} centres, {played.lines} lignes, {played.doctors} médecins, "
            f"{formats.number(played.missions)} missions, "
            f"{formats.plural(played.holes, 'semaine')} sans médecin "
            f"({proof}), en {monotonic() - began:.0f} s."
        )
        self._introduce()

    def _introduce(self) -> None:
        """Say who can be tried."""
        self.stdout.write("Vous pouvez y entrer, d’un clic, comme :")
        for role, found in fictional_people(per_role=PEOPLE_NAMED).items():
            if found:
                names = ", ".join(str(user) for user in found)
                self.stdout.write(f"  {role.label} : {names}")

    def _say(self, line: str) -> None:
        self.stdout.write(f"  {line}")
        self.stdout.flush()


def start_over() -> None:
    """Forget the demonstration's database, whole: the audit refuses anything less.

    Raises CommandError, and touches nothing, when it holds anything else.
    """
    tables = connection.introspection.table_names()
    is_ours = User._meta.db_table in tables or not tables
    if not is_ours or (tables and User.objects.filter(is_fictional=False).exists()):
        raise CommandError(
            "Cette base contient autre chose que la démonstration, qui n’y touche pas. "
            "Donnez-lui une autre base avec RELAIS_DATABASE_URL, ou aucune."
        )
    if connection.vendor == "sqlite":
        path = Path(connection.settings_dict["NAME"])
        connection.close()
        for name in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
            name.unlink(missing_ok=True)
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
