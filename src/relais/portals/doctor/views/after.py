"""After a mission, on one page: thanks, four questions, expenses, the next week."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from relais.accounts.states import Right
from relais.core.errors import Refusal
from relais.doctors.models import Doctor
from relais.engine import expenses as engine
from relais.engine.papers import max_bytes
from relais.engine.weeks import WEEK
from relais.journeys.after import thanks_words
from relais.portals.after_forms import AccountForm, ExpenseForm, FeedbackForm
from relais.portals.doctor.gates import as_doctor
from relais.portals.gates import PersonRequest, actor
from relais.portals.papers import receipt_answer
from relais.rota import services as rota
from relais.rota.models import Mission
from relais.rota.states import FIRM, OfferSource
from relais.stays import services as stays
from relais.stays.models import BankAccount, Expense, Feedback
from relais.stays.queries import after as read
from relais.stays.states import ExpenseKind

_YEAR = 52 * WEEK


@as_doctor(Right.STAYS_OWN)
def after(request: PersonRequest, doctor: Doctor, pk: int) -> HttpResponseBase:
    """Show the page."""
    return _page(request, _own(doctor, pk))


@as_doctor(Right.STAYS_OWN)
@require_POST
def feedback(request: PersonRequest, doctor: Doctor, pk: int) -> HttpResponseBase:
    """Take the four answers."""
    mission, form, now = _own(doctor, pk), FeedbackForm(request.POST), timezone.now()
    if not form.is_valid():
        return _page(request, mission, feedback_form=form)
    try:
        stays.give_feedback(
            mission,
            **form.cleaned_data,
            by=actor(request),
            now=now,
            today=timezone.localdate(now),
        )
    except Refusal as refusal:
        return _page(request, mission, refusal=refusal.sentence, feedback_form=form)
    messages.success(request, "Merci, c’est noté.")
    return redirect("doctor_after", pk)


@as_doctor(Right.STAYS_OWN)
@require_POST
def expense(request: PersonRequest, doctor: Doctor, pk: int) -> HttpResponseBase:
    """Take an expense with its receipt."""
    mission, now = _own(doctor, pk), timezone.now()
    form = ExpenseForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, mission, expense_form=form)
    said, file = form.cleaned_data, form.cleaned_data["receipt"]
    try:
        stays.send_expense(
            mission,
            kind=ExpenseKind(said["kind"]),
            spent_on=said["spent_on"],
            amount_eur=said["amount_eur"],
            km=said["km"],
            receipt=file.read(max_bytes() + 1) if file else b"",
            by=actor(request),
            now=now,
            today=timezone.localdate(now),
        )
    except Refusal as refusal:
        return _page(request, mission, refusal=refusal.sentence, expense_form=form)
    messages.success(request, "Votre dépense est envoyée. L’équipe la regarde.")
    return redirect("doctor_after", pk)


@as_doctor(Right.STAYS_OWN)
def receipt(request: PersonRequest, doctor: Doctor, pk: int, expense: int) -> HttpResponseBase:
    """Give a doctor back a receipt."""
    row = get_object_or_404(Expense, pk=expense, mission=_own(doctor, pk))
    try:
        content = stays.read_receipt(row, by=actor(request), now=timezone.now())
    except Refusal as refusal:
        return _page(request, row.mission, refusal=refusal.sentence)
    return receipt_answer(row, content)


@as_doctor(Right.STAYS_OWN)
@require_POST
def account(request: PersonRequest, doctor: Doctor, pk: int) -> HttpResponseBase:
    """Note where to pay."""
    mission, form = _own(doctor, pk), AccountForm(request.POST)
    if not form.is_valid():
        return _page(request, mission, account_form=form)
    try:
        stays.set_account(doctor, **form.cleaned_data, by=actor(request), now=timezone.now())
    except Refusal as refusal:
        return _page(request, mission, refusal=refusal.sentence)
    messages.success(request, "Votre compte est noté. Personne ne le relit sur une page.")
    return redirect("doctor_after", pk)


@as_doctor(Right.OFFERS_OWN)
@require_POST
def again(request: PersonRequest, doctor: Doctor, pk: int) -> HttpResponseBase:
    """Offer the same week a year later, in one tap."""
    mission = _own(doctor, pk)
    try:
        rota.offer_weeks(
            doctor,
            mondays=[mission.monday + _YEAR],
            source=OfferSource.DOCTOR,
            by=actor(request),
            now=timezone.now(),
        )
    except Refusal as refusal:
        return _page(request, mission, refusal=refusal.sentence)
    messages.success(request, "Merci : votre semaine de l’an prochain est proposée.")
    return redirect("doctor_weeks")


def _own(doctor: Doctor, pk: int) -> Mission:
    """Give a mission of the doctor that has begun; 404 otherwise."""
    rows = Mission.objects.select_related("doctor", "line__centre")
    return get_object_or_404(
        rows, pk=pk, doctor=doctor, state__in=FIRM, monday__lte=timezone.localdate()
    )


def _page(
    request: PersonRequest, mission: Mission, *, refusal: str = "", **forms: Any
) -> HttpResponse:
    given = Feedback.objects.filter(mission=mission).first()
    initial = {name: getattr(given, name) for name in FeedbackForm.base_fields} if given else None
    page = {
        "mission": mission,
        "refusal": refusal,
        "thanks": thanks_words(mission),
        "given": given,
        "feedback_form": FeedbackForm(initial=initial),
        "expense_form": ExpenseForm(initial={"spent_on": mission.monday}),
        "account_form": AccountForm(),
        "expenses": read.expenses_of(mission),
        "account": BankAccount.objects.filter(doctor=mission.doctor).first(),
        "rate": engine.limit("car_eur_per_km"),
        "next_year": mission.monday + _YEAR,
        **forms,
    }
    bad = bool(refusal) or any(form.errors for form in forms.values())
    return render(request, "doctor/after.html", page, status=422 if bad else 200)
