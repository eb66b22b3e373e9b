"""A doctor says how often, how far, with whom, which acts, which centres."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from relais.core.models import AuditEntry
from relais.doctors.models import CentrePreference, Doctor, DoctorPractice
from relais.doctors.states import PreferenceKind
from relais.territory.models import Commune
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_january")]
URL = "/medecin/preferences/"


@pytest.fixture
def ajain() -> Commune:
    """Make a commune that can be typed."""
    return factories.commune(
        code="23002", name="Ajain", department="23", latitude=46.2, longitude=2.0
    )


@pytest.fixture
def doctor(client: Client, ajain: Commune) -> Doctor:
    """Sign a doctor in."""
    found, user = factories.doctor_user()
    client.force_login(user)
    return found


def sent(**more: str) -> dict[str, str]:
    """Write a page that is complete."""
    return {
        "max_missions": "2",
        "min_gap_weeks": "6",
        "max_travel_minutes": "240",
        "home": "Ajain",
        "phone": "06 11 22 33 44",
        "email": "dr@exemple.fr",
        **more,
    }


def test_saving_writes_the_file(client: Client, doctor: Doctor, ajain: Commune) -> None:
    answer = client.post(URL, sent(brings_family="on"))
    assert answer.headers["Location"] == reverse("doctor_preferences")
    doctor.refresh_from_db()
    assert (doctor.max_missions, doctor.min_gap_weeks, doctor.max_travel_minutes) == (2, 6, 240)
    assert (doctor.brings_family, doctor.brings_pet) == (True, False)
    assert (doctor.home, doctor.latitude) == (ajain, 46.2)
    assert (doctor.phone, doctor.email) == ("06 11 22 33 44", "dr@exemple.fr")
    assert AuditEntry.objects.get(verb="doctors.edited").actor == f"user:{doctor.user_id}"


def test_no_limit_of_travel_is_an_answer(client: Client, doctor: Doctor) -> None:
    doctor.max_travel_minutes = 130
    doctor.save()
    assert "2\u00a0h\u00a010" in client.get(URL).content.decode()
    client.post(URL, sent(max_travel_minutes=""))
    doctor.refresh_from_db()
    assert doctor.max_travel_minutes is None


def test_acts_are_answered_one_by_one_on_their_own_page(client: Client, doctor: Doctor) -> None:
    sutures, gynaecology = factories.practice(code="sutures"), factories.practice(code="gyneco")
    page = reverse("doctor_practice")
    client.post(page, {"minutes": "20", "practice_sutures": "with_help"})
    assert [(one.practice, one.level) for one in DoctorPractice.objects.all()] == [
        (sutures, "with_help")
    ]
    client.post(URL, sent())  # the preferences leave the acts as they are
    client.post(page, {"minutes": "20", "practice_sutures": "with_help", "practice_gyneco": "no"})
    assert {one.practice: one.level for one in DoctorPractice.objects.all()} == {
        sutures: "with_help",
        gynaecology: "no",
    }


def test_wishes_are_changed_and_known_centres_stay_known(client: Client, doctor: Doctor) -> None:
    near, far = factories.centre(), factories.centre()
    CentrePreference.objects.create(doctor=doctor, centre=near, kind=PreferenceKind.KNOWN)
    client.post(URL, sent(**{f"centre_{near.pk}": "preferred", f"centre_{far.pk}": "refused"}))
    assert set(CentrePreference.objects.values_list("centre", "kind")) == {
        (near.pk, "known"),
        (near.pk, "preferred"),
        (far.pk, "refused"),
    }
    client.post(URL, sent())
    assert list(CentrePreference.objects.values_list("centre", "kind")) == [(near.pk, "known")]


def test_an_unchanged_page_writes_nothing_to_the_audit(client: Client, doctor: Doctor) -> None:
    client.post(URL, sent())
    count = AuditEntry.objects.count()
    client.post(URL, sent())
    assert AuditEntry.objects.count() == count


def test_a_commune_that_nobody_knows_is_explained(client: Client, doctor: Doctor) -> None:
    answer = client.post(URL, sent(home="Ajin"))
    assert answer.status_code == 422
    assert "Aucune commune ne s’appelle « Ajin ». Vouliez-vous dire Ajain (23) ?" in (
        answer.content.decode()
    )
    doctor.refresh_from_db()
    assert doctor.home is None


def test_communes_are_suggested_while_typing(client: Client, doctor: Doctor) -> None:
    answer = client.get(reverse("doctor_communes"), {"home": "aja"})
    assert answer.content.decode().strip() == '<option value="Ajain (23)"></option>'
