"""Every address, opened by a visitor and by every role, does what the table of rights says."""

from __future__ import annotations

from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.conf import settings as project
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from relais.accounts.models import User
from relais.accounts.states import RIGHTS_OF, STAFF_ROLES, Right, Role
from relais.doctors.models import Companionship
from relais.rota.states import MissionState, RunState
from tests import factories
from tests.portals.account.totp import with_totp

pytestmark = pytest.mark.django_db
METHODS = ("get", "post")
WELCOME = {200, 302, 404, 405, 422}  # 404: nothing of that person's stands there (scope)

# Pages open to all. A new one must be meant: it is added here by hand.
OPEN_TO_ALL = {
    "account_enter",
    "account_inactive",
    "account_link_sent",
    "account_login",
    "account_logout",
    "account_password_login",
    "feed",
    "messages_sms",
    "messages_stop",
    "patient_appointment",
    "patient_ask",
    "patient_cancel",
    "patient_centre",
    "patient_centres",
    "patient_code",
    "patient_code_again",
    "patient_earlier",
    "patient_give_up",
    "centre_desk_worker",
    "patient_move",
    "patient_offer",
    "patient_offer_answer",
    "patient_nothing",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "public_agreement",
    "public_answer",
    "public_duo",
    "public_favicon",
    "public_home",
    "public_interest",
    "public_interest_follow",
    "public_interest_thanks",
    "public_invitation",
    "public_legal",
    "public_manifest",
    "public_robots",
}
# Called by programs that carry no form: a signature in the call or in the address is the proof.
SIGNED_CALLS = {"messages_sms", "messages_stop"}
# Pages that ask for a proof which the person of the test has not got, and answer 403.
NEEDS_A_PROOF = {"account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"}


def addresses(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        here = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, here)
        else:
            yield here, pattern


def right_of(pattern: URLPattern) -> Right:
    right = getattr(pattern.callback, "right", None)
    assert isinstance(right, Right), f"{pattern.name} names no right"
    return right


class World:
    """One of each thing, of which the doctor and the coordinator of the test own some."""

    def __init__(self) -> None:
        self.doctor, self.doctor_user = factories.doctor_user()
        self.companion = factories.doctor()
        pair = sorted((self.doctor, self.companion), key=lambda one: one.pk)
        Companionship.objects.create(first=pair[0], second=pair[1])
        self.centre = factories.centre()
        self.line = self.centre.lines.get()
        factories.offer(self.doctor)
        self.mission = factories.mission(self.doctor, self.line, state=MissionState.INVITED)
        self.stay = factories.stay(self.mission)
        self.incident = factories.incident(self.stay.lodging)
        self.welcome = factories.welcome(self.centre)
        self.coordinator = factories.coordinator(self.centre)
        self.coordination = self.centre.coordinations.get()
        self.closure = factories.closure(self.centre)
        self.run = factories.plan_run(state=RunState.FINISHED)
        factories.planned_mission(self.run, centre=self.centre)
        self.stranger = factories.user(Role.TOWN)
        self.patient = factories.patient(self.centre)
        self.interest = factories.interest()
        self.letter = factories.letter(self.doctor)
        self.appointment = factories.appointment(self.line, self.patient)
        self.twin = factories.patient(self.centre)
        self.merge = factories.merge(factories.patient(), self.patient)
        self.proxy = factories.proxy(self.patient)
        self.entry = factories.wait_entry(self.centre, self.patient)
        self.place_offer = factories.place_offer(self.entry)
        self.call = factories.call_task(self.entry)
        self.access = factories.exceptional_access(self.patient, self.coordinator)

    def person(self, role: Role | None) -> User:
        """Give someone who holds just this role, and owns things where the role can own some."""
        if role is Role.DOCTOR:
            return self.doctor_user
        if role is Role.COORDINATOR:
            return self.coordinator
        return factories.user(role) if role else factories.user()

    def parameters(self, name: str, wanted: set[str]) -> dict[str, Any]:
        """Give the parameters of an address."""
        pk: Any = self.doctor.pk
        if name in {"doctor_mission", "doctor_answer"} or name.startswith("doctor_after"):
            pk = self.mission.pk
        elif name.startswith("doctor_stay"):
            pk = self.stay.pk
        elif name.startswith(("centre_", "office_centre", "patient_")):
            pk = self.centre.pk
        elif name.startswith("office_run"):
            pk = self.run.pk
        elif name.startswith("office_person"):
            pk = self.stranger.pk
        elif name.startswith("office_interest"):
            pk = self.interest.pk
        elif name in {"office_letter_file", "doctor_letter"}:
            pk = self.letter.pk
        elif name.startswith("mfa_"):
            pk = 1
        known = {
            "code": "identity" if "paper" in name else "test_message",
            "pk": pk,
            "line_id": self.line.pk,
            "stay": self.stay.pk,
            "mission": self.mission.pk,
            "lodging": self.stay.lodging_id,
            "car": self.stay.car_id,
            "incident": self.incident.pk,
            "picture": 1,
            "number": self.welcome.number,
            "centre_id": self.centre.pk,
            "monday": factories.MONDAY,
            "day": factories.MONDAY.isoformat(),
            "act": "confirmer",
            "what": "envoyer",
            "token": "x" * 43,
            "kind": "contract",
            "person": self.patient.public_id,
            "appointment": self.appointment.public_id,
            "other": self.twin.public_id,
            "merge": self.merge.pk,
            "proxy": self.proxy.pk,
            "entry": self.entry.public_id,
            "offer": self.place_offer.public_id,
            "task": self.call.pk,
            "access": self.access.pk,
            "companion": self.companion.pk,
            "closure": self.closure.pk,
            "expense": self.mission.pk,
            "coordination": self.coordination.pk,
        }
        missing = wanted - set(known)
        assert not missing, f"tell tests/test_rights.py what {missing} of {name} is"
        return {key: known[key] for key in wanted}

    def pages(self) -> list[tuple[str, str, Right]]:
        """List every address with its name and its right."""
        found = []
        for _, pattern in addresses(get_resolver()):
            name = str(pattern.name)
            wanted = set(pattern.pattern.converters)
            address = reverse(name, kwargs=self.parameters(name, wanted))
            found.append((name, address, right_of(pattern)))
        return found


