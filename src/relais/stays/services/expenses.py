"""Expenses: sent with a receipt, accepted or refused, paid once.

The file of a receipt is kept before the row that names it is written, and erased when that fails.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db import transaction

from relais.core import audit, private_files, sealed_text
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.doctors.models import Doctor
from relais.engine import expenses as engine
from relais.engine import papers
from relais.rota.models import Mission
from relais.rota.states import FIRM
from relais.stays.models import BankAccount, Expense, TransferBatch
from relais.stays.states import ExpenseKind, ExpenseState

PURPOSE: Final = "stays.iban"
_BYTES_PER_MB: Final = 1_000_000


class ExpenseRefusal(Refusal):
    """This cannot be done with this expense."""


@dataclass(frozen=True, slots=True)
class Payment:
    """What one doctor is paid in a batch. `reference` is unique in all batches."""

    reference: str
    holder: str
    iban: str
    bic: str
    amount_eur: Decimal


def send_expense(
    mission: Mission,
    *,
    kind: ExpenseKind,
    spent_on: date,
    amount_eur: Decimal | None,
    km: int | None,
    receipt: bytes,
    by: Actor,
    now: datetime,
    today: date,
) -> Expense:
    """Send an expense of a mission; kilometres are worth what the parameters say.

    Of a photo only the picture is kept. Raises ExpenseRefusal for a mission that was not done, a
    day too late, an amount out of bounds or a missing receipt, FileRefusal for a file that is none.
    """
    if mission.state not in FIRM or mission.monday > today:
        raise ExpenseRefusal("Les frais s’envoient à partir du lundi de la mission.")
    if today > mission.monday + timedelta(days=int(engine.limit("claim_days"))):
        raise ExpenseRefusal("Ces frais arrivent trop tard pour être versés ici. Appelez l’équipe.")
    if spent_on > today:
        raise ExpenseRefusal("Cette date est à venir.")
    if kind == ExpenseKind.KILOMETRES:
        if not km or not 0 < km <= engine.limit("most_km"):
            raise ExpenseRefusal(
                f"Écrivez un nombre de kilomètres, {engine.limit('most_km')} au plus."
            )
        amount = engine.kilometres_eur(km)
    else:
        amount, km = amount_eur or Decimal(0), None
        if not 0 < amount <= engine.limit("most_eur"):
            raise ExpenseRefusal(f"Écrivez un montant, {engine.limit('most_eur')} € au plus.")
        if not receipt:
            raise ExpenseRefusal("Joignez la photo du ticket ou de la facture.")
    name = media_type = ""
    if receipt:
        if len(receipt) > papers.max_bytes():
            most = papers.max_bytes() // _BYTES_PER_MB
            raise ExpenseRefusal(f"Ce fichier dépasse {most} Mo. Envoyez une photo moins lourde.")
        media_type = private_files.media_type_of(receipt)
        name = private_files.keep(private_files.without_traces(receipt, media_type=media_type))
    try:
        with transaction.atomic():
            row = Expense.objects.create(
                mission=mission,
                kind=kind,
                spent_on=spent_on,
                km=km,
                amount_eur=amount,
                file_name=name,
                media_type=media_type,
                sent_at=now,
            )
            audit.record(row, verb="stays.expense_sent", by=by, at=now, details=_told(row))
    except BaseException:
        if name:
            private_files.forget(name)
        raise
    return row


@transaction.atomic
def approve_expense(expense: Expense, *, by: Actor, now: datetime) -> Expense:
    """Accept an expense: it goes with the next transfers. Accepted twice, it is accepted once."""
    row = _lock(expense)
    if row.state == ExpenseState.APPROVED:
        return row
    if row.state not in (ExpenseState.SENT, ExpenseState.REFUSED):
        raise ExpenseRefusal("Cette dépense est déjà en cours de virement.")
    row.state, row.reason = ExpenseState.APPROVED, ""
    row.decided_at, row.decided_by = now, by.label[:200]
    row.save()
    audit.record(row, verb="stays.expense_approved", by=by, at=now, details=_told(row))
    return row


@transaction.atomic
def refuse_expense(expense: Expense, *, reason: str, by: Actor, now: datetime) -> Expense:
    """Refuse an expense; the doctor reads why. Raises ExpenseRefusal once it is being paid."""
    row = _lock(expense)
    if row.state not in (ExpenseState.SENT, ExpenseState.APPROVED):
        raise ExpenseRefusal("Cette dépense est déjà en cours de virement, ou refusée.")
    if not reason.strip():
        raise ExpenseRefusal("Dites en quelques mots pourquoi.")
    row.state, row.reason = ExpenseState.REFUSED, " ".join(reason.split())[:300]
    row.decided_at, row.decided_by = now, by.label[:200]
    row.save()
    audit.record(row, verb="stays.expense_refused", by=by, at=now, details=_told(row))
    return row


def read_receipt(expense: Expense, *, by: Actor, now: datetime) -> bytes:
    """Give the file of an expense. Raises ExpenseRefusal where there is none."""
    if not expense.file_name:
        raise ExpenseRefusal("Cette dépense n’a pas de ticket.")
    audit.record(expense, verb="stays.receipt_read", by=by, at=now)
    return private_files.read(expense.file_name)


@transaction.atomic
def set_account(
    doctor: Doctor, *, holder: str, iban: str, bic: str, by: Actor, now: datetime
) -> BankAccount:
    """Note where a doctor is paid back; nobody reads the number on a page again.

    Raises ExpenseRefusal for a number that cannot be right.
    """
    number, bank = engine.plain_iban(iban), bic.strip().upper()
    if not engine.is_iban(number):
        raise ExpenseRefusal("Cet IBAN n’est pas juste : recopiez-le de votre relevé.")
    if bank and not engine.is_bic(bank):
        raise ExpenseRefusal("Ce BIC n’est pas juste. Vous pouvez le laisser vide.")
    if not holder.strip():
        raise ExpenseRefusal("Écrivez le nom du titulaire du compte.")
    row, _ = BankAccount.objects.update_or_create(
        doctor=doctor,
        defaults={
            "holder": " ".join(holder.split())[:70],
            "sealed_iban": sealed_text.seal(number, purpose=PURPOSE),
            "masked": engine.masked_iban(number),
            "bic": bank,
            "set_at": now,
        },
    )
    audit.record(row, verb="stays.account_set", by=by, at=now)
    return row


def make_batch(
    *,
    write: Callable[[str, Sequence[Payment]], bytes],
    pay_on: date,
    by: Actor,
    now: datetime,
) -> TransferBatch:
    """Pay every accepted expense whose doctor has an account, one transfer a doctor.

    `write` makes the file from the id of the batch and its payments. Expenses leave once: they are
    locked, and stand in the batch before anybody can download it. Raises ExpenseRefusal when there
    is nothing to pay, as a second click finds.
    """
    kept: list[str] = []
    try:
        with transaction.atomic():
            return _make_batch(write, pay_on=pay_on, by=by, now=now, kept=kept)
    except BaseException:
        for name in kept:
            private_files.forget(name)
        raise


def _make_batch(
    write: Callable[[str, Sequence[Payment]], bytes],
    *,
    pay_on: date,
    by: Actor,
    now: datetime,
    kept: list[str],
) -> TransferBatch:
    accounts = {one.doctor_id: one for one in BankAccount.objects.all()}
    rows = [
        one
        for one in Expense.objects.select_for_update(of=("self",))
        .select_related("mission")
        .filter(state=ExpenseState.APPROVED)
        .order_by("pk")
        if one.mission.doctor_id in accounts
    ]
    if not rows:
        raise ExpenseRefusal("Rien n’est à verser : aucune dépense acceptée n’attend.")
    by_doctor: dict[int, Decimal] = defaultdict(Decimal)
    for one in rows:
        by_doctor[one.mission.doctor_id] += one.amount_eur
    message_id = f"RELAIS-{now:%Y%m%d}-{rows[0].pk}"
    payments = [
        Payment(
            reference=f"FRAIS-{rows[0].pk}-{doctor}",
            holder=accounts[doctor].holder,
            iban=sealed_text.unseal(accounts[doctor].sealed_iban, purpose=PURPOSE),
            bic=accounts[doctor].bic,
            amount_eur=amount,
        )
        for doctor, amount in sorted(by_doctor.items())
    ]
    content = write(message_id, payments)
    kept.append(private_files.keep(content))
    batch = TransferBatch.objects.create(
        message_id=message_id,
        made_at=now,
        made_by=by.label[:200],
        pay_on=pay_on,
        total_eur=sum(by_doctor.values(), Decimal(0)),
        transfers=len(payments),
        file_name=kept[0],
        sha256=hashlib.sha256(content).hexdigest(),
    )
    keys = [one.pk for one in rows]
    moved = Expense.objects.filter(pk__in=keys, state=ExpenseState.APPROVED).update(
        state=ExpenseState.IN_BATCH, batch=batch
    )
    if moved != len(keys):
        raise ExpenseRefusal("Quelqu’un prépare déjà ce virement. Rouvrez la page.")
    audit.record(
        batch,
        verb="stays.batch_made",
        by=by,
        at=now,
        details={"count": len(keys), "sha256": batch.sha256},
    )
    return batch


def read_batch(batch: TransferBatch, *, by: Actor, now: datetime) -> bytes:
    """Give the file of a batch, which holds account numbers: who reads it is written down."""
    audit.record(batch, verb="stays.batch_read", by=by, at=now)
    return private_files.read(batch.file_name)


@transaction.atomic
def note_paid(batch: TransferBatch, *, by: Actor, now: datetime) -> TransferBatch:
    """Note that the bank has paid a batch. Noted twice, it is noted once."""
    row = TransferBatch.objects.select_for_update().get(pk=batch.pk)
    if row.paid_at is not None:
        return row
    row.paid_at = now
    row.save(update_fields=["paid_at"])
    Expense.objects.filter(batch=row).update(state=ExpenseState.PAID)
    audit.record(row, verb="stays.batch_paid", by=by, at=now)
    return row


def _lock(expense: Expense) -> Expense:
    return Expense.objects.select_for_update(of=("self",)).get(pk=expense.pk)


def _told(row: Expense) -> dict[str, object]:
    return {"kind": str(row.kind), "amount_eur": str(row.amount_eur)}
