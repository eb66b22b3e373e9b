"""`load_communes`: bring the shipped communes into the database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from relais.core.actors import Actor
from relais.territory.services import load_communes


class Command(BaseCommand):
    """Load the communes of France; does nothing when the database holds this version."""

    help = "Charge les communes de France ; ne fait rien si elles y sont déjà."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and say what was done."""
        loaded = load_communes(by=Actor.system("load_communes"), now=timezone.now())
        done = "chargées" if loaded.changed else "déjà là"
        self.stdout.write(f"{loaded.rows} communes {done}.")
