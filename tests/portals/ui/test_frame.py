"""The frame of every page: navigation by rights, errors, no inline style or script."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

import relais.portals
from relais.accounts.states import RIGHTS_OF, Role
from relais.portals.context import LONG_NAVIGATION, NAVIGATION, grouped, navigation
from tests import factories

PORTALS = Path(relais.portals.__file__).parent
# Data blocks (application/json) are not run.
INLINE = re.compile(
    r"""\sstyle=|\son[a-z]+=["']|hx-on|<style|<script(?![^>]*(?:\bsrc=|application/json))"""
)
TEMPLATES = sorted(PORTALS.glob("*/templates/**/*.html"))


def test_every_entry_of_the_navigation_leads_somewhere() -> None:
    assert [entry.url_name for entry in NAVIGATION if not reverse(entry.url_name)] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "labels"),
    [
        (
            Role.DOCTOR,
            [
                "Missions",
                "Séjour",
                "Semaines",
                "Choisir",
                "Préférences",
                "Papiers",
                "Journée",
                "Patients",
            ],
        ),
        (
            Role.COORDINATOR,
            ["Journée", "Accueil", "Patients", "Lundi prochain", "Séjours", "Arrivées"],
        ),
        (Role.TOWN, []),
        (
            Role.PLANNER,
            [
                "Planning",
                "À faire",
                "Risques",
                "Propositions",
                "Saisons",
                "Médecins",
                "Appels",
                "Frais",
                "Avis",
                "Centres",
                "Lundi prochain",
                "Séjours",
                "Arrivées",
                "Messages",
                "Importer",
                "Exporter",
            ],
        ),
        (Role.ADMINISTRATOR, ["Centres", "Comptes", "Journal"]),
    ],
)
def test_a_role_sees_the_pages_it_may_open(role: Role, labels: list[str]) -> None:
    assert [link.label for link in navigation(RIGHTS_OF[role], "")] == labels


def test_the_page_shown_is_marked_in_the_navigation() -> None:
    links = navigation(RIGHTS_OF[Role.DOCTOR], "doctor_mission")
    assert [link.label for link in links if link.is_here] == ["Missions"]


@pytest.mark.django_db
def test_many_pages_stand_in_few_groups_and_none_is_lost() -> None:
    links = navigation(RIGHTS_OF[Role.PLANNER], "office_radar")
    groups = grouped(links)
    assert [group.label for group in groups if group.is_here] == ["Relais"]
    assert sorted(link.label for group in groups for link in group.links) == sorted(
        link.label for link in links
    )
    assert [group.label for group in groups if len(group.links) == 1] == [
        group.links[0].label for group in groups if len(group.links) == 1
    ]
    assert len(groups) <= len(links) / 2


@pytest.mark.django_db
def test_few_pages_stand_one_beside_the_other() -> None:
    links = navigation(RIGHTS_OF[Role.PLANNER], "")[:LONG_NAVIGATION]
    assert [group.links for group in grouped(links)] == [(link,) for link in links]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_an_inline_style_or_script(path: Path) -> None:
    text = path.read_text("utf-8")
    assert INLINE.findall(text) == []


@pytest.mark.django_db
def test_signing_out_is_a_post(client: Client) -> None:
    client.force_login(factories.doctor_user()[1])
    page = client.get(reverse("doctor_home")).content.decode()
    form = f'<form method="post" action="{reverse("account_logout")}">'
    assert form in page


@pytest.mark.django_db
def test_an_unknown_address_says_so_in_french(client: Client) -> None:
    answer = client.get("/nulle-part/")
    assert answer.status_code == 404
    assert "Il n’y a rien à cette adresse" in answer.content.decode()


@pytest.mark.django_db
def test_a_page_of_others_says_so_in_french(client: Client) -> None:
    client.force_login(factories.doctor_user()[1])
    answer = client.get(reverse("centre_home"))
    assert answer.status_code == 403
    assert "Cette page est réservée" in answer.content.decode()
