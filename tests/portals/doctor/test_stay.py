"""« Mon séjour »: two taps for the hour, the code in its days, nothing of another doctor."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from relais.core.models import AuditEntry
from relais.premises import services as premises
from relais.premises.models import Incident
from relais.stays.models import Stay
from tests import factories
from tests.factories import MONDAY, NOW, by

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_january")]


@pytest.fixture
def stay() -> Stay:
    """Make a stay of a doctor who signs in, whose house has a code."""
    doctor, _ = factories.doctor_user()
    made = factories.stay(factories.mission(doctor))
    assert made.lodging is not None
    premises.set_code(made.lodging, code="4137B", by=by(), now=NOW)
    return made


@pytest.fixture
def doctor_client(stay: Stay) -> Client:
    """Sign the doctor of the stay in."""
    client = Client()
    user = stay.mission.doctor.user
    assert user is not None
    client.force_login(user)
    return client


def page(stay: Stay, name: str = "doctor_stay") -> str:
    return reverse(name, args=[stay.pk])


def test_the_hour_is_told_in_two_taps(doctor_client: Client, stay: Stay) -> None:
    opened = doctor_client.get(reverse("doctor_stays"), follow=True)  # one: « Séjour »
    assert opened.redirect_chain == [(page(stay), 302)]
    assert 'value="18:00"' in opened.content.decode()
    told = doctor_client.post(  # two: « 18 h »
        page(stay, "doctor_stay_arrival"), {"arrives_at": "18:00"}, follow=True
    )
    assert "Vous arrivez dimanche 10\u00a0janvier à 18\u00a0h" in told.content.decode()
    assert Stay.objects.get().arrives_at == time(18)


def test_the_code_is_shown_by_a_button_noted_and_kept_by_no_cache(
    doctor_client: Client, stay: Stay
) -> None:
    assert "4137B" not in doctor_client.get(page(stay)).content.decode()
    assert doctor_client.get(page(stay, "doctor_stay_code")).status_code == 405
    shown = doctor_client.post(page(stay, "doctor_stay_code"))
    assert "4137B" in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    entry = AuditEntry.objects.get(verb="premises.code_read")
    assert entry.details == {"stay": stay.pk, "kept": False}


def test_too_early_the_page_says_from_when(doctor_client: Client, stay: Stay) -> None:
    Stay.objects.update(arrives_on=date(2027, 2, 7), leaves_on=date(2027, 2, 13))
    assert "à partir du dimanche 31\u00a0janvier" in doctor_client.get(page(stay)).content.decode()
    refused = doctor_client.post(page(stay, "doctor_stay_code"))
    assert refused.status_code == 422
    assert "4137B" not in refused.content.decode()


def test_the_kept_page_holds_the_code_and_says_until_when(
    doctor_client: Client, stay: Stay
) -> None:
    assert doctor_client.get(page(stay, "doctor_stay_pocket")).status_code == 302
    kept = doctor_client.post(page(stay, "doctor_stay_pocket"))
    assert "4137B" in kept.content.decode()
    assert kept.headers["X-Relais-Until"] == "2027-01-16"
    assert AuditEntry.objects.get(verb="premises.code_read").details["kept"] is True
    worker = doctor_client.get(reverse("doctor_stay_telephone"))
    assert worker.headers["Content-Type"].startswith("text/javascript")


def test_the_pdf_and_the_pack_hold_no_code(doctor_client: Client, stay: Stay) -> None:
    factories.welcome(stay.mission.line.centre)
    pdf = doctor_client.get(page(stay, "doctor_stay_file"))
    assert (pdf.status_code, pdf.headers["Content-Type"]) == (200, "application/pdf")
    pack = doctor_client.get(page(stay, "doctor_stay_pack")).content.decode()
    assert "Bienvenue." in pack
    assert "4137B" not in pack


def test_who_comes_is_said_once_and_kept(doctor_client: Client, stay: Stay) -> None:
    said = {
        "arrives_on": "2027-01-09",
        "arrives_at": "20:15",
        "leaves_on": "2027-01-17",
        "leaves_at": "",
        "travel_by": "train",
        "pick_up_at": "gare, 19 h 50",
        "wants_car": "on",
        "adults": "2",
        "children": "1",
        "pets": "0",
        "accepts_sharing": "no",
    }
    answer = doctor_client.post(page(stay, "doctor_stay_travel"), said)
    assert answer.status_code == 302
    fresh = Stay.objects.get()
    assert (fresh.arrives_on, fresh.leaves_on) == (date(2027, 1, 9), date(2027, 1, 17))
    assert (fresh.people, fresh.accepts_sharing, fresh.party_known) == (3, False, True)
    assert fresh.nights.count() == 2 * 8
    late = {**said, "leaves_on": "2027-01-09"}
    assert doctor_client.post(page(stay, "doctor_stay_travel"), late).status_code == 422


def test_a_problem_is_told_about_the_house_or_the_car(doctor_client: Client, stay: Stay) -> None:
    for about in ("house", "car"):
        doctor_client.post(
            page(stay, "doctor_stay_incident"), {"about": about, "text": f"souci {about}"}
        )
    rows = Incident.objects.order_by("id").values_list("lodging_id", "car_id")
    assert list(rows) == [(stay.lodging_id, None), (None, stay.car_id)]
    empty = doctor_client.post(page(stay, "doctor_stay_incident"), {"about": "car", "text": ""})
    assert empty.status_code == 422


def test_another_doctor_finds_nothing_here(stay: Stay) -> None:
    _, other = factories.doctor_user()
    client = Client()
    client.force_login(other)
    names = ("doctor_stay", "doctor_stay_pack", "doctor_stay_file", "doctor_stay_travel")
    assert {client.get(page(stay, name)).status_code for name in names} == {404}
    posts = ("doctor_stay_code", "doctor_stay_pocket", "doctor_stay_arrival")
    assert {client.post(page(stay, name)).status_code for name in posts} == {404}
    assert not AuditEntry.objects.filter(verb="premises.code_read").exists()


def test_a_stay_given_back_is_gone(doctor_client: Client, stay: Stay) -> None:
    Stay.objects.update(released_at=NOW)
    assert doctor_client.get(page(stay)).status_code == 404
    empty = doctor_client.get(reverse("doctor_stays")).content.decode()
    assert "Pas encore de séjour" in empty


def test_the_day_after_the_stay_the_code_is_gone(stay: Stay, monkeypatch: Any) -> None:
    later = datetime.combine(MONDAY + timedelta(days=6), time(12), tzinfo=NOW.tzinfo)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    client, user = Client(), stay.mission.doctor.user
    assert user is not None
    client.force_login(user)
    refused = client.post(page(stay, "doctor_stay_code"))
    assert refused.status_code == 422
    assert "4137B" not in refused.content.decode()
