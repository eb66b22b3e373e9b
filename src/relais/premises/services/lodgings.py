"""Lodgings: added, changed, closed for some nights; their code and photographs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction

from relais.core import audit, private_files
from relais.core.actors import Actor
from relais.core.sealed_text import UnreadableError, seal, unseal
from relais.network.models import Centre
from relais.premises.models import Lodging, LodgingClosure, LodgingPhoto
from relais.premises.services.writing import (
    PremisesRefusal,
    keep,
    keep_photo,
    read_kept,
    write,
)

EDITABLE: Final = frozenset(
    {
        "name",
        "address",
        "directions",
        "bedrooms",
        "capacity",
        "family_welcome",
        "pets_allowed",
        "step_free",
        "shareable",
        "cleaning_hours",
        "house_rules",
        "host_name",
        "host_phone",
        "keys_where",
        "keys_who",
        "keys_phone",
        "has_code",
        "retired_on",
    }
)
CODE: Final = "premises.lodging code"


class CodeRefusal(PremisesRefusal):
    """The access code cannot be shown."""


@transaction.atomic
def add_lodging(centre: Centre, *, by: Actor, now: datetime, **fields: Any) -> Lodging:
    """Note a lodging of a centre. Raises PremisesRefusal for a name taken there."""
    lodging = Lodging(centre=centre)
    write(lodging, fields=fields, allowed=EDITABLE)
    keep(lodging, what="un logement")
    audit.record(lodging, verb="premises.lodging_added", by=by, at=now)
    return lodging


@transaction.atomic
def edit_lodging(
    lodging: Lodging, *, changes: Mapping[str, Any], by: Actor, now: datetime
) -> Lodging:
    """Change a lodging; what no longer suits a stay appears among the conflicts."""
    changed = write(lodging, fields=changes, allowed=EDITABLE)
    if changed:
        keep(lodging, what="un logement")
        audit.record(
            lodging, verb="premises.lodging_edited", by=by, at=now, details={"fields": changed}
        )
    return lodging


@transaction.atomic
def set_code(lodging: Lodging, *, code: str, by: Actor, now: datetime) -> None:
    """Write the access code of a lodging; the empty code forgets it. Never told to the audit."""
    lodging.sealed_code = seal(code.strip(), purpose=CODE)
    lodging.code_set_at = now if code.strip() else None
    lodging.save(update_fields=["sealed_code", "code_set_at"])
    verb = "premises.code_set" if code.strip() else "premises.code_forgotten"
    audit.record(lodging, verb=verb, by=by, at=now)


@transaction.atomic
def read_code(
    lodging: Lodging, *, by: Actor, now: datetime, details: Mapping[str, object] | None = None
) -> str:
    """Give the access code of a lodging, and write down who read it.

    Raises CodeRefusal when none is noted, or when it cannot be read any more.
    """
    if not lodging.sealed_code:
        raise CodeRefusal("Aucun code n’est noté pour ce logement. La coordination vous le donne.")
    try:
        code = unseal(lodging.sealed_code, purpose=CODE)
    except UnreadableError as error:
        raise CodeRefusal("Ce code ne se lit plus. La coordination doit le noter à nouveau.") from (
            error
        )
    audit.record(lodging, verb="premises.code_read", by=by, at=now, details=details)
    return code


@transaction.atomic
def close_lodging(
    lodging: Lodging,
    *,
    first_night: date,
    last_night: date,
    by: Actor,
    now: datetime,
    reason: str = "",
) -> LodgingClosure:
    """Note nights when nobody can sleep there, both included. Raises PremisesRefusal.

    Stays prepared there already are not moved: they appear among the conflicts.
    """
    if last_night < first_night:
        raise PremisesRefusal("La dernière nuit vient après la première.")
    closure = LodgingClosure.objects.create(
        lodging=lodging, first_night=first_night, last_night=last_night, reason=reason
    )
    audit.record(
        lodging,
        verb="premises.lodging_closed",
        by=by,
        at=now,
        details={"first": first_night.isoformat(), "last": last_night.isoformat()},
    )
    return closure


@transaction.atomic
def open_lodging(closure: LodgingClosure, *, by: Actor, now: datetime) -> None:
    """Take nights without the lodging back."""
    audit.record(
        closure.lodging,
        verb="premises.lodging_opened",
        by=by,
        at=now,
        details={
            "first": closure.first_night.isoformat(),
            "last": closure.last_night.isoformat(),
        },
    )
    closure.delete()


def add_photo(
    lodging: Lodging, *, content: bytes, words: str, by: Actor, now: datetime
) -> LodgingPhoto:
    """Keep a photograph of a lodging. Raises FileRefusal for a file that is none."""
    name, media_type = keep_photo(content)
    try:
        with transaction.atomic():
            photo = LodgingPhoto.objects.create(
                lodging=lodging, words=words, file_name=name, media_type=media_type, added_at=now
            )
            audit.record(lodging, verb="premises.photo_added", by=by, at=now)
    except BaseException:
        private_files.forget(name)
        raise
    return photo


@transaction.atomic
def remove_photo(photo: LodgingPhoto, *, by: Actor, now: datetime) -> None:
    """Take a photograph away, its file too."""
    audit.record(photo.lodging, verb="premises.photo_removed", by=by, at=now)
    name = photo.file_name
    photo.delete()
    transaction.on_commit(lambda: private_files.forget(name))


def read_photo(photo: LodgingPhoto) -> bytes:
    """Give a photograph of a house: it shows nobody, no reading is written down."""
    return read_kept(photo.file_name)
