"""The office changes the words of a text; each change is a new version."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from relais.core import audit, formats
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.outbox.catalogue import Template
from relais.outbox.catalogue import template as shipped
from relais.outbox.models import TextVersion
from relais.outbox.queries import current_text
from relais.outbox.states import SmsUse
from relais.outbox.wording import health_words, one_line, places, tidy

LONGEST_SUBJECT: Final = 150
LONGEST_TEXT: Final = 6000
LONGEST_SMS: Final = 480  # three segments with room for a link


class TextRefusal(Refusal):
    """The words cannot be sent as they are."""


def check(template: str, *, subject: str, text: str, sms: str) -> None:
    """Refuse words that could not be sent: empty, too long, an unknown place, about health."""
    found = shipped(template)
    if not subject.strip() or not text.strip():
        raise TextRefusal("Il manque l’objet ou le texte.")
    if found.sms_use != SmsUse.NEVER and not sms.strip():
        raise TextRefusal("Il manque le texte du SMS.")
    for what, words, most in (
        ("L’objet", subject, LONGEST_SUBJECT),
        ("Le texte", text, LONGEST_TEXT),
        ("Le SMS", sms, LONGEST_SMS),
    ):
        if len(words) > most:
            raise TextRefusal(f"{what} a {len(words)} signes ; {most} au plus.")
    _refuse_unknown_places(found, subject, text, sms)
    if any(field.is_secret and field.label in places(subject) for field in found.fields):
        raise TextRefusal("L’objet ne peut pas porter un lien personnel.")
    if words_found := health_words([subject, text, sms]):
        said = formats.listing([f"« {one} »" for one in words_found])
        raise TextRefusal(
            f"{said} : un message qui part ne parle jamais de santé. Dites-le autrement, ou "
            "laissez-le pour la page du centre."
        )


def _refuse_unknown_places(found: Template, *texts: str) -> None:
    used = frozenset().union(*(places(text) for text in texts))
    unknown = sorted(used - found.labels)
    stray = any(sign in text for text in texts for sign in _outside(text))
    if unknown or stray:
        known = formats.listing([f"{{{label}}}" for label in sorted(found.labels)])
        first = f"« {{{unknown[0]}}} »" if unknown else "Une accolade seule"
        raise TextRefusal(f"{first} ne désigne rien ici. Vous pouvez écrire : {known}.")


def _outside(text: str) -> str:
    """Give the braces that belong to no place."""
    for label in places(text):
        text = text.replace(f"{{{label}}}", "")
    return "".join(sign for sign in text if sign in "{}")


@transaction.atomic
def rewrite(template: str, *, subject: str, text: str, sms: str, by: Actor, now: datetime) -> int:
    """Put new words in use from now on; give the number of the version in use afterwards.

    Words that are those in use change nothing. What was posted before keeps its words.
    Raises TextRefusal; ValueError for an unknown template.
    """
    subject, text, sms = one_line_with_places(subject), tidy(text), tidy(sms)
    check(template, subject=subject, text=text, sms=sms)
    present = current_text(template)
    if (present.subject, present.text, present.sms) == (subject, text, sms):
        return present.number
    number = present.number + 1
    try:
        with transaction.atomic():
            version = TextVersion.objects.create(
                template=template,
                number=number,
                subject=subject,
                text=text,
                sms=sms,
                written_at=now,
                written_by=by.label[:200],
            )
    except IntegrityError:
        raise TextRefusal(
            "Quelqu’un vient de modifier ce texte. Relisez-le, puis recommencez."
        ) from None
    audit.record(
        version,
        verb="outbox.text_rewritten",
        by=by,
        at=now,
        details={"template": template, "version": number},
    )
    return number


def one_line_with_places(text: str) -> str:
    """Tidy a subject without touching its places."""
    kept = {label: f"\ue000{at}\ue001" for at, label in enumerate(sorted(places(text)))}
    for label, mark in kept.items():
        text = text.replace(f"{{{label}}}", mark)
    text = one_line(text)
    for label, mark in kept.items():
        text = text.replace(mark, f"{{{label}}}")
    return text
