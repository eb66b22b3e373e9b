"""The charter to sign, the way of working, and the letters made for a doctor."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from relais.accounts.states import Right
from relais.core.errors import Refusal
from relais.doctors import services
from relais.doctors.models import Doctor, Letter
from relais.doctors.queries import profile_of, signature_of, signatures_of
from relais.engine import charter as engine_charter
from relais.journeys.practice import say_practice
from relais.network import queries as network
from relais.portals.doctor.forms_joining import CharterForm, PracticeForm
from relais.portals.doctor.gates import as_doctor
from relais.portals.gates import PersonRequest, actor
from relais.portals.papers import letter_answer


@as_doctor(Right.PAPERS_OWN)
def charter(request: PersonRequest, doctor: Doctor) -> HttpResponseBase:
    """Show the ten values and take the signature under them."""
    now = timezone.now()
    today = timezone.localdate(now)
    words = engine_charter.current(today)
    form = CharterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.sign_charter(
                doctor,
                version=form.cleaned_data["version"],
                name=form.cleaned_data["name"],
                by=actor(request),
                now=now,
                today=today,
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, "Merci. Votre signature est notée.")
            return redirect("doctor_papers")
    page = {
        "charter": words,
        "signature": signature_of(doctor, today=today),
        "earlier": signatures_of(doctor).exclude(version=words.version),
        "form": form,
    }
    return render(request, "doctor/charter.html", page, status=422 if form.errors else 200)


@as_doctor(Right.PAPERS_OWN)
def practice(request: PersonRequest, doctor: Doctor) -> HttpResponseBase:
    """Ask what a doctor does, how fast, in which languages, and what she would rather not."""
    known = {one.practice_id: one.level for one in doctor.practices.all()}
    form = PracticeForm(
        request.POST or None,
        practices=network.practices(),
        levels=known,
        profile=profile_of(doctor),
    )
    if request.method == "POST" and form.is_valid():
        try:
            say_practice(doctor, **form.said(), by=actor(request), now=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, "C’est noté : l’agenda de vos semaines en tiendra compte.")
            return redirect("doctor_papers")
    status = 422 if form.errors else 200
    return render(request, "doctor/practice.html", {"form": form}, status=status)


@as_doctor(Right.PAPERS_OWN)
def letter(request: PersonRequest, doctor: Doctor, pk: int) -> HttpResponse:
    """Give a doctor a letter that was made for her."""
    found = get_object_or_404(Letter, pk=pk, doctor=doctor)
    try:
        content = services.read_letter(found, by=actor(request), now=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect("doctor_papers")
    return letter_answer(found, content)
