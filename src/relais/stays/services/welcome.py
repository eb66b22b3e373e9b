"""The welcome pack: published version after version, and which one a doctor was sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from relais.core import audit
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.network.models import Centre
from relais.stays.models import Stay, WelcomeVersion
from relais.stays.services import booking
from relais.stays.states import SECTIONS, Section


class WelcomeRefusal(Refusal):
    """The welcome pack cannot be published or sent like this."""


@transaction.atomic
def publish(
    centre: Centre,
    *,
    sections: Mapping[Section, str],
    after: int,
    by: Actor,
    now: datetime,
) -> WelcomeVersion:
    """Publish the next version of a centre's welcome pack; those sent keep theirs.

    `after` is the number of the version the writer read (0 when there was none): raises
    WelcomeRefusal when somebody published another meanwhile, or when nothing is written.
    The same words as the last version give that version.
    """
    booking.take_turn(centre)
    last = WelcomeVersion.objects.filter(centre=centre).order_by("number").last()
    written = {
        str(section): text for section in SECTIONS if (text := _tidy(sections.get(section, "")))
    }
    if not written:
        raise WelcomeRefusal("Le livret est vide. Écrivez au moins un chapitre.")
    if last is not None and last.sections == written:
        return last
    if (0 if last is None else last.number) != after:
        raise WelcomeRefusal(
            "Quelqu’un a publié une autre version pendant que vous écriviez. Vos mots sont encore"
            " ici : comparez-les avec la version publiée, puis publiez à nouveau."
        )
    version = WelcomeVersion.objects.create(
        centre=centre,
        number=after + 1,
        sections=written,
        published_at=now,
        published_by=by.label,
    )
    audit.record(
        centre,
        verb="stays.welcome_published",
        by=by,
        at=now,
        details={"number": version.number, "sections": sorted(written)},
    )
    return version


@transaction.atomic
def mark_sent(stay: Stay, *, by: Actor, now: datetime) -> Stay:
    """Give a stay the latest version of its centre's welcome pack. Raises WelcomeRefusal."""
    booking.take_turn(stay.mission.line.centre)
    fresh = booking.held(stay)
    last = WelcomeVersion.objects.filter(centre=fresh.mission.line.centre).order_by("number").last()
    if last is None:
        raise WelcomeRefusal("Ce centre n’a pas encore de livret. Écrivez-le d’abord.")
    if fresh.welcome_id == last.pk:
        return fresh
    fresh.welcome, fresh.welcome_sent_at = last, now
    fresh.save(update_fields=["welcome", "welcome_sent_at"])
    audit.record(fresh, verb="stays.welcome_sent", by=by, at=now, details={"number": last.number})
    return fresh


def _tidy(text: str) -> str:
    """Write line ends one way and drop empty space around."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()
