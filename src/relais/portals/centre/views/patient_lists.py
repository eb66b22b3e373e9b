"""The patients of a centre: found before a file is opened, so that nobody has two."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from relais.accounts.states import Right
from relais.booking import queries as booking_queries
from relais.booking.states import Access
from relais.core.errors import Refusal
from relais.engine import parameters
from relais.journeys import patients as journeys
from relais.network.models import Centre
from relais.patients import permissions, queries, services
from relais.patients.models import Person
from relais.portals.centre.forms import FindForm
from relais.portals.centre.patient_forms import ExceptionForm, NewForm, OnlineForm, wanted_of
from relais.portals.gates import PersonRequest, actor, needs

SHOWN: Final = 8  # names of a short list
FORMS_AT_ONCE: Final = 20  # files to look at on one page


@needs(Right.PATIENTS_READ)
def entrance(request: PersonRequest) -> HttpResponse:
    """Go to the patients of the first centre of a coordinator; say what is possible otherwise."""
    today = timezone.localdate()
    scope = permissions.scope_of(request.user, today=today)
    centre = Centre.objects.filter(pk__in=scope.coordinates).order_by("name", "id").first()
    if centre is None:
        return render(request, "centre/no_patients.html")
    return redirect("centre_patients", centre.pk)


@needs(Right.PATIENTS_EDIT)
def patients(request: PersonRequest, pk: int) -> HttpResponse:
    """Find a patient; below, what waits to be looked at and how many places are left."""
    centre = coordinated(request, pk)
    now, today = timezone.now(), timezone.localdate()
    form = FindForm(request.POST or None)
    found: tuple[Person, ...] = ()
    asked = request.method == "POST" and form.is_valid()
    if asked:
        among = permissions.people_of(request.user, now=now, today=today)
        found = queries.find(form.cleaned_data["text"], among=among)
        services.note_search(found, by=actor(request), now=now)
    warned = timedelta(days=int(parameters.load("patients")["long_term_warning_days"].value))
    known = queries.known_at(centre)
    return render(
        request,
        "centre/patients.html",
        {
            "centre": centre,
            "centres": permissions.centres_with_patients(request.user, today=today),
            "form": form,
            "asked": asked,
            "found": found,
            "registered": queries.registered_at(found),
            "capacity": queries.capacity(centre, today=today),
            "to_check": queries.to_check(centre).count(),
            "pairs": len(queries.likely_pairs(centre)),
            "declarations": queries.declarations_waiting(centre)[:SHOWN],
            "declaration_count": queries.declarations_waiting(centre).count(),
            "long_terms": queries.long_term_ends(until=today + warned, among=known)[:SHOWN],
            "access": booking_queries.access_of(centre),
        },
    )


@needs(Right.PATIENTS_EDIT)
def new(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Open a file, once nobody of the centre looks like the one who is there."""
    centre = coordinated(request, pk)
    now = timezone.now()
    form = NewForm(request.POST or None)
    twins: tuple[queries.PossibleTwin, ...] = ()
    if request.method == "POST" and form.is_valid():
        twins = queries.alike(centre, wanted=wanted_of(form.traits()))
        if twins and not form.cleaned_data["other_person"]:
            services.note_search([twin.person for twin in twins], by=actor(request), now=now)
            form.add_error(None, "Une fiche existe peut-être déjà. Regardez avant d’en ouvrir une.")
        else:
            try:
                made = services.add_person(centre, by=actor(request), now=now, **form.traits())
            except Refusal as refusal:
                form.add_error(None, refusal.sentence)
            else:
                messages.success(request, "La fiche est ouverte.")
                return redirect("centre_patient", made.public_id)
    return render(
        request,
        "centre/patient_new.html",
        {"centre": centre, "form": form, "twins": twins},
        status=422 if form.errors else 200,
    )


@needs(Right.PATIENTS_EDIT)
def to_check(request: PersonRequest, pk: int) -> HttpResponse:
    """Show the files opened online, and those that look like another one."""
    centre = coordinated(request, pk)
    now = timezone.now()
    waiting = queries.twins_of(
        queries.to_check(centre)[:FORMS_AT_ONCE], among=queries.known_at(centre)
    )
    pairs = queries.likely_pairs(centre)
    shown = [person for person, _ in waiting]
    shown += [person for pair in pairs for person in (pair.one, pair.other)]
    if shown:
        services.note_search(shown, by=actor(request), now=now)
    return render(
        request,
        "centre/patients_check.html",
        {"centre": centre, "waiting": waiting, "pairs": pairs},
    )


@needs(Right.PATIENTS_EDIT)
def online(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Choose what the public page opens, and how many patients the centre takes."""
    centre = coordinated(request, pk)
    today = timezone.localdate()
    access, capacity = booking_queries.access_of(centre), queries.capacity(centre, today=today)
    form = OnlineForm(
        request.POST or None,
        initial={
            "access": access.access,
            "names_doctor": access.names_doctor,
            "note": access.note,
            "is_open": capacity.is_open,
            "per_line": capacity.per_line if capacity.is_own else None,
        },
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            journeys.open_desk(
                centre,
                access=Access(said["access"]),
                names_doctor=said["names_doctor"],
                note=said["note"],
                per_line=said["per_line"],
                takes_patients=said["is_open"],
                by=actor(request),
                now=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, "C’est noté.")
            return redirect("centre_patients", pk)
    return render(
        request,
        "centre/online.html",
        {
            "centre": centre,
            "form": form,
            "capacity": capacity,
            "sends_sms": booking_queries.sends_sms(),
        },
        status=422 if form.errors else 200,
    )


@needs(Right.PATIENTS_BREAK)
def exception(request: PersonRequest) -> HttpResponseBase:
    """Open the file of a patient whom one does not follow, with a reason; the team will see it."""
    form = ExceptionForm(request.POST or None)
    now = timezone.now()
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        found = queries.exactly(
            name=said["birth_name"],
            first_name=said["first_name"],
            born_on=said["born_on"],
            among=Person.objects.all(),
        )
        if len(found) != 1:
            services.note_missed_exception(by=actor(request), now=now)
            form.add_error(None, "Aucune fiche ne porte exactement ce nom et cette date.")
        else:
            try:
                services.open_exceptionally(
                    found[0], user=request.user, why=said["why"], by=actor(request), now=now
                )
            except Refusal as refusal:
                form.add_error("why", refusal.sentence)
            else:
                return redirect("centre_patient", found[0].public_id)
    return render(
        request,
        "centre/exception.html",
        {"form": form, "hours": int(parameters.load("patients")["exception_hours"].value)},
        status=422 if form.errors else 200,
    )


def coordinated(request: PersonRequest, pk: int) -> Centre:
    """Give a centre that the person coordinates today; Http404 otherwise."""
    centre = get_object_or_404(Centre.objects.select_related("commune"), pk=pk)
    if not permissions.may_book(request.user, centre=centre, today=timezone.localdate()):
        raise Http404
    return centre
