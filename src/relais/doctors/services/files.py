"""What changes a doctor's file.

Each act leaves an audit entry that names fields, never their content
where it is personal."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from relais.core import audit
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.doctors.models import (
    CentrePreference,
    Companionship,
    Doctor,
    DoctorPractice,
    TravelTime,
)
from relais.doctors.queries import plain
from relais.doctors.states import PracticeLevel, PreferenceKind
from relais.network.models import Centre, Practice

EDITABLE: Final = frozenset(
    {
        "key",
        "user",
        "first_name",
        "last_name",
        "email",
        "phone",
        "rpps",
        "status",
        "home",
        "latitude",
        "longitude",
        "max_missions",
        "min_gap_weeks",
        "max_travel_minutes",
        "brings_family",
        "brings_pet",
        "needs_step_free",
        "is_pioneer",
        "ready_on",
        "missions_before",
        "joined_on",
        "left_on",
        "note",
    }
)
# Fields whose values may stand in the audit: they change plans, and say nothing of a person's life.
_SAID_IN_AUDIT: Final = frozenset(
    {"status", "max_missions", "min_gap_weeks", "is_pioneer", "ready_on", "joined_on", "left_on"}
)


class DoctorRefusal(Refusal):
    """The file cannot be kept like this."""


@transaction.atomic
def add_doctor(last_name: str, *, by: Actor, now: datetime, **fields: Any) -> Doctor:
    """Open the file of a doctor. Without a key one is made; a home gives the coordinates.

    Raises DoctorRefusal when a field is wrong or the key or RPPS is another doctor's, TypeError for
    an unknown field.
    """
    doctor = Doctor(last_name=last_name)
    _set(doctor, fields)
    if not doctor.key:
        doctor.key = f"m-{secrets.token_hex(4)}"
    _save(doctor)
    audit.record(doctor, verb="doctors.added", by=by, at=now, details={"key": doctor.key})
    return doctor


@transaction.atomic
def edit_doctor(doctor: Doctor, *, changes: Mapping[str, Any], by: Actor, now: datetime) -> Doctor:
    """Change fields of a file.

    Raises like `add_doctor`; nothing is written when nothing changes.
    """
    before = {name: getattr(doctor, name) for name in changes}
    _set(doctor, changes)
    changed = sorted(name for name in changes if getattr(doctor, name) != before[name])
    if not changed:
        return doctor
    _save(doctor)
    audit.record(
        doctor,
        verb="doctors.edited",
        by=by,
        at=now,
        details={
            "fields": changed,
            "values": {
                name: [_plainly(before[name]), _plainly(getattr(doctor, name))]
                for name in changed
                if name in _SAID_IN_AUDIT
            },
        },
    )
    return doctor


@transaction.atomic
def set_practices(
    doctor: Doctor, *, levels: Mapping[Practice, PracticeLevel], by: Actor, now: datetime
) -> None:
    """Write what a doctor does: the acts left out are forgotten."""
    DoctorPractice.objects.filter(doctor=doctor).delete()
    DoctorPractice.objects.bulk_create(
        DoctorPractice(doctor=doctor, practice=practice, level=level)
        for practice, level in sorted(levels.items(), key=lambda item: item[0].code)
    )
    audit.record(
        doctor,
        verb="doctors.practices_set",
        by=by,
        at=now,
        details={practice.code: str(level) for practice, level in levels.items()},
    )


@transaction.atomic
def set_preferences(
    doctor: Doctor,
    *,
    wishes: Mapping[Centre, Collection[PreferenceKind]],
    by: Actor,
    now: datetime,
) -> None:
    """Write what a doctor says of the centres: those left out are forgotten.

    Raises DoctorRefusal when one centre is both refused and preferred.
    """
    for centre, kinds in wishes.items():
        if {PreferenceKind.REFUSED, PreferenceKind.PREFERRED} <= set(kinds):
            raise DoctorRefusal(
                f"{centre.name} ne peut pas être à la fois souhaité et refusé. "
                "Gardez un seul choix."
            )
    CentrePreference.objects.filter(doctor=doctor).delete()
    CentrePreference.objects.bulk_create(
        CentrePreference(doctor=doctor, centre=centre, kind=kind)
        for centre, kinds in sorted(wishes.items(), key=lambda item: item[0].pk)
        for kind in sorted(set(kinds))
    )
    audit.record(
        doctor,
        verb="doctors.preferences_set",
        by=by,
        at=now,
        details={centre.key: sorted(map(str, kinds)) for centre, kinds in wishes.items()},
    )


@transaction.atomic
def set_travel_time(
    doctor: Doctor, *, centre: Centre, minutes: int | None, by: Actor, now: datetime
) -> None:
    """Replace the estimate of a travel time, or go back to it with None."""
    if minutes is None:
        TravelTime.objects.filter(doctor=doctor, centre=centre).delete()
    else:
        TravelTime.objects.update_or_create(
            doctor=doctor, centre=centre, defaults={"minutes": minutes}
        )
    audit.record(
        doctor,
        verb="doctors.travel_time_set",
        by=by,
        at=now,
        details={"centre": centre.key, "minutes": minutes},
    )


@transaction.atomic
def set_travel_times(
    times: Collection[tuple[Doctor, Centre, int]], *, by: Actor, now: datetime
) -> None:
    """Replace the estimates of many travel times (doctor, centre, minutes) at once.

    One audit entry for all of them: which came in stands in the rows themselves.
    """
    TravelTime.objects.bulk_create(
        [
            TravelTime(doctor=doctor, centre=centre, minutes=minutes)
            for doctor, centre, minutes in times
        ],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["doctor", "centre"],
        update_fields=["minutes"],
    )
    audit.record(
        None,
        verb="doctors.travel_times_set",
        by=by,
        at=now,
        details={"count": len(times), "doctors": len({doctor.pk for doctor, _, _ in times})},
    )


@transaction.atomic
def pair(doctor: Doctor, *, companion: Doctor, by: Actor, now: datetime) -> Companionship:
    """Note that two doctors come together or not at all; saying it twice changes nothing.

    Raises DoctorRefusal for one and the same doctor.
    """
    if doctor.pk == companion.pk:
        raise DoctorRefusal("Choisissez deux médecins différents.")
    first, second = sorted((doctor, companion), key=lambda one: one.pk)
    couple, is_new = Companionship.objects.get_or_create(first=first, second=second)
    if is_new:
        audit.record(couple, verb="doctors.paired", by=by, at=now)
    return couple


@transaction.atomic
def unpair(doctor: Doctor, *, companion: Doctor, by: Actor, now: datetime) -> None:
    """Note that two doctors no longer come together."""
    first, second = sorted((doctor, companion), key=lambda one: one.pk)
    couple = Companionship.objects.filter(first=first, second=second).first()
    if couple is not None:
        audit.record(couple, verb="doctors.unpaired", by=by, at=now)
        couple.delete()


def _set(doctor: Doctor, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        if name not in EDITABLE:
            raise TypeError(f"a doctor has no field {name!r} to write")
        setattr(doctor, name, value)
    if "home" in fields and doctor.home is not None and "latitude" not in fields:
        doctor.latitude, doctor.longitude = doctor.home.latitude, doctor.home.longitude
    doctor.search_name = plain(f"{doctor.first_name} {doctor.last_name}")


def _save(doctor: Doctor) -> None:
    if doctor.latitude is None or doctor.longitude is None:
        raise DoctorRefusal("Indiquez la commune du domicile : les trajets en dépendent.")
    try:
        doctor.full_clean()
    except ValidationError as error:
        raise DoctorRefusal(_sentence(error)) from error
    try:
        with transaction.atomic():
            doctor.save()
    except IntegrityError as error:
        raise DoctorRefusal(
            "Un autre médecin a déjà cet identifiant ou ce numéro RPPS. Ouvrez sa fiche."
        ) from error


def _sentence(error: ValidationError) -> str:
    parts = []
    for name, messages in error.message_dict.items():
        label = "" if name == "__all__" else _label(name)
        parts += [f"{label}{message}" for message in messages]
    return " ".join(parts)


def _label(name: str) -> str:
    label = str(Doctor._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    return f"{label[:1].upper()}{label[1:]} : "


def _plainly(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
