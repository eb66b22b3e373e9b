"""Whatever is typed into an address or a form: an answer with a sentence, never a breakdown.

Every page is opened by someone who may do everything; every form found on it is then sent as it
stands, with one field at a time made nasty. Nothing of it is kept: each try is rolled back.

There are too many fields to try every value in each: the two that break databases go everywhere,
the others take turns, another turn on each database. RELAIS_THOROUGH=1 tries all of them.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import Resolver404, get_resolver, resolve, reverse

from relais.accounts.states import Role
from relais.booking import links
from relais.rota.states import MissionState
from tests import factories
from tests.test_rights import World, addresses

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_january")]

HUGE = str(10**30)
NASTY = (
    "a\x00b",
    HUGE,
    "-1",
    "9999-12-27",  # a Monday; a week later there is no date any more
    "0001-01-01",  # a Monday; a day earlier there is no date yet
    "2027-01-12",  # no Monday
    "١٢",  # digits of another alphabet
    "<script>\U0001f600 é",
    "\ud800",  # half a character
    "x" * 5000,
)
EVERYWHERE, TURNS = 2, 3  # values tried in each field: the first ones, and so many of the others


def values_for(place: str) -> tuple[str, ...]:
    """Give the nasty values that it is the turn of at `place`: the same at each run."""
    if os.environ.get("RELAIS_THOROUGH"):
        return NASTY
    others = NASTY[EVERYWHERE:]
    turn = zlib.crc32(f"{connection.vendor} {place}".encode("utf-8", "replace"))
    taken = [others[(turn + step) % len(others)] for step in range(TURNS)]
    return (*NASTY[:EVERYWHERE], *taken)


QUERIES = ("q", "page", "du", "centre", "etat", "mois", "vue", "fait", "home", "next", "qui", "who",
           "what", "since", "until", "area", "statut", "ordre", "motif", "place", "apres",
           "nouveau", "pour")  # fmt: skip


@dataclass
class Form:
    """A form as a browser would send it."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def each_way(self) -> list[Form]:
        """Give the form as each of its buttons sends it."""
        ways = [[], *([button] for button in self.buttons)]
        return [Form(self.action, self.method, [*self.fields, *way]) for way in ways]


