"""Cars: added, changed, kept back for some days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction

from relais.core import audit
from relais.core.actors import Actor
from relais.network.models import Centre
from relais.premises.models import Car, CarClosure
from relais.premises.services.writing import PremisesRefusal, keep, write

EDITABLE: Final = frozenset(
    {
        "name",
        "plate",
        "seats",
        "gearbox",
        "insured_until",
        "named_drivers",
        "breakdown_phone",
        "keys_where",
        "keys_who",
        "keys_phone",
        "advice",
        "retired_on",
    }
)


@transaction.atomic
def add_car(centre: Centre, *, by: Actor, now: datetime, **fields: Any) -> Car:
    """Note a car of a centre. Raises PremisesRefusal for a name taken there."""
    car = Car(centre=centre)
    write(car, fields=fields, allowed=EDITABLE)
    keep(car, what="une voiture")
    audit.record(car, verb="premises.car_added", by=by, at=now)
    return car


@transaction.atomic
def edit_car(car: Car, *, changes: Mapping[str, Any], by: Actor, now: datetime) -> Car:
    """Change a car; what no longer suits a stay appears among the conflicts."""
    changed = write(car, fields=changes, allowed=EDITABLE)
    if changed:
        keep(car, what="une voiture")
        audit.record(car, verb="premises.car_edited", by=by, at=now, details={"fields": changed})
    return car


@transaction.atomic
def close_car(
    car: Car, *, first_on: date, last_on: date, by: Actor, now: datetime, reason: str = ""
) -> CarClosure:
    """Note days when a car cannot be lent, both included. Raises PremisesRefusal."""
    if last_on < first_on:
        raise PremisesRefusal("Le dernier jour vient après le premier.")
    closure = CarClosure.objects.create(car=car, first_on=first_on, last_on=last_on, reason=reason)
    audit.record(
        car,
        verb="premises.car_closed",
        by=by,
        at=now,
        details={"first": first_on.isoformat(), "last": last_on.isoformat()},
    )
    return closure


@transaction.atomic
def open_car(closure: CarClosure, *, by: Actor, now: datetime) -> None:
    """Take days without the car back."""
    audit.record(
        closure.car,
        verb="premises.car_opened",
        by=by,
        at=now,
        details={"first": closure.first_on.isoformat(), "last": closure.last_on.isoformat()},
    )
    closure.delete()
