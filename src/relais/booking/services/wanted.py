"""Who wants an appointment, as typed on the public page, and whether it makes sense."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from relais.booking.services.refusals import BookingRefusal
from relais.booking.states import CHILD_ASKERS
from relais.core.phones import international, takes_sms
from relais.engine import identity, representation
from relais.engine.identity import BirthDate, BirthDateError
from relais.patients.states import ProxyKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The patient as typed, and who asks when it is somebody else (`asker_kind` empty otherwise).

    `birth_written`: « AAAA-MM-JJ », zeros where unknown. `is_new`: never came to this centre.
    """

    birth_name: str
    first_name: str
    birth_written: str
    phone: str
    is_new: bool
    asker_name: str = ""
    asker_kind: str = ""


def check(wanted: Wanted, *, today: date) -> Wanted:
    """Give it with the telephone in one writing. Raises BookingRefusal with what to correct."""
    for name, what in ((wanted.birth_name, "nom"), (wanted.first_name, "prénom")):
        try:
            identity.capitals(name)
        except ValueError:
            raise BookingRefusal(f"Écrivez le {what} du patient en lettres.") from None
    try:
        born = BirthDate.read(wanted.birth_written)
    except BirthDateError:
        raise BookingRefusal("Vérifiez la date de naissance : jour, mois, année.") from None
    if born.day_used() > today and born.is_exact:
        raise BookingRefusal("La date de naissance est dans l’avenir. Vérifiez-la.")
    phone = international(wanted.phone)
    if not takes_sms(phone):
        raise BookingRefusal(
            "Il faut un téléphone mobile pour recevoir le code. Sinon, appelez le centre."
        )
    rule = representation.rule_for(
        representation.BOOK, born_on=min(born.day_used(), today), day=today
    )
    if rule.who == representation.FOR and wanted.asker_kind not in CHILD_ASKERS:
        raise BookingRefusal(
            "Avant 16 ans, un adulte prend le rendez-vous. Choisissez « Pour quelqu’un d’autre »."
        )
    is_adult = identity.age_on(min(born.day_used(), today), today) >= identity.ADULT_AT
    if wanted.asker_kind == ProxyKind.PARENT and is_adult:
        raise BookingRefusal(
            "Cette personne est majeure : choisissez « un proche qui l’aide », avec son accord."
        )
    if wanted.asker_kind and not wanted.asker_name.strip():
        raise BookingRefusal("Écrivez votre nom : c’est vous qui prenez le rendez-vous.")
    return Wanted(
        birth_name=wanted.birth_name.strip(),
        first_name=wanted.first_name.strip(),
        birth_written=str(born),
        phone=phone,
        is_new=wanted.is_new,
        asker_name=wanted.asker_name.strip(),
        asker_kind=wanted.asker_kind,
    )
