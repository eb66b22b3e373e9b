"""Giving, moving, lengthening, cancelling an appointment, and undoing the last act."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from relais.accounts.states import Right
from relais.agenda import planning, queries, services
from relais.agenda.models import Appointment, AppointmentChange, Reason
from relais.agenda.states import BETWEEN_LANE, CHANGEABLE, MAIN_LANE, CancelledBy
from relais.core import formats
from relais.core.errors import Refusal
from relais.engine.agenda import instant, time_of, wall
from relais.network.models import Centre, Line
from relais.patients import permissions
from relais.patients import queries as patients
from relais.patients import services as patient_services
from relais.patients.models import Person
from relais.portals.centre.forms import (
    OTHER_TIME,
    BookForm,
    CancelForm,
    PatientForm,
    PlaceForm,
    ReasonForm,
    UndoForm,
    new_key,
)
from relais.portals.centre.patient_forms import wanted_of
from relais.portals.centre.views import quick
from relais.portals.centre.views.day import DONE, readable
from relais.portals.gates import PersonRequest, actor, needs

LOOK_AHEAD_DAYS: Final = 42  # places are proposed over six weeks
PROPOSED: Final = 6
MOST_DIGITS: Final = 8


@needs(Right.AGENDA_EDIT)
def book(request: PersonRequest, pk: int, day: str, person: str) -> HttpResponseBase:
    """Propose the next places to a patient, and give the one that is chosen."""
    if quick.is_wanted(request):
        answer = quick.give if request.method == "POST" else quick.places
        return answer(request, pk, person)
    centre, chosen = _writable(request, pk, day)
    now, today = timezone.now(), timezone.localdate()
    among = permissions.people_of(request.user, now=now, today=today)
    patient = patients.by_address(person, among=among)
    if patient is None:
        raise Http404
    reasons = queries.reasons()
    asked = request.POST.get("motif") or request.GET.get("motif") or ""
    reason = next((one for one in reasons if one.code == asked), reasons.first())
    if reason is None:
        return redirect("centre_day", pk, chosen.isoformat())
    lines = queries.lines_of(centre, day=chosen)
    form = BookForm(request.POST or None, lines=lines)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            line, starts_at, minutes, because = _wanted(said, lines, reason, patient, centre, now)
            row = services.book(
                line,
                starts_at=starts_at,
                minutes=minutes,
                reason=reason,
                patient=patient,
                lane=BETWEEN_LANE if said["between"] else MAIN_LANE,
                because=because,
                note=said["note"],
                request_key=said["key"],
                by=actor(request),
                now=now,
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return _done(request, centre, row, "Rendez-vous donné")
    patient_services.note_reading(patient, by=actor(request), now=now, why="rendez-vous")
    places = planning.places_for(
        lines,
        reason=reason,
        person=patient,
        first=max(chosen, today),
        days=LOOK_AHEAD_DAYS,
        now=now,
        most=PROPOSED,
    )
    return render(
        request,
        "centre/book.html",
        {
            "centre": centre,
            "day": chosen,
            "patient": patient,
            "twins": patients.possible_twins(patient, among=among),
            "coming": list(queries.appointments_of(patient, since=now)),
            "reason": reason,
            "reason_form": ReasonForm(reasons=reasons, initial={"motif": reason.code}),
            "form": form,
            "places": _shown(places),
            "key": new_key(),
            "other": OTHER_TIME,
        },
        status=422 if form.errors else 200,
    )


@needs(Right.AGENDA_EDIT)
def new_patient(request: PersonRequest, pk: int, day: str) -> HttpResponseBase:
    """Open the file of a patient whom the centre meets for the first time."""
    centre, chosen = _writable(request, pk, day)
    form = PatientForm(request.POST or None)
    twins: tuple[patients.PossibleTwin, ...] = ()
    if request.method == "POST" and form.is_valid():
        twins = patients.alike(centre, wanted=wanted_of(form.traits()))
    if twins and "other_person" not in request.POST:
        patient_services.note_search(
            [twin.person for twin in twins], by=actor(request), now=timezone.now()
        )
        form.add_error(None, "Une fiche existe peut-être déjà. Regardez avant d’en ouvrir une.")
    elif request.method == "POST" and form.is_valid():
        try:
            made = patient_services.add_person(
                centre, by=actor(request), now=timezone.now(), **form.traits()
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return redirect("centre_book", pk, chosen.isoformat(), made.public_id)
    return render(
        request,
        "centre/new_patient.html",
        {"centre": centre, "day": chosen, "form": form, "twins": twins},
        status=422 if form.errors else 200,
    )


@needs(Right.AGENDA_EDIT)
def appointment(request: PersonRequest, pk: int, appointment: str) -> HttpResponse:
    """Show one appointment, and what can be done with it."""
    centre, row = _row(request, pk, appointment)
    return _page(request, centre, row)


@needs(Right.AGENDA_EDIT)
@require_POST
def move(request: PersonRequest, pk: int, appointment: str) -> HttpResponseBase:
    """Move an appointment to another place, or change its length where it stands."""
    centre, row = _row(request, pk, appointment)
    now = timezone.now()
    lines = queries.lines_of(centre, day=row.day)
    form = PlaceForm(request.POST, lines=lines)
    if not form.is_valid():
        return _page(request, centre, row, form=form, status=422)
    said = form.cleaned_data
    try:
        rev = int(request.POST.get("rev", ""))
        if said["place"] == "ici":
            row = services.resize(
                row,
                minutes=said["minutes"] or row.minutes,
                request_key=said["key"],
                by=actor(request),
                now=now,
                rev=rev,
            )
        else:
            line, starts_at, minutes, because = _wanted(
                said, lines, row.reason, row.patient, centre, now
            )
            row = services.move(
                row,
                line=line,
                starts_at=starts_at,
                minutes=minutes,
                lane=BETWEEN_LANE if said["between"] else MAIN_LANE,
                because=because,
                request_key=said["key"],
                by=actor(request),
                now=now,
                rev=rev,
            )
    except Refusal as refusal:
        form.add_error(None, refusal.sentence)
        return _page(request, centre, row, form=form, status=422)
    except ValueError:
        raise Http404 from None
    return _done(request, centre, row, "Rendez-vous changé")


@needs(Right.AGENDA_EDIT)
@require_POST
def cancel(request: PersonRequest, pk: int, appointment: str) -> HttpResponseBase:
    """Give the time of an appointment back."""
    centre, row = _row(request, pk, appointment)
    form = CancelForm(request.POST)
    if not form.is_valid():
        return _page(request, centre, row, cancel_form=form, status=422)
    said = form.cleaned_data
    try:
        row = services.cancel(
            row,
            cancelled_by=CancelledBy(said["cancelled_by"]),
            request_key=said["key"],
            by=actor(request),
            now=timezone.now(),
            rev=said["rev"],
        )
    except Refusal as refusal:
        form.add_error(None, refusal.sentence)
        return _page(request, centre, row, cancel_form=form, status=422)
    return _done(request, centre, row, "Rendez-vous annulé")


@needs(Right.AGENDA_EDIT)
@require_POST
def undo(request: PersonRequest, pk: int, appointment: str) -> HttpResponseBase:
    """Undo the last act on an appointment."""
    _, row = _row(request, pk, appointment)
    form = UndoForm(request.POST)
    if not form.is_valid():
        raise Http404
    said = form.cleaned_data
    change = get_object_or_404(AppointmentChange, appointment=row, pk=said["change"])
    try:
        row = services.undo(change, request_key=said["key"], by=actor(request), now=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, "C’est défait.")
    request.session.pop(DONE, None)
    return redirect("centre_day", pk, row.day.isoformat())


def _writable(request: PersonRequest, pk: int, day: str) -> tuple[Centre, date]:
    centre, chosen, may_book = readable(request, pk, day)
    if not may_book:
        raise Http404
    return centre, chosen


def _row(request: PersonRequest, pk: int, address: str) -> tuple[Centre, Appointment]:
    centre = get_object_or_404(Centre.objects.select_related("commune"), pk=pk)
    today = timezone.localdate()
    row = queries.by_address(address, centre=centre)
    if row is None or not permissions.may_book(request.user, centre=centre, today=today):
        raise Http404
    return centre, row


def _wanted(
    said: dict[str, Any],
    lines: tuple[Line, ...],
    reason: Reason,
    patient: Person | None,
    centre: Centre,
    now: datetime,
) -> tuple[Line, datetime, int, str]:
    """Read where, when and how long; the length is worked out again, never believed."""
    if said["place"] == OTHER_TIME:
        line = next(one for one in lines if one.pk == said["line"].pk)
        starts_at, day = instant(said["day"], said["at"], centre.time_zone), said["day"]
    else:
        number, _, tick = said["place"].partition(".")
        found = [one for one in lines if str(one.pk) == number]
        if not found or not _is_number(tick):
            raise Http404
        line, starts_at = found[0], time_of(int(tick))
        day = wall(int(tick), centre.time_zone).date()
    sheet = planning.load_sheets([line], first=day, days=1, now=now)[line.pk, day]
    is_new = patient is not None and planning.is_new_at(patient, centre_id=centre.pk)
    usual = planning.length_for(reason, person=patient, is_new=is_new, sheet=sheet)
    if said["minutes"]:
        return line, starts_at, said["minutes"], f"{said['minutes']}, durée choisie"
    return line, starts_at, usual.minutes, usual.because


def _is_number(text: str) -> bool:
    """Say whether a text is a number that a tick or a key can be; eight digits reach year 2920."""
    return text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS


def _shown(places: tuple[planning.Place, ...]) -> list[dict[str, Any]]:
    return [
        {
            "value": f"{place.sheet.line.pk}.{place.tick}",
            "day": place.sheet.day,
            "at": wall(place.tick, place.sheet.zone).time(),
            "line": place.sheet.line.number,
            "doctor": place.sheet.doctor,
            "length": place.length,
        }
        for place in places
    ]


def _page(
    request: PersonRequest,
    centre: Centre,
    row: Appointment,
    *,
    form: PlaceForm | None = None,
    cancel_form: CancelForm | None = None,
    status: int = 200,
) -> HttpResponse:
    now, today = timezone.now(), timezone.localdate()
    if row.patient is not None:
        patient_services.note_reading(row.patient, by=actor(request), now=now, why="rendez-vous")
    lines = queries.lines_of(centre, day=max(row.day, today))
    places: tuple[planning.Place, ...] = ()
    may_change = row.state in CHANGEABLE
    if may_change:
        places = planning.places_for(
            lines,
            reason=row.reason,
            person=row.patient,
            first=today,
            days=LOOK_AHEAD_DAYS,
            now=now,
            most=PROPOSED,
        )
    return render(
        request,
        "centre/appointment.html",
        {
            "centre": centre,
            "row": row,
            "at": wall(row.tick, centre.time_zone).time(),
            "ends": wall(row.end, centre.time_zone).time(),
            "may_change": may_change,
            "changes": queries.changes_of(row),
            "form": form or PlaceForm(lines=lines),
            "cancel_form": cancel_form
            or CancelForm(
                initial={"key": new_key(), "rev": row.rev, "cancelled_by": CancelledBy.PATIENT}
            ),
            "places": _shown(places),
            "key": new_key(),
            "other": OTHER_TIME,
        },
        status=status,
    )


def _done(request: PersonRequest, centre: Centre, row: Appointment, what: str) -> HttpResponseBase:
    """Say what was done, and remember it so that it can be undone."""
    change = queries.last_change(row)
    at = formats.time_words(wall(row.tick, centre.time_zone).time())
    when = f"{formats.date_words(row.day, today=timezone.localdate())} à {at}"
    messages.success(request, f"{what} : {when}.")
    request.session[DONE] = {
        "centre": centre.pk,
        "appointment": row.public_id,
        "change": change.pk if change else 0,
        "words": f"{what}, {when}",
    }
    return redirect("centre_day", centre.pk, row.day.isoformat())
