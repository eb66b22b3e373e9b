"""Who answers for a patient."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from relais.core import audit
from relais.core.actors import Actor
from relais.engine import identity
from relais.engine.identity import ADULT_AT
from relais.patients.models import Person, Proxy
from relais.patients.services.refusals import PatientRefusal
from relais.patients.states import ENDS_WITH_CHILDHOOD, ProxyKind


@transaction.atomic
def add_proxy(
    person: Person,
    *,
    name: str,
    kind: ProxyKind,
    today: date,
    by: Actor,
    now: datetime,
    phone: str = "",
    email: str = "",
    until_on: date | None = None,
) -> Proxy:
    """Note who answers for a person. A parent's word ends on the eighteenth birthday, or before.

    Raises PatientRefusal without a name, for a parent of an adult, or an end before today.
    """
    if not name.strip():
        raise PatientRefusal("Écrivez le nom de la personne qui répond pour ce patient.")
    if kind in ENDS_WITH_CHILDHOOD:
        adult_on = identity.birthday(person.born_on, ADULT_AT)
        if adult_on <= today:
            raise PatientRefusal(
                "Ce patient est majeur : choisissez « tuteur ou tutrice » ou « personne de"
                " confiance »."
            )
        until_on = adult_on if until_on is None else min(until_on, adult_on)
    if until_on is not None and until_on <= today:
        raise PatientRefusal("La date de fin est déjà passée.")
    proxy = Proxy.objects.create(
        person=person,
        name=name.strip(),
        kind=kind,
        phone=phone,
        email=email,
        since_on=today,
        until_on=until_on,
    )
    audit.record(person, verb="patients.proxy_added", by=by, at=now, details={"kind": kind})
    return proxy


@transaction.atomic
def end_proxy(proxy: Proxy, *, today: date, by: Actor, now: datetime) -> None:
    """End what a proxy may say, from today on."""
    proxy.until_on = today
    proxy.save(update_fields=["until_on"])
    audit.record(proxy.person, verb="patients.proxy_ended", by=by, at=now)
