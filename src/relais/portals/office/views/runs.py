"""Preparing a plan: asking for it, watching it, reading it beside today's, accepting it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from relais.accounts.states import Right
from relais.connectors import spreadsheets as files
from relais.core.errors import Refusal
from relais.core.formats import plural
from relais.engine.weeks import WEEK, monday_of
from relais.journeys import relay
from relais.portals.gates import PersonRequest, actor, needs
from relais.portals.office.forms.runs import AcceptForm, RunForm
from relais.portals.office.run_sheet import run_sheet, run_words, shortage_table
from relais.rota import queries as rota_read
from relais.rota import services as rota
from relais.rota.models import PlanRun
from relais.rota.services import Acceptance

SEED = 0  # the same rota gives the same proposal


@needs(Right.ROTA_PLAN)
def runs(request: PersonRequest) -> HttpResponse:
    """Ask for a plan, and list the latest ones."""
    today = timezone.localdate()
    form = RunForm(request.POST or None, initial={"first_monday": monday_of(today) + WEEK})
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            run = rota.start_run(
                **form.cleaned_data,
                seed=SEED,
                asked_by=request.user,
                by=actor(request),
                now=timezone.now(),
            )
            return redirect("office_run", run.pk)
        except Refusal as no:
            refusal = no.sentence
    page = {
        "form": form,
        "refusal": refusal,
        "runs": [run_words(run, today=today) for run in rota_read.latest_runs()],
    }
    status = 422 if refusal or form.errors else 200
    return render(request, "office/runs.html", page, status=status)


@needs(Right.ROTA_PLAN)
def run(request: PersonRequest, pk: int) -> HttpResponse:
    """Show a run: its progress, then its proposal beside today's plan."""
    return _run_page(request, _run(pk))


@needs(Right.ROTA_PLAN)
def progress(request: PersonRequest, pk: int) -> HttpResponse:
    """Give the piece that tells the progress; ask for the whole page once it is over."""
    subject = _run(pk)
    sheet = run_sheet(subject, today=timezone.localdate(), now=timezone.now())
    response = render(request, "office/run.html#progress", {"sheet": sheet})
    if not sheet.is_pending:
        response["HX-Refresh"] = "true"
    return response


@needs(Right.ROTA_PLAN)
def shortages(request: PersonRequest, pk: int) -> HttpResponse:
    """Give the offers that would fill the empty places, as a table for spreadsheets."""
    subject = _run(pk)
    content = files.csv_bytes(shortage_table(subject), for_excel=True)
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    name = f"offres-manquantes-{subject.first_monday:%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@needs(Right.ROTA_PLAN)
@require_POST
def stop(request: PersonRequest, pk: int) -> HttpResponse:
    """Stop a computation."""
    subject = _run(pk)
    try:
        rota.stop_run(subject, by=actor(request), now=timezone.now())
    except Refusal as refusal:
        return _run_page(request, subject, refusal=refusal.sentence)
    messages.success(request, "Le calcul est arrêté. Rien n’a changé.")
    return redirect("office_runs")


@needs(Right.ROTA_PLAN)
@require_POST
def discard(request: PersonRequest, pk: int) -> HttpResponse:
    """Set a proposal aside."""
    subject = _run(pk)
    try:
        rota.discard_run(subject, by=actor(request), now=timezone.now())
    except Refusal as refusal:
        return _run_page(request, subject, refusal=refusal.sentence)
    messages.success(request, "La proposition est écartée. Rien n’a changé.")
    return redirect("office_runs")


@needs(Right.ROTA_PLAN)
@require_POST
def accept(request: PersonRequest, pk: int) -> HttpResponse:
    """Make a proposal the plan, whole or in part."""
    subject = _run(pk)
    changes = rota_read.run_comparison(subject).changes
    form = AcceptForm(
        request.POST, changes=[",".join(map(str, changed.ids)) for changed in changes]
    )
    if not form.is_valid():
        return _run_page(request, subject, refusal=str(next(iter(form.errors.values()))[0]))
    try:
        done = relay.accept_plan(
            subject,
            only=form.chosen(),
            invites=form.cleaned_data["invites"],
            by=actor(request),
            now=timezone.now(),
        )
    except Refusal as refusal:
        return _run_page(request, _run(pk), refusal=refusal.sentence)
    messages.success(request, _accepted_words(done, invites=form.cleaned_data["invites"]))
    return redirect("office_run", pk)


def _accepted_words(done: Acceptance, *, invites: bool) -> str:
    added = plural(len(done.added), "mission ajoutée", "missions ajoutées")
    removed = plural(len(done.removed), "mission retirée", "missions retirées")
    words = f"La proposition est acceptée : {added}, {removed}."
    if invites and done.added:
        words += " Les invitations partent."
    if done.skipped:
        left = plural(len(done.skipped), "ligne laissée", "lignes laissées")
        words += f" {left} de côté, avec la raison ci-dessous."
    return words


def _run(pk: int) -> PlanRun:
    return get_object_or_404(PlanRun.objects.select_related("asked_by"), pk=pk)


def _run_page(request: PersonRequest, subject: PlanRun, *, refusal: str = "") -> HttpResponse:
    page: dict[str, Any] = {
        "sheet": run_sheet(subject, today=timezone.localdate(), now=timezone.now()),
        "refusal": refusal,
    }
    return render(request, "office/run.html", page, status=422 if refusal else 200)
