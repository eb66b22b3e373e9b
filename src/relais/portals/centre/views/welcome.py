"""The welcome pack of a centre: read, written with a preview, published version after version."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from relais.accounts.states import Right
from relais.core.errors import Refusal
from relais.portals.centre.premises_forms import WelcomeForm
from relais.portals.centre.views.scope import my_centre
from relais.portals.gates import PersonRequest, actor, needs
from relais.portals.papers import pdf_answer
from relais.portals.stay_words import chapters, pack_pdf
from relais.stays import queries as stays_read
from relais.stays import services as stays
from relais.stays.defaults import first_words


@needs(Right.STAYS_READ)
def pack(request: PersonRequest, pk: int) -> HttpResponse:
    """Show the welcome pack of today and the versions before it."""
    centre = my_centre(request, pk)
    versions = list(stays_read.welcome_versions(centre))
    page = {
        "centre": centre,
        "version": versions[0] if versions else None,
        "versions": versions,
        "chapters": chapters(versions[0].sections) if versions else (),
    }
    return render(request, "centre/welcome.html", page)


@needs(Right.STAYS_READ)
def version(request: PersonRequest, pk: int, number: int) -> HttpResponse:
    """Show one version, as those who were sent it read it."""
    centre = my_centre(request, pk)
    versions = stays_read.welcome_versions(centre)
    found = get_object_or_404(versions, number=number)
    page = {
        "centre": centre,
        "version": found,
        "versions": list(versions),
        "chapters": chapters(found.sections),
    }
    return render(request, "centre/welcome.html", page)


@needs(Right.STAYS_READ)
def paper(request: PersonRequest, pk: int, number: int) -> HttpResponse:
    """Give one version as a PDF."""
    centre = my_centre(request, pk)
    found = get_object_or_404(stays_read.welcome_versions(centre), number=number)
    content = pack_pdf(centre=centre.name, version=found, stay=None, now=timezone.now())
    return pdf_answer(content, name="livret")


@needs(Right.WELCOME_EDIT)
def edit(request: PersonRequest, pk: int) -> HttpResponse:
    """Write the next version: see it first, then publish it."""
    centre = my_centre(request, pk)
    last = stays_read.welcome_versions(centre).first()
    if request.method != "POST":
        words = first_words() if last is None else last.sections
        form = WelcomeForm(initial={"after": 0 if last is None else last.number, **words})
        return _edit_page(request, form, pk=pk)
    form = WelcomeForm(request.POST)
    if not form.is_valid():
        return _edit_page(request, form, pk=pk, status=422)
    sections = {section.value: text for section, text in form.sections().items()}
    if "publish" not in request.POST:
        return _edit_page(request, form, pk=pk, sections=sections)
    try:
        made = stays.publish(
            centre,
            sections=form.sections(),
            after=form.cleaned_data["after"],
            by=actor(request),
            now=timezone.now(),
        )
    except Refusal as refusal:
        # what stands published now becomes what the next try follows
        words = {**form.cleaned_data, "after": 0 if last is None else last.number}
        again = WelcomeForm(initial=words)
        return _edit_page(request, again, pk=pk, sentence=refusal.sentence, status=422)
    messages.success(request, f"La version {made.number} est publiée.")
    return redirect("centre_welcome", pk)


def _edit_page(
    request: PersonRequest,
    form: WelcomeForm,
    *,
    pk: int,
    sections: dict[str, str] | None = None,
    sentence: str = "",
    status: int = 200,
) -> HttpResponse:
    page = {
        "centre": my_centre(request, pk),
        "form": form,
        "preview": None if sections is None else chapters(sections),
        "sentence": sentence,
    }
    return render(request, "centre/welcome_edit.html", page, status=status)
