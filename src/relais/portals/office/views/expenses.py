"""Expenses to look at, transfers, data for payslips, what doctors say of their weeks."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from relais.accounts.states import Right
from relais.connectors import spreadsheets as files
from relais.core.errors import Refusal
from relais.journeys import after
from relais.portals.after_forms import MonthForm, PayForm, ReasonForm
from relais.portals.gates import PersonRequest, actor, needs
from relais.portals.papers import receipt_answer
from relais.stays import services
from relais.stays.models import Expense, TransferBatch
from relais.stays.queries import after as read
from relais.stays.states import ExpenseState

_SHOWN: Final = 100
_FEEDBACK_DAYS: Final = timedelta(days=400)


@needs(Right.EXPENSES_APPROVE)
def expenses(request: PersonRequest) -> HttpResponse:
    """List the expenses that wait, then those decided lately."""
    return _expenses(request)


@needs(Right.EXPENSES_APPROVE)
@require_POST
def approve(request: PersonRequest, pk: int) -> HttpResponse:
    """Accept an expense."""
    row = get_object_or_404(Expense, pk=pk)
    try:
        services.approve_expense(row, by=actor(request), now=timezone.now())
    except Refusal as refusal:
        return _expenses(request, refusal=refusal.sentence)
    messages.success(request, "La dépense est acceptée. Elle part avec le prochain virement.")
    return redirect("office_expenses")


@needs(Right.EXPENSES_APPROVE)
@require_POST
def refuse(request: PersonRequest, pk: int) -> HttpResponse:
    """Refuse an expense, and say why."""
    row, form = get_object_or_404(Expense, pk=pk), ReasonForm(request.POST)
    if not form.is_valid():
        return _expenses(request, refusal="Dites en quelques mots pourquoi.")
    try:
        services.refuse_expense(
            row, reason=form.cleaned_data["reason"], by=actor(request), now=timezone.now()
        )
    except Refusal as refusal:
        return _expenses(request, refusal=refusal.sentence)
    messages.success(request, "La dépense est refusée ; le médecin lit pourquoi.")
    return redirect("office_expenses")


@needs(Right.EXPENSES_APPROVE)
def receipt(request: PersonRequest, pk: int) -> HttpResponse:
    """Open a receipt."""
    row = get_object_or_404(Expense, pk=pk)
    try:
        content = services.read_receipt(row, by=actor(request), now=timezone.now())
    except Refusal as refusal:
        return _expenses(request, refusal=refusal.sentence)
    return receipt_answer(row, content)


@needs(Right.PAYMENTS_MAKE)
def pay(request: PersonRequest) -> HttpResponse:
    """Show what waits to be paid and the transfers made; make one."""
    now = timezone.now()
    tomorrow = timezone.localdate(now) + timedelta(days=1)
    form = PayForm(request.POST or None, initial={"pay_on": tomorrow})
    if request.method == "POST" and form.is_valid():
        try:
            batch = after.make_transfers(
                pay_on=form.cleaned_data["pay_on"], by=actor(request), now=now
            )
        except Refusal as refusal:
            return _payments(request, form, refusal=refusal.sentence)
        messages.success(request, f"Le virement {batch.message_id} est prêt à télécharger.")
        return redirect("office_payments")
    return _payments(request, form)


@needs(Right.PAYMENTS_MAKE)
@require_POST
def payment_file(request: PersonRequest, pk: int) -> HttpResponse:
    """Give the file for the bank."""
    batch = get_object_or_404(TransferBatch, pk=pk)
    content = services.read_batch(batch, by=actor(request), now=timezone.now())
    response = HttpResponse(content, content_type="application/xml")
    response["Content-Disposition"] = f'attachment; filename="{batch.message_id}.xml"'
    response["Cache-Control"] = "private, no-store"
    return response


@needs(Right.PAYMENTS_MAKE)
@require_POST
def paid(request: PersonRequest, pk: int) -> HttpResponse:
    """Note that the bank has paid."""
    batch = get_object_or_404(TransferBatch, pk=pk)
    services.note_paid(batch, by=actor(request), now=timezone.now())
    messages.success(request, "C’est noté : ces frais sont versés.")
    return redirect("office_payments")


@needs(Right.PAYMENTS_MAKE)
def payslips(request: PersonRequest) -> HttpResponse:
    """Give the missions of a month as a table for the payroll provider."""
    form = MonthForm(request.GET)
    if not form.is_valid():
        return _payments(request, PayForm(), refusal="Choisissez un mois.")
    month = form.cleaned_data["month"]
    content = files.csv_bytes(after.payslip_table(month), for_excel=True)
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="paie-{month:%Y-%m}.csv"'
    return response


@needs(Right.FEEDBACK_READ)
def feedback(request: PersonRequest) -> HttpResponse:
    """List what doctors said of their weeks."""
    rows = read.feedback_since(timezone.localdate() - _FEEDBACK_DAYS)[:_SHOWN]
    return render(request, "office/feedback.html", {"rows": rows})


def _expenses(request: PersonRequest, *, refusal: str = "") -> HttpResponse:
    waiting = list(read.expenses_in(ExpenseState.SENT)[:_SHOWN])
    done = read.expenses_in(ExpenseState.APPROVED, ExpenseState.REFUSED).reverse()[:_SHOWN]
    page = {"waiting": waiting, "decided": done, "refusal": refusal}
    return render(request, "office/expenses.html", page, status=422 if refusal else 200)


def _payments(request: PersonRequest, form: PayForm, *, refusal: str = "") -> HttpResponse:
    rows = list(read.expenses_in(ExpenseState.APPROVED))
    without = read.doctors_without_account({one.mission.doctor_id for one in rows})
    ready = [one for one in rows if one.mission.doctor_id not in without]
    page = {
        "form": form,
        "months": MonthForm(),
        "refusal": refusal,
        "ready": len(ready),
        "total": sum(one.amount_eur for one in ready),
        "without": sorted(
            {str(one.mission.doctor) for one in rows} - {str(o.mission.doctor) for o in ready}
        ),
        "batches": read.batches()[:_SHOWN],
    }
    status = 422 if refusal or form.errors else 200
    return render(request, "office/payments.html", page, status=status)
