"""The e-mails of accounts, as text. Plain words, no secret but the link, no health word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from relais.core.formats import date_words, time_words

NOTICES: dict[str, str] = {
    "totp_added": "Une application d’authentification protège maintenant votre compte.",
    "totp_removed": "L’application d’authentification ne protège plus votre compte.",
    "passkey_added": "Une clé d’accès a été ajoutée à votre compte.",
    "passkey_removed": "Une clé d’accès a été retirée de votre compte.",
    "codes_made": "De nouveaux codes de secours ont été créés ; les anciens ne valent plus.",
    "second_factors_removed": "La double vérification a été retirée de votre compte par l’équipe.",
    "password_changed": "Le mot de passe de votre compte a changé.",
    "password_set": "Un mot de passe a été choisi pour votre compte.",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A subject and a text."""

    subject: str
    text: str


def sign_in_link(*, name: str, network: str, address: str, minutes: int) -> Letter:
    """Write the letter with the link."""
    return Letter(
        f"Entrer : {network}",
        f"Bonjour {name},\n\n"
        f"Voici le lien pour entrer. Il vaut {minutes} minutes et sert une seule fois :\n\n"
        f"{address}\n\n"
        "Vous n’avez rien demandé ? Ne faites rien : sans ce lien, personne n’entre.\n\n"
        f"{network}\n",
    )


def account_opened(*, name: str, network: str, address: str, contact: str) -> Letter:
    """Write the letter that says that an account is open."""
    return Letter(
        f"Votre compte est ouvert : {network}",
        f"Bonjour {name},\n\n"
        f"L’équipe de {network} vous a ouvert un compte. Pour entrer, donnez cette adresse"
        " électronique ici ; vous recevrez un lien :\n\n"
        f"{address}\n\n"
        f"Une question ? Écrivez à {contact}.\n\n"
        f"{network}\n",
    )


def notice(
    *, what: str, name: str, network: str, contact: str, at: datetime, source: str
) -> Letter:
    """Write the letter that says that the protection of an account changed; `at` is local time."""
    when = f"{date_words(at.date())} à {time_words(at.time())}"
    return Letter(
        f"Votre compte a changé : {network}",
        f"Bonjour {name},\n\n{NOTICES[what]}\n\n"
        f"Quand : {when}\nDepuis : {source or 'adresse inconnue'}\n\n"
        f"Ce n’était pas vous ? Écrivez tout de suite à {contact}.\n\n"
        f"{network}\n",
    )
