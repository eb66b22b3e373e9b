"""Files that people entrust: kept outside every public address, under names that tell nothing.

A file is whole or absent: it is written beside its place, forced to disk, then moved there.
"""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from django.conf import settings

from relais.core.errors import Refusal
from relais.core.photos import BrokenPhotoError, bare_jpeg, bare_png

_NAME: Final = re.compile(r"[0-9a-f]{32}")
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
_BEGINS_AND_ENDS: Final = {
    PDF: (b"%PDF-", b"%%EOF"),
    JPEG: (b"\xff\xd8\xff", b"\xff\xd9"),
    PNG: (b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"),
}
_TAIL_BYTES: Final = 1024  # readers look for the end of a PDF there (ISO 32000-1, annex H, note 18)


class FileRefusal(Refusal):
    """This file cannot be kept."""


def media_type_of(content: bytes) -> str:
    """Tell what a file is from its first and last bytes, never from its name.

    Raises FileRefusal for anything but a whole PDF, JPEG or PNG.
    """
    for media_type, (begins, ends) in _BEGINS_AND_ENDS.items():
        if content.startswith(begins):
            if ends in content[-_TAIL_BYTES:]:
                return media_type
            raise FileRefusal("Ce fichier est arrivé incomplet. Envoyez-le encore une fois.")
    raise FileRefusal("Envoyez une photo (JPEG ou PNG) ou un PDF.")


def without_traces(content: bytes, *, media_type: str) -> bytes:
    """Take out of a photo what it tells beside its picture: place, time, telephone, previews.

    A PDF stays as it is. Raises FileRefusal for a photo that cannot be read to its end.
    """
    try:
        if media_type == JPEG:
            return bare_jpeg(content)
        if media_type == PNG:
            return bare_png(content)
    except BrokenPhotoError as error:
        raise FileRefusal("Cette photo est abîmée. Reprenez-la, puis envoyez-la.") from error
    return content


def keep(content: bytes) -> str:
    """Keep a file and give its name, 32 random hexadecimal digits.

    Raises FileRefusal when the disk does not take it; nothing of it stays then.
    """
    name = secrets.token_hex(16)
    place = _folder() / name
    draft = place.with_suffix(".part")
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        opened = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(place)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise FileRefusal(
            "Le fichier n’a pas pu être enregistré. Réessayez plus tard, ou appelez-nous."
        ) from error
    return name


def read(name: str) -> bytes:
    """Give a kept file. Raises ValueError for a name that `keep` cannot have given."""
    return _place(name).read_bytes()


def forget(name: str) -> None:
    """Erase a kept file; nothing happens when it is gone already."""
    _place(name).unlink(missing_ok=True)


def _place(name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a kept file")
    return _folder() / name


def _folder() -> Path:
    return Path(settings.PRIVATE_FILES)
