"""`./relais manage roles`: writes docs/roles.md from the code; `--check` only compares."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from relais.accounts.states import (
    RIGHT_MEANINGS,
    RIGHTS_OF,
    ROLE_SCOPES,
    STAFF_ROLES,
    Right,
    Role,
)

HEAD = """# Rôles et droits

Page écrite par `./relais manage roles` à partir de `src/relais/accounts/states.py` :
ne la modifiez pas à la main.
`tests/test_rights.py` ouvre chaque adresse dans chaque rôle et compare avec ce tableau.
"""


def page() -> str:
    """Write the page."""
    roles = list(Role)
    lines = [HEAD, "## Qui a quel rôle, sur quoi", "", "| Rôle | Sur quoi | Double vérification |"]
    lines.append("|---|---|---|")
    for role in roles:
        duty = "obligatoire en production" if role in STAFF_ROLES else "au choix"
        lines.append(f"| {role.label} | {ROLE_SCOPES[role]} | {duty} |")
    lines += [
        "",
        "Une personne peut avoir plusieurs rôles : elle a les droits de tous.",
        "",
        "## Qui peut quoi",
        "",
        f"| Droit | Ce qu’il permet | {' | '.join(str(role.label) for role in roles)} |",
        f"|---|---|{':-:|' * len(roles)}",
    ]
    for right in Right:
        if right is Right.ANYONE:
            continue
        marks = " | ".join("●" if right in RIGHTS_OF[role] else "" for role in roles)
        lines.append(f"| `{right.value}` | {RIGHT_MEANINGS[right]} | {marks} |")
    lines += ["", f"`{Right.ANYONE.value}` marque une {RIGHT_MEANINGS[Right.ANYONE]}.", ""]
    return "\n".join(lines)


class Command(BaseCommand):
    """Write docs/roles.md, or say that it is out of date."""

    help = "Écrit docs/roles.md à partir du code."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the option."""
        parser.add_argument("--check", action="store_true", help="compare seulement")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write or compare."""
        path = settings.CHECKOUT / "docs" / "roles.md"
        if not options["check"]:
            path.write_text(page(), encoding="utf-8")
            self.stdout.write("docs/roles.md est écrit.")
        elif not path.exists() or path.read_text(encoding="utf-8") != page():
            raise CommandError("docs/roles.md n’est plus à jour : lancez ./relais manage roles.")
