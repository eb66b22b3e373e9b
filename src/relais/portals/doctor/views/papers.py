"""A doctor's papers: what is asked, why, until when, and the place to send each."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from relais.accounts.states import Right
from relais.core.errors import Refusal
from relais.doctors import services
from relais.doctors.models import Doctor, Paper
from relais.doctors.queries import letters_of, papers_of
from relais.engine.papers import max_bytes
from relais.portals.doctor.forms import PaperForm
from relais.portals.doctor.gates import as_doctor
from relais.portals.doctor.steps import steps_of
from relais.portals.gates import PersonRequest, actor
from relais.portals.papers import file_answer


@as_doctor(Right.PAPERS_OWN)
def papers(request: PersonRequest, doctor: Doctor) -> HttpResponseBase:
    """Show the papers asked and where each stands."""
    return _page(request, doctor)


@as_doctor(Right.PAPERS_OWN)
@require_POST
def give(request: PersonRequest, doctor: Doctor, code: str) -> HttpResponseBase:
    """Take the photo or PDF of a paper."""
    if code not in {line.rule.code for line in papers_of(doctor) if line.rule.is_doctors}:
        raise Http404
    form = PaperForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, doctor, sentence="Choisissez d’abord une photo ou un PDF.")
    # one byte beyond the limit is enough to refuse: a huge file never fills the memory
    content = form.cleaned_data["file"].read(max_bytes() + 1)
    now = timezone.now()
    try:
        services.give_paper(
            doctor,
            code=code,
            content=content,
            by=actor(request),
            now=now,
            today=timezone.localdate(now),
        )
    except Refusal as refusal:
        return _page(request, doctor, sentence=refusal.sentence)
    messages.success(request, "Merci, votre papier est bien arrivé. L’équipe le vérifie.")
    return redirect("doctor_papers")


@as_doctor(Right.PAPERS_OWN)
def read(request: PersonRequest, doctor: Doctor, code: str) -> HttpResponseBase:
    """Give a doctor back what she sent."""
    paper = get_object_or_404(Paper, doctor=doctor, code=code)
    try:
        content = services.read_paper(paper, by=actor(request), now=timezone.now())
    except Refusal as refusal:
        return _page(request, doctor, sentence=refusal.sentence)
    return file_answer(paper, content)


def _page(request: PersonRequest, doctor: Doctor, *, sentence: str = "") -> HttpResponse:
    return render(
        request,
        "doctor/papers.html",
        {
            "doctor": doctor,
            "lines": papers_of(doctor),
            "steps": steps_of(doctor, today=timezone.localdate()),
            "letters": letters_of(doctor),
            "sentence": sentence,
            "today": timezone.localdate(),
        },
        status=422 if sentence else 200,
    )
