"""Letters and contracts, filled in with what is known of the doctor and the mission."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate

from relais.connectors.ics import WEEK_LAST_DAY
from relais.connectors.typst import Page, render
from relais.core import formats
from relais.core.actors import Actor
from relais.doctors import services as doctors
from relais.doctors.catalogue import LEGAL_NOTICE
from relais.doctors.models import Doctor, Letter
from relais.doctors.queries import CurrentText, current_text
from relais.doctors.services import LetterRefusal
from relais.doctors.states import DoctorStatus, LetterKind
from relais.engine import contract
from relais.journeys.recipients import of_doctor
from relais.network.models import Centre
from relais.outbox import services as outbox
from relais.outbox.wording import fill, one_line
from relais.rota.models import Mission
from relais.rota.states import FIRM
from relais.territory.reference import departments

READY: Final = "letter_ready"
PAPERS_PATH: Final = "/medecin/papiers/"
BLANK: Final = "……………………"  # what is not known stays to be written by hand
WORTH: Final = timedelta(days=14)


@transaction.atomic
def make_letter(
    doctor: Doctor,
    *,
    kind: LetterKind,
    mission: Mission | None = None,
    centre: Centre | None = None,
    by: Actor,
    now: datetime,
) -> Letter:
    """Make a letter with the words of today, keep it privately, and tell the doctor.

    Give the mission, or a centre for what speaks of no week. Raises LetterRefusal where the
    document does not fit: a contract without a confirmed mission, a certificate before its end;
    ValueError with neither mission nor centre, or another doctor's mission.
    """
    place = centre if mission is None else mission.line.centre
    if place is None or (mission is not None and mission.doctor_id != doctor.pk):
        raise ValueError("a letter is about a mission of the doctor, or about a centre")
    today = localdate(now)
    words = current_text(kind)
    _refuse_misfit(words, mission, today=today)
    values = values_of(doctor, centre=place, mission=mission, today=today)
    if mission is None:
        about, what = f"network.centre:{place.pk}", place.name
    else:
        about = f"rota.mission:{mission.pk}"
        what = f"{formats.week_label(mission.monday)}, {place.name}"
    letter = doctors.keep_letter(
        doctor,
        kind=kind,
        about=about,
        what=what,
        text_number=words.number,
        content=draw(words, text=words.text, values=values, now=now),
        by=by,
        now=now,
    )
    outbox.post(
        of_doctor(doctor),
        template=READY,
        about=f"doctors.letter:{letter.pk}",
        values={
            "name": str(doctor),
            "document": words.template.title,
            "what": what,
            "link": settings.SITE_ADDRESS + PAPERS_PATH,
        },
        give_up_at=now + WORTH,
        page=PAPERS_PATH,
        by=by,
        now=now,
    )
    return letter


def values_of(
    doctor: Doctor, *, centre: Centre, mission: Mission | None, today: date
) -> dict[str, str]:
    """Give what takes the place of each field, in French; a blank for what is not known."""
    department = centre.commune.department if centre.commune is not None else ""
    values = {
        "médecin": str(doctor),
        "nom": f"{doctor.first_name} {doctor.last_name}".strip(),
        "statut": _status_words(doctor),
        "RPPS": doctor.rpps,
        "commune du médecin": "" if doctor.home is None else str(doctor.home),
        "réseau": settings.NETWORK_NAME,
        "contact du réseau": settings.NETWORK_CONTACT,
        "centre": centre.name,
        "adresse du centre": ", ".join(
            part for part in (centre.address, str(centre.commune or "")) if part
        ),
        "département du centre": departments().get(department, ""),
        "aujourd’hui": formats.date_words(today),
    }
    if mission is not None:
        values |= {
            "semaine": formats.week_label(mission.monday),
            "premier jour": formats.date_words(mission.monday),
            "dernier jour": formats.date_words(mission.monday + WEEK_LAST_DAY),
            "heures": f"{contract.parameter('weekly_hours')} heures",
            "rémunération nette": formats.euros(contract.parameter("weekly_net_eur")),
        }
    return {label: one_line(value) or BLANK for label, value in values.items()}


def blanks(values: Mapping[str, str]) -> list[str]:
    """Name what a letter would leave to be written by hand."""
    return [label for label, value in values.items() if value == BLANK]


def preview(kind: LetterKind, *, text: str, now: datetime) -> bytes:
    """Draw words that are not saved yet, with the examples of the fields. Raises LetterRefusal."""
    words = current_text(kind)
    checked = doctors.check_text(kind, text=text)
    return draw(words, text=checked, values=words.template.fields, now=now)


def draw(words: CurrentText, *, text: str, values: Mapping[str, str], now: datetime) -> bytes:
    """Draw a letter as PDF. The words shipped with the product say that a lawyer must read them."""
    version = f"modèle {words.number}" if words.number else "modèle d’origine"
    return render(
        Page(
            title=words.template.title,
            text=fill(text, values),
            footer=f"{settings.NETWORK_NAME} · {version}",
            notice="" if words.number else LEGAL_NOTICE,
        ),
        now=now,
    )


def _status_words(doctor: Doctor) -> str:
    words = doctor.get_status_display()
    return words if doctor.status == DoctorStatus.HOSPITAL else f"médecin {words}"


def _refuse_misfit(words: CurrentText, mission: Mission | None, *, today: date) -> None:
    if not words.template.needs_mission:
        return
    if mission is None:
        raise LetterRefusal("Choisissez la mission : ce document parle d’une semaine.")
    if mission.state not in FIRM:
        raise LetterRefusal("Ce document attend que la mission soit confirmée.")
    is_over = mission.monday + WEEK_LAST_DAY <= today
    if words.template.kind == LetterKind.CERTIFICATE and not is_over:
        raise LetterRefusal("L’attestation se fait une fois la mission terminée.")
