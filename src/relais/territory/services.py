"""What changes in the places: loading the shipped communes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from relais.core import audit
from relais.core.actors import Actor
from relais.territory import reference
from relais.territory.models import Commune, DataVersion
from relais.territory.names import fold

COMMUNES = "communes"
_BATCH = 4000  # rows a statement: the fastest measured that both databases accept
_CHANGING = [
    "name",
    "department",
    "latitude",
    "longitude",
    "population",
    "position_approximate",
    "search_name",
]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a loading did: how many communes the database now holds, and whether it changed."""

    rows: int
    changed: bool


def _row(place: reference.Place) -> tuple[object, ...]:
    """Lay a place out as the database holds it: the code, then the columns of _CHANGING."""
    return (
        place.code,
        place.name,
        place.department,
        place.latitude,
        place.longitude,
        place.population,
        place.position_approximate,
        fold(place.name),
    )


def load_communes(*, by: Actor, now: datetime) -> Loaded:
    """Bring the shipped communes into the database, unless it holds this version already.

    Safe at each start and from several processes. A commune that has left the table stays, for
    what refers to it, but is not found by search.
    """
    sha256 = reference.communes_sha256()
    held = DataVersion.objects.filter(name=COMMUNES, sha256=sha256).first()
    if held is not None:
        return Loaded(rows=held.rows, changed=False)
    places = reference.communes()
    with transaction.atomic():
        version, _ = DataVersion.objects.select_for_update().get_or_create(
            name=COMMUNES, defaults={"sha256": "", "rows": 0}
        )
        if version.sha256 == sha256:  # another process has just done it
            return Loaded(rows=version.rows, changed=False)
        held_rows = {row[0]: row for row in Commune.objects.values_list("code", *_CHANGING)}
        new_rows = {place.code: _row(place) for place in places}
        Commune.objects.bulk_create(
            [
                Commune(**dict(zip(("code", *_CHANGING), row, strict=True)))
                for code, row in new_rows.items()
                if held_rows.get(code) != row
            ],
            batch_size=_BATCH,
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=_CHANGING,
        )
        gone = sorted(code for code, row in held_rows.items() if row[-1] and code not in new_rows)
        Commune.objects.filter(code__in=gone).update(search_name="")
        version.sha256 = sha256
        version.rows = len(places)
        version.save(update_fields=["sha256", "rows"])
        audit.record(
            version,
            verb="territory.communes_loaded",
            by=by,
            at=now,
            details={"rows": len(places), "sha256": sha256, "gone": gone},
        )
    return Loaded(rows=len(places), changed=True)
