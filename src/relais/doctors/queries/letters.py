"""The words of letters: shipped in a file, then as the team wrote them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from relais.doctors.catalogue import LetterTemplate, catalogue
from relais.doctors.models import LetterText
from relais.doctors.states import LetterKind


@dataclass(frozen=True, slots=True)
class CurrentText:
    """The words of a letter as they stand; `number` 0 is the version shipped with the product."""

    template: LetterTemplate
    number: int
    text: str


def current_text(kind: LetterKind) -> CurrentText:
    """Give the words of a letter. 1 query."""
    return _current(kind, text_versions(kind).first())


def current_texts() -> tuple[CurrentText, ...]:
    """Give the words of every letter, in the order of the catalogue. 1 query."""
    latest: dict[str, LetterText] = {}
    for row in LetterText.objects.order_by("number"):
        latest[row.kind] = row
    return tuple(_current(kind, latest.get(kind)) for kind in catalogue())


def text_versions(kind: LetterKind) -> QuerySet[LetterText]:
    """List the versions the team wrote, the latest first."""
    return LetterText.objects.filter(kind=kind).order_by("-number")


def _current(kind: LetterKind, row: LetterText | None) -> CurrentText:
    template = catalogue()[kind]
    if row is None:
        return CurrentText(template, 0, template.text)
    return CurrentText(template, row.number, row.text)
