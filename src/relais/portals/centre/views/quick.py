"""Booking without a page around it: the places of a patient, and giving one, as a few words.

Asked for with « Accept: application/json », at the address of the page. A rush of people after the
same places is answered here in few statements: a place that has an owner is refused before anything
else is read.
"""

from __future__ import annotations

from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from relais.agenda import permissions, planning, queries, services
from relais.agenda.models import Reason
from relais.agenda.states import BETWEEN_LANE, MAIN_LANE
from relais.core.errors import Refusal
from relais.engine.agenda import time_of, wall
from relais.network.models import Line
from relais.patients import services as patient_services
from relais.patients.models import Person
from relais.patients.queries import ADDRESS
from relais.portals.centre.forms import QuickForm
from relais.portals.gates import PersonRequest, actor

DAYS: Final = 42  # places are told over six weeks
MOST: Final = 200
TAKEN: Final = "Cette place vient d’être prise. Choisissez-en une autre."


def is_wanted(request: HttpRequest) -> bool:
    """Say whether words are asked for, and no page."""
    return request.headers.get("Accept", "").startswith("application/json")


def places(request: PersonRequest, centre: int, person: str) -> HttpResponse:
    """Tell the free places of six weeks for a patient and a reason."""
    now, today = timezone.now(), timezone.localdate()
    lines = list(permissions.lines_to_book(request.user, today=today).filter(centre=centre))
    patient, reason = _patient(request, person), _reason(request.GET.get("motif", ""))
    if not lines:
        raise Http404
    patient_services.note_reading(patient, by=actor(request), now=now, why="rendez-vous")
    active = [line for line in lines if line.is_active(today)]
    found = planning.places_for(
        sorted(active, key=_number),
        reason=reason,
        person=patient,
        first=today,
        days=DAYS,
        now=now,
        most=MOST,
    )
    return JsonResponse({"places": [_told(place) for place in found]})


def give(request: PersonRequest, centre: int, person: str) -> HttpResponse:
    """Give a place to a patient: 201 with the appointment, 422 with a sentence."""
    form = QuickForm(request.POST)
    if not form.is_valid():
        return _refuse("Choisissez une place et un motif.")
    said = form.cleaned_data
    now, today = timezone.now(), timezone.localdate()
    lane = BETWEEN_LANE if said["between"] else MAIN_LANE
    taken = queries.is_somebody_s(
        request.user,
        centre=centre,
        line=said["line"],
        lane=lane,
        tick=said["tick"],
        request_key=said["key"],
        now=now,
        today=today,
    )
    if taken is None:
        raise Http404
    if taken:
        return _refuse(TAKEN)
    line = permissions.lines_to_book(request.user, today=today).get(pk=said["line"])
    patient, reason = _patient(request, person), _reason(said["motif"])
    length = _length(line, patient, reason, said["tick"], said["minutes"])
    try:
        row = services.book(
            line,
            starts_at=time_of(said["tick"]),
            minutes=length[0],
            because=length[1],
            reason=reason,
            patient=patient,
            lane=lane,
            note=said["note"],
            request_key=said["key"],
            by=actor(request),
            now=now,
        )
    except Refusal as refusal:
        return _refuse(refusal.sentence)
    told = {"appointment": row.public_id, "day": row.day.isoformat(), "rev": row.rev}
    return JsonResponse(told, status=201)


def _length(
    line: Line, patient: Person, reason: Reason, tick: int, minutes: int | None
) -> tuple[int, str]:
    """Work the length out, unless one was chosen."""
    if minutes:
        return minutes, f"{minutes}, durée choisie"
    day = wall(tick, line.centre.time_zone).date()
    sheet = planning.openings_of(line, day=day)
    is_new = planning.is_new_at(patient, centre_id=line.centre_id)
    usual = planning.length_for(reason, person=patient, is_new=is_new, sheet=sheet)
    return usual.minutes, usual.because


def _patient(request: PersonRequest, person: str) -> Person:
    if not ADDRESS.fullmatch(person):
        raise Http404
    among = permissions.patients_to_book(request.user, today=timezone.localdate())
    found = among.filter(public_id=person).first()
    if found is None:
        raise Http404
    return found


def _reason(code: str) -> Reason:
    found = queries.reasons().filter(code=code).first()
    if found is None:
        raise Http404
    return found


def _told(place: planning.Place) -> dict[str, Any]:
    at = wall(place.tick, place.sheet.zone)
    return {
        "place": f"{place.sheet.line.pk}.{place.tick}",
        "day": place.sheet.day.isoformat(),
        "at": f"{at:%H:%M}",
        "line": place.sheet.line.number,
        "minutes": place.length.minutes,
        "because": place.length.because,
    }


def _refuse(sentence: str) -> HttpResponse:
    return JsonResponse({"sentence": sentence}, status=422)


def _number(line: Line) -> int:
    return line.number
