"""What a doctor prefers: how often, how far, with whom, which centres."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from relais.accounts.states import Right
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.doctors import services
from relais.doctors.models import Doctor
from relais.doctors.queries import DoctorFile, file_of
from relais.doctors.states import PreferenceKind
from relais.network.models import Centre
from relais.portals.doctor.forms import PreferencesForm
from relais.portals.doctor.gates import as_doctor
from relais.portals.gates import PersonRequest, actor
from relais.territory.queries import search_communes


@as_doctor(Right.OFFERS_OWN)
def preferences(request: PersonRequest, doctor: Doctor) -> HttpResponseBase:
    """Show and save the preferences."""
    known = file_of(doctor)
    form = _form(request, doctor, known)
    sentence = ""
    if request.method == "POST" and form.is_valid():
        try:
            _save(doctor, form, known, by=actor(request), now=timezone.now())
        except Refusal as refusal:
            sentence = refusal.sentence
        else:
            messages.success(request, "Vos préférences sont enregistrées.")
            return redirect("doctor_preferences")
    return render(
        request,
        "doctor/preferences.html",
        {"doctor": doctor, "form": form, "sentence": sentence, "companions": known.companions},
        status=422 if sentence or form.errors else 200,
    )


@as_doctor(Right.OFFERS_OWN)
def communes(request: PersonRequest, doctor: Doctor) -> HttpResponse:
    """Suggest communes while a name is typed."""
    found = search_communes(request.GET.get("home", ""))
    return render(request, "ui/communes.html", {"communes": found})


def _form(request: PersonRequest, doctor: Doctor, known: DoctorFile) -> PreferencesForm:
    today = timezone.localdate()
    said = (PreferenceKind.PREFERRED, PreferenceKind.REFUSED)
    return PreferencesForm(
        request.POST if request.method == "POST" else None,
        doctor=doctor,
        centres=Centre.objects.exclude(closes_on__lte=today).order_by("name", "id"),
        wishes={wish.centre_id: kind for kind in said for wish in known.preferences[kind]},
    )


@transaction.atomic
def _save(
    doctor: Doctor, form: PreferencesForm, known: DoctorFile, *, by: Actor, now: datetime
) -> None:
    """Write the file and the wishes; wishes only when they changed."""
    services.edit_doctor(doctor, changes=form.changes(), by=by, now=now)
    before = _wishes(known)
    after = {
        centre: kinds & {PreferenceKind.KNOWN}
        for centre, kinds in before.items()
        if PreferenceKind.KNOWN in kinds
    }
    for centre, kind in form.wishes().items():
        after[centre] = after.get(centre, frozenset()) | {kind}
    if after != before:
        services.set_preferences(doctor, wishes=after, by=by, now=now)


def _wishes(known: DoctorFile) -> dict[Centre, frozenset[PreferenceKind]]:
    found: dict[Centre, frozenset[PreferenceKind]] = {}
    for kind, rows in known.preferences.items():
        for row in rows:
            found[row.centre] = found.get(row.centre, frozenset()) | {kind}
    return found
