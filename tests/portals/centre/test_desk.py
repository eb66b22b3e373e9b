"""The desk: marks with their hour, a lost connection, two desks, calls, lists, figures."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from relais.agenda import reception, services, tokens
from relais.agenda.list_states import ListKind
from relais.agenda.models import (
    Appointment,
    AppointmentChange,
    CallTask,
    DeskChoice,
    PlaceOffer,
    RefusedRequest,
    WaitEntry,
)
from relais.agenda.queries import lines_of, tick_faults
from relais.core.models import AuditEntry
from tests import factories
from tests.factories import by

pytestmark = [pytest.mark.django_db]

TODAY = date(2027, 1, 11)  # a Monday
NOW = datetime.combine(TODAY, time(9, 20), tzinfo=UTC)  # 10:20 in Paris


@pytest.fixture(autouse=True)
def _on_monday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


class Desk:
    """A coordinator at the desk on a Monday; people at 10:00, 10:30 and 11:00."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.centre = factories.centre(name="Centre du Morvan")
        factories.opening(self.centre)
        self.reason = factories.reason()
        self.user = factories.coordinator(self.centre)
        client.force_login(self.user)
        (self.line,) = lines_of(self.centre, day=TODAY)
        early = NOW - timedelta(days=3)
        self.rows = [
            services.book(
                self.line,
                starts_at=datetime.combine(TODAY, time(9), tzinfo=UTC) + timedelta(minutes=add),
                minutes=20,
                reason=self.reason,
                patient=factories.patient(self.centre, birth_name=name),
                request_key=f"row-{add}",
                by=by(),
                now=early,
            )
            for add, name in ((0, "ALBERT"), (30, "BLANC"), (60, "COLIN"))
        ]

    def at(self, name: str, *rest: Any) -> str:
        return reverse(name, args=[self.centre.pk, *rest])

    def mark(self, row: Appointment, state: str, *, key: str = "", **said: Any) -> Any:
        return self.client.post(
            self.at("centre_desk_mark"),
            {
                "key": key or f"{row.pk}-{state}",
                "appointment": row.public_id,
                "state": state,
                **said,
            },
            headers={"Accept": "application/json"},
        )

    def state(self, row: Appointment) -> str:
        return Appointment.objects.get(pk=row.pk).state

    def verbs(self, row: Appointment) -> list[str]:
        rows = AppointmentChange.objects.filter(appointment=row).order_by("id")
        return list(rows.values_list("verb", flat=True))


@pytest.fixture
def desk(client: Client) -> Desk:
    return Desk(client)


def test_a_day_at_the_desk_is_a_row_a_mark_and_tells_who_waits(desk: Desk) -> None:
    first, second, _ = desk.rows
    assert desk.mark(first, "arrived", at="2027-01-11T09:05:00Z").json()["moved"]
    assert desk.mark(second, "arrived", at="2027-01-11T09:10:00Z").json()["moved"]
    page = desk.client.get(desk.at("centre_desk"))
    assert "Prochaine personne : <strong>ALBERT Louise" in page.text
    (board,) = reception.board([desk.line], day=TODAY, now=NOW)
    assert [row.waited for row in board.rows] == [15, 0, None]
    desk.mark(first, "started", at="2027-01-11T09:15:00Z")
    desk.mark(first, "done")
    assert desk.verbs(first) == ["booked", "arrived", "started", "done"]
    (board,) = reception.board([desk.line], day=TODAY, now=NOW)
    assert board.rows[0].waited == 10
    change = AppointmentChange.objects.get(appointment=first, verb="arrived")
    assert change.at == datetime(2027, 1, 11, 9, 5, tzinfo=UTC)
    assert change.actor == f"user:{desk.user.pk}"


def test_the_same_click_counts_once_and_one_step_goes_back(desk: Desk) -> None:
    row = desk.rows[0]
    desk.mark(row, "arrived", key="one")
    assert desk.mark(row, "arrived", key="one").json() == {"moved": False, "words": "déjà noté"}
    desk.mark(row, "booked")
    assert (desk.state(row), desk.verbs(row)) == ("booked", ["booked", "arrived", "waiting"])
    refused = desk.mark(row, "cancelled")
    assert refused.status_code == 422


