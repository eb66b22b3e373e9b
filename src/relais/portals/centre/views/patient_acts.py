"""What a coordinator does to a file, one click each: registered, signed, checked, represented."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from relais.accounts.states import Right
from relais.agenda import services as agenda
from relais.agenda.list_states import ListKind
from relais.core.errors import Refusal
from relais.journeys import patients as journeys
from relais.network.models import Centre
from relais.patients import permissions, queries, services
from relais.patients.models import Merge, Person, Proxy, Registration
from relais.patients.states import Agreement, Consent, Proof, ProxyKind
from relais.portals.centre.patient_forms import (
    AgreementForm,
    ProofForm,
    ProxyForm,
    RegisterForm,
    SignedForm,
    WhyForm,
)
from relais.portals.centre.views.patient_files import editable, file_page
from relais.portals.gates import PersonRequest, actor, needs


@needs(Right.PATIENTS_EDIT)
@require_POST
def checked(request: PersonRequest, person: str) -> HttpResponseBase:
    """Note that a file opened online was looked at."""
    patient = editable(request, person)
    return _done(
        request,
        patient,
        lambda: services.mark_checked(patient, by=actor(request), now=timezone.now()),
        "La fiche est vérifiée.",
    )


@needs(Right.PATIENTS_EDIT)
@require_POST
def identity(request: PersonRequest, person: str) -> HttpResponseBase:
    """Note that the identity was read on a paper."""
    patient = editable(request, person)
    form = ProofForm(request.POST)
    if not form.is_valid():
        return file_page(request, patient, proof_form=form, status=422)
    return _done(
        request,
        patient,
        lambda: services.validate_identity(
            patient,
            proof=Proof(form.cleaned_data["proof"]),
            by=actor(request),
            now=timezone.now(),
        ),
        "L’identité est validée.",
    )


@needs(Right.PATIENTS_EDIT)
@require_POST
def register(request: PersonRequest, person: str) -> HttpResponseBase:
    """Register the patient with a centre as médecin traitant."""
    patient = editable(request, person)
    today = timezone.localdate()
    scope = permissions.scope_of(request.user, today=today)
    centres = Centre.objects.filter(pk__in=scope.coordinates).order_by("name", "id")
    form = RegisterForm(request.POST, centres=centres)
    if form.is_valid():
        said = form.cleaned_data
        try:
            journeys.register_patient(
                patient,
                centre=said["centre"],
                consent=Consent(said["consent"]),
                consent_by=said["consent_by"],
                beyond=said["beyond"],
                today=today,
                by=actor(request),
                now=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, "Le patient est inscrit. Il reste à signer la déclaration.")
            return redirect("centre_patient", patient.public_id)
    return file_page(request, patient, register_form=form, status=422)


@needs(Right.PATIENTS_EDIT)
@require_POST
def wait(request: PersonRequest, person: str) -> HttpResponseBase:
    """Put the patient on the list of those who wait to be taken on by a centre."""
    patient = editable(request, person)
    scope = permissions.scope_of(request.user, today=timezone.localdate())
    centre = get_object_or_404(
        Centre.objects.filter(pk__in=scope.coordinates), key=request.POST.get("centre", "")
    )
    return _done(
        request,
        patient,
        lambda: agenda.join(
            patient,
            centre=centre,
            kind=ListKind.ADMISSION,
            by=actor(request),
            now=timezone.now(),
        ),
        "Le patient est sur la liste d’inscription.",
    )


@needs(Right.PATIENTS_EDIT)
@require_POST
def end(request: PersonRequest, person: str) -> HttpResponseBase:
    """End the registration: another choice, a move, a death."""
    patient = editable(request, person)
    registration = _registration(request, patient)
    return _done(
        request,
        patient,
        lambda: services.end_registration(
            registration, today=timezone.localdate(), by=actor(request), now=timezone.now()
        ),
        "L’inscription est terminée.",
    )


@needs(Right.PATIENTS_EDIT)
@require_POST
def signed(request: PersonRequest, person: str) -> HttpResponseBase:
    """Note that the declaration is signed."""
    patient = editable(request, person)
    registration = _registration(request, patient)
    form = SignedForm(request.POST)
    if form.is_valid():
        try:
            services.sign_declaration(
                registration,
                signed_on=form.cleaned_data["signed_on"],
                today=timezone.localdate(),
                by=actor(request),
                now=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error("signed_on", refusal.sentence)
        else:
            messages.success(request, "La signature est notée.")
            return redirect("centre_patient", patient.public_id)
    return file_page(request, patient, signed_form=form, status=422)


@needs(Right.PATIENTS_EDIT)
@require_POST
def sent(request: PersonRequest, person: str) -> HttpResponseBase:
    """Note that the declaration went to the health insurance."""
    patient = editable(request, person)
    registration = _registration(request, patient)
    return _done(
        request,
        patient,
        lambda: services.send_declaration(
            registration, today=timezone.localdate(), by=actor(request), now=timezone.now()
        ),
        "La déclaration est notée comme transmise.",
    )


@needs(Right.PATIENTS_EDIT)
@require_POST
def proxy(request: PersonRequest, person: str) -> HttpResponseBase:
    """Add somebody who answers for the patient."""
    patient = editable(request, person)
    form = ProxyForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            services.add_proxy(
                patient,
                name=said["name"],
                kind=ProxyKind(said["kind"]),
                phone=said["phone"],
                email=said["email"],
                until_on=said["until_on"],
                today=timezone.localdate(),
                by=actor(request),
                now=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, "C’est noté.")
            return redirect("centre_patient", patient.public_id)
    return file_page(request, patient, proxy_form=form, status=422)


@needs(Right.PATIENTS_EDIT)
@require_POST
def end_proxy(request: PersonRequest, person: str, proxy: int) -> HttpResponseBase:
    """End what somebody may say for the patient."""
    patient = editable(request, person)
    row = get_object_or_404(Proxy, pk=proxy, person=patient)
    return _done(
        request,
        patient,
        lambda: services.end_proxy(
            row, today=timezone.localdate(), by=actor(request), now=timezone.now()
        ),
        "C’est noté.",
    )


@needs(Right.PATIENTS_EDIT)
@require_POST
def agreement(request: PersonRequest, person: str) -> HttpResponseBase:
    """Note what the patient agrees to, or no longer does."""
    patient = editable(request, person)
    form = AgreementForm(request.POST, auto_id="agreement_%s")
    if not form.is_valid():
        return file_page(request, patient, agreement_form=form, status=422)
    said = form.cleaned_data
    return _done(
        request,
        patient,
        lambda: services.note_agreement(
            patient,
            kind=Agreement(said["kind"]),
            agrees=said["agrees"],
            how=Consent(said["how"]),
            said_by=said["said_by"],
            today=timezone.localdate(),
            by=actor(request),
            now=timezone.now(),
        ),
        "C’est noté.",
    )


@needs(Right.PATIENTS_EDIT)
@require_POST
def part(request: PersonRequest, person: str, merge: int) -> HttpResponseBase:
    """Part two files that were made one by mistake."""
    patient = editable(request, person)
    row = get_object_or_404(Merge.objects.select_related("kept", "gone"), pk=merge, kept=patient)
    form = WhyForm(request.POST)
    if not form.is_valid():
        return file_page(request, patient, why_form=form, status=422)
    return _done(
        request,
        patient,
        lambda: journeys.part_people(
            row, why=form.cleaned_data["why"], by=actor(request), now=timezone.now()
        ),
        "Les deux fiches sont séparées.",
    )


def _registration(request: PersonRequest, patient: Person) -> Registration:
    """Give the running registration, at a centre that the person coordinates."""
    found = queries.registration_of(patient)
    if found is None or not permissions.may_book(
        request.user, centre=found.centre, today=timezone.localdate()
    ):
        raise Http404
    return found


def _done(
    request: PersonRequest, patient: Person, act: Callable[[], object], words: str
) -> HttpResponseBase:
    try:
        act()
    except Refusal as refusal:
        return file_page(request, patient, refusal=refusal.sentence, status=422)
    messages.success(request, words)
    return redirect("centre_patient", patient.public_id)
