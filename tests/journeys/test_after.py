"""After a mission: thanks once, four answers, expenses paid once, account numbers unseen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from relais.accounts.states import Role
from relais.core.errors import Refusal
from relais.core.models import AuditEntry
from relais.journeys import after
from relais.outbox.models import Message
from relais.rota.models import Mission, Offer
from relais.rota.states import MissionState
from relais.stays import services as stays
from relais.stays.models import BankAccount, Expense, Feedback, TransferBatch
from relais.stays.states import ExpenseKind, ExpenseState
from tests import factories
from tests.factories import TODAY, by, monday

pytestmark = pytest.mark.django_db
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)
IBAN = "DE89370400440532013000"
TICKET = b"%PDF-1.4 ticket %%EOF"
NS = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"}


@pytest.fixture(autouse=True)
def _in_january(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock of the views."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture(autouse=True)
def _payer(settings, tmp_path) -> None:
    settings.PAYER_IBAN, settings.PAYER_BIC = "FR14 2004 1010 0505 0001 3M02 606", ""
    settings.PRIVATE_FILES = tmp_path


def _over(weeks: int = -2) -> tuple[Mission, Client]:
    """A mission that is over, and its doctor signed in."""
    doctor, user = factories.doctor_user()
    mission = factories.mission(doctor, monday=monday(weeks), state=MissionState.READY)
    client = Client()
    client.force_login(user)
    return mission, client


def _expense(mission: Mission, amount: str = "40.50") -> Expense:
    return stays.send_expense(
        mission,
        kind=ExpenseKind.TRAIN,
        spent_on=mission.monday,
        amount_eur=Decimal(amount),
        km=None,
        receipt=TICKET,
        by=by(),
        now=NOW,
        today=TODAY,
    )


def _ready_to_pay() -> Expense:
    mission, _ = _over()
    row = stays.approve_expense(_expense(mission), by=by(), now=NOW)
    stays.set_account(mission.doctor, holder="Zoé", iban=IBAN, bic="", by=by(), now=NOW)
    return row


def test_a_doctor_tells_her_week_sends_her_expenses_and_offers_the_next() -> None:
    mission, client = _over()
    page = reverse("doctor_after", args=[mission.pk])
    assert "C’est la première semaine tenue" in client.get(page).content.decode()
    said = {"welcome": "well", "work": "fine", "house": "poorly", "again": "yes", "words": "Belle"}
    for words in ("Belle", "Très belle"):
        told = client.post(
            reverse("doctor_after_feedback", args=[mission.pk]), {**said, "words": words}
        )
        assert told.status_code == 302
    assert Feedback.objects.get().words == "Très belle"
    ticket = SimpleUploadedFile("ticket.pdf", TICKET)
    sent = {"kind": "meal", "spent_on": mission.monday.isoformat(), "amount_eur": "12,30"}
    answer = client.post(
        reverse("doctor_after_expense", args=[mission.pk]), {**sent, "receipt": ticket}
    )
    assert answer.status_code == 302
    drive = {"kind": "km", "spent_on": mission.monday.isoformat(), "km": "100"}
    client.post(reverse("doctor_after_expense", args=[mission.pk]), drive)
    assert sorted(Expense.objects.values_list("amount_eur", flat=True)) == [
        Decimal("12.30"),
        Decimal("52.90"),
    ]
    assert client.post(reverse("doctor_after_again", args=[mission.pk])).status_code == 302
    assert Offer.objects.filter(monday=mission.monday + timedelta(weeks=52)).exists()


def test_another_doctor_sees_nothing_of_it() -> None:
    mission, _ = _over()
    row = _expense(mission)
    _, stranger = _over(-5)
    assert stranger.get(reverse("doctor_after", args=[mission.pk])).status_code == 404
    receipt = reverse("doctor_after_receipt", args=[mission.pk, row.pk])
    assert stranger.get(receipt).status_code == 404


def test_thanks_leave_once_with_a_true_figure() -> None:
    mission, _ = _over()
    assert [after.thank(NOW), after.thank(NOW)] == [1, 0]
    assert "première semaine" in Message.objects.get(template="after_mission").text
    assert str(mission.pk) in Message.objects.get().page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"receipt": b""}, "Joignez"),
        ({"amount_eur": Decimal(0)}, "Écrivez un montant"),
        ({"amount_eur": Decimal(99999)}, "Écrivez un montant"),
        ({"kind": ExpenseKind.KILOMETRES, "km": None}, "kilomètres"),
        ({"spent_on": TODAY + timedelta(1)}, "à venir"),
        ({"receipt": b"MZ not a photo"}, "photo"),
    ],
)
def test_what_cannot_be_paid_is_refused_with_a_sentence(changes, words: str) -> None:
    mission, _ = _over()
    said = {
        "kind": ExpenseKind.TRAIN,
        "spent_on": mission.monday,
        "amount_eur": Decimal(10),
        "km": None,
        "receipt": TICKET,
    }
    with pytest.raises(Refusal, match=words):
        stays.send_expense(mission, **{**said, **changes}, by=by(), now=NOW, today=TODAY)
    assert not Expense.objects.exists()


def test_expenses_leave_once_however_often_one_clicks() -> None:
    row = _ready_to_pay()
    batch = after.make_transfers(pay_on=TODAY, by=by(), now=NOW)
    with pytest.raises(Refusal, match="Rien n’est à verser"):
        after.make_transfers(pay_on=TODAY, by=by(), now=NOW)
    row.refresh_from_db()
    assert (row.state, row.batch) == (ExpenseState.IN_BATCH, batch)
    root = ET.fromstring(stays.read_batch(batch, by=by(), now=NOW))
    assert [one.text for one in root.findall(".//p:CdtrAcct//p:IBAN", NS)] == [IBAN]
    assert [one.text for one in root.findall(".//p:CtrlSum", NS)] == ["40.50", "40.50"]
    with pytest.raises(Refusal):
        stays.refuse_expense(row, reason="trop tard", by=by(), now=NOW)
    assert stays.read_batch(batch, by=by(), now=NOW) == stays.read_batch(batch, by=by(), now=NOW)
    stays.note_paid(batch, by=by(), now=NOW)
    stays.note_paid(batch, by=by(), now=NOW)
    row.refresh_from_db()
    assert row.state == ExpenseState.PAID
    assert AuditEntry.objects.filter(verb="stays.batch_paid").count() == 1
    assert AuditEntry.objects.filter(verb="stays.batch_read").count() == 3


def test_one_transfer_a_doctor_and_none_without_an_account() -> None:
    row = _ready_to_pay()
    stays.approve_expense(_expense(row.mission, "10.00"), by=by(), now=NOW)
    mission, _ = _over()
    waiting = stays.approve_expense(_expense(mission), by=by(), now=NOW)
    batch = after.make_transfers(pay_on=TODAY, by=by(), now=NOW)
    assert (batch.transfers, batch.total_eur) == (1, Decimal("50.50"))
    waiting.refresh_from_db()
    assert waiting.state == ExpenseState.APPROVED


def test_a_file_that_cannot_be_made_leaves_everything_as_it_was(settings) -> None:
    _ready_to_pay()
    settings.PAYER_IBAN = "FR00"
    with pytest.raises(Refusal, match="RELAIS_PAYER_IBAN"):
        after.make_transfers(pay_on=TODAY, by=by(), now=NOW)
    assert not TransferBatch.objects.exists()
    assert Expense.objects.get().state == ExpenseState.APPROVED


def test_an_account_number_is_sealed_and_stands_on_no_page() -> None:
    row = _ready_to_pay()
    account = BankAccount.objects.get()
    assert IBAN not in account.sealed_iban
    assert account.masked == "DE •••• 3000"
    client = Client()
    client.force_login(factories.user(Role.DIRECTOR))
    page = client.get(reverse("office_payments")).content.decode()
    assert IBAN not in page
    assert "40,50" in page
    assert not AuditEntry.objects.filter(details__icontains=IBAN).exists()
    with pytest.raises(Refusal, match="IBAN"):
        stays.set_account(
            row.mission.doctor, holder="Zoé", iban=IBAN[:-1] + "1", bic="", by=by(), now=NOW
        )


def test_the_team_decides_and_the_direction_pays() -> None:
    mission, _ = _over()
    row = _expense(mission)
    stays.set_account(mission.doctor, holder="Zoé", iban=IBAN, bic="", by=by(), now=NOW)
    planner, director = Client(), Client()
    planner.force_login(factories.user(Role.PLANNER))
    director.force_login(factories.user(Role.DIRECTOR))
    assert "40,50" in planner.get(reverse("office_expenses")).content.decode()
    opened = planner.get(reverse("office_expense_receipt", args=[row.pk]))
    assert opened.content == TICKET
    approve = reverse("office_expense_approve", args=[row.pk])
    assert planner.post(reverse("office_expense_refuse", args=[row.pk])).status_code == 422
    assert [planner.post(approve).status_code for _ in range(2)] == [302, 302]
    assert planner.get(reverse("office_payments")).status_code == 403
    pay = {"pay_on": TODAY.isoformat()}
    assert director.post(reverse("office_payments"), pay).status_code == 302
    assert director.post(reverse("office_payments"), pay).status_code == 422
    batch = TransferBatch.objects.get()
    given = director.post(reverse("office_payment_file", args=[batch.pk]))
    assert given["Content-Disposition"] == f'attachment; filename="{batch.message_id}.xml"'


def test_payslips_list_the_missions_of_a_month_without_money() -> None:
    mission, _ = _over()
    director = Client()
    director.force_login(factories.user(Role.DIRECTOR))
    month = f"{mission.monday:%Y-%m}"
    table = director.get(reverse("office_payslips"), {"month": month}).content.decode("utf-8-sig")
    header, row = table.splitlines()
    assert header.startswith("mission;identifiant;nom;prénom;RPPS;statut;centre")
    assert row.startswith(f"{mission.pk};{mission.doctor.key};")
    assert director.get(reverse("office_payslips"), {"month": "x"}).status_code == 422
