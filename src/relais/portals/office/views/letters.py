"""Letters and contracts of a doctor, and the words they are made of."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from relais.accounts.states import Right
from relais.connectors.typst.page import blocks
from relais.core.errors import Refusal
from relais.doctors import queries, services
from relais.doctors.catalogue import LEGAL_NOTICE
from relais.doctors.models import Doctor, Letter
from relais.doctors.states import LetterKind
from relais.journeys import letters as journey
from relais.network.permissions import centres_of
from relais.outbox.wording import fill
from relais.portals.gates import PersonRequest, actor, needs
from relais.portals.office.forms.letters import LetterForm, LetterTextForm
from relais.portals.papers import letter_answer, pdf_answer
from relais.rota.models import Mission
from relais.rota.states import FIRM


@needs(Right.LETTERS_MAKE)
def of_doctor(request: PersonRequest, pk: int) -> HttpResponse:
    """Show the letters made for a doctor, and make one more."""
    doctor = get_object_or_404(Doctor.objects.select_related("home"), pk=pk)
    missions = Mission.objects.filter(doctor=doctor, state__in=FIRM)
    form = LetterForm(
        request.POST or None,
        missions=missions.select_related("line__centre__commune").order_by("-monday"),
        centres=centres_of(request.user, timezone.localdate()),
    )
    if request.method == "POST" and form.is_valid():
        try:
            letter = journey.make_letter(
                doctor, **form.wanted(), by=actor(request), now=timezone.now()
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, f"{letter.get_kind_display()} : le document est prêt.")
            return redirect("office_letters", pk)
    page = {
        "doctor": doctor,
        "form": form,
        "letters": queries.letters_of(doctor),
        "legal": LEGAL_NOTICE,
        "is_original": any(not one.number for one in queries.current_texts()),
    }
    return render(request, "office/letters.html", page, status=422 if form.errors else 200)


@needs(Right.LETTERS_MAKE)
def read(request: PersonRequest, pk: int) -> HttpResponse:
    """Open a letter; the journal keeps who did."""
    letter = get_object_or_404(Letter.objects.select_related("doctor"), pk=pk)
    try:
        content = services.read_letter(letter, by=actor(request), now=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect("office_letters", letter.doctor_id)
    return letter_answer(letter, content)


@needs(Right.TEXTS_EDIT)
def texts(request: PersonRequest) -> HttpResponse:
    """List the words of letters."""
    return render(request, "office/letter_texts.html", {"texts": queries.current_texts()})


@needs(Right.TEXTS_EDIT)
def text(request: PersonRequest, kind: str) -> HttpResponse:
    """Show the words of a letter as people read them; change them, look at them first."""
    found = queries.current_text(_kind(kind))
    form = LetterTextForm(request.POST or None, initial={"text": found.text})
    words, refusal = found.text, ""
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data["text"]
        try:
            if request.POST.get("act") == "save":
                services.rewrite_text(
                    found.template.kind, text=words, by=actor(request), now=timezone.now()
                )
                messages.success(
                    request, "C’est enregistré. Les prochains documents auront ces mots."
                )
                return redirect("office_letter_text", kind)
            words = services.check_text(found.template.kind, text=words)
        except Refusal as no:
            refusal = no.sentence
    page = {
        "text": found,
        "form": form,
        "refusal": refusal,
        "is_changed": request.method == "POST",
        "versions": queries.text_versions(found.template.kind),
        "blocks": blocks(fill(words, found.template.fields)),
        "legal": LEGAL_NOTICE,
    }
    status = 422 if refusal or form.errors else 200
    return render(request, "office/letter_text.html", page, status=status)


@needs(Right.TEXTS_EDIT)
@require_POST
def preview(request: PersonRequest, kind: str) -> HttpResponseBase:
    """Draw the words of the form as PDF, with examples in their places; nothing is kept."""
    form = LetterTextForm(request.POST)
    if not form.is_valid():
        return text(request, kind)
    try:
        content = journey.preview(_kind(kind), text=form.cleaned_data["text"], now=timezone.now())
    except Refusal:
        return text(request, kind)  # the page says what is wrong
    return pdf_answer(content, name=kind)


def _kind(kind: str) -> LetterKind:
    if kind not in LetterKind.values:
        raise Http404
    return LetterKind(kind)
