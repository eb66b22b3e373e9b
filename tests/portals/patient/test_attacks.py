"""Somebody means harm: looks for patients, guesses codes, forges places, takes everything."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from relais.agenda.models import Appointment
from relais.agenda.queries import double_bookings, tick_faults
from relais.booking import links, services
from relais.booking.models import Request
from relais.core.models import AuditEntry
from relais.outbox.models import Message
from relais.patients.models import Person
from tests import factories
from tests.factories import MONDAY, NOW, TODAY
from tests.portals.patient.online import TUESDAY, Online, later, tick

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_january")]


@pytest.fixture
def online(client: Client, settings: Any) -> Online:
    settings.SMS_GATEWAY = "https://sms.exemple.fr"
    return Online(client, lines=1)


def wash(text: str) -> str:
    """Take out of a page what changes from one visit to the next."""
    text = re.sub(r'value="[A-Za-z0-9]{64}"', "", text)
    return re.sub(r'"x-csrftoken": "[^"]+"|nonce="[^"]+"', "", text)


def test_whether_a_patient_is_known_changes_no_word_before_the_code(online: Online) -> None:
    factories.patient(
        online.centre,
        birth_name="PREVOT",
        first_name="ELOISE",
        born_on=date(1950, 4, 12),
        phone="0612345678",
    )
    pages = []
    for name in ("Prévôt", "Inconnu"):
        browser = Client()
        answer = online.ask(client=browser, birth_name=name)
        page = browser.get(answer.headers["Location"])
        pages.append((answer.status_code, answer.headers["Location"], wash(page.text)))
        browser.post(reverse("patient_give_up"))
    assert pages[0] == pages[1]
    assert Person.objects.count() == 1


def test_asking_reads_no_file_of_a_patient(online: Online) -> None:
    with CaptureQueriesContext(connection) as seen:
        online.ask()
    touched = [one["sql"] for one in seen if "patients_person" in one["sql"]]
    assert touched == []


def test_a_stranger_with_name_and_birth_date_learns_nothing_of_the_agenda(online: Online) -> None:
    """The patient has an appointment at that very hour: the stranger gets a place all the same."""
    second = factories.line(online.centre)
    factories.mission(None, second)
    known = factories.patient(
        online.centre,
        birth_name="PREVOT",
        first_name="ELOISE",
        born_on=date(1950, 4, 12),
        phone="0612345678",
    )
    assert online.book().patient == known
    stranger = Client()
    answer = online.ask(client=stranger, phone="0688888888")
    assert answer.status_code == 302
    assert "rdv/" in online.confirm(client=stranger).headers["Location"]


def test_five_guesses_and_the_place_is_given_back(online: Online) -> None:
    online.ask()
    code = online.code()
    wrong = [f"{number:06d}" for number in range(6) if f"{number:06d}" != code][:5]
    answers = [online.confirm(one) for one in wrong]
    assert [one.status_code for one in answers] == [422, 422, 422, 422, 302]
    assert "Il vous reste 4\u00a0essais" in answers[0].text
    assert Appointment.objects.get().state == "expired"
    late = online.confirm(code)
    assert "Aucune place n’est gardée" in late.text
    assert AuditEntry.objects.filter(verb="booking.code_missed").count() == 5


def test_guesses_sent_together_are_all_counted(online: Online) -> None:
    """A try is counted in the database before it is judged."""
    online.ask()
    request = Request.objects.get()
    Request.objects.update(tries=5)
    with pytest.raises(services.OverRefusal):
        services.confirm(request, code=online.code(), today=TODAY, by=factories.by(), now=NOW)
    assert Appointment.objects.get().state == "expired"


def test_the_code_of_one_browser_is_worth_nothing_in_another(online: Online) -> None:
    online.ask()
    code = online.code()
    thief = Client()
    assert "Aucune place n’est gardée" in online.confirm(code, client=thief).text
    online.ask(tick(10), client=thief, phone="0699999999")
    assert online.confirm(code, client=thief).status_code in {422, 302}
    assert not Appointment.objects.filter(state="booked").exists()


def test_a_code_is_kept_nowhere_once_it_left(online: Online) -> None:
    online.ask()
    code = online.code()
    message = Message.objects.get()
    request = Request.objects.get()
    assert code not in f"{message.text} {message.sms} {message.subject}"
    assert code not in request.code_hash
    assert request.phone not in request.phone_hash


@pytest.mark.parametrize("which", ["unreleased", "closed", "past", "crooked", "taken", "far"])
def test_a_forged_place_is_refused_with_one_sentence(online: Online, which: str) -> None:
    """Same-day places before their hour, places that do not exist, places of others."""
    day = TUESDAY
    factories.opening(
        online.centre, day=day, starts=time(14), ends=time(15), kind="planned", released=time(8)
    )
    far = MONDAY + timedelta(weeks=10)
    factories.mission(None, online.centre.lines.get(), monday=far)
    taken = tick(11)
    online.book(taken)
    ticks = {
        "unreleased": tick(14, day=day),
        "closed": tick(19),
        "past": tick(9, day=TUESDAY - timedelta(days=7)),
        "crooked": tick(9) + 1,
        "taken": taken,
        "far": tick(9, day=far + timedelta(days=1)),
    }
    before = Appointment.objects.count()
    answer = online.ask(ticks[which], client=Client(), phone="0677777777")
    assert answer.status_code == 422
    assert "Cette place n’est pas proposée." in answer.text
    assert Appointment.objects.count() == before


def test_places_of_the_day_are_neither_seen_nor_taken_before_their_hour(
    online: Online, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through every public way: the list, a forged request, a forged move."""
    factories.opening(online.centre, day=TUESDAY, starts=time(14), ends=time(15), released=time(8))
    same_day = tick(14)
    assert f"place={same_day}" not in online.client.get(f"{online.page}?motif=consultation").text
    assert online.ask(same_day).status_code == 422
    row = online.book()
    move = reverse("patient_move", args=[links.token_of(row.public_id)])
    forged = online.client.post(move, {"key": "k", "place": str(same_day)})
    row.refresh_from_db()
    assert (forged.status_code, row.tick) == (422, tick(9))
    moment = later(days=5, hours=21, minutes=31)  # Tuesday, one past eight in Paris
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
    assert f"place={same_day}" in online.client.get(f"{online.page}?motif=consultation").text
    assert online.client.post(move, {"key": "l", "place": str(same_day)}).status_code == 302
    row.refresh_from_db()
    assert row.tick == same_day