def opened(client: Client, method: str, address: str) -> HttpResponse:
    """Open an address and undo whatever it did, even signing out."""
    cookies = client.cookies.output()
    with transaction.atomic():
        answer: HttpResponse = getattr(client, method)(address)
        transaction.set_rollback(True)
    if client.cookies.output() != cookies:
        client.cookies = SimpleCookie(cookies.replace("Set-Cookie: ", ""))
    return answer


def as_person(user: User | None, **options: Any) -> Client:
    client = Client(raise_request_exception=False, **options)
    if user is not None:
        client.force_login(user)
        client.get(reverse("account_link_sent"))  # notes the session once, not at every page
    return client


def to_login(answer: HttpResponse) -> bool:
    return answer.status_code == 302 and answer.headers["Location"].startswith(
        f"{reverse('account_login')}?next="
    )


def test_every_address_names_its_right() -> None:
    for _, pattern in addresses(get_resolver()):
        right_of(pattern)


def test_only_the_pages_listed_here_are_open_to_all() -> None:
    names = {p.name for _, p in addresses(get_resolver()) if right_of(p) is Right.ANYONE}
    assert names == OPEN_TO_ALL


def test_every_right_but_one_s_own_account_opens_a_page() -> None:
    used = {right_of(pattern) for _, pattern in addresses(get_resolver())}
    assert set(Right) - used == set()


