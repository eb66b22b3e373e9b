"""A coordinator gives, moves, cancels and undoes appointments; a doctor reads; nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from relais.agenda import queries
from relais.agenda.models import Appointment
from relais.core.models import AuditEntry
from relais.patients.models import Person
from tests import factories
from tests.factories import MONDAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_january")]


class Counter:
    """A coordinator signed in, a centre open on Monday from 9 to 12, a patient."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.centre = factories.centre(name="Centre du Morvan", lines=2)
        factories.opening(self.centre)
        self.reason = factories.reason(label="Consultation")
        self.patient = factories.patient(
            self.centre, birth_name="DUPRE", search_name="dupre louise", phone="0601020304"
        )
        self.user = factories.coordinator(self.centre)
        client.force_login(self.user)

    def at(self, name: str, *rest: Any) -> str:
        return reverse(name, args=[self.centre.pk, *rest])

    @property
    def day(self) -> str:
        return self.at("centre_day", MONDAY.isoformat())

    @property
    def book(self) -> str:
        return self.at("centre_book", MONDAY.isoformat(), self.patient.public_id)

    def give(self, place: str = "", **said: Any) -> Any:
        line = self.centre.lines.get(number=1)
        tick = int(datetime.combine(MONDAY, time(8, 30), tzinfo=UTC).timestamp()) // 300
        return self.client.post(
            self.book,
            {
                "key": "clic",
                "motif": self.reason.code,
                "place": place or f"{line.pk}.{tick}",
                **said,
            },
        )


@pytest.fixture
def counter(client: Client) -> Counter:
    return Counter(client)


def test_three_letters_then_a_place_then_done(counter: Counter) -> None:
    found = counter.client.post(
        counter.at("centre_find", MONDAY.isoformat()), {"text": "dup"}, headers={"HX-Request": "1"}
    )
    assert counter.book in found.text
    page = counter.client.get(counter.book)
    assert "lundi 11\u00a0janvier, 9\u00a0h\u00a030" in page.text
    assert "30 = 20 + 10 nouveau" in page.text
    assert counter.give().headers["Location"] == counter.day
    row = Appointment.objects.get()
    assert (row.patient, row.minutes, row.because) == (
        counter.patient,
        30,
        "30 = 20 + 10 nouveau",
    )
    day = counter.client.get(counter.day)
    assert "DUPRE Louise" in day.text
    assert "Rendez-vous donné : lundi 11\u00a0janvier à 9\u00a0h\u00a030." in day.text


def test_the_same_form_sent_twice_gives_one_appointment(counter: Counter) -> None:
    counter.give()
    counter.give()
    assert Appointment.objects.count() == 1


def test_a_search_without_javascript_shows_the_whole_day(counter: Counter) -> None:
    page = counter.client.post(counter.at("centre_find", MONDAY.isoformat()), {"text": "dup"})
    assert counter.book in page.text
    assert "<h1>Lundi 11\u00a0janvier</h1>" in page.text


def test_nothing_of_a_patient_stands_in_an_address(counter: Counter) -> None:
    counter.give()
    row = Appointment.objects.get()
    for address in (counter.book, counter.at("centre_appointment", row.public_id)):
        assert "dupre" not in address.lower()


def test_a_taken_place_is_refused_with_other_places(counter: Counter) -> None:
    counter.give()
    other = factories.patient(counter.centre)
    address = counter.at("centre_book", MONDAY.isoformat(), other.public_id)
    row = Appointment.objects.get()
    said = {"key": "k", "motif": counter.reason.code, "place": f"{row.line_id}.{row.tick}"}
    answer = counter.client.post(address, said)
    assert answer.status_code == 422
    assert "Cette place vient d’être prise" in answer.text
    assert "lundi 11\u00a0janvier, 9\u00a0h\u00a030</strong>, ligne 2" in answer.text


def test_another_hour_another_length_and_between_two(counter: Counter) -> None:
    counter.give()
    line = counter.centre.lines.get(number=1)
    said = {"day": MONDAY.isoformat(), "at": "09:35", "line": line.pk, "minutes": 10}
    other = factories.patient(counter.centre)
    address = counter.at("centre_book", MONDAY.isoformat(), other.public_id)
    form = {"key": "k", "motif": counter.reason.code, "place": "autre", **said}
    assert counter.client.post(address, form).status_code == 422
    counter.client.post(address, {**form, "between": "on"})
    row = Appointment.objects.get(patient=other)
    assert (row.lane, row.minutes, row.because) == (1, 10, "10, durée choisie")
    assert "entre deux" in counter.client.get(counter.day).text
    missing = counter.client.post(address, {**form, "key": "l", "at": ""})
    assert "À remplir pour une autre heure." in missing.text


