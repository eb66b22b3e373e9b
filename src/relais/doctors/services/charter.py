"""The charter: signed by the doctor, noted by the team when it was signed on paper, required."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from relais.core import audit
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.doctors.models import CharterSignature, Doctor
from relais.doctors.queries import plain, signature_of
from relais.engine import charter


class CharterRefusal(Refusal):
    """The charter is not signed, or not like this."""


@transaction.atomic
def sign_charter(
    doctor: Doctor,
    *,
    version: int,
    name: str,
    by: Actor,
    now: datetime,
    today: date,
    on_paper: bool = False,
) -> CharterSignature:
    """Note a signature under the charter of the day; signing twice changes nothing.

    `name` is what the doctor typed, first and last name. `on_paper`: the team holds the sheet.
    Raises CharterRefusal for a version that is no longer the one to sign, or another name.
    """
    words = charter.current(today)
    if version != words.version:
        raise CharterRefusal("La charte a changé entre-temps. Relisez-la, puis signez.")
    missing = {*plain(f"{doctor.first_name} {doctor.last_name}").split()} - {*plain(name).split()}
    if missing:
        raise CharterRefusal("Écrivez votre prénom et votre nom, comme sur votre fiche.")
    signature, is_new = CharterSignature.objects.get_or_create(
        doctor=doctor,
        version=version,
        defaults={
            "sha256": words.sha256,
            "name": " ".join(name.split())[:170],
            "signed_at": now,
            "on_paper": on_paper,
        },
    )
    if is_new:
        audit.record(
            signature,
            verb="doctors.charter_signed",
            by=by,
            at=now,
            details={"version": version, "sha256": words.sha256, "on_paper": on_paper},
        )
    return signature


def require_charter(doctor: Doctor, *, today: date) -> None:
    """Let a mission be ready only with the charter of the day signed. Raises CharterRefusal."""
    if signature_of(doctor, today=today) is None:
        raise CharterRefusal(
            "La charte n’est pas encore signée. Le médecin la trouve dans son espace, avec ses "
            "papiers."
        )
