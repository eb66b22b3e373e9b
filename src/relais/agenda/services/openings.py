"""The painted week, the exceptions of a day, the reasons, what a doctor asks of the agenda.

What is painted never moves an appointment: those left outside show in the report of the week.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from importlib.resources import files
from itertools import pairwise
from typing import Any

from django.db import transaction

from relais.agenda.models import DoctorAgenda, Opening, Reason
from relais.agenda.services.refusals import AgendaRefusal
from relais.agenda.states import PlaceKind
from relais.core import audit
from relais.core.actors import Actor
from relais.doctors.models import Doctor
from relais.engine.agenda import TICK_MINUTES, Paint
from relais.network.models import Centre, Line, Practice


@transaction.atomic
def paint_week(
    centre: Centre,
    *,
    week: Mapping[int, Iterable[Paint]],
    by: Actor,
    now: datetime,
    line: Line | None = None,
) -> None:
    """Replace the painted week of a centre, or of one of its lines; weekdays from 0, Monday.

    Raises AgendaRefusal when some time ends before it starts, overlaps another of that day, or does
    not stand on five minutes.
    """
    rows = []
    for weekday, paints in sorted(week.items()):
        rows += [
            Opening(centre=centre, line=line, weekday=weekday, **_fields(paint))
            for paint in _in_order(paints)
        ]
    Opening.objects.filter(centre=centre, line=line, day__isnull=True).delete()
    Opening.objects.bulk_create(rows)
    audit.record(
        line or centre, verb="agenda.week_painted", by=by, at=now, details={"count": len(rows)}
    )


@transaction.atomic
def except_day(
    centre: Centre,
    *,
    day: date,
    paints: Iterable[Paint],
    by: Actor,
    now: datetime,
    line: Line | None = None,
    note: str = "",
) -> None:
    """Replace what is painted on one day, over the week; nothing at all gives the week back.

    Raises like `paint_week`.
    """
    rows = [
        Opening(centre=centre, line=line, day=day, note=note, **_fields(paint))
        for paint in _in_order(paints)
    ]
    Opening.objects.filter(centre=centre, line=line, day=day).delete()
    Opening.objects.bulk_create(rows)
    audit.record(
        line or centre,
        verb="agenda.day_excepted",
        by=by,
        at=now,
        details={"first_on": day.isoformat(), "count": len(rows)},
    )


@transaction.atomic
def set_doctor_agenda(
    doctor: Doctor,
    *,
    by: Actor,
    now: datetime,
    pace: int = 100,
    most_a_day: int | None = None,
    off_weekday: int = 3,
    off_half: str = "afternoon",
    monday_from: time | None = None,
) -> DoctorAgenda:
    """Note what a doctor asks of the agenda, wherever the week is.

    Raises AgendaRefusal for a pace out of 50 to 200 % or a half day that is none.
    """
    if not 50 <= pace <= 200:
        raise AgendaRefusal("Le rythme va de 50 à 200 % de la durée habituelle.")
    if off_half not in {"morning", "afternoon"} or not 0 <= off_weekday <= 5:
        raise AgendaRefusal("La demi-journée libre est un matin ou un après-midi, lundi à samedi.")
    row, _ = DoctorAgenda.objects.update_or_create(
        doctor=doctor,
        defaults={
            "pace": pace,
            "most_a_day": most_a_day,
            "off_weekday": off_weekday,
            "off_half": off_half,
            "monday_from": monday_from,
        },
    )
    audit.record(doctor, verb="agenda.doctor_set", by=by, at=now)
    return row


@transaction.atomic
def set_reason(
    code: str,
    *,
    label: str,
    kind: PlaceKind,
    minutes: int,
    by: Actor,
    now: datetime,
    practice: Practice | None = None,
    is_online: bool = False,
    is_active: bool = True,
    position: int = 0,
) -> Reason:
    """Add or change a reason. Raises AgendaRefusal for a length that is no appointment's."""
    if minutes % TICK_MINUTES or not 5 <= minutes <= 120:
        raise AgendaRefusal("La durée va de 5 à 120 minutes, de cinq en cinq minutes.")
    reason, _ = Reason.objects.update_or_create(
        code=code,
        defaults={
            "label": label,
            "kind": kind,
            "minutes": minutes,
            "practice": practice,
            "is_online": is_online,
            "is_active": is_active,
            "position": position,
        },
    )
    audit.record(reason, verb="agenda.reason_set", by=by, at=now)
    return reason


@transaction.atomic
def load_reasons(now: datetime, *, by: Actor) -> int:
    """Add the usual reasons that are not there yet; gives how many were added.

    One that needs an act is left out until the network knows the act.
    """
    known = set(Reason.objects.values_list("code", flat=True))
    practices = Practice.objects.in_bulk()
    added = 0
    for position, said in enumerate(_defaults()["reason"]):
        practice = practices.get(said.get("practice", ""))
        if said["code"] in known or ("practice" in said and practice is None):
            continue
        set_reason(
            said["code"],
            label=said["label"],
            kind=PlaceKind(said["kind"]),
            minutes=said["minutes"],
            practice=practice,
            is_online=said.get("online", False),
            position=position,
            by=by,
            now=now,
        )
        added += 1
    return added


@transaction.atomic
def prepare_centre(centre: Centre, *, by: Actor, now: datetime) -> None:
    """Give a centre the usual week and the usual reasons; one that has a week keeps it."""
    load_reasons(now, by=by)
    if Opening.objects.filter(centre=centre, day__isnull=True).exists():
        return
    week: dict[int, list[Paint]] = {}
    for said in _defaults()["paint"]:
        for weekday in said["weekdays"]:
            week.setdefault(weekday, []).append(
                Paint(said["starts"], said["ends"], said["kind"], said.get("released"))
            )
    paint_week(centre, week=week, by=by, now=now)


def _defaults() -> dict[str, Any]:
    text = files("relais.agenda").joinpath("defaults.toml").read_text("utf-8")
    return tomllib.loads(text)


def _fields(paint: Paint) -> dict[str, Any]:
    return {
        "starts": paint.starts,
        "ends": paint.ends,
        "kind": paint.kind,
        "released": paint.released,
    }


def _in_order(paints: Iterable[Paint]) -> list[Paint]:
    ordered = sorted(paints, key=lambda paint: (paint.starts, paint.ends))
    for paint in ordered:
        if paint.ends <= paint.starts:
            raise AgendaRefusal("Une plage finit avant de commencer. Vérifiez ses heures.")
        if any(at.minute % TICK_MINUTES or at.second for at in (paint.starts, paint.ends)):
            raise AgendaRefusal("Les plages commencent et finissent de cinq en cinq minutes.")
        if paint.kind not in PlaceKind.values:
            raise AgendaRefusal("Choisissez à quoi sert chaque plage.")
    for before, after in pairwise(ordered):
        if after.starts < before.ends:
            raise AgendaRefusal("Deux plages se chevauchent. Raccourcissez l’une d’elles.")
    return ordered