def test_the_last_act_is_undone_in_one_click(counter: Counter) -> None:
    counter.give()
    page = counter.client.get(counter.day)
    row = Appointment.objects.get()
    change = queries.last_change(row)
    assert change is not None
    address = counter.at("centre_undo", row.public_id)
    assert address in page.text
    counter.client.post(address, {"change": change.pk, "key": "u"})
    row.refresh_from_db()
    assert row.state == "cancelled"
    assert address not in counter.client.get(counter.day).text


def test_an_appointment_is_moved_lengthened_and_cancelled(counter: Counter) -> None:
    counter.give()
    row = Appointment.objects.get()
    page = counter.at("centre_appointment", row.public_id)
    assert "Déplacer, ou changer la durée" in counter.client.get(page).text
    move = counter.at("centre_move", row.public_id)
    line = counter.centre.lines.get(number=2)
    place = f"{line.pk}.{row.tick + 12}"
    counter.client.post(move, {"key": "m", "rev": 0, "place": place})
    row.refresh_from_db()
    assert (row.line, row.rev) == (line, 1)
    counter.client.post(move, {"key": "n", "rev": 1, "place": "ici", "minutes": 45})
    row.refresh_from_db()
    assert row.minutes == 45
    late = counter.client.post(move, {"key": "o", "rev": 0, "place": place})
    assert late.status_code == 422
    assert "vient de changer" in late.text
    cancel = counter.at("centre_cancel", row.public_id)
    counter.client.post(cancel, {"key": "c", "rev": 2, "cancelled_by": "patient"})
    row.refresh_from_db()
    assert (row.state, row.cancelled_by) == ("cancelled", "patient")


def test_a_new_patient_has_a_file_then_a_place(counter: Counter) -> None:
    answer = counter.client.post(
        counter.at("centre_new_patient", MONDAY.isoformat()),
        {
            "birth_name": "Lévêque",
            "first_birth_name": "Zoé",
            "sex": "F",
            "birth_year": 1950,
            "phone": "0600000000",
        },
    )
    person = Person.objects.get(birth_name="LEVEQUE")
    assert (person.birth_written, person.birth_place) == ("1950-00-00", "99999")
    assert answer.headers["Location"] == counter.at(
        "centre_book", MONDAY.isoformat(), person.public_id
    )


def test_a_file_that_looks_like_another_says_so(counter: Counter) -> None:
    twin = factories.patient(counter.centre, birth_name="DUPRE", search_name="dupre louise")
    assert twin.public_id in counter.client.get(counter.book).text


def test_the_week_shows_each_day_of_each_line(counter: Counter) -> None:
    counter.give()
    page = counter.client.get(counter.at("centre_day_week", MONDAY.isoformat()))
    assert page.text.count('class="week-day"') == 12
    assert "DUPRE Louise" in page.text


def test_a_centre_without_hours_offers_the_usual_week(client: Client) -> None:
    centre = factories.centre()
    client.force_login(factories.coordinator(centre))
    day = reverse("centre_day", args=[centre.pk, MONDAY.isoformat()])
    assert "pas encore d’heures d’ouverture" in client.get(day).text
    client.post(reverse("centre_prepare", args=[centre.pk]))
    assert "libre jusqu’à" in client.get(day).text


def test_every_reading_is_told(counter: Counter) -> None:
    counter.give()
    before = AuditEntry.objects.count()
    counter.client.get(counter.day)
    counter.client.get(counter.book)
    verbs = list(AuditEntry.objects.order_by("id").values_list("verb", flat=True))[before:]
    assert verbs == ["agenda.day_read", "patients.read"]


def test_a_doctor_reads_the_week_of_the_mission_and_changes_nothing(
    client: Client, counter: Counter
) -> None:
    counter.give()
    doctor, user = factories.doctor_user()
    client.force_login(user)
    assert client.get(counter.day).status_code == 404
    factories.mission(doctor, counter.centre.lines.get(number=1))
    assert client.get(counter.day).status_code == 404  # it is Wednesday: too early
    assert client.get(counter.book).status_code == 403


