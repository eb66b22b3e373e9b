"""Two files of one person become one, and can be parted again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from relais.core import audit
from relais.core.actors import Actor
from relais.patients.models import (
    AgreementGiven,
    KnownAt,
    Merge,
    Person,
    Proxy,
    Registration,
)
from relais.patients.services.files import search_name_of
from relais.patients.services.reading import SHORTEST_REASON
from relais.patients.services.refusals import PatientRefusal
from relais.territory.models import Commune

TAKEN_IF_EMPTY: Final = (
    "phone",
    "email",
    "address",
    "commune",
    "used_name",
    "used_first_name",
    "protection",
)


@transaction.atomic
def merge(
    person: Person,
    *,
    into: Person,
    why: str,
    by: Actor,
    now: datetime,
    also: Mapping[str, Any] | None = None,
) -> Person:
    """Merge a file into another: what the kept one lacks is taken over, the other points to it.

    Modules above move what they keep of `person` before (journeys.patients.merge_people) and say in
    `also` what moved. Raises PatientRefusal when one of them is merged already, both are the same,
    or no reason is given.
    """
    reason = " ".join(why.split())
    if person.pk == into.pk:
        raise PatientRefusal("Ces deux fiches n’en font qu’une.")
    locked = Person.objects.select_for_update().filter(pk__in=(person.pk, into.pk)).order_by("pk")
    gone, kept = (next(row for row in locked if row.pk == one.pk) for one in (person, into))
    if gone.merged_into_id or kept.merged_into_id:
        raise PatientRefusal("Une de ces fiches est déjà réunie à une autre. Rechargez la page.")
    if len(reason) < SHORTEST_REASON:
        raise PatientRefusal("Écrivez ce qui prouve que c’est la même personne.")
    undo: dict[str, Any] = {
        "fields": _take_fields(gone, kept),
        "search_name": kept.search_name,
        "to_check": gone.to_check_since is not None,
        **_move_rows(gone, kept, now=now),
        **(also or {}),
    }
    kept.search_name = search_name_of(kept, and_of=gone)
    kept.changed_at = now
    kept.save()
    gone.merged_into, gone.to_check_since, gone.changed_at = kept, None, now
    gone.save(update_fields=["merged_into", "to_check_since", "changed_at"])
    Merge.objects.create(gone=gone, kept=kept, at=now, by=by.label[:200], why=reason, undo=undo)
    for one, other in ((gone, kept), (kept, gone)):
        audit.record(
            one, verb="patients.merged", by=by, at=now, why=reason, details={"with": other.pk}
        )
    return kept


@transaction.atomic
def part(merge_: Merge, *, why: str, by: Actor, now: datetime) -> Person:
    """Part two files that were merged by mistake; give the one that stands again.

    What was taken over goes back; a field that was changed since stays as it is. Modules above take
    back what moved (journeys.patients.part_people). Raises PatientRefusal without a reason, or when
    it is done already or the kept file went into a third one.
    """
    reason = " ".join(why.split())
    if len(reason) < SHORTEST_REASON:
        raise PatientRefusal("Écrivez pourquoi ce sont deux personnes.")
    row = Merge.objects.select_for_update().get(pk=merge_.pk)
    keys = (row.gone_id, row.kept_id)
    locked = {
        one.pk: one for one in Person.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    }
    gone, kept = (locked[key] for key in keys)
    if row.undone_at is not None or gone.merged_into_id != kept.pk:
        raise PatientRefusal("Ces deux fiches sont déjà séparées.")
    if kept.merged_into_id is not None:
        raise PatientRefusal(
            "La fiche gardée a été réunie à une troisième. Séparez d’abord ces deux-là."
        )
    undo = row.undo
    for name, (before, after) in undo["fields"].items():
        attribute = "commune_id" if name == "commune" else name
        if _plain(getattr(kept, attribute)) == after:
            setattr(kept, attribute, before)
    kept.search_name, kept.changed_at = search_name_of(kept), now
    kept.save()
    KnownAt.objects.filter(pk__in=undo["known"], person=kept).update(person=gone)
    for key in undo["known_by_both"]:
        KnownAt.objects.get_or_create(person=gone, centre_id=key, defaults={"since_at": now})
    Registration.objects.filter(pk__in=undo["registrations"], person=kept).update(person=gone)
    Registration.objects.filter(pk__in=undo["ended"], person=gone).update(until_on=None)
    Proxy.objects.filter(pk__in=undo["proxies"], person=kept).update(person=gone)
    AgreementGiven.objects.filter(pk__in=undo["agreements"], person=kept).update(person=gone)
    gone.merged_into, gone.changed_at = None, now
    gone.to_check_since = now if undo["to_check"] else None
    gone.save(update_fields=["merged_into", "to_check_since", "changed_at"])
    row.undone_at = now
    row.save(update_fields=["undone_at"])
    for one, other in ((gone, kept), (kept, gone)):
        audit.record(
            one, verb="patients.parted", by=by, at=now, why=reason, details={"with": other.pk}
        )
    return gone


def _take_fields(gone: Person, kept: Person) -> dict[str, list[Any]]:
    """Take over what the kept file lacks; what stood there before and what stands there now."""
    before: dict[str, Any] = {}
    for name in TAKEN_IF_EMPTY:
        if not getattr(kept, name) and getattr(gone, name):
            before[name] = getattr(kept, name)
            setattr(kept, name, getattr(gone, name))
    if gone.has_long_term and not kept.has_long_term:
        before |= {"has_long_term": False, "long_term_until": None}
        kept.has_long_term, kept.long_term_until = True, gone.long_term_until
    if gone.needs_time and not kept.needs_time:
        before["needs_time"] = False
        kept.needs_time = True
    return {name: [_plain(old), _plain(getattr(kept, name))] for name, old in before.items()}


def _plain(value: Any) -> Any:
    """Write a value as JSON keeps it: a commune by its key, a day as text."""
    if isinstance(value, Commune):
        return value.pk
    return value.isoformat() if hasattr(value, "isoformat") else value


def _move_rows(gone: Person, kept: Person, *, now: datetime) -> dict[str, list[int]]:
    """Move what hangs on a file, the running registration ended when both have one."""
    known = set(KnownAt.objects.filter(person=kept).values_list("centre_id", flat=True))
    places = KnownAt.objects.filter(person=gone)
    moved = {
        "known": list(places.exclude(centre_id__in=known).values_list("pk", flat=True)),
        "known_by_both": list(
            places.filter(centre_id__in=known).values_list("centre_id", flat=True)
        ),
        "registrations": _keys(Registration, gone),
        "ended": [],
        "proxies": _keys(Proxy, gone),
        "agreements": _keys(AgreementGiven, gone),
    }
    KnownAt.objects.filter(pk__in=moved["known"]).update(person=kept)
    places.delete()
    if Registration.objects.filter(person=kept, until_on__isnull=True).exists():
        for running in Registration.objects.filter(person=gone, until_on__isnull=True):
            moved["ended"].append(running.pk)
            running.until_on = max(now.date(), running.since_on)
            running.save(update_fields=["until_on"])
    for model in (Registration, Proxy, AgreementGiven):
        model._default_manager.filter(person=gone).update(person=kept)
    return moved


def _keys(model: type[Registration | Proxy | AgreementGiven], person: Person) -> list[int]:
    rows = model._default_manager.filter(person=person).order_by("pk")
    return list(rows.values_list("pk", flat=True))