def test_a_reason_that_is_not_for_the_public_is_not_taken(online: Online) -> None:
    factories.reason(code="visite", is_online=False)
    address = online.form(tick(9)).replace("consultation", "visite")
    answer = online.client.post(address, {"birth_name": "X"})
    assert answer.headers["Location"] == online.page
    assert Appointment.objects.count() == 0


@pytest.mark.parametrize("how", ["letter", "seal", "short", "other", "empty", "nul"])
def test_a_link_that_was_altered_opens_nothing(online: Online, how: str) -> None:
    row = online.book()
    token = links.token_of(row.public_id)
    other = factories.appointment(
        online.centre.lines.get(), factories.patient(online.centre), state="booked"
    )
    forged = {
        "letter": ("A" if token[0] != "A" else "B") + token[1:],
        "seal": token[:-1] + ("A" if token[-1] != "A" else "B"),
        "short": token[:-1],
        "other": other.public_id + token[-16:],
        "empty": other.public_id,
        "nul": token[:-1] + "é",
    }[how]
    for name in ("appointment", "move", "cancel"):
        address = reverse(f"patient_{name}", args=[forged])
        answer = online.client.post(address, {"key": "k", "place": str(tick(10))})
        assert answer.status_code == 404
        assert "Ce lien n’ouvre rien" in answer.text
    other.refresh_from_db()
    assert other.state == "booked"