@pytest.mark.parametrize("method", METHODS)
def test_a_visitor_is_asked_to_sign_in_everywhere_else(method: str) -> None:
    client = as_person(None)
    wrong = []
    for name, address, right in World().pages():
        answer = opened(client, method, address)
        fine = answer.status_code in WELCOME if right is Right.ANYONE else to_login(answer)
        if not fine:
            wrong.append((name, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("role", [None, *Role])
def test_each_role_opens_its_pages_and_no_other(role: Role | None, method: str) -> None:
    world = World()
    person = world.person(role)
    rights = {Right.ANYONE, Right.ACCOUNT_OWN} | (RIGHTS_OF[role] if role else set())
    client = as_person(person)
    wrong = []
    for name, address, right in world.pages():
        answer = opened(client, method, address)
        may = right in rights
        expected = WELCOME if may else {403}
        if may and name in NEEDS_A_PROOF:
            expected = expected | {403}
        if answer.status_code not in expected or (may and to_login(answer)):
            wrong.append((name, right.value, answer.status_code))
    assert wrong == []


# Pages that each role must really see, and not a 404 that would hide a broken parameter above.
SEEN = {
    Role.DOCTOR: {
        "doctor_home",
        "doctor_weeks",
        "doctor_mission",
        "doctor_stay",
        "account_profile",
    },
    Role.COORDINATOR: {
        "centre_home",
        "centre_ready",
        "centre_stays",
        "centre_stay",
        "centre_lodging",
        "centre_car",
        "centre_welcome",
        "centre_welcome_edit",
        "centre_week",
        "centre_day",
        "centre_day_week",
        "centre_book",
        "centre_appointment",
        "centre_patients",
        "centre_patient",
        "centre_patient_merge",
        "centre_patient_readings",
        "centre_online",
        "centre_desk",
        "centre_calls",
        "centre_lists",
        "centre_figures",
        "centre_second_line",
        "centre_desk_choice",
        "account_profile",
    },
    Role.PLANNER: {"office_board", "office_week", "office_doctor", "office_centre", "office_run"},
    Role.DIRECTOR: {"office_board", "office_audit", "office_doctors"},
    Role.PIONEER: {"office_board", "office_doctors"},
    Role.TOWN: {"account_profile", "account_sessions"},
    Role.ADMINISTRATOR: {"office_people", "office_person", "office_audit"},
}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_sees_its_main_pages(role: Role) -> None:
    world = World()
    client = as_person(world.person(role))
    pages = {name: address for name, address, _ in world.pages()}
    statuses = {name: client.get(pages[name]).status_code for name in SEEN[role]}
    assert statuses == dict.fromkeys(SEEN[role], 200)


@pytest.mark.parametrize("method", METHODS)
def test_a_doctor_reaches_nothing_of_another_doctor(method: str) -> None:
    world = World()
    _, other = factories.doctor_user()
    pages = {name: address for name, address, _ in world.pages()}
    for name in (
        "doctor_mission",
        "doctor_answer",
        "doctor_stay",
        "doctor_stay_code",
        "doctor_stay_file",
        "doctor_stay_pocket",
    ):
        assert opened(as_person(other), method, pages[name]).status_code in {403, 404, 405}, name


def test_a_coordinator_reaches_nothing_of_another_centre() -> None:
    world = World()
    other = factories.coordinator(factories.centre())
    pages = {name: address for name, address, _ in world.pages()}
    for name in (
        "centre_week",
        "centre_calendar",
        "centre_stay",
        "centre_lodging",
        "centre_car",
        "centre_welcome",
    ):
        assert opened(as_person(other), "get", pages[name]).status_code in {403, 404, 405}, name


@pytest.mark.parametrize("state", ["closed", "of the demonstration"])
def test_who_may_not_enter_is_a_visitor_even_with_a_session(state: str) -> None:
    world = World()
    person = factories.user(*Role)
    client = as_person(person)
    User.objects.filter(pk=person.pk).update(
        is_active=state != "closed", is_fictional=state == "of the demonstration"
    )
    wrong = [
        (name, answer.status_code)
        for name, address, right in world.pages()
        if right is not Right.ANYONE and not to_login(answer := opened(client, "get", address))
    ]
    assert wrong == []


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_in_production_staff_reaches_only_its_account_before_a_second_factor(
    role: Role, settings: Any
) -> None:
    settings.STAFF_SECOND_FACTOR = True
    world = World()
    person = world.person(role)
    wrong = []
    for name, address, right in world.pages():
        if right in RIGHTS_OF[role] - {Right.ACCOUNT_OWN}:
            answer = opened(as_person(person), "get", address)
            if answer.headers.get("Location") != reverse("account_second_factor"):
                wrong.append((name, answer.status_code))
    assert wrong == []
    with_totp(person)
    home = as_person(person).get(reverse("home"), follow=True)
    assert home.status_code == 200


def test_no_act_goes_without_the_token_of_its_form() -> None:
    world = World()
    person = factories.user(*Role)
    client = as_person(person, enforce_csrf_checks=True)
    wrong = [
        (name, answer.status_code)
        for name, address, _ in world.pages()
        if name not in SIGNED_CALLS
        and (answer := opened(client, "post", address)).status_code not in {403, 405}
    ]
    assert wrong == []


def test_a_page_of_a_person_is_kept_by_no_cache_of_the_network() -> None:
    """A shared cache may keep a page only when it varies with the cookie, or never."""
    world = World()
    client = as_person(world.person(Role.PLANNER))
    wrong = []
    for name, address, right in world.pages():
        if right is Right.ANYONE:
            continue
        answer = opened(client, "get", address)
        kept = answer.headers.get("Cache-Control", "")
        if answer.status_code == 200 and (
            "public" in kept
            or not ("Cookie" in answer.headers.get("Vary", "") or "no-store" in kept)
        ):
            wrong.append(name)
    assert wrong == []


def test_the_gate_comes_last_so_that_nothing_opens_by_forgetting() -> None:
    assert project.MIDDLEWARE[-1] == "relais.portals.gates.ClosedByDefaultMiddleware"
