"""`./relais manage create_admin EMAIL NAME`: opens the first account, or lets its owner in."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from relais.accounts import queries, services
from relais.accounts.states import Role
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.core.formats import plural
from relais.journeys import people
from relais.territory import services as territory


class Command(BaseCommand):
    """Open an administrator's account and print a sign-in link, which needs no e-mail to arrive."""

    help = "Ouvre un compte d’administration (ou redonne un lien) et affiche un lien pour entrer."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare who."""
        parser.add_argument("email", help="l’adresse électronique de la personne")
        parser.add_argument("name", help="son nom, entre guillemets")
        parser.add_argument(
            "--lost-second-factor",
            action="store_true",
            help="retire la double vérification de la personne, qui en ajoutera une autre",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Open the account, give the role, print the link."""
        by = Actor(key="system:create_admin", label="relais (ligne de commande)", source="console")
        now = timezone.now()
        try:
            with transaction.atomic():
                user = queries.find_user(options["email"])
                if user is None:
                    user = people.open_account(
                        options["email"],
                        name=options["name"],
                        roles=[Role.ADMINISTRATOR],
                        by=by,
                        now=now,
                    )
                else:
                    services.grant_role(user, role=Role.ADMINISTRATOR, by=by, now=now)
                if options["lost_second_factor"]:
                    services.remove_second_factors(user, by=by, now=now, why="ligne de commande")
                token = services.create_link(user, by=by, now=now)
        except Refusal as no:
            raise CommandError(no.sentence) from None
        territory.load_communes(by=by, now=now)  # from the first day, places go by their names
        self.stdout.write(f"{user} ({user.email}) a le rôle « {Role.ADMINISTRATOR.label} ».")
        minutes = plural(settings.SIGN_IN_LINK_MINUTES, "minute")
        self.stdout.write(f"Lien pour entrer, une seule fois, dans les {minutes} :")
        self.stdout.write(f"{_site()}{reverse('account_enter', args=[token])}")


def _site() -> str:
    """Give where the site stands, as the settings tell it."""
    if settings.HTTPS:
        return f"https://{settings.ALLOWED_HOSTS[0].removeprefix('.')}"
    return "http://127.0.0.1:8000"