def test_a_link_is_worth_nothing_under_another_secret(online: Online, settings: Any) -> None:
    token = links.token_of("un-identifiant")
    assert links.read(token) == "un-identifiant"
    settings.SECRET_KEY = "un autre secret, tout neuf, et long"
    assert links.read(token) is None
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    assert links.read(token) is None


def test_one_telephone_is_not_made_to_ring_all_day(online: Online) -> None:
    answers = [online.ask(tick(9) + 4 * number, client=Client()) for number in range(5)]
    assert [one.status_code for one in answers] == [302, 302, 302, 422, 422]
    assert "Réessayez dans une heure" in answers[3].text
    assert Message.objects.count() == 3
    assert Appointment.objects.filter(state="held").count() <= 1


def test_one_address_does_not_keep_all_places(online: Online) -> None:
    answers = [
        online.ask(tick(9) + 4 * number, client=Client(), phone=f"06{number:08d}")
        for number in range(7)
    ]
    assert [one.status_code for one in answers].count(302) == 4
    assert Appointment.objects.filter(state="held").count() == 4


def test_many_addresses_do_not_keep_all_places_of_a_centre(online: Online) -> None:
    for number in range(9):
        online.ask(
            tick(9) + 4 * number,
            client=Client(REMOTE_ADDR=f"10.0.0.{number}"),
            phone=f"06{number:08d}",
        )
    assert Appointment.objects.filter(state="held").count() == 8


def test_a_patient_takes_one_place_a_week_and_two_in_all(online: Online) -> None:
    for weeks in (1, 2):
        factories.mission(None, online.centre.lines.get(), monday=MONDAY + timedelta(weeks=weeks))
    online.book()
    same_week = online.ask(tick(11))
    assert same_week.status_code == 302
    refused = online.client.post(reverse("patient_code"), {"code": online.code()}, follow=True)
    assert "déjà un rendez-vous cette semaine-là" in refused.text
    online.book(tick(9, day=TUESDAY + timedelta(weeks=1)))
    Request.objects.update(asked_at=later(days=-3))
    online.ask(tick(9, day=TUESDAY + timedelta(weeks=2)))
    refused = online.client.post(reverse("patient_code"), {"code": online.code()}, follow=True)
    assert "déjà assez de rendez-vous" in refused.text
    assert Appointment.objects.filter(state="booked").count() == 2
    assert Appointment.objects.filter(state="held").count() == 0
    assert (double_bookings(), tick_faults()) == ((), ())


def test_moves_by_link_have_an_end(online: Online) -> None:
    row = online.book()
    move = reverse("patient_move", args=[links.token_of(row.public_id)])
    answers = [
        online.client.post(move, {"key": f"k{number}", "place": str(tick(10) + 4 * (number % 2))})
        for number in range(6)
    ]
    assert [one.status_code for one in answers] == [302, 302, 302, 302, 422, 422]


def test_a_form_from_elsewhere_does_nothing(online: Online) -> None:
    strict = Client(enforce_csrf_checks=True)
    row = online.book()
    token = links.token_of(row.public_id)
    answers = [
        strict.post(reverse("patient_cancel", args=[token]), {"key": "k"}),
        strict.post(online.form(tick(10)), {}),
        strict.post(reverse("patient_code"), {"code": "123456"}),
    ]
    assert [one.status_code for one in answers] == [403, 403, 403]
    row.refresh_from_db()
    assert row.state == "booked"


def test_pages_of_a_person_are_kept_by_no_cache_and_found_by_no_search(online: Online) -> None:
    row = online.book()
    page = online.client.get(reverse("patient_appointment", args=[links.token_of(row.public_id)]))
    assert "no-store" in page.headers["Cache-Control"]
    assert 'name="robots" content="noindex"' in page.text
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert "Disallow: /rdv/" in online.client.get("/robots.txt").text
