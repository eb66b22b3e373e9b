"""A patient sees who is there, takes a place with a telephone, changes it and gives it back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from relais.agenda.models import Appointment, LineTick, RefusedRequest, WaitEntry
from relais.agenda.queries import double_bookings, tick_faults
from relais.booking import links
from relais.booking.models import Request
from relais.booking.states import Access
from relais.core.models import AuditEntry
from relais.journeys.duties import forget_online_requests
from relais.outbox.models import Delivery, Message
from relais.patients.models import KnownAt, Person, Proxy
from tests import factories
from tests.factories import MONDAY, NOW, TODAY
from tests.portals.patient.online import PHONE, TUESDAY, TYPED, Online, later, tick

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_january")]


@pytest.fixture
def online(client: Client, settings: Any) -> Online:
    settings.SMS_GATEWAY = "https://sms.exemple.fr"
    return Online(client)


def at(monkeypatch: pytest.MonkeyPatch, **delta: int) -> None:
    moment = later(**delta)
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)


def test_from_the_page_of_the_centre_to_the_appointment_and_back(online: Online) -> None:
    page = online.client.get(online.page)
    doctor = online.centre.lines.get()
    mission = factories.mission(None, doctor, monday=date(2027, 1, 4))
    page = online.client.get(online.page)
    assert str(mission.doctor) in page.text
    assert "Première place : mardi 12\u00a0janvier à 9\u00a0h" in page.text
    times = online.client.get(f"{online.page}?motif=consultation")
    assert online.form(tick(9)).replace("&", "&amp;") in times.text
    assert online.ask().headers["Location"] == reverse("patient_code")
    held = Appointment.objects.get()
    assert (held.state, held.channel, held.patient) == ("held", "online", None)
    assert Person.objects.count() == 0
    done = online.confirm()
    held.refresh_from_db()
    person = Person.objects.get()
    assert done.headers["Location"] == reverse(
        "patient_appointment", args=[links.token_of(held.public_id)]
    )
    assert (held.state, held.patient) == ("booked", person)
    assert (person.birth_name, person.first_birth_name) == ("PREVOT", "ELOISE")
    assert (person.came_by, person.sex, person.to_check_since) == ("online", "U", NOW)
    assert KnownAt.objects.get().centre == online.centre
    mine = online.client.get(done.headers["Location"])
    assert "Mardi 12\u00a0janvier à 9\u00a0h" in mine.text
    assert "PREVOT" not in mine.text.upper()
    form = mine.context["key"]
    gone = online.client.post(
        reverse("patient_cancel", args=[links.token_of(held.public_id)]), {"key": form}
    )
    held.refresh_from_db()
    assert gone.status_code == 302
    assert (held.state, held.cancelled_by) == ("cancelled", "patient")
    assert LineTick.objects.count() == 0


def test_the_page_asks_the_database_as_often_for_one_line_as_for_three(online: Online) -> None:
    counted = []
    for more in (0, 2):
        for _ in range(more):
            factories.mission(None, factories.line(online.centre))
        with CaptureQueriesContext(connection) as seen:
            online.client.get(f"{online.page}?motif=consultation")
        counted.append(len(seen))
    assert counted[0] == counted[1]
    assert counted[0] <= 12


def test_the_sms_name_the_doctor_and_the_place_and_never_why(online: Online) -> None:
    online.book()
    told = Message.objects.order_by("pk")
    assert [one.template for one in told] == ["booking_code", "appointment_given"]
    confirmation = told[1].sms
    assert "Centre du Morvan" in confirmation
    assert "avec Dr Camille Dupont" in confirmation
    assert "consultation" not in confirmation.lower()
    assert "PREVOT" not in confirmation.upper()
    assert [one.channel for one in Delivery.objects.all()] == ["sms", "sms"]
    assert [one.due_at for one in Delivery.objects.all()] == [NOW, NOW]


def test_a_code_leaves_in_the_night_too(online: Online, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, hours=13)  # half past eleven in the evening
    online.book()
    assert {one.due_at for one in Delivery.objects.all()} == {later(hours=13)}


def test_a_known_patient_is_found_by_name_birth_date_and_telephone(online: Online) -> None:
    known = factories.patient(
        online.centre,
        birth_name="PREVOT",
        first_name="ELOISE",
        born_on=date(1950, 4, 12),
        phone="+33612345678",
    )
    assert online.book().patient == known
    assert Person.objects.count() == 1


def test_another_telephone_opens_a_file_that_the_desk_looks_at(online: Online) -> None:
    """A name and a birth date are known to many: they open nobody's file."""
    known = factories.patient(
        online.centre,
        birth_name="PREVOT",
        first_name="ELOISE",
        born_on=date(1950, 4, 12),
        phone="0699999999",
    )
    made = online.book().patient
    assert made is not None
    assert made != known
    assert made.to_check_since == NOW


