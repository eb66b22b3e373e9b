"""A stay as its page, its paper and a telephone without network tell it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import HttpResponse

from relais.connectors import typst
from relais.core import formats
from relais.stays.models import Stay, WelcomeVersion
from relais.stays.states import SECTIONS, Section


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter of a welcome pack."""

    code: str
    title: str
    text: str


def chapters(sections: Mapping[str, str]) -> tuple[Chapter, ...]:
    """Give the chapters that hold words, in the order of the page."""
    return tuple(
        Chapter(section.value, str(section.label), sections[section.value])
        for section in SECTIONS
        if sections.get(section.value)
    )


def chapter(sections: Mapping[str, str], *, section: Section) -> str:
    """Give the words of one chapter, empty when it was not written."""
    return sections.get(section.value, "")


def stay_words(stay: Stay) -> str:
    """Tell house, car and keys as plain lines. The access code never stands here."""
    arrival = formats.date_words(stay.arrives_on, today=stay.arrives_on)
    if stay.arrives_at is not None:
        arrival += f", {formats.time_words(stay.arrives_at)}"
    lines = [f"- Arrivée : {arrival}", f"- Départ : {formats.date_words(stay.leaves_on)}"]
    house, car = stay.lodging, stay.car
    if house is not None:
        lines.append(f"- Maison : {house.name}, {house.address}")
        lines += _facts(
            ("Pour la trouver", house.directions),
            ("Les clés", _keys(house.keys_where, house.keys_who, house.keys_phone)),
            ("L’hôte", _keys("", house.host_name, house.host_phone)),
            ("La maison demande", house.house_rules),
        )
    if car is not None:
        lines.append(f"- Voiture : {' '.join((car.name, car.plate)).strip()}")
        lines += _facts(
            ("Ses clés", _keys(car.keys_where, car.keys_who, car.keys_phone)),
            ("En cas de panne", car.breakdown_phone),
            ("À savoir", car.advice),
        )
    return "\n".join(lines)


def _facts(*facts: tuple[str, str]) -> list[str]:
    return [f"- {label} : {' '.join(text.split())}" for label, text in facts if text.strip()]


def _keys(where: str, who: str, phone: str) -> str:
    return ", ".join(part for part in (where, who, phone) if part)


def pack_pdf(
    *, centre: str, version: WelcomeVersion | None, stay: Stay | None, now: datetime
) -> bytes:
    """Draw a welcome pack on paper, after the stay it was sent for. No access code in it."""
    parts = [] if stay is None else ["# Votre séjour", stay_words(stay)]
    number = ""
    if version is not None:
        number = f"livret, version {version.number}"
        for one in chapters(version.sections):
            parts += [f"# {one.title}", one.text]
    return typst.render(
        typst.Page(title=f"Bienvenue à {centre}", text="\n\n".join(parts), footer=number),
        now=now,
    )


_ENDINGS: Final = {"image/jpeg": "jpg", "image/png": "png"}


def photo_answer(content: bytes, *, media_type: str) -> HttpResponse:
    """Answer with a photograph, shown by the page, kept by no cache, run by nothing."""
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = f'inline; filename="photo.{_ENDINGS[media_type]}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
