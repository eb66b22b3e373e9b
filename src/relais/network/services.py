"""What changes the network: centres, lines, closures, coordinators, needs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from relais.accounts.models import User
from relais.core import audit
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.network.models import (
    Centre,
    Closure,
    Coordination,
    Line,
    Practice,
    PracticeNeed,
)
from relais.network.states import ClosureReason

EDITABLE: Final = frozenset(
    {
        "key",
        "name",
        "finess",
        "commune",
        "position_note",
        "latitude",
        "longitude",
        "time_zone",
        "address",
        "phone",
        "opens_on",
        "closes_on",
        "family_places",
        "pets_allowed",
        "step_free",
    }
)


class NetworkRefusal(Refusal):
    """The network cannot be kept like this."""


@transaction.atomic
def add_centre(key: str, *, name: str, by: Actor, now: datetime, **fields: Any) -> Centre:
    """Add a centre, without a line yet. A commune gives the coordinates when none are given.

    Raises NetworkRefusal when a field is wrong or the key is taken, TypeError for an unknown field.
    """
    centre = Centre(key=key, name=name)
    _set(centre, fields)
    _save(centre)
    audit.record(centre, verb="network.centre_added", by=by, at=now, details={"key": key})
    return centre


@transaction.atomic
def edit_centre(centre: Centre, *, changes: Mapping[str, Any], by: Actor, now: datetime) -> Centre:
    """Change fields of a centre.

    Raises like `add_centre`; nothing is written when nothing changes.
    """
    before = {name: getattr(centre, name) for name in changes}
    _set(centre, changes)
    changed = [name for name in sorted(changes) if getattr(centre, name) != before[name]]
    if not changed:
        return centre
    _save(centre)
    audit.record(
        centre,
        verb="network.centre_edited",
        by=by,
        at=now,
        details={
            name: [_plainly(before[name]), _plainly(getattr(centre, name))] for name in changed
        },
    )
    return centre


@transaction.atomic
def add_line(
    centre: Centre,
    *,
    by: Actor,
    now: datetime,
    number: int | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Line:
    """Add a line to a centre; without a number it takes the next one.

    Raises NetworkRefusal when the number is taken or the line ends before it starts.
    """
    if number is None:
        numbers = Line.objects.filter(centre=centre).values_list("number", flat=True)
        number = max(numbers, default=0) + 1
    line = Line(centre=centre, number=number, starts_on=starts_on, ends_on=ends_on)
    _save(line)
    audit.record(line, verb="network.line_added", by=by, at=now, details={"number": number})
    return line


@transaction.atomic
def end_line(line: Line, *, ends_on: date, by: Actor, now: datetime) -> Line:
    """End a line: no doctor is needed from `ends_on` on. Missions after it show as at risk."""
    line.ends_on = ends_on
    _save(line)
    audit.record(
        line, verb="network.line_ended", by=by, at=now, details={"ends_on": ends_on.isoformat()}
    )
    return line


@transaction.atomic
def add_closure(
    centre: Centre | None,
    *,
    first_on: date,
    last_on: date,
    reason: ClosureReason,
    by: Actor,
    now: datetime,
    note: str = "",
) -> Closure:
    """Close a centre, or all of them with None, from a day to another, both included.

    Raises NetworkRefusal when the last day comes before the first.
    """
    if last_on < first_on:
        raise NetworkRefusal("Le dernier jour vient avant le premier. Vérifiez les deux dates.")
    closure = Closure(centre=centre, first_on=first_on, last_on=last_on, reason=reason, note=note)
    _save(closure)
    audit.record(
        closure,
        verb="network.closure_added",
        by=by,
        at=now,
        details={"first_on": first_on.isoformat(), "last_on": last_on.isoformat()},
    )
    return closure


@transaction.atomic
def remove_closure(closure: Closure, *, by: Actor, now: datetime) -> None:
    """Open again the days of a closure."""
    audit.record(closure, verb="network.closure_removed", by=by, at=now)
    closure.delete()


@transaction.atomic
def assign_coordinator(
    centre: Centre, *, user: User, since_on: date, by: Actor, now: datetime
) -> Coordination:
    """Give a centre a coordinator; who coordinates it already goes on, unchanged."""
    running = Coordination.objects.filter(centre=centre, user=user, until_on__isnull=True).first()
    if running is not None:
        return running
    coordination = Coordination(centre=centre, user=user, since_on=since_on)
    _save(coordination)
    audit.record(coordination, verb="network.coordinator_assigned", by=by, at=now)
    return coordination


@transaction.atomic
def end_coordination(
    coordination: Coordination, *, until_on: date, by: Actor, now: datetime
) -> Coordination:
    """End a coordination: the centre is no longer seen from `until_on` on."""
    coordination.until_on = until_on
    _save(coordination)
    audit.record(
        coordination,
        verb="network.coordination_ended",
        by=by,
        at=now,
        details={"until_on": until_on.isoformat()},
    )
    return coordination


@transaction.atomic
def set_practice_needs(
    centre: Centre, *, needs: Mapping[Practice, int], by: Actor, now: datetime
) -> None:
    """Write what acts a centre needs and every how many weeks; the acts left out are not needed.

    Raises NetworkRefusal for a number of weeks under one.
    """
    if any(weeks < 1 for weeks in needs.values()):
        raise NetworkRefusal("Un besoin revient au plus souvent chaque semaine.")
    PracticeNeed.objects.filter(centre=centre).delete()
    PracticeNeed.objects.bulk_create(
        PracticeNeed(centre=centre, practice=practice, every_weeks=weeks)
        for practice, weeks in sorted(needs.items(), key=lambda item: item[0].code)
    )
    audit.record(
        centre,
        verb="network.needs_set",
        by=by,
        at=now,
        details={practice.code: weeks for practice, weeks in needs.items()},
    )


@transaction.atomic
def add_practice(code: str, *, label: str, by: Actor, now: datetime) -> Practice:
    """Add an act that the planner counts; a known code gets the new label."""
    practice, _ = Practice.objects.update_or_create(code=code, defaults={"label": label})
    audit.record(practice, verb="network.practice_added", by=by, at=now, details={"code": code})
    return practice


def _set(centre: Centre, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        if name not in EDITABLE:
            raise TypeError(f"a centre has no field {name!r} to write")
        setattr(centre, name, value)
    if "commune" in fields and centre.commune is not None and "latitude" not in fields:
        centre.latitude, centre.longitude = centre.commune.latitude, centre.commune.longitude


def _save(row: models.Model) -> None:
    if isinstance(row, Centre) and (row.latitude is None or row.longitude is None):
        raise NetworkRefusal("Indiquez la commune du centre : les trajets en dépendent.")
    try:
        row.full_clean()
    except ValidationError as error:
        raise NetworkRefusal(_sentence(row, error)) from error
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise NetworkRefusal(
            "Ceci existe déjà dans le réseau. Ouvrez ce qui existe, ou choisissez un autre numéro."
        ) from error


def _sentence(row: models.Model, error: ValidationError) -> str:
    parts = []
    for name, messages in error.message_dict.items():
        label = ""
        if name != "__all__":
            words = str(row._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            label = f"{words[:1].upper()}{words[1:]} : "
        parts += [f"{label}{message}" for message in messages]
    return " ".join(parts)


def _plainly(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | None) else str(value)
