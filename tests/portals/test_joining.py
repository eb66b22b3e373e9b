"""From a name left on the public page to a week that is ready, through the pages people use."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from relais.accounts.models import User
from relais.accounts.states import Role
from relais.agenda.models import DoctorAgenda
from relais.core.models import AuditEntry
from relais.doctors.models import CharterSignature, Doctor, Interest, Letter, Paper, PracticeProfile
from relais.doctors.states import InterestState
from relais.engine.papers import rules
from relais.journeys import invitations, joining, relay
from relais.outbox.models import Message
from relais.rota.models import Mission
from relais.rota.states import MissionState
from tests import factories
from tests.factories import NOW
from tests.journeys.test_joining import home

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"
FIELDS = {"name": "Camille Aubert", "contact": "elle@exemple.fr", "status": "substitute"}


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.PRIVATE_FILES = tmp_path / "private"
    cache.clear()  # attempts are counted there


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def posts(**fields: str) -> Any:
    return Client().post(reverse("public_interest"), {**FIELDS, **fields})


def link_of(interest: Interest) -> str:
    return reverse("public_interest_follow", args=[joining.token_of(interest)])


def test_the_whole_way_from_a_name_to_a_ready_week(settings: Any) -> None:
    settings.CHARTER_REQUIRED = True
    home()
    factories.practice(code="sutures", label="sutures")
    office = as_user(factories.user(Role.PLANNER))
    # a name left from a campaign's link
    assert 'name="source" value="ami"' in Client().get("/venir/?source=ami").text
    answer = posts(source="ami")
    assert (answer.status_code, answer["Location"]) == (302, reverse("public_interest_thanks"))
    interest = Interest.objects.get()
    assert interest.source == "ami"
    # she says when to call
    phone = Client()
    said = {"email": "elle@exemple.fr", "phone": "06 12 34 56 78", "best_time": "evening"}
    assert phone.post(link_of(interest), {**said, "act": "save"}).status_code == 302
    assert "en fin de journée" in office.get(reverse("office_interests")).text
    # the team calls, then welcomes
    call = reverse("office_interest_call", args=[interest.pk])
    assert office.post(call, {"outcome": "reached", "words": "En mai"}).status_code == 302
    welcome = reverse("office_interest_accept", args=[interest.pk])
    shown = office.get(welcome).text
    assert 'value="Aubert"' in shown
    assert office.post(welcome, {"first_name": "Camille"}).status_code == 422
    fields = {"first_name": "Camille", "last_name": "Aubert", "email": "elle@exemple.fr"}
    assert office.post(welcome, {**fields, "home": "Ajain (23)"}).status_code == 302
    doctor = Doctor.objects.get()
    # one tap on the same link asks for the way in
    assert "Recevoir mon lien pour entrer" in phone.get(link_of(interest)).text
    asked = phone.post(link_of(interest), {"act": "enter"})
    assert asked["Location"] == reverse("account_link_sent")
    assert DBTaskResult.objects.filter(task_path__endswith="mail_sign_in_link").count() == 1
    # charter, practice, papers, on the phone
    assert doctor.user is not None
    hers = as_user(doctor.user)
    assert "à lire et à signer" in hers.get(reverse("doctor_papers")).text
    charter = reverse("doctor_charter")
    version = re.search(r'name="version" value="(\d+)"', hers.get(charter).text)
    assert version is not None
    assert hers.post(charter, {"version": version[1], "name": "Autre"}).status_code == 422
    signed = hers.post(charter, {"version": version[1], "name": "camille aubert"})
    assert signed.status_code == 302
    practice = reverse("doctor_practice")
    works = {"practice_sutures": "with_help", "minutes": "30", "most_a_day": "15"}
    wrong = hers.post(practice, {**works, "limits": "Je suis malade"})
    assert wrong.status_code == 422
    assert hers.post(practice, {**works, "languages": ["anglais"]}).status_code == 302
    assert PracticeProfile.objects.get().languages == ["anglais"]
    asked_of_agenda = DoctorAgenda.objects.get()
    assert (asked_of_agenda.pace, asked_of_agenda.most_a_day) == (150, 15)
    mission = factories.mission(doctor, monday=timezone.localdate() + timedelta(weeks=8))
    monday = mission.monday - timedelta(days=mission.monday.weekday())
    Mission.objects.update(monday=monday)
    mission.refresh_from_db()
    for paper in Paper.objects.filter(doctor=doctor):
        if rules()[paper.code].is_doctors:
            file = SimpleUploadedFile("photo.pdf", PDF)
            hers.post(reverse("doctor_paper", args=[paper.code]), {"file": file})
        accept = reverse("office_paper_accept", args=[paper.pk])
        until = (monday + timedelta(days=400)).isoformat()
        assert office.post(accept, {"expires_on": until}).status_code == 302
    # a contract for the week, that she reads
    letters = reverse("office_letters", args=[doctor.pk])
    made = office.post(letters, {"kind": "contract", "about": f"mission:{mission.pk}"})
    assert made.status_code == 302
    letter = Letter.objects.get()
    assert f"/medecin/documents/{letter.pk}/" in hers.get(reverse("doctor_papers")).text
    read = hers.get(reverse("doctor_letter", args=[letter.pk]))
    assert (read["Content-Type"], read.content[:5]) == ("application/pdf", b"%PDF-")
    relay.mark_ready(mission, by=factories.by(), now=timezone.now())
    assert Mission.objects.get().state == MissionState.READY


def test_known_and_unknown_people_read_the_same_words() -> None:
    factories.doctor(email="connue@exemple.fr")
    answers = [posts(contact=one) for one in ("connue@exemple.fr", "inconnue@exemple.fr")]
    assert {(one.status_code, one["Location"]) for one in answers} == {
        (302, reverse("public_interest_thanks"))
    }
    assert Interest.objects.count() == 1


def test_a_program_that_fills_everything_leaves_nothing() -> None:
    assert posts(site="https://reclame.example").status_code == 302
    assert (Interest.objects.count(), Message.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"contact": "ni l’un ni l’autre"},
        {"contact": "a@b"},
        {"contact": ""},
        {"status": "pirate"},
        {"name": "Gagnez http://reclame.example"},
        {"name": "<b>Aubert</b>"},
        {"name": "x" * 81},
    ],
)
def test_what_cannot_be_is_said_in_words(wrong: dict[str, str]) -> None:
    answer = posts(**wrong)
    assert answer.status_code == 422
    assert "à corriger" in answer.text
    assert Interest.objects.count() == 0


def test_a_source_is_a_plain_word_or_nothing() -> None:
    posts(source="<script>")
    assert Interest.objects.get().source == ""
    assert "?source=ami" in Client().get("/?source=ami").text


def test_who_writes_too_often_is_asked_to_wait() -> None:
    assert [posts().status_code for _ in range(6)] == [302] * 5 + [429]


def test_one_s_request_is_erased_from_the_link() -> None:
    posts()
    address = link_of(Interest.objects.get())
    assert Client().post(address, {"act": "withdraw"}).status_code == 302
    assert Interest.objects.get().name == ""
    gone = Client().get(address)
    assert (gone.status_code, "n’ouvre plus rien" in gone.text) == (404, True)


def test_an_old_link_gives_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    posts()
    interest = Interest.objects.get()
    address = link_of(interest)
    late = (timezone.now() + timedelta(days=30)).timestamp()
    monkeypatch.setattr("django.core.signing.time.time", lambda: late)
    assert "trop ancien" in Client().get(address).text
    Client().post(address, {"act": "again"})
    assert Message.objects.filter(template="interest_link").count() == 2
    save = {"act": "save", "email": "", "phone": "", "best_time": "any"}
    assert "trop ancien" in Client().post(address, save).text
    assert Interest.objects.get().email == "elle@exemple.fr"


def test_only_callers_see_the_list_and_only_the_team_welcomes() -> None:
    interest = factories.interest()
    pages = [
        reverse("office_interests"),
        reverse("office_interest", args=[interest.pk]),
        reverse("office_interest_accept", args=[interest.pk]),
    ]
    seen = {
        role: [as_user(factories.user(role)).get(page).status_code for page in pages]
        for role in (Role.PLANNER, Role.PIONEER, Role.COORDINATOR, Role.DIRECTOR)
    }
    assert seen == {
        Role.PLANNER: [200, 200, 200],
        Role.PIONEER: [200, 200, 403],
        Role.COORDINATOR: [403, 403, 403],
        Role.DIRECTOR: [403, 403, 403],
    }


def test_the_call_list_has_a_constant_number_of_queries(
    django_assert_max_num_queries: Any,
) -> None:
    office = as_user(factories.user(Role.PLANNER))
    page = reverse("office_interests")
    office.get(page)  # the session is noted once
    counts = []
    for _ in range(2):
        for _ in range(3):
            factories.interest(state=InterestState.NEW)
        with django_assert_max_num_queries(30) as found:
            office.get(page)
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_a_doctor_without_an_account_answers_an_invitation_by_its_link() -> None:
    doctor = factories.doctor()
    mission = factories.mission(doctor, monday=_coming_monday(), state=MissionState.PROPOSED)
    relay.invite(mission, by=factories.by(), now=timezone.now())
    address = Message.objects.get().secrets["lien"].partition("/r/")[2]
    page = Client().get(f"/r/{address}")
    assert (page.status_code, page["Referrer-Policy"]) == (200, "no-referrer")
    assert Mission.objects.get().state == MissionState.INVITED  # opening changes nothing
    assert Client().post(f"/r/{address}", {"answer": "yes"}).status_code == 302
    assert Mission.objects.get().state == MissionState.CONFIRMED
    told = AuditEntry.objects.get(verb="rota.mission_confirmed")
    assert told.actor == f"doctor:{doctor.pk}"
    assert "Votre venue est confirmée" in Client().get(f"/r/{address}").text
    assert Client().post(f"/r/{address}", {"answer": "no"}).status_code == 422
    assert Client().post(f"/r/{address}", {"answer": "peut-être"}).status_code == 200


def test_the_link_of_an_invitation_closes_with_what_it_opened() -> None:
    mission = factories.mission(monday=_coming_monday(), state=MissionState.INVITED)
    path = invitations.path_of(mission)
    assert Client().get(path).status_code == 200
    assert Client().get(f"{path[:-2]}/").status_code == 404
    Doctor.objects.update(left_on=timezone.localdate())
    assert Client().get(path).status_code == 404
    Doctor.objects.update(left_on=None)
    Mission.objects.update(doctor=factories.doctor())
    assert Client().get(path).status_code == 404
    past = factories.mission(monday=factories.MONDAY - timedelta(weeks=100))
    assert Client().get(invitations.path_of(past)).status_code == 404


def test_who_signs_in_gets_the_page_of_her_own_space() -> None:
    doctor, _ = factories.doctor_user()
    mission = factories.mission(doctor, state=MissionState.PROPOSED)
    relay.invite(mission, by=factories.by(), now=NOW)
    assert f"/medecin/missions/{mission.pk}/" in Message.objects.get().secrets["lien"]


@pytest.mark.parametrize(
    "name", ["doctor_home", "doctor_weeks", "doctor_papers", "doctor_calendar"]
)
def test_who_has_left_opens_no_offer_and_no_mission(name: str) -> None:
    doctor, user = factories.doctor_user(left_on=timezone.localdate())
    answer = as_user(user).get(reverse(name))
    assert answer.status_code == 403
    assert "quitté le collectif" in answer.text
    Doctor.objects.filter(pk=doctor.pk).update(left_on=timezone.localdate() + timedelta(days=1))
    assert as_user(user).get(reverse(name)).status_code == 200


def test_a_charter_signed_on_paper_is_noted_by_who_checks_papers() -> None:
    doctor = factories.doctor()
    page = reverse("office_doctor_charter", args=[doctor.pk])
    assert as_user(factories.user(Role.DIRECTOR)).post(page).status_code == 403
    assert as_user(factories.user(Role.PLANNER)).post(page).status_code == 302
    assert CharterSignature.objects.get().on_paper is True


def test_a_letter_is_read_by_its_doctor_and_by_who_makes_letters() -> None:
    doctor, user = factories.doctor_user()
    _, other = factories.doctor_user()
    centre = factories.centre()
    office = as_user(factories.user(Role.PLANNER))
    page = reverse("office_letters", args=[doctor.pk])
    assert (
        office.post(page, {"kind": "contract", "about": f"centre:{centre.pk}"}).status_code == 422
    )
    office.post(page, {"kind": "council", "about": f"centre:{centre.pk}"})
    letter = Letter.objects.get()
    own, team = (
        reverse("doctor_letter", args=[letter.pk]),
        reverse("office_letter_file", args=[letter.pk]),
    )
    assert as_user(user).get(own).status_code == 200
    assert as_user(other).get(own).status_code == 404
    assert office.get(team)["Cache-Control"] == "private, no-store"
    for role in (Role.DIRECTOR, Role.COORDINATOR, Role.PIONEER, Role.ADMINISTRATOR):
        assert as_user(factories.user(role)).get(team).status_code == 403
    assert AuditEntry.objects.filter(verb="doctors.letter_read").count() == 2


def test_words_of_a_letter_are_looked_at_then_saved_as_a_version() -> None:
    office = as_user(factories.user(Role.PLANNER))
    page = reverse("office_letter_text", args=["order"])
    words = "# Ordre\n\nBonjour {nom} <b>"
    looked = office.post(page, {"text": words, "act": "look"})
    assert "Bonjour Camille Dupont &lt;b&gt;" in looked.text
    pdf = office.post(reverse("office_letter_preview", args=["order"]), {"text": words})
    assert pdf.content.startswith(b"%PDF-")
    broken = office.post(reverse("office_letter_preview", args=["order"]), {"text": "{rien}"})
    assert broken.status_code == 422
    assert office.post(page, {"text": words, "act": "save"}).status_code == 302
    assert "version 1" in office.get(reverse("office_letter_texts")).text
    assert office.get(reverse("office_letter_text", args=["inconnu"])).status_code == 404


def _coming_monday() -> Any:
    today = timezone.localdate()
    return today + timedelta(days=-today.weekday(), weeks=3)