def test_a_parent_books_for_a_child_and_stands_in_the_file(online: Online) -> None:
    alone = online.ask(birth_year="2020")
    assert alone.status_code == 422
    assert "Avant 16 ans, un adulte prend le rendez-vous." in alone.text
    said: dict[str, Any] = {"asker_kind": "parent", "asker_name": "Anne Prévôt", "agreed": "on"}
    online.ask(query={"pour": "autre"}, birth_year="2020", **said)
    online.confirm()
    proxy = Proxy.objects.get()
    assert (proxy.kind, proxy.name, proxy.phone) == ("parent", "Anne Prévôt", "+33612345678")
    assert (proxy.person.phone, proxy.until_on) == ("", date(2038, 4, 12))
    again = online.ask(tick(9, day=TUESDAY) + 4, query={"pour": "autre"}, birth_year="2020", **said)
    assert again.status_code == 302
    online.confirm()
    assert Person.objects.count() == 1


def test_nobody_is_the_parent_of_an_adult_online(online: Online) -> None:
    said: dict[str, Any] = {"asker_kind": "parent", "asker_name": "Anne", "agreed": "on"}
    page = online.ask(query={"pour": "autre"}, **said)
    assert "un proche qui l’aide" in page.text
    assert page.status_code == 422
    helped = online.ask(query={"pour": "autre"}, **{**said, "asker_kind": "helper"})
    assert helped.status_code == 302


def test_a_first_visit_is_longer(online: Online) -> None:
    online.ask(query={"nouveau": "1"})
    assert Appointment.objects.get().minutes == 30


@pytest.mark.parametrize(
    "wrong",
    [
        {"birth_name": "123"},
        {"birth_year": "2090"},
        {"birth_month": "13"},
        {"phone": "0555123456"},
        {"phone": "bonjour"},
        {"first_name": ""},
    ],
)
def test_what_makes_no_sense_is_said_and_keeps_no_place(
    online: Online, wrong: dict[str, Any]
) -> None:
    page = online.ask(**wrong)
    assert page.status_code == 422
    assert (Appointment.objects.count(), Message.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("access", "sees", "books"),
    [(Access.OPEN, True, True), (Access.SHOWN, True, False), (Access.CLOSED, False, False)],
)
def test_a_centre_chooses_what_its_page_opens(
    online: Online, access: Access, sees: bool, books: bool
) -> None:
    online.open(access)
    page = online.client.get(f"{online.page}?motif=consultation").text
    assert ("9\u00a0h\u00a020" in page) is sees
    assert ("place=" in page) is books
    assert (online.ask().headers.get("Location") == reverse("patient_code")) is books
    assert Appointment.objects.exists() is books


def test_without_sms_the_page_shows_and_does_not_open(online: Online, settings: Any) -> None:
    settings.SMS_GATEWAY = ""
    assert "place=" not in online.client.get(f"{online.page}?motif=consultation").text
    assert online.ask().headers["Location"] == online.page


def test_nothing_is_proposed_in_a_week_without_a_doctor(online: Online) -> None:
    factories.opening(online.centre, day=TUESDAY + timedelta(days=8))
    assert online.ask(tick(9, day=TUESDAY + timedelta(days=8))).status_code == 422
    assert Appointment.objects.count() == 0


def test_when_nothing_is_free_the_page_says_what_to_do(online: Online) -> None:
    online.reason.practice = factories.practice()
    online.reason.save()
    page = online.client.get(f"{online.page}?motif=consultation").text
    assert "Aucune place libre en ligne" in page
    assert "05\u00a055\u00a000\u00a000\u00a000" in page
    assert "116 117" in page


