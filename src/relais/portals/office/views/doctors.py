"""The doctors: the list, one file, what the team may change in it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from relais.accounts.states import Right
from relais.core.errors import Refusal
from relais.core.formats import plural
from relais.doctors import queries as doctors_read
from relais.doctors import services as doctors
from relais.doctors.models import Doctor
from relais.doctors.queries import Filters
from relais.engine.weeks import WEEK, monday_of, mondays
from relais.network import permissions as network_permissions
from relais.network import queries as network
from relais.portals.gates import PersonRequest, actor, needs
from relais.portals.office.doctor_sheet import OFFER_WEEKS, doctor_sheet
from relais.portals.office.forms.doctors import (
    CompanionForm,
    DoctorFileForm,
    DoctorFilterForm,
    PracticesForm,
    WeeksForm,
    WhyNotForm,
    WishesForm,
)
from relais.rota import services as rota
from relais.rota.queries.roster import LEFT, roster
from relais.rota.states import OfferSource

PER_PAGE = 25


@needs(Right.DOCTORS_READ)
def doctors_list(request: PersonRequest) -> HttpResponse:
    """List the doctors that answer the search and the filters, a page at a time."""
    form = DoctorFilterForm(request.GET)
    form.is_valid()
    said = form.cleaned_data
    who = said.get("qui", "")
    filters = Filters(status=said.get("statut", ""), include_left=who == LEFT)
    found = doctors_read.find_doctors(said.get("q", ""), filters)
    rows = roster(found, today=timezone.localdate(), who=who, order=said.get("ordre") or "name")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {"form": form, "page": page, "query": f"{query.urlencode()}&" if query else ""}
    return render(request, "office/doctors.html", context)


@needs(Right.DOCTORS_READ)
def doctor(request: PersonRequest, pk: int) -> HttpResponse:
    """Show one doctor: file, weeks, missions, and why not one week."""
    return _file(request, _doctor(pk))


@needs(Right.DOCTORS_EDIT)
def add(request: PersonRequest) -> HttpResponse:
    """Open the file of a new doctor."""
    form = DoctorFileForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = doctors.add_doctor(
                form.cleaned_data.pop("last_name"),
                by=actor(request),
                now=timezone.now(),
                **form.cleaned_data,
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, f"La fiche de {made} est ouverte.")
            return redirect("office_doctor", made.pk)
    return _form(request, form, heading="Ajouter un médecin", act="Ouvrir la fiche")


@needs(Right.DOCTORS_EDIT)
def edit(request: PersonRequest, pk: int) -> HttpResponse:
    """Change the file of a doctor."""
    subject = _doctor(pk)
    form = DoctorFileForm(request.POST or None, doctor=subject)
    if request.method == "POST" and form.is_valid():
        try:
            doctors.edit_doctor(
                subject, changes=form.cleaned_data, by=actor(request), now=timezone.now()
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, "La fiche est enregistrée.")
            return redirect("office_doctor", pk)
    return _form(request, form, heading=f"Modifier la fiche de {subject}", doctor=subject)


@needs(Right.DOCTORS_EDIT)
def practices(request: PersonRequest, pk: int) -> HttpResponse:
    """Write what a doctor does: yes, only with help, no."""
    subject = _doctor(pk)
    known = {f"practice-{one.practice_id}": one.level for one in subject.practices.all()}
    form = PracticesForm(request.POST or None, practices=list(network.practices()), initial=known)
    if request.method == "POST" and form.is_valid():
        doctors.set_practices(subject, levels=form.levels(), by=actor(request), now=timezone.now())
        messages.success(request, "Les actes sont enregistrés.")
        return redirect("office_doctor", pk)
    return _form(request, form, heading=f"Ce que fait {subject}", doctor=subject)


@needs(Right.DOCTORS_EDIT)
def wishes(request: PersonRequest, pk: int) -> HttpResponse:
    """Write what a doctor says of the centres."""
    subject = _doctor(pk)
    centres = list(network_permissions.centres_of(request.user, timezone.localdate()))
    known: dict[str, list[str]] = {}
    for one in subject.preferences.all():
        known.setdefault(f"centre-{one.centre_id}", []).append(one.kind)
    form = WishesForm(request.POST or None, centres=centres, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            doctors.set_preferences(
                subject, wishes=form.wishes(), by=actor(request), now=timezone.now()
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, "Les souhaits sont enregistrés.")
            return redirect("office_doctor", pk)
    return _form(request, form, heading=f"Les souhaits de {subject}", doctor=subject)


@needs(Right.DOCTORS_EDIT)
@require_POST
def offer(request: PersonRequest, pk: int) -> HttpResponse:
    """Note the weeks a doctor offers, on her behalf."""
    subject = _doctor(pk)
    form = WeeksForm(
        request.POST, mondays=mondays(monday_of(timezone.localdate()) + WEEK, OFFER_WEEKS)
    )
    if not form.is_valid():
        return _file(request, subject, refusal="Choisissez des semaines de l’année à venir.")
    offered = rota.offer_weeks(
        subject,
        mondays=form.cleaned_data["mondays"],
        source=OfferSource.TEAM,
        by=actor(request),
        now=timezone.now(),
    )
    noted = plural(len(offered.changed), "semaine notée", "semaines notées")
    messages.success(request, f"{noted} pour {subject}.")
    return redirect(f"{reverse('office_doctor', args=(pk,))}#semaines")


@needs(Right.DOCTORS_EDIT)
@require_POST
def withdraw(request: PersonRequest, pk: int) -> HttpResponse:
    """Take one offered week back."""
    subject = _doctor(pk)
    form = WeeksForm(
        request.POST, mondays=mondays(monday_of(timezone.localdate()) + WEEK, OFFER_WEEKS)
    )
    if not form.is_valid():
        return _file(request, subject, refusal="Choisissez une semaine de l’année à venir.")
    try:
        rota.withdraw_weeks(
            subject,
            mondays=form.cleaned_data["mondays"],
            by=actor(request),
            now=timezone.now(),
        )
    except Refusal as refusal:
        return _file(request, subject, refusal=refusal.sentence)
    messages.success(request, "La semaine est retirée.")
    return redirect(f"{reverse('office_doctor', args=(pk,))}#semaines")


@needs(Right.DOCTORS_EDIT)
@require_POST
def pair(request: PersonRequest, pk: int) -> HttpResponse:
    """Note that two doctors come together or not at all."""
    subject = _doctor(pk)
    form = CompanionForm(request.POST)
    if not form.is_valid():
        return _file(request, subject, refusal=str(next(iter(form.errors.values()))[0]))
    companion = form.cleaned_data["key"]
    try:
        doctors.pair(subject, companion=companion, by=actor(request), now=timezone.now())
    except Refusal as refusal:
        return _file(request, subject, refusal=refusal.sentence)
    messages.success(request, f"{subject} et {companion} viendront ensemble.")
    return redirect("office_doctor", pk)


@needs(Right.DOCTORS_EDIT)
@require_POST
def unpair(request: PersonRequest, pk: int, companion: int) -> HttpResponse:
    """Note that two doctors no longer come together."""
    subject = _doctor(pk)
    doctors.unpair(subject, companion=_doctor(companion), by=actor(request), now=timezone.now())
    messages.success(request, "Ils peuvent de nouveau venir l’un sans l’autre.")
    return redirect("office_doctor", pk)


def _doctor(pk: int) -> Doctor:
    return get_object_or_404(Doctor.objects.select_related("home", "user"), pk=pk)


def _file(request: PersonRequest, subject: Doctor, *, refusal: str = "") -> HttpResponse:
    today = timezone.localdate()
    why = WhyNotForm(request.GET)
    context = {
        "sheet": doctor_sheet(subject, today=today, why_monday=why.monday()),
        "why": why,
        "companion": CompanionForm(),
        "refusal": refusal,
    }
    return render(request, "office/doctor.html", context, status=422 if refusal else 200)


def _form(
    request: PersonRequest, form: Any, *, heading: str, act: str = "Enregistrer", **more: Any
) -> HttpResponse:
    context = {"form": form, "heading": heading, "act": act, **more}
    return render(request, "office/doctor_form.html", context, status=422 if form.errors else 200)
