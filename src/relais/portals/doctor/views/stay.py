"""« Mon séjour »: where one sleeps, how to get in, the car, whom to call, when one arrives."""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from relais.accounts.states import Right
from relais.core.errors import Refusal
from relais.doctors.models import Doctor
from relais.engine import stays as engine
from relais.network import queries as network
from relais.portals.doctor.gates import as_doctor
from relais.portals.gates import PersonRequest, actor
from relais.portals.papers import pdf_answer
from relais.portals.stay_forms import ArrivalForm, IncidentForm, KilometresForm, TravelForm
from relais.portals.stay_words import chapter, chapters, pack_pdf, photo_answer
from relais.premises import services as premises
from relais.premises.models import LodgingPhoto
from relais.stays import queries as stays_read
from relais.stays import services as stays
from relais.stays.models import Stay, WelcomeVersion
from relais.stays.planning import party_words
from relais.stays.states import Section

SUNDAY_TIMES: Final = tuple(time(hour) for hour in (15, 16, 17, 18, 19, 20, 21, 22))
OTHER_TIMES: Final = tuple(time(hour) for hour in (7, 8, 10, 12, 14, 16, 18, 20))
_SUNDAY: Final = 6
_WORKER: Final = Path(__file__).resolve().parent.parent / "telephone.js"


@as_doctor(Right.STAYS_OWN)
def stays_list(request: PersonRequest, doctor: Doctor) -> HttpResponseBase:
    """Lead to the next stay, or say that there is none yet."""
    coming = list(stays_read.stays_of(doctor, since=timezone.localdate()))
    if coming:
        return redirect("doctor_stay", coming[0].pk)
    return render(request, "doctor/no_stay.html")


@as_doctor(Right.STAYS_OWN)
def stay(request: PersonRequest, doctor: Doctor, pk: int) -> HttpResponseBase:
    """Show one stay."""
    return _page(request, _own(doctor, pk))


@as_doctor(Right.STAYS_OWN)
@require_POST
def arrival(request: PersonRequest, doctor: Doctor, pk: int) -> HttpResponseBase:
    """Note the time of arrival, one tap on the page."""
    own = _own(doctor, pk)
    form = ArrivalForm(request.POST)
    if not form.is_valid():
        return _page(request, own, sentence="Choisissez une heure, par exemple 18:30.")
    try:
        stays.set_arrival(own, by=actor(request), now=timezone.now(), **form.cleaned_data)
    except Refusal as refusal:
        return _page(request, own, sentence=refusal.sentence)
    messages.success(request, "Merci. On vous attend à cette heure-là.")
    return redirect("doctor_stay", pk)


@as_doctor(Right.STAYS_OWN)
def travel(request: PersonRequest, doctor: Doctor, pk: int) -> HttpResponseBase:
    """Say days, journey and company."""
    own = _own(doctor, pk)
    form = TravelForm(request.POST or None, stay=own)
    if request.method == "POST" and form.is_valid():
        try:
            stays.set_travel(own, by=actor(request), now=timezone.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, "C’est noté. La coordination le voit aussi.")
            return redirect("doctor_stay", pk)
    page = {"form": form, "stay": own}
    return render(request, "doctor/stay_travel.html", page, status=422 if form.errors else 200)


@as_doctor(Right.STAYS_OWN)
@require_POST
def code(request: PersonRequest, doctor: Doctor, pk: int) -> HttpResponseBase:
    """Show the access code. It is asked for by a button, so that each reading is one act."""
    own = _own(doctor, pk)
    now = timezone.now()
    try:
        shown = stays.read_code(own, by=actor(request), now=now, today=timezone.localdate(now))
    except Refusal as refusal:
        return _page(request, own, sentence=refusal.sentence)
    answer = _page(request, own, code=shown)
    answer["Cache-Control"] = "private, no-store"
    return answer


@as_doctor(Right.STAYS_OWN)
@require_POST
def incident(request: PersonRequest, doctor: Doctor, pk: int) -> HttpResponseBase:
    """Note something to repair, in the house or on the car."""
    own = _own(doctor, pk)
    form = IncidentForm(request.POST, request.FILES)
    thing = own.car if request.POST.get("about") == "car" else own.lodging
    if thing is None or not form.is_valid():
        return _page(
            request, own, incident_form=form, sentence="Dites en quelques mots ce qui ne va pas."
        )
    photo = form.cleaned_data["photo"]
    try:
        premises.note_incident(
            thing,
            text=form.cleaned_data["text"],
            photo=b"" if photo is None else photo.read(premises.most_photo_bytes() + 1),
            by=actor(request),
            now=timezone.now(),
        )
    except Refusal as refusal:
        return _page(request, own, incident_form=form, sentence=refusal.sentence)
    messages.success(request, "Merci de l’avoir dit. La coordination s’en occupe.")
    return redirect("doctor_stay", pk)


@as_doctor(Right.STAYS_OWN)
@require_POST
def kilometres(request: PersonRequest, doctor: Doctor, pk: int) -> HttpResponseBase:
    """Write the counter of the car."""
    own = _own(doctor, pk)
    form = KilometresForm(request.POST)
    if not form.is_valid():
        return _page(request, own, km_form=form, sentence="Écrivez le compteur en chiffres.")
    try:
        stays.note_kilometres(own, by=actor(request), now=timezone.now(), **form.cleaned_data)
    except Refusal as refusal:
        return _page(request, own, km_form=form, sentence=refusal.sentence)
    messages.success(request, "Le compteur est noté.")
    return redirect("doctor_stay", pk)