def test_without_javascript_a_mark_is_a_form(desk: Desk) -> None:
    row = desk.rows[0]
    answer = desk.client.post(
        desk.at("centre_desk_mark"),
        {"key": "k", "appointment": row.public_id, "state": "arrived"},
    )
    assert answer.headers["Location"] == desk.at("centre_desk")
    wrong = desk.client.post(
        desk.at("centre_desk_mark"),
        {"key": "k2", "appointment": row.public_id, "state": "no_show"},
    )
    assert wrong.status_code == 422
    assert "noté absent, mais déjà arrivé" in wrong.text


def test_what_was_noted_without_connection_keeps_its_instant_and_takes_nothing_back(
    desk: Desk,
) -> None:
    row = desk.rows[0]
    desk.mark(row, "started", at="2027-01-11T09:12:00Z")
    late = desk.mark(row, "arrived", at="2027-01-11T09:02:00Z", sent_later="on")
    assert late.json() == {"moved": False, "words": "la visite était déjà plus avancée"}
    assert (desk.state(row), desk.verbs(row)[-1]) == ("started", "marked_late")
    told = AppointmentChange.objects.get(appointment=row, verb="marked_late")
    assert told.at == datetime(2027, 1, 11, 9, 2, tzinfo=UTC)
    assert told.after["received_at"] == NOW.isoformat()
    old = desk.mark(desk.rows[1], "arrived", at="2027-01-10T09:00:00Z", sent_later="on")
    assert old.status_code == 422


def test_somebody_seen_beats_an_absence_and_what_contradicts_is_to_be_checked(desk: Desk) -> None:
    row = desk.rows[0]
    desk.mark(row, "no_show")
    assert CallTask.objects.get().kind == "no_show"
    back = desk.mark(row, "arrived", at="2027-01-11T09:04:00Z", sent_later="on")
    assert back.json()["moved"]
    assert desk.state(row) == "arrived"
    assert tick_faults() == ()
    assert CallTask.objects.filter(kind="conflict").count() == 1
    again = desk.mark(row, "no_show", key="other", sent_later="on").json()
    assert again == {"moved": False, "words": "noté absent, mais déjà arrivé"}
    assert desk.state(row) == "arrived"


def test_who_was_given_up_and_comes_finds_the_place_given_away(desk: Desk) -> None:
    row = desk.rows[1]
    desk.mark(row, "no_show")
    services.book(
        desk.line,
        starts_at=row.starts_at,
        minutes=20,
        reason=desk.reason,
        patient=factories.patient(),
        request_key="taken",
        by=by(),
        now=NOW,
    )
    late = desk.mark(row, "arrived", sent_later="on").json()
    assert late == {"moved": False, "words": "la place avait été redonnée"}
    assert (desk.state(row), tick_faults()) == ("no_show", ())
    assert desk.mark(row, "arrived", key="now").status_code == 422


def test_calls_are_made_and_settled_once(desk: Desk) -> None:
    desk.mark(desk.rows[0], "no_show")
    task = CallTask.objects.get()
    assert "ALBERT Louise" in desk.client.get(desk.at("centre_calls")).text
    desk.client.post(desk.at("centre_call", task.pk), {"result": "again"})
    assert "Essayé 1 fois" in desk.client.get(desk.at("centre_calls")).text
    desk.client.post(desk.at("centre_call", task.pk), {"result": "reached"})
    assert "Personne à appeler" in desk.client.get(desk.at("centre_calls")).text


