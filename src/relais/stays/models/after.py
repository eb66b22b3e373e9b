"""After a mission: what the doctor says of it, what she spent, how she is paid back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from relais.doctors.models import Doctor
from relais.rota.models import Mission
from relais.stays.states import Again, ExpenseKind, ExpenseState, Pleased


class Feedback(models.Model):
    """Four questions after a mission, and a few words. One a mission; the latest answers stand."""

    mission = models.OneToOneField(Mission, on_delete=models.PROTECT, related_name="+")
    welcome = models.CharField("l’accueil", max_length=10, choices=Pleased)
    work = models.CharField("le travail au centre", max_length=10, choices=Pleased)
    house = models.CharField("la maison et la voiture", max_length=10, choices=Pleased)
    again = models.CharField("reviendriez-vous", max_length=10, choices=Again)
    words = models.CharField("quelques mots", max_length=600, blank=True)
    given_at = models.DateTimeField("donné le")

    class Meta:
        verbose_name = "avis sur une semaine"

    def __str__(self) -> str:
        return f"avis : {self.mission}"


class BankAccount(models.Model):
    """Where a doctor is paid back. `sealed_iban` is unreadable without the installation's secret;
    `masked` is what people see.
    """

    doctor = models.OneToOneField(Doctor, on_delete=models.PROTECT, related_name="+")
    holder = models.CharField("titulaire", max_length=70)
    sealed_iban = models.TextField(editable=False)
    masked = models.CharField("compte", max_length=20, editable=False)
    bic = models.CharField("BIC", max_length=11, blank=True)
    set_at = models.DateTimeField("noté le")

    class Meta:
        verbose_name = "compte bancaire"

    def __str__(self) -> str:
        return f"compte de {self.doctor}"


class TransferBatch(models.Model):
    """Expenses paid together by one file for the bank. The file is kept: asked again, it is the
    same bytes under the same `message_id`, which the bank takes once. `paid_at`: the bank has paid.
    """

    message_id = models.CharField(max_length=35, unique=True)
    made_at = models.DateTimeField("préparé le")
    made_by = models.CharField("par", max_length=200)
    pay_on = models.DateField("à verser le")
    total_eur = models.DecimalField("total (€)", max_digits=11, decimal_places=2)
    transfers = models.PositiveIntegerField("virements")
    file_name = models.CharField(max_length=32, editable=False)
    sha256 = models.CharField("empreinte", max_length=64, editable=False)
    paid_at = models.DateTimeField("versé le", null=True, blank=True)

    class Meta:
        verbose_name = "virement des frais"

    def __str__(self) -> str:
        return self.message_id


class Expense(models.Model):
    """Money that a doctor spent for a mission, with its receipt. Kilometres need none.

    `reason`: why it was refused. An expense stands in one batch at most.
    """

    mission = models.ForeignKey(Mission, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("nature", max_length=10, choices=ExpenseKind)
    spent_on = models.DateField("le")
    km = models.PositiveIntegerField("kilomètres", null=True, blank=True)
    amount_eur = models.DecimalField("montant (€)", max_digits=8, decimal_places=2)
    state = models.CharField(
        "état", max_length=10, choices=ExpenseState, default=ExpenseState.SENT, db_index=True
    )
    file_name = models.CharField(max_length=32, blank=True, editable=False)
    media_type = models.CharField(max_length=30, blank=True, editable=False)
    sent_at = models.DateTimeField("envoyée le")
    decided_at = models.DateTimeField("décidée le", null=True, blank=True)
    decided_by = models.CharField("par", max_length=200, blank=True)
    reason = models.CharField("raison", max_length=300, blank=True)
    batch = models.ForeignKey(
        TransferBatch, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        verbose_name = "dépense"
        constraints = [
            models.CheckConstraint(condition=Q(amount_eur__gt=0), name="stays_expense_positive"),
            models.CheckConstraint(
                condition=Q(kind=ExpenseKind.KILOMETRES, km__isnull=False)
                | (~Q(kind=ExpenseKind.KILOMETRES) & Q(km__isnull=True)),
                name="stays_expense_km",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=(ExpenseState.IN_BATCH, ExpenseState.PAID), batch__isnull=False
                )
                | (
                    ~Q(state__in=(ExpenseState.IN_BATCH, ExpenseState.PAID)) & Q(batch__isnull=True)
                ),
                name="stays_expense_batch",
            ),
        ]

    def __str__(self) -> str:
        return f"dépense n° {self.pk}"
