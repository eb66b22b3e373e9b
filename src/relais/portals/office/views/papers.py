"""Papers to check, and the papers of one doctor."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from relais.accounts.states import Right
from relais.core.errors import Refusal
from relais.doctors import services
from relais.doctors.models import Doctor, Paper
from relais.doctors.queries import (
    PaperLine,
    letters_of,
    papers_of,
    papers_to_check,
    signature_of,
)
from relais.doctors.states import PaperState
from relais.engine import charter as engine_charter
from relais.engine.papers import rules
from relais.journeys import readiness
from relais.portals.gates import PersonRequest, actor, needs
from relais.portals.office.forms.papers import AcceptForm, AskAgainForm
from relais.portals.papers import file_answer

# Whose turn it is, the most pressing first.
_TURNS: Final = (
    ("check", "À vérifier maintenant"),
    ("team", "À préparer par l’équipe"),
    ("doctor", "Attendus du médecin"),
    ("fine", "En ordre"),
)


@needs(Right.PAPERS_VERIFY)
def queue(request: PersonRequest) -> HttpResponse:
    """List the papers that wait, the longest waiting first."""
    waiting = [(paper, rules()[paper.code]) for paper in papers_to_check()]
    return render(request, "office/papers.html", {"waiting": waiting})


@needs(Right.PAPERS_VERIFY)
def of_doctor(request: PersonRequest, pk: int) -> HttpResponse:
    """Show the papers of a doctor."""
    return _page(request, get_object_or_404(Doctor, pk=pk))


@needs(Right.PAPERS_VERIFY)
@require_POST
def ask(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask a doctor for the papers of her status."""
    doctor = get_object_or_404(Doctor, pk=pk)
    now = timezone.now()
    services.open_checklist(doctor, by=actor(request), now=now, today=timezone.localdate(now))
    messages.success(request, "Les papiers sont demandés : le médecin les voit dans son espace.")
    return redirect("office_doctor_papers", pk)


@needs(Right.PAPERS_VERIFY)
@require_POST
def accept(request: PersonRequest, pk: int) -> HttpResponse:
    """Note that a paper is right."""
    paper = get_object_or_404(Paper.objects.select_related("doctor"), pk=pk)
    form = AcceptForm(request.POST)
    if not form.is_valid():
        return _page(request, paper.doctor, sentence="Écrivez la date comme 31/12/2027.")
    now = timezone.now()
    try:
        services.accept_paper(
            paper,
            expires_on=form.cleaned_data["expires_on"],
            by=actor(request),
            now=now,
            today=timezone.localdate(now),
        )
    except Refusal as refusal:
        return _page(request, paper.doctor, sentence=refusal.sentence)
    messages.success(request, "Le papier est vérifié.")
    return redirect("office_doctor_papers", paper.doctor_id)


@needs(Right.PAPERS_VERIFY)
@require_POST
def ask_again(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask for a paper again, with the reason."""
    paper = get_object_or_404(Paper.objects.select_related("doctor"), pk=pk)
    form = AskAgainForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    now = timezone.now()
    try:
        readiness.ask_paper_again(paper, reason=reason, by=actor(request), now=now)
    except Refusal as refusal:
        return _page(request, paper.doctor, sentence=refusal.sentence)
    messages.success(request, "Le papier est demandé à nouveau.")
    return redirect("office_doctor_papers", paper.doctor_id)


@needs(Right.PAPERS_VERIFY)
@require_POST
def charter(request: PersonRequest, pk: int) -> HttpResponse:
    """Note that the team holds the charter, signed by the doctor on paper."""
    doctor = get_object_or_404(Doctor, pk=pk)
    now = timezone.now()
    today = timezone.localdate(now)
    services.sign_charter(
        doctor,
        version=engine_charter.current(today).version,
        name=f"{doctor.first_name} {doctor.last_name}",
        on_paper=True,
        by=actor(request),
        now=now,
        today=today,
    )
    messages.success(request, "La charte signée sur papier est notée.")
    return redirect("office_doctor_papers", pk)


@needs(Right.PAPERS_VERIFY)
def read(request: PersonRequest, pk: int) -> HttpResponse:
    """Open the file of a paper; the journal keeps who did."""
    paper = get_object_or_404(Paper.objects.select_related("doctor"), pk=pk)
    try:
        content = services.read_paper(paper, by=actor(request), now=timezone.now())
    except Refusal as refusal:
        return _page(request, paper.doctor, sentence=refusal.sentence)
    return file_answer(paper, content)


def _groups(lines: tuple[PaperLine, ...], *, today: date) -> list[tuple[str, str, list[PaperLine]]]:
    """Sort the papers by whose turn it is; groups without one are left out."""
    turns: dict[str, list[PaperLine]] = {key: [] for key, _ in _TURNS}
    for line in lines:
        paper = line.paper
        lasts = paper is not None and (paper.expires_on is None or paper.expires_on >= today)
        if paper is not None and paper.state == PaperState.GIVEN:
            turns["check"].append(line)
        elif paper is not None and paper.state == PaperState.ACCEPTED and lasts:
            turns["fine"].append(line)
        else:
            turns["doctor" if line.rule.is_doctors else "team"].append(line)
    return [(key, heading, turns[key]) for key, heading in _TURNS if turns[key]]


def _page(request: PersonRequest, doctor: Doctor, *, sentence: str = "") -> HttpResponse:
    lines = papers_of(doctor)
    page = {
        "doctor": doctor,
        "groups": _groups(lines, today=timezone.localdate()),
        "is_asked": all(line.paper for line in lines),
        "is_begun": any(line.paper for line in lines),
        "signature": signature_of(doctor, today=timezone.localdate()),
        "charter_is_required": settings.CHARTER_REQUIRED,
        "letters": letters_of(doctor)[:3],
        "sentence": sentence,
        "today": timezone.localdate(),
    }
    return render(request, "office/doctor_papers.html", page, status=422 if sentence else 200)
