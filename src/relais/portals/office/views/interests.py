"""Who would like to come: whom to call, what came of each call, and the day the team says yes."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from relais.accounts.states import Right
from relais.core.errors import Refusal
from relais.doctors import queries, services
from relais.doctors.models import Interest
from relais.doctors.states import OPEN_INTERESTS, CallOutcome
from relais.journeys import joining
from relais.portals.gates import PersonRequest, actor, needs
from relais.portals.office.forms.interests import AcceptForm, CallForm, InterestFilterForm

PER_PAGE: Final = 50


@needs(Right.INTERESTS_CALL)
def interests(request: PersonRequest) -> HttpResponse:
    """List whom to call, the most urgent first, and what each source brought."""
    form = InterestFilterForm(request.GET)
    said = form.cleaned_data if form.is_valid() else {}
    found = queries.interests(state=said.get("etat", ""), source=said.get("source", ""))
    query = request.GET.copy()
    query.pop("page", None)
    page = {
        "form": form,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "query": f"{query.urlencode()}&" if query else "",
        "is_narrow": any(said.values()),
        "due": queries.count_to_call(today=timezone.localdate()),
        "outcomes": dict(CallOutcome.choices),
        "sources": joining.conversion(now=timezone.now()),
    }
    return render(request, "office/interests.html", page)


@needs(Right.INTERESTS_CALL)
def interest(request: PersonRequest, pk: int) -> HttpResponse:
    """Show one person: how to reach her, what was said, what to note now."""
    return _page(request, _interest(pk), CallForm())


@needs(Right.INTERESTS_CALL)
@require_POST
def call(request: PersonRequest, pk: int) -> HttpResponse:
    """Note a call."""
    found = _interest(pk)
    form = CallForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    now = timezone.now()
    try:
        services.note_call(
            found,
            outcome=CallOutcome(form.cleaned_data["outcome"]),
            next_on=form.cleaned_data["next_on"],
            words=form.cleaned_data["words"],
            by=actor(request),
            now=now,
            today=timezone.localdate(now),
        )
    except Refusal as refusal:
        return _page(request, found, form, refusal=refusal.sentence)
    messages.success(request, "L’appel est noté.")
    return redirect("office_interest", pk)


@needs(Right.DOCTORS_INVITE)
def accept(request: PersonRequest, pk: int) -> HttpResponse:
    """Welcome somebody into the collective: file, account, papers to send."""
    found = _interest(pk)
    form = AcceptForm(request.POST or None, interest=found)
    if request.method == "POST" and form.is_valid():
        try:
            doctor = joining.accept(
                found, **form.cleaned_data, by=actor(request), now=timezone.now()
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(
                request, f"{doctor} fait partie du collectif. Un message part, avec ses papiers."
            )
            return redirect("office_doctor_papers", doctor.pk)
    page = {"interest": found, "form": form}
    status = 422 if form.errors else 200
    return render(request, "office/interest_accept.html", page, status=status)


def _interest(pk: int) -> Interest:
    """Give somebody who is not forgotten."""
    return get_object_or_404(Interest.objects.select_related("doctor").exclude(name=""), pk=pk)


def _page(
    request: PersonRequest, found: Interest, form: CallForm, *, refusal: str = ""
) -> HttpResponse:
    page = {
        "interest": found,
        "calls": found.calls.order_by("-called_at", "-id"),
        "form": form,
        "refusal": refusal,
        "is_open": found.state in OPEN_INTERESTS,
    }
    status = 422 if refusal or form.errors else 200
    return render(request, "office/interest.html", page, status=status)
