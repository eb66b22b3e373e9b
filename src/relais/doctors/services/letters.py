"""The words of letters, written by the team in versions; and the letters made, kept privately."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Final

from django.db import transaction

from relais.core import audit, private_files
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.doctors.catalogue import catalogue
from relais.doctors.models import Doctor, Letter, LetterText
from relais.doctors.queries import current_text
from relais.doctors.states import LetterKind
from relais.outbox.wording import places, tidy

TEXT_AT_MOST: Final = 20_000
_BRACES: Final = re.compile(r"\{[^{}\n]*\}")


class LetterRefusal(Refusal):
    """This letter, or these words, cannot be."""


def check_text(kind: LetterKind, *, text: str) -> str:
    """Give words tidied. Raises LetterRefusal when they are empty, too long or name no place."""
    words = tidy(text)
    if not words.strip():
        raise LetterRefusal("Le document est vide.")
    if len(words) > TEXT_AT_MOST:
        raise LetterRefusal("Ce texte est trop long.")
    unknown = sorted(places(words) - set(catalogue()[kind].fields))
    if unknown:
        raise LetterRefusal(
            f"« {{{unknown[0]}}} » n’est pas un champ connu. Choisissez parmi ceux de la liste."
        )
    rest = _BRACES.sub("", words)
    if "{" in rest or "}" in rest:
        raise LetterRefusal("Une accolade est restée ouverte : un champ s’écrit {nom}.")
    return words


@transaction.atomic
def rewrite_text(kind: LetterKind, *, text: str, by: Actor, now: datetime) -> LetterText | None:
    """Save words as a new version; letters made before keep theirs. None when nothing changes.

    Raises LetterRefusal like `check_text`, or when somebody else saves at the same moment.
    """
    words = check_text(kind, text=text)
    present = current_text(kind)
    if words == present.text:
        return None
    row, is_new = LetterText.objects.get_or_create(
        kind=kind,
        number=present.number + 1,
        defaults={"text": words, "written_at": now, "written_by": by.label[:200]},
    )
    if not is_new:
        raise LetterRefusal("Quelqu’un vient d’enregistrer une autre version. Rouvrez la page.")
    audit.record(
        row, verb="doctors.letter_rewritten", by=by, at=now, details={"number": row.number}
    )
    return row


def keep_letter(
    doctor: Doctor,
    *,
    kind: LetterKind,
    about: str,
    what: str,
    text_number: int,
    content: bytes,
    by: Actor,
    now: datetime,
) -> Letter:
    """Keep a letter that was made. Raises FileRefusal when the disk does not take it."""
    name = private_files.keep(content)
    try:
        with transaction.atomic():
            letter = Letter.objects.create(
                doctor=doctor,
                kind=kind,
                about=about,
                what=what[:200],
                text_number=text_number,
                file_name=name,
                sha256=hashlib.sha256(content).hexdigest(),
                made_at=now,
                made_by=by.label[:200],
            )
            audit.record(
                letter,
                verb="doctors.letter_made",
                by=by,
                at=now,
                details={"about": about, "text": text_number, "sha256": letter.sha256},
            )
            return letter
    except BaseException:
        private_files.forget(name)
        raise


@transaction.atomic
def read_letter(letter: Letter, *, by: Actor, now: datetime) -> bytes:
    """Give the file of a letter, and write who read it. Raises LetterRefusal when it is gone."""
    try:
        content = private_files.read(letter.file_name)
    except OSError as error:
        raise LetterRefusal("Ce document ne peut pas être lu. Refaites-le.") from error
    audit.record(letter, verb="doctors.letter_read", by=by, at=now)
    return content