def test_a_doctor_reads_from_the_friday_before(
    client: Client, counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter.give()
    doctor, user = factories.doctor_user()
    factories.mission(doctor, counter.centre.lines.get(number=1))
    friday = datetime(2027, 1, 8, 9, tzinfo=UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: friday)
    client.force_login(user)
    page = client.get(counter.day)
    assert "DUPRE Louise" in page.text
    assert "Donner un rendez-vous" not in page.text
    row = Appointment.objects.get()
    assert client.get(counter.at("centre_appointment", row.public_id)).status_code == 403


def test_another_centre_is_not_there(client: Client, counter: Counter) -> None:
    client.force_login(factories.coordinator(factories.centre()))
    for address in (counter.day, counter.book):
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("patients", [1, 3])
def test_a_day_costs_the_same_for_one_and_three_patients(
    counter: Counter, django_assert_num_queries: Any, patients: int
) -> None:
    line = counter.centre.lines.get(number=1)
    for _ in range(patients):
        factories.appointment(line, factories.patient(counter.centre))
    counter.client.get(counter.day)
    with django_assert_num_queries(17):
        counter.client.get(counter.day)


def test_the_week_says_what_its_doctor_cannot_keep_and_moves_it_in_one_click(
    counter: Counter,
) -> None:
    act = factories.practice(label="sutures")
    counter.reason.practice = act
    counter.reason.save()
    first, second = counter.centre.lines.order_by("number")
    able, other = factories.doctor(), factories.doctor(last_name="Autre")
    able.practices.create(practice=act, level="yes")
    mission = factories.mission(able, first)
    third = factories.doctor()
    third.practices.create(practice=act, level="yes")
    factories.mission(third, second)
    counter.give()
    week = counter.at("centre_day_week", MONDAY.isoformat())
    assert "À revoir" not in counter.client.get(week).text
    mission.doctor = other
    mission.save()
    page = counter.client.get(week)
    assert "Dr Camille Autre ne pratique pas : sutures" in page.text
    assert "Déplacer lundi 11\u00a0janvier à 9\u00a0h\u00a030, ligne 2" in page.text
    row = Appointment.objects.get()
    place = f"{second.pk}.{row.tick}"
    assert place in page.text
    counter.client.post(
        counter.at("centre_move", row.public_id), {"key": "m", "rev": 0, "place": place}
    )
    row.refresh_from_db()
    assert row.line == second
    assert "À revoir" not in counter.client.get(week).text


def test_a_place_is_given_and_refused_in_a_few_words(
    counter: Counter, django_assert_num_queries: Any
) -> None:
    said = {"motif": counter.reason.code}
    asked = {"Accept": "application/json"}
    places = counter.client.get(counter.book, said, headers=asked).json()["places"]
    assert places[0]["because"] == "30 = 20 + 10 nouveau"
    form = {**said, "place": places[0]["place"], "key": "k"}
    given = counter.client.post(counter.book, form, headers=asked)
    assert (given.status_code, Appointment.objects.get().public_id) == (
        201,
        given.json()["appointment"],
    )
    again = counter.client.post(counter.book, form, headers=asked)
    assert (again.status_code, again.json()) == (201, given.json())
    other = factories.patient(counter.centre)
    address = counter.at("centre_book", MONDAY.isoformat(), other.public_id)
    with django_assert_num_queries(4):  # the session, the person, the roles, the place
        refused = counter.client.post(address, {**form, "key": "l"}, headers=asked)
    assert (refused.status_code, refused.json()) == (
        422,
        {"sentence": "Cette place vient d’être prise. Choisissez-en une autre."},
    )
    assert counter.client.post(counter.book, {"key": "m"}, headers=asked).status_code == 422


def test_few_words_keep_to_the_scope_of_the_person(counter: Counter) -> None:
    stranger, elsewhere = factories.patient(), factories.centre(key="ailleurs")
    line = elsewhere.lines.get()
    asked = {"Accept": "application/json"}
    form = {"motif": counter.reason.code, "key": "k", "minutes": "20"}
    address = counter.at("centre_book", MONDAY.isoformat(), stranger.public_id)
    here = counter.centre.lines.get(number=1)
    tick = int(datetime(2027, 1, 11, 9, tzinfo=UTC).timestamp()) // 300
    answers = [
        counter.client.post(address, {**form, "place": f"{here.pk}.{tick}"}, headers=asked),
        counter.client.post(counter.book, {**form, "place": f"{line.pk}.{tick}"}, headers=asked),
        counter.client.get(address, {"motif": counter.reason.code}, headers=asked),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert Appointment.objects.count() == 0
