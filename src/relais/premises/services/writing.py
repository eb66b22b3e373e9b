"""What the services of this module share: fields written, photographs kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Model

from relais.core import private_files
from relais.core.errors import Refusal
from relais.core.private_files import PDF, FileRefusal
from relais.engine.papers import max_bytes

BYTES_PER_MB: Final = 1_000_000


class PremisesRefusal(Refusal):
    """The lodging or the car cannot be kept like this."""


def write(row: Model, *, fields: Mapping[str, Any], allowed: frozenset[str]) -> list[str]:
    """Set some fields; give the names of those that changed. Raises TypeError for an unknown one.

    The caller saves and tells the audit.
    """
    unknown = set(fields) - allowed
    if unknown:
        raise TypeError(f"unknown fields {sorted(unknown)}")
    changed = sorted(name for name in fields if getattr(row, name) != fields[name])
    for name in changed:
        setattr(row, name, fields[name])
    return changed


def keep(row: Model, *, what: str) -> None:
    """Save a row whose name is unique in its centre. Raises PremisesRefusal when it is taken."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise PremisesRefusal(
            f"Ce centre a déjà {what} de ce nom. Donnez-lui un autre nom."
        ) from error


def most_photo_bytes() -> int:
    """Give the largest photograph that is taken, in bytes."""
    return max_bytes()


def keep_photo(content: bytes) -> tuple[str, str]:
    """Keep a photograph without what it tells beside its picture: its name and media type.

    Raises FileRefusal for a file that is too large or no photograph.
    """
    if len(content) > max_bytes():
        raise FileRefusal(
            f"Cette photo dépasse {max_bytes() // BYTES_PER_MB} Mo. Envoyez-en une moins lourde."
        )
    media_type = private_files.media_type_of(content)
    if media_type == PDF:
        raise FileRefusal("Envoyez une photo (JPEG ou PNG).")
    bare = private_files.without_traces(content, media_type=media_type)
    return private_files.keep(bare), media_type


def read_kept(name: str) -> bytes:
    """Give a photograph. Raises FileRefusal when the disk has lost it."""
    try:
        return private_files.read(name)
    except OSError as error:
        raise FileRefusal("Cette photo n’est plus là. Envoyez-la encore une fois.") from error