class Forms(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self, here: str) -> None:
        super().__init__()
        self.here = here
        self.found: list[Form] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {key: value or "" for key, value in attrs}
        if tag == "form":
            self.found.append(Form(said.get("action") or self.here, said.get("method", "get")))
        if not self.found:
            return
        form = self.found[-1]
        name = said.get("name", "")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in said:
            form.fields.append((self._select, said.get("value", "")))
            self._select = ""
        elif tag == "textarea" and name:
            form.fields.append((name, ""))
        elif tag in {"input", "button"} and name and name != "csrfmiddlewaretoken":
            kind = said.get("type")
            if tag == "button" or kind == "submit":
                form.buttons.append((name, said.get("value", "")))
            elif kind == "file":
                pass  # tables have tests of their own
            elif kind not in {"checkbox", "radio"} or "checked" in said:
                form.fields.append((name, said.get("value", "")))
            else:
                form.fields.append((name, said.get("value", "on")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select and self.found:
            self.found[-1].fields.append((self._select, ""))
            self._select = ""


class Everything:
    """A world, someone who may do everything in it, and a browser of theirs."""

    def __init__(self) -> None:
        self.world = World()
        self.person = factories.user(*Role)
        self.world.doctor.user = self.person
        self.world.doctor.save()
        factories.coordination(self.person, self.world.centre)
        factories.mission(
            factories.doctor(), self.world.line, monday=factories.monday(1),
            state=MissionState.PROPOSED,
        )  # fmt: skip
        factories.practice()
        self.client = Client()
        self.client.force_login(self.person)

    def known(self, name: str, argument: str) -> list[str]:
        """Give values of an argument of an address behind which something stands."""
        world = self.world
        if argument == "monday" or argument == "day":
            return [str(factories.MONDAY)]
        if argument == "person" and name.startswith(("centre_book", "centre_patient")):
            return [world.patient.public_id]
        if argument == "expense":
            return [str(world.mission.pk)]
        if argument == "act":
            return ["confirmer", "decliner"] if name == "doctor_answer" else ["confirm"]
        if argument == "token" and name.startswith("patient_"):
            return [links.token_of(world.appointment.public_id)]
        if argument == "token":
            return ["jeton"]
        if argument == "pk" and name.startswith("doctor_stay"):
            return [str(world.stay.pk)]
        if argument == "pk" and name.startswith("office_interest"):
            return [str(world.interest.pk)]
        if argument == "pk" and name in {"office_letter_file", "doctor_letter"}:
            return [str(world.letter.pk)]
        if argument == "pk" and name.startswith(("centre", "office_centre", "patient_")):
            return [str(world.centre.pk)]
        if argument == "pk" and name.startswith("office_run"):
            return [str(world.run.pk)]
        if argument == "pk" and name.startswith("office_person"):
            return [str(world.stranger.pk)]
        if argument == "pk" and name.startswith(("doctor_mission", "doctor_answer")):
            return [str(world.mission.pk)]
        return {
            "pk": [str(world.doctor.pk)],
            "appointment": [world.appointment.public_id],
            "code": ["test_message"],
            "centre_id": [str(world.centre.pk)],
            "what": ["envoyer"],
            "kind": ["contract"],
            "person": ["1"],
            "line_id": [str(world.line.pk)],
            "stay": [str(world.stay.pk)],
            "mission": [str(world.mission.pk)],
            "lodging": [str(world.stay.lodging_id)],
            "car": [str(world.stay.car_id)],
            "incident": [str(world.incident.pk)],
            "picture": ["1"],
            "number": [str(world.welcome.number)],
            "companion": [str(world.companion.pk)],
            "closure": [str(world.closure.pk)],
            "coordination": [str(world.coordination.pk)],
            "other": [world.twin.public_id],
            "merge": [str(world.merge.pk)],
            "proxy": [str(world.proxy.pk)],
            "access": [str(world.access.pk)],
            "entry": [world.entry.public_id],
            "offer": [world.place_offer.public_id],
            "task": [str(world.call.pk)],
        }[argument]

    def pages(self) -> Iterator[str]:
        """Give one good address of every page."""
        for route, pattern in addresses(get_resolver()):
            names = list(pattern.pattern.converters)
            yield fill(route, {one: self.known(pattern.name or "", one)[0] for one in names})

    def readers(self) -> list[str]:
        """List the pages that show what was written."""
        world = self.world
        return [
            reverse("office_board"),
            reverse("office_centre", args=[world.centre.pk]),
            reverse("office_doctor", args=[world.doctor.pk]),
            reverse("office_week", args=[world.line.pk, factories.MONDAY]),
            reverse("doctor_weeks"),
            reverse("doctor_home"),
            reverse("centre_home"),
            reverse("office_audit"),
        ]

    def ask(self, method: str, path: str, data: Any = None) -> HttpResponseBase | None:
        """Ask for a page and undo what that did; None when the browser could not even send it."""
        with transaction.atomic():
            try:
                if method == "post":
                    answer = self.client.post(path, data)
                    if answer.status_code == 302 and data:  # it was taken: can it be read?
                        for page in self.readers():
                            self.client.get(page)
                    return answer
                return self.client.get(path)
            except UnicodeEncodeError as error:
                if "surrogates" in str(error) and error.encoding == "utf-8":
                    return None
                raise
            finally:
                transaction.set_rollback(True)


def fill(route: str, values: dict[str, str]) -> str:
    path = route
    for name, value in values.items():
        start = path.index("<")
        end = path.index(">")
        assert path[start + 1 : end].rpartition(":")[2] == name
        path = path[:start] + quote(value, safe="") + path[end + 1 :]
    return "/" + path


def tell(problems: list[str]) -> None:
    assert not problems, "\n".join(problems)


def attempt(every: Everything, method: str, path: str, data: Any = None) -> str:
    """Say what broke, or nothing."""
    said = f"{method} {path[:150]} {str(data)[:200] if data else ''}"
    try:
        answer = every.ask(method, path, data)
    except Exception as error:
        return f"{said}: {type(error).__name__} {str(error)[:160]}"
    if answer is not None and answer.status_code >= 500:
        return f"{said}: {answer.status_code}"
    return ""


def test_addresses_with_nasty_parts_never_break() -> None:
    every = Everything()
    problems = []
    for route, pattern in addresses(get_resolver()):
        names = list(pattern.pattern.converters)
        good = {one: every.known(pattern.name or "", one)[0] for one in names}
        for name in names:
            for value in values_for(f"{route} {name}"):
                part = quote(value.encode("utf-8", "surrogatepass"), safe="")
                path = fill(route, good | {name: "@@"}).replace("%40%40", part)
                problems += [attempt(every, method, path) for method in ("get", "post")]
    tell([one for one in problems if one])


def test_queries_with_nasty_values_never_break() -> None:
    every = Everything()
    problems = []
    for path in every.pages():
        for value in values_for(path):
            query = urlencode(dict.fromkeys(QUERIES, value), errors="surrogatepass")
            problems.append(attempt(every, "get", f"{path}?{query}"))
    tell([one for one in problems if one])


def behind(action: str) -> str:
    """Name what answers at an address: forms that differ by a number are the same form."""
    path, _, query = action.partition("?")
    try:
        return f"{resolve(path).url_name}?{query}"
    except Resolver404:
        return action


def forms_of(every: Everything) -> list[Form]:
    """Give every different form of every page, as filled in as it stands."""
    found: dict[tuple[str, str, tuple[str, ...]], Form] = {}
    for path in every.pages():
        answer = every.ask("get", path)
        if answer is None or not answer.get("Content-Type", "").startswith("text/html"):
            continue
        if getattr(answer, "streaming", False):
            continue
        reader = Forms(path)
        reader.feed(answer.content.decode())  # type: ignore[attr-defined]
        for form in reader.found:
            for way in form.each_way():
                names = tuple(sorted({name for name, _ in way.fields}))
                found.setdefault((way.method, behind(way.action), names), way)
    return list(found.values())


def test_forms_with_nasty_values_never_break() -> None:
    every = Everything()
    problems = []
    forms = forms_of(every)
    assert len(forms) > 30
    tried = 0
    for form in forms:
        names = list(dict.fromkeys(name for name, _ in form.fields))
        for name in names:
            for value in values_for(f"{form.action} {name}"):
                data: dict[str, list[str]] = {}
                for other, usual in form.fields:
                    data.setdefault(other, []).append(usual)
                data[name] = [value]
                tried += 1
                if form.method == "get":
                    parts = urlsplit(form.action)
                    query = urlencode(
                        [*parse_qsl(parts.query), *((k, v) for k, vs in data.items() for v in vs)],
                        errors="surrogatepass",
                    )
                    problems.append(attempt(every, "get", f"{parts.path}?{query}"))
                else:
                    problems.append(attempt(every, "post", form.action, data))
    assert tried > 500
    tell([one for one in problems if one])


def test_the_sentence_comes_with_a_null_character_in_a_name() -> None:
    every = Everything()
    page = reverse("office_doctor_edit", args=[every.world.doctor.pk])
    answer = every.client.post(page, {"last_name": "a\x00b"})
    assert answer.status_code == 422
