"""One patient's file at the desk: who, how to reach them, médecin traitant, who opened it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from relais.accounts.permissions import may
from relais.accounts.states import Right
from relais.agenda import queries as agenda
from relais.agenda.queries import waits_of
from relais.core.errors import Refusal
from relais.engine import identity, representation
from relais.journeys import patients as journeys
from relais.network.models import Centre
from relais.patients import permissions, queries, services, texts
from relais.patients.models import Person
from relais.patients.states import Agreement
from relais.portals.centre.patient_forms import (
    UNKNOWN_PLACE,
    AgreementForm,
    IdentityForm,
    MergeForm,
    ProofForm,
    ProxyForm,
    RegisterForm,
    SignedForm,
    WhyForm,
)
from relais.portals.centre.reading_words import words_of
from relais.portals.gates import PersonRequest, actor, needs


@needs(Right.PATIENTS_READ)
def file(request: PersonRequest, person: str) -> HttpResponse:
    """Show a file; whoever may keep it finds what to do beside each thing."""
    return file_page(request, readable(request, person))


@needs(Right.PATIENTS_EDIT)
def edit(request: PersonRequest, person: str) -> HttpResponseBase:
    """Change the identity and how to reach the patient."""
    patient = editable(request, person)
    now = timezone.now()
    form = IdentityForm(request.POST or None, initial=IdentityForm.of(patient))
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_person(patient, changes=form.traits(), by=actor(request), now=now)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, "La fiche est à jour.")
            return redirect("centre_patient", patient.public_id)
    services.note_reading(patient, by=actor(request), now=now, why="fiche, à modifier")
    return render(
        request,
        "centre/patient_edit.html",
        {"patient": patient, "form": form},
        status=422 if form.errors else 200,
    )


@needs(Right.PATIENTS_EDIT)
def readings(request: PersonRequest, person: str) -> HttpResponse:
    """Answer the patient who asks who opened the file; made to be printed."""
    patient = editable(request, person)
    services.note_reading(
        patient, by=actor(request), now=timezone.now(), why="liste demandée par le patient"
    )
    told = [(row, words_of(row.verb)) for row in queries.readings_of(patient)]
    return render(request, "centre/patient_readings.html", {"patient": patient, "told": told})


@needs(Right.PATIENTS_EDIT)
def declaration(request: PersonRequest, person: str) -> HttpResponseBase:
    """Print the declaration of the choice of the centre as médecin traitant."""
    patient = editable(request, person)
    registration = queries.registration_of(patient)
    if registration is None:
        raise Http404
    drawn = journeys.draw_declaration(
        registration, today=timezone.localdate(), by=actor(request), now=timezone.now()
    )
    answer = HttpResponse(drawn, content_type="application/pdf")
    answer["Content-Disposition"] = 'attachment; filename="declaration.pdf"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


@needs(Right.PATIENTS_EDIT)
def merge(request: PersonRequest, person: str, other: str) -> HttpResponseBase:
    """Compare two files side by side, and make one of them."""
    one, two = editable(request, person), editable(request, other)
    if one.pk == two.pk:
        raise Http404
    now = timezone.now()
    files = (one, two) if one.created_at <= two.created_at else (two, one)
    form = MergeForm(request.POST or None, files=files, initial={"keep": files[0].public_id})
    if request.method == "POST" and form.is_valid():
        kept = next(row for row in files if row.public_id == form.cleaned_data["keep"])
        gone = next(row for row in files if row.pk != kept.pk)
        try:
            journeys.merge_people(
                gone, into=kept, why=form.cleaned_data["why"], by=actor(request), now=now
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(
                request, "Les deux fiches n’en font plus qu’une. Vous pouvez les séparer plus bas."
            )
            return redirect("centre_patient", kept.public_id)
    for row in files:
        services.note_reading(row, by=actor(request), now=now, why="comparaison de deux fiches")
    return render(
        request,
        "centre/patient_merge.html",
        {
            "files": files,
            "form": form,
            "rows": _compared(*files),
            "coming": [list(agenda.appointments_of(row, since=now)) for row in files],
        },
        status=422 if form.errors else 200,
    )


def readable(request: PersonRequest, address: str) -> Person:
    """Give a patient whose file the person may open now; Http404 otherwise."""
    among = permissions.people_of(request.user, now=timezone.now(), today=timezone.localdate())
    found = queries.by_address(address, among=among)
    if found is None:
        raise Http404
    return found


def editable(request: PersonRequest, address: str) -> Person:
    """Give a patient whose file the person keeps: known at a centre of theirs."""
    found = readable(request, address)
    if not permissions.may_edit(request.user, person=found, today=timezone.localdate()):
        raise Http404
    return found


def file_page(
    request: PersonRequest, patient: Person, *, status: int = 200, **forms: Any
) -> HttpResponse:
    """Show a file, with the form that was refused when there is one."""
    now, today = timezone.now(), timezone.localdate()
    keeps = may(request.user, Right.PATIENTS_EDIT) and permissions.may_edit(
        request.user, person=patient, today=today
    )
    services.note_reading(patient, by=actor(request), now=now, why="fiche")
    scope = permissions.scope_of(request.user, today=today)
    centres = Centre.objects.filter(pk__in=scope.coordinates).order_by("name", "id")
    registration = queries.registration_of(patient)
    born = min(patient.born_on, today)
    page: dict[str, Any] = {
        "patient": patient,
        "age": identity.age_on(born, today),
        "keeps": keeps,
        "registration": registration,
        "proxies": queries.proxies_of(patient, today=today),
        "rule": representation.rule_for(
            representation.CHOOSE, born_on=born, day=today, protection=patient.protection
        ),
        "has_long_term": queries.has_long_term(patient, on=today),
        "coming": list(agenda.appointments_of(patient, since=now)),
        "centres": centres,
        "waits": waits_of(patient),
    }
    if keeps:
        known = permissions.people_of(request.user, now=now, today=today)
        page |= {
            "twins": queries.possible_twins(patient, among=known),
            "merges": queries.merges_of(patient),
            "agreements": _agreements(patient, today=today),
            "text": texts.current(texts.REGISTRATION, today=today),
            "capacities": [(centre, queries.capacity(centre, today=today)) for centre in centres],
            "proof_form": ProofForm(),
            "register_form": RegisterForm(centres=centres),
            "signed_form": SignedForm(initial={"signed_on": today}),
            "proxy_form": ProxyForm(),
            "why_form": WhyForm(),
            "agreement_form": AgreementForm(auto_id="agreement_%s"),
        }
    return render(request, "centre/patient.html", {**page, **forms}, status=status)


def _agreements(patient: Person, *, today: Any) -> list[dict[str, Any]]:
    last = queries.agreements_of(patient)
    return [
        {
            "kind": kind,
            "label": Agreement(kind).label,
            "last": last.get(kind),
            "words": texts.current(kind, today=today).words,
        }
        for kind in Agreement.values
    ]


def _compared(one: Person, two: Person) -> list[tuple[str, str, str, bool]]:
    """Put the traits of two files side by side; the last word says whether they are the same."""
    told = []
    for name in (
        "birth_name", "first_birth_name", "birth_names", "used_name", "sex", "birth_written",
        "birth_place", "phone", "email", "address", "commune", "identity",
    ):  # fmt: skip
        field = Person._meta.get_field(name)
        left, right = _shown(one, name), _shown(two, name)
        label = str(getattr(field, "verbose_name", name))
        told.append((label[:1].upper() + label[1:], left, right, left == right))
    return told


def _shown(person: Person, name: str) -> str:
    if name == "birth_written":
        return "/".join(reversed(person.birth_written.split("-")))
    if name == "birth_place" and person.birth_place == UNKNOWN_PLACE:
        return "inconnu"
    display = getattr(person, f"get_{name}_display", None)
    return str((display() if display else getattr(person, name)) or "")
