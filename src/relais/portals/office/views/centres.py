"""The centres: the list, one centre, its lines, closures, needs and coordinators."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from relais.accounts.states import Right
from relais.core.errors import Refusal
from relais.network import permissions
from relais.network import queries as network_read
from relais.network import services as network
from relais.network.models import Centre, Closure, Coordination, Line
from relais.network.states import ClosureReason
from relais.portals.gates import PersonRequest, actor, needs
from relais.portals.office.centre_sheet import centre_sheet, effect_words, status_words
from relais.portals.office.forms.centres import (
    CentreForm,
    ClosureForm,
    CoordinatorForm,
    EndLineForm,
    LineForm,
    NeedsForm,
)
from relais.rota.queries.effects import missions_after, missions_within


@needs(Right.NETWORK_READ)
def centres(request: PersonRequest) -> HttpResponse:
    """List the centres with their lines and coordinators."""
    today = timezone.localdate()
    rows = network_read.centres(
        today=today, ids=[one.pk for one in permissions.centres_of(request.user, today)]
    )
    page = {"rows": [(row, status_words(row, today)) for row in rows]}
    return render(request, "office/centres.html", page)


@needs(Right.NETWORK_READ)
def centre(request: PersonRequest, pk: int) -> HttpResponse:
    """Show one centre."""
    return _centre_page(request, _centre(request, pk))


@needs(Right.NETWORK_EDIT)
def add(request: PersonRequest) -> HttpResponse:
    """Add a centre."""
    form = CentreForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = network.add_centre(
                form.cleaned_data.pop("key"),
                by=actor(request),
                now=timezone.now(),
                **form.cleaned_data,
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, f"{made} est ajouté. Ajoutez-lui une ligne.")
            return redirect("office_centre", made.pk)
    return _form(request, form, heading="Ajouter un centre", act="Ajouter le centre")


@needs(Right.NETWORK_EDIT)
def edit(request: PersonRequest, pk: int) -> HttpResponse:
    """Change a centre."""
    subject = _centre(request, pk)
    form = CentreForm(request.POST or None, centre=subject)
    if request.method == "POST" and form.is_valid():
        try:
            network.edit_centre(
                subject, changes=form.cleaned_data, by=actor(request), now=timezone.now()
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, "Le centre est enregistré.")
            return redirect("office_centre", pk)
    return _form(request, form, heading=f"Modifier {subject}", centre=subject)


@needs(Right.NETWORK_EDIT)
def practice_needs(request: PersonRequest, pk: int) -> HttpResponse:
    """Write what acts a centre needs."""
    subject = _centre(request, pk)
    known = {f"practice-{one.practice_id}": one.every_weeks for one in subject.practice_needs.all()}
    form = NeedsForm(request.POST or None, practices=list(network_read.practices()), initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            network.set_practice_needs(
                subject, needs=form.every_weeks(), by=actor(request), now=timezone.now()
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, "Les besoins sont enregistrés.")
            return redirect("office_centre", pk)
    return _form(request, form, heading=f"Les actes dont {subject} a besoin", centre=subject)


@needs(Right.NETWORK_EDIT)
@require_POST
def add_line(request: PersonRequest, pk: int) -> HttpResponse:
    """Add a line."""
    subject = _centre(request, pk)
    form = LineForm(request.POST)
    if not form.is_valid():
        return _centre_page(request, subject, line_form=form, status=422)
    try:
        line = network.add_line(
            subject,
            starts_on=form.cleaned_data["starts_on"],
            by=actor(request),
            now=timezone.now(),
        )
    except Refusal as refusal:
        return _centre_page(request, subject, refusal=refusal.sentence, status=422)
    messages.success(request, f"La ligne {line.number} est ajoutée.")
    return redirect("office_centre", pk)


@needs(Right.NETWORK_EDIT)
@require_POST
def end_line(request: PersonRequest, pk: int) -> HttpResponse:
    """End a line, after saying which missions it touches."""
    subject = _centre(request, pk)
    form = EndLineForm(request.POST)
    if not form.is_valid():
        return _centre_page(request, subject, end_form=form, status=422)
    said = form.cleaned_data
    line = get_object_or_404(Line, pk=said["line"], centre=subject)
    touched = missions_after(line, ends_on=said["ends_on"])
    effect = effect_words(touched, of="cette fin de ligne", today=timezone.localdate())
    seen = f"{line.pk} {said['ends_on']}"
    if effect and said["seen"] != seen:
        return _centre_page(request, subject, end_form=form, end_effect=effect, seen=seen)
    try:
        network.end_line(line, ends_on=said["ends_on"], by=actor(request), now=timezone.now())
    except Refusal as refusal:
        return _centre_page(request, subject, refusal=refusal.sentence, status=422)
    messages.success(request, f"La fin de la ligne {line.number} est notée.")
    return redirect("office_centre", pk)


@needs(Right.NETWORK_EDIT)
@require_POST
def close(request: PersonRequest, pk: int) -> HttpResponse:
    """Note a closure, after saying which missions it touches."""
    subject = _centre(request, pk)
    form = ClosureForm(request.POST)
    if not form.is_valid():
        return _centre_page(request, subject, closure_form=form, status=422)
    said = form.cleaned_data
    touched = missions_within(subject, first_on=said["first_on"], last_on=said["last_on"])
    effect = effect_words(touched, of="cette fermeture", today=timezone.localdate())
    seen = f"{said['first_on']} {said['last_on']}"
    if effect and said["seen"] != seen:
        return _centre_page(request, subject, closure_form=form, closure_effect=effect, seen=seen)
    try:
        network.add_closure(
            subject,
            first_on=said["first_on"],
            last_on=said["last_on"],
            reason=ClosureReason(said["reason"]),
            note=said["note"],
            by=actor(request),
            now=timezone.now(),
        )
    except Refusal as refusal:
        return _centre_page(request, subject, refusal=refusal.sentence, status=422)
    messages.success(request, "La fermeture est notée.")
    return redirect("office_centre", pk)


@needs(Right.NETWORK_EDIT)
@require_POST
def open_again(request: PersonRequest, pk: int, closure: int) -> HttpResponse:
    """Take a closure back."""
    subject = _centre(request, pk)
    network.remove_closure(
        get_object_or_404(Closure, pk=closure, centre=subject),
        by=actor(request),
        now=timezone.now(),
    )
    messages.success(
        request, "La fermeture est retirée. Ces jours ont de nouveau besoin d’un médecin."
    )
    return redirect("office_centre", pk)


@needs(Right.NETWORK_EDIT)
@require_POST
def assign(request: PersonRequest, pk: int) -> HttpResponse:
    """Give the centre a coordinator."""
    subject = _centre(request, pk)
    form = CoordinatorForm(request.POST)
    if not form.is_valid():
        return _centre_page(request, subject, coordinator_form=form, status=422)
    network.assign_coordinator(
        subject,
        user=form.cleaned_data["user"],
        since_on=timezone.localdate(),
        by=actor(request),
        now=timezone.now(),
    )
    messages.success(request, f"{form.cleaned_data['user']} coordonne {subject}.")
    return redirect("office_centre", pk)


@needs(Right.NETWORK_EDIT)
@require_POST
def release(request: PersonRequest, pk: int, coordination: int) -> HttpResponse:
    """End a coordination today."""
    subject = _centre(request, pk)
    running = get_object_or_404(
        Coordination.objects.select_related("user"), pk=coordination, centre=subject
    )
    try:
        network.end_coordination(
            running, until_on=timezone.localdate(), by=actor(request), now=timezone.now()
        )
    except Refusal as refusal:
        return _centre_page(request, subject, refusal=refusal.sentence, status=422)
    messages.success(request, f"{running.user} ne coordonne plus {subject}.")
    return redirect("office_centre", pk)


def _centre(request: PersonRequest, pk: int) -> Centre:
    return get_object_or_404(permissions.centres_of(request.user, timezone.localdate()), pk=pk)


def _centre_page(
    request: PersonRequest, subject: Centre, *, status: int = 200, **more: Any
) -> HttpResponse:
    page = {
        "sheet": centre_sheet(subject, today=timezone.localdate()),
        "line_form": LineForm(),
        "end_form": EndLineForm(),
        "closure_form": ClosureForm(),
        "coordinator_form": CoordinatorForm(),
        "coordinations": subject.coordinations.filter(until_on__isnull=True)
        .select_related("user")
        .order_by("user__name", "id"),
        **more,
    }
    return render(request, "office/centre.html", page, status=status)


def _form(
    request: PersonRequest, form: Any, *, heading: str, act: str = "Enregistrer", **more: Any
) -> HttpResponse:
    page = {"form": form, "heading": heading, "act": act, **more}
    return render(request, "office/centre_form.html", page, status=422 if form.errors else 200)