def test_a_coordinator_keeps_the_lists_and_answers_for_who_calls(desk: Desk) -> None:
    person = factories.patient(desk.centre, birth_name="DUROC")
    joined = desk.client.post(
        desk.at("centre_list_join"),
        {"kind": "admission", "person": person.public_id, "urgency": "3", "since": "2026-11-02"},
    )
    assert joined.headers["Location"] == desk.at("centre_lists")
    entry = WaitEntry.objects.get()
    page = desk.client.get(desk.at("centre_lists")).text
    assert "DUROC Louise" in page
    assert "attend depuis 69 jours" in page.replace("\u00a0", " ")
    desk.client.post(desk.at("centre_list_admit"), {"count": "2"})
    offer = PlaceOffer.objects.get()
    desk.client.post(desk.at("centre_offer", offer.public_id), {"answer": "yes"})
    entry.refresh_from_db()
    assert entry.state == "accepted"
    desk.client.post(desk.at("centre_list_change", entry.public_id), {"act": "served"})
    entry.refresh_from_db()
    assert entry.state == "served"
    without = desk.client.post(
        desk.at("centre_list_join"),
        {"kind": "earlier", "person": person.public_id, "urgency": "3"},
    )
    assert without.status_code == 422
    assert "Choisissez le motif" in without.text


def test_a_request_that_found_nothing_counts_once(desk: Desk) -> None:
    said = {"key": "one", "reason": desk.reason.code, "channel": "phone"}
    for _ in range(2):
        desk.client.post(desk.at("centre_list_refused"), said)
    assert RefusedRequest.objects.count() == 1


def test_an_offer_is_answered_by_its_link_and_opening_it_answers_nothing(desk: Desk) -> None:
    person = factories.patient(desk.centre, email="a@exemple.fr")
    services.join(
        person, centre=desk.centre, kind=ListKind.ADMISSION, by=by(), now=NOW - timedelta(days=1)
    )
    services.offer_admissions(desk.centre, count=1, by=by(), now=NOW)
    offer = PlaceOffer.objects.get()
    stranger = Client()
    token = tokens.token_of(offer.public_id)
    address = reverse("patient_offer", args=[token])
    assert "Le centre peut vous inscrire" in stranger.get(address).text
    assert PlaceOffer.objects.get().state == "open"
    yes = reverse("patient_offer_answer", args=[token])
    assert stranger.get(yes).status_code == 405
    assert stranger.post(yes, {"answer": "yes"}).headers["Location"] == address
    assert "Vous avez dit oui." in stranger.get(address).text
    assert PlaceOffer.objects.get().ended_by == "le patient (lien reçu)"
    assert stranger.get(reverse("patient_offer", args=[token[:-1] + "x"])).status_code == 404
    assert AuditEntry.objects.filter(actor=f"patient:{person.pk}").exists()


def test_figures_have_definitions_and_a_table_with_a_known_number_of_queries(
    desk: Desk, django_assert_max_num_queries: Any
) -> None:
    desk.mark(desk.rows[0], "done")
    desk.mark(desk.rows[1], "no_show")
    with django_assert_max_num_queries(40):
        page = desk.client.get(desk.at("centre_figures"))
    assert "Comment c’est compté" in page.text
    table = desk.client.get(desk.at("centre_figures_table")).text
    # 9:30 (Monday of an unknown doctor) to noon is 150 minutes; three times twenty were given.
    assert "2027-01-11;1;150;60;0,400;3;1;1;0,500;0;0,000" in table
    sheet = desk.client.get(desk.at("centre_second_line"))
    assert "Aucun repère n’est dépassé." in sheet.text


def test_a_centre_chooses_its_reminders(desk: Desk) -> None:
    address = desk.at("centre_desk_choice")
    wrong = desk.client.post(address, {"first_days": "1", "last_days": "2"})
    assert wrong.status_code == 422
    desk.client.post(address, {"reminds": "on", "first_days": "0", "last_days": "1"})
    choice = DeskChoice.objects.get()
    assert (choice.reminds, choice.first_days, choice.offers) == (True, 0, False)


def test_the_board_of_another_centre_is_closed_and_nothing_is_kept_by_a_browser(
    desk: Desk,
) -> None:
    other = factories.centre()
    assert desk.client.get(reverse("centre_desk", args=[other.pk])).status_code == 404
    page = desk.client.get(desk.at("centre_desk"))
    assert "no-store" in page.headers["Cache-Control"]
    assert page.headers["X-Relais-Day"] == "2027-01-11"
    assert AuditEntry.objects.filter(verb="agenda.day_read").exists()