@as_doctor(Right.STAYS_OWN)
def pack(request: PersonRequest, doctor: Doctor, pk: int) -> HttpResponseBase:
    """Show the welcome pack that came with a stay."""
    own = _own(doctor, pk)
    version = _version(own)
    page = {
        "stay": own,
        "version": version,
        "chapters": [] if version is None else chapters(version.sections),
    }
    return render(request, "doctor/stay_pack.html", page)


@as_doctor(Right.STAYS_OWN)
def pack_file(request: PersonRequest, doctor: Doctor, pk: int) -> HttpResponseBase:
    """Give the welcome pack as a PDF, without the access code."""
    own = _own(doctor, pk)
    centre = own.mission.line.centre.name
    content = pack_pdf(centre=centre, version=_version(own), stay=own, now=timezone.now())
    return pdf_answer(content, name="sejour")


@as_doctor(Right.STAYS_OWN)
def photo(request: PersonRequest, doctor: Doctor, pk: int, picture: int) -> HttpResponseBase:
    """Show a photograph of the house of a stay."""
    own = _own(doctor, pk)
    found = get_object_or_404(LodgingPhoto, pk=picture, lodging_id=own.lodging_id)
    try:
        content = premises.read_photo(found)
    except Refusal as refusal:
        return _page(request, own, sentence=refusal.sentence)
    return photo_answer(content, media_type=found.media_type)


@as_doctor(Right.STAYS_OWN)
def pocket(request: PersonRequest, doctor: Doctor, pk: int) -> HttpResponseBase:
    """Give the page that a telephone keeps for the days without network.

    Asked for by a button (POST): from a week before, the code stands on it and the reading is
    written down. An address typed by hand leads to the stay itself.
    """
    own = _own(doctor, pk)
    if request.method != "POST":
        return redirect("doctor_stay", pk)
    now = timezone.now()
    try:
        shown = stays.read_code(
            own, by=actor(request), now=now, today=timezone.localdate(now), kept=True
        )
    except Refusal:
        shown = ""  # too early, or none noted: the rest of the page helps all the same
    version = _version(own)
    answer = render(
        request,
        "doctor/stay_pocket.html",
        {
            **_facts(own, now=now),
            "code": shown,
            "chapters": [] if version is None else chapters(version.sections),
        },
    )
    answer["X-Relais-Until"] = own.leaves_on.isoformat()
    answer["Cache-Control"] = "private, no-store"
    return answer


@as_doctor(Right.STAYS_OWN)
def telephone(request: PersonRequest, doctor: Doctor) -> HttpResponseBase:
    """Give the small program that shows the kept page when there is no network.

    It stands under the addresses of stays, so that it can answer for these and no others.
    """
    return HttpResponse(_WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")


# -- inside ----------------------------------------------------------------------------------------


def _own(doctor: Doctor, pk: int) -> Stay:
    """Give a stay of this doctor; 404 for any other, and for one that was given back."""
    rows = stays_read.whole_stays().filter(mission__doctor=doctor, released_at=None)
    return get_object_or_404(rows, pk=pk)


def _version(own: Stay) -> WelcomeVersion | None:
    """Give the pack that was sent; before it is sent, the one of today."""
    if own.welcome is not None:
        return own.welcome
    centre_id = own.mission.line.centre_id
    return stays_read.last_welcome(centre_ids=[centre_id]).get(centre_id)


def _facts(own: Stay, *, now: datetime) -> dict[str, Any]:
    today = timezone.localdate(now)
    version = _version(own)
    sections = {} if version is None else version.sections
    centre = own.mission.line.centre
    return {
        "stay": own,
        "centre": centre,
        "coordinators": network.coordinators_of(centre, today=today),
        "party": party_words(own),
        "may_read_code": engine.may_read_code(
            arrives_on=own.arrives_on, leaves_on=own.leaves_on, today=today
        ),
        "code_opens_on": engine.code_opens_on(own.arrives_on),
        "night": chapter(sections, section=Section.NIGHT),
        "today": today,
    }


def _page(
    request: PersonRequest,
    own: Stay,
    *,
    code: str = "",
    sentence: str = "",
    incident_form: IncidentForm | None = None,
    km_form: KilometresForm | None = None,
) -> HttpResponse:
    trip = stays_read.trip_of(own)
    page = {
        **_facts(own, now=timezone.now()),
        "code": code,
        "sentence": sentence,
        "times": SUNDAY_TIMES if own.arrives_on.weekday() == _SUNDAY else OTHER_TIMES,
        "photos": [] if own.lodging is None else list(own.lodging.photos.order_by("id")),
        "incident_form": incident_form or IncidentForm(),
        "km_form": km_form
        or KilometresForm(
            initial={} if trip is None else {"start_km": trip.start_km, "end_km": trip.end_km}
        ),
        "trip": trip,
        "others": stays_read.stays_of(own.mission.doctor, since=timezone.localdate()).exclude(
            pk=own.pk
        ),
    }
    return render(request, "doctor/stay.html", page, status=422 if sentence else 200)
