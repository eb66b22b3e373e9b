"""Expenses, transfers and feedback as they are read."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from relais.rota.models import Mission
from relais.stays.models import BankAccount, Expense, Feedback, TransferBatch
from relais.stays.states import ExpenseState


def expenses_of(mission: Mission) -> QuerySet[Expense]:
    """List the expenses of a mission, the latest first."""
    return Expense.objects.filter(mission=mission).order_by("-sent_at", "-pk")


def expenses_in(*states: ExpenseState) -> QuerySet[Expense]:
    """List the expenses in some states, the longest waiting first."""
    return (
        Expense.objects.filter(state__in=states)
        .select_related("mission__doctor", "mission__line__centre")
        .order_by("sent_at", "pk")
    )


def doctors_without_account(doctor_ids: set[int]) -> set[int]:
    """Give those of some doctors who cannot be paid yet. 1 query."""
    return doctor_ids - set(BankAccount.objects.values_list("doctor_id", flat=True))


def batches() -> QuerySet[TransferBatch]:
    """List the transfers, the latest first."""
    return TransferBatch.objects.order_by("-made_at", "-pk")


def feedback_since(day: date) -> QuerySet[Feedback]:
    """List what doctors said since a day, the latest first."""
    return (
        Feedback.objects.filter(mission__monday__gte=day)
        .select_related("mission__doctor", "mission__line__centre")
        .order_by("-given_at", "-pk")
    )