def test_a_place_is_kept_ten_minutes_then_free_and_the_names_are_erased(
    online: Online, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    online.ask()
    at(monkeypatch, minutes=9)
    other = Client()
    assert online.ask(client=other, phone="0611111111").status_code == 422
    at(monkeypatch, minutes=11)
    late = online.confirm("000000")
    assert "Aucune place n’est gardée" in late.text
    assert online.ask(client=other, phone="0611111111").status_code == 302
    forget_online_requests(later(minutes=11))
    first = Request.objects.order_by("pk").first()
    assert first is not None
    assert (first.state, first.birth_name, first.phone, first.code_hash) == ("dropped", "", "", "")
    assert (double_bookings(), tick_faults()) == ((), ())


def test_the_same_code_sent_twice_gives_one_appointment(online: Online) -> None:
    online.ask()
    code = online.code()
    first, second = online.confirm(code), online.confirm(code)
    assert first.headers["Location"] == second.headers["Location"]
    assert Appointment.objects.count() == 1


def test_asking_again_in_the_same_browser_gives_the_first_place_back(online: Online) -> None:
    online.ask()
    online.ask(tick(10))
    assert sorted(Appointment.objects.values_list("state", flat=True)) == ["expired", "held"]


def test_giving_up_gives_the_place_back_at_once(online: Online) -> None:
    online.ask()
    answer = online.client.post(reverse("patient_give_up"))
    assert answer.headers["Location"] == online.page
    assert Appointment.objects.get().state == "expired"


def test_moving_takes_two_taps_and_a_new_sms(online: Online) -> None:
    row = online.book()
    address = reverse("patient_move", args=[links.token_of(row.public_id)])
    page = online.client.get(address)
    said = {"key": page.context["key"], "place": str(tick(11))}
    assert online.client.post(address, said).status_code == 302
    row.refresh_from_db()
    assert (row.tick, row.state) == (tick(11), "booked")
    assert online.client.post(address, said).status_code == 302
    assert Message.objects.filter(template="appointment_given").count() == 2
    assert (double_bookings(), tick_faults()) == ((), ())


def test_who_wants_an_earlier_place_joins_the_list_once(online: Online) -> None:
    row = online.book()
    token = links.token_of(row.public_id)
    for _ in range(2):
        online.client.post(reverse("patient_earlier", args=[token]))
    entry = WaitEntry.objects.get()
    assert (entry.kind, entry.person, entry.appointment) == ("earlier", row.patient, row)
    page = online.client.get(reverse("patient_appointment", args=[token]))
    assert "Vous êtes sur la liste" in page.text


def test_who_found_nothing_is_counted_once_a_day_and_not_known(online: Online) -> None:
    address = reverse("patient_nothing", args=[online.centre.pk])
    for motif in ("consultation", "consultation", "autre"):
        assert online.client.post(address, {"motif": motif}).status_code == 302
    told = RefusedRequest.objects.get()
    assert (told.reason, told.channel, told.person) == (online.reason, "online", None)


def test_opening_a_link_changes_nothing(online: Online) -> None:
    row = online.book()
    token = links.token_of(row.public_id)
    before = AuditEntry.objects.count()
    online.client.get(reverse("patient_appointment", args=[token]))
    online.client.get(reverse("patient_move", args=[token]))
    assert online.client.get(reverse("patient_cancel", args=[token])).status_code == 405
    row.refresh_from_db()
    assert (row.state, AuditEntry.objects.count()) == ("booked", before)


def test_a_link_of_the_past_or_of_a_cancelled_place_says_so(
    online: Online, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = online.book()
    token = links.token_of(row.public_id)
    page, act = (reverse(f"patient_{name}", args=[token]) for name in ("appointment", "cancel"))
    online.client.post(act, {"key": "un"})
    assert "Rendez-vous annulé" in online.client.get(page).text
    assert online.client.post(act, {"key": "deux"}).status_code == 302
    other = online.book(tick(10))
    token = links.token_of(other.public_id)
    at(monkeypatch, days=6)
    assert (
        "il ne se change plus ici"
        in online.client.get(reverse("patient_appointment", args=[token])).text
    )
    late = online.client.post(reverse("patient_cancel", args=[token]), {"key": "trois"})
    other.refresh_from_db()
    assert (late.status_code, other.state) == (422, "booked")
    assert online.client.post(reverse("patient_move", args=[token]), {}).status_code == 302


def test_no_name_stands_in_an_address_nor_in_the_journal(online: Online) -> None:
    online.book()
    told = " ".join(
        f"{one.subject_label} {one.details} {one.why}" for one in AuditEntry.objects.all()
    )
    assert "prevot" not in told.lower().replace("é", "e")
    assert "12345678" not in told
    for name in ("patient_code", "patient_centres"):
        assert "12345678" not in reverse(name)
    assert TODAY < MONDAY
    assert PHONE not in told
    assert TYPED["birth_name"] not in told
