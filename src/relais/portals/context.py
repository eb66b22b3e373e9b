"""What every page knows."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from relais.accounts import permissions
from relais.accounts.models import User
from relais.accounts.states import Right
from relais.outbox.queries import count_troubles


@dataclass(frozen=True, slots=True)
class NavLink:
    """One entry of the navigation. `is_here`: the page shown is this one, or under it."""

    label: str
    url: str
    is_here: bool
    count: int = 0  # what a person must look at there


@dataclass(frozen=True, slots=True)
class _Entry:
    right: Right
    url_name: str
    label: str
    under: tuple[str, ...] = ()


# The order is that of the screen. `under` names the pages that belong to the entry.
NAVIGATION: Final = (
    _Entry(
        Right.MISSIONS_OWN,
        "doctor_home",
        "Missions",
        ("doctor_mission", "doctor_answer", "doctor_calendar"),
    ),
    _Entry(Right.STAYS_OWN, "doctor_stays", "Séjour", ("doctor_stay",)),
    _Entry(
        Right.OFFERS_OWN,
        "doctor_weeks",
        "Semaines",
        ("doctor_offer", "doctor_again"),
    ),
    _Entry(Right.OFFERS_OWN, "doctor_choose", "Choisir"),
    _Entry(Right.OFFERS_OWN, "doctor_preferences", "Préférences"),
    _Entry(
        Right.PAPERS_OWN,
        "doctor_papers",
        "Papiers",
        ("doctor_charter", "doctor_practice", "doctor_letter"),
    ),
    _Entry(Right.ROTA_READ, "office_board", "Planning", ("office_week",)),
    _Entry(Right.ROTA_READ, "office_radar", "Risques", ("office_search",)),
    _Entry(
        Right.AGENDA_READ,
        "centre_agenda",
        "Journée",
        (
            "centre_day",
            "centre_find",
            "centre_book",
            "centre_new_patient",
            "centre_appointment",
            "centre_move",
            "centre_cancel",
        ),
    ),
    _Entry(
        Right.AGENDA_EDIT,
        "centre_desk_entrance",
        "Accueil",
        (
            "centre_desk",
            "centre_calls",
            "centre_lists",
            "centre_figures",
            "centre_second_line",
            "centre_desk_choice",
        ),
    ),
    _Entry(
        Right.PATIENTS_READ,
        "centre_patients_entrance",
        "Patients",
        ("centre_patient", "centre_online", "centre_exception"),
    ),
    _Entry(Right.STAYS_READ, "centre_ready", "Lundi prochain"),
    _Entry(
        Right.STAYS_READ,
        "centre_stays",
        "Séjours",
        ("centre_stay", "centre_lodging", "centre_car", "centre_welcome", "centre_incident"),
    ),
    _Entry(Right.CENTRE_READ, "centre_home", "Arrivées", ("centre_week", "centre_calendar")),
    _Entry(
        Right.DOCTORS_READ,
        "office_doctors",
        "Médecins",
        ("office_doctor", "office_paper", "office_letter"),
    ),
    _Entry(Right.INTERESTS_CALL, "office_interests", "Appels", ("office_interest",)),
    _Entry(Right.NETWORK_READ, "office_centres", "Centres", ("office_centre",)),
    _Entry(Right.ROTA_PLAN, "office_runs", "Propositions", ("office_run",)),
    _Entry(Right.ROTA_PLAN, "office_seasons", "Saisons"),
    _Entry(Right.MESSAGES_READ, "office_messages", "Messages", ("office_message", "office_text")),
    _Entry(Right.DATA_IMPORT, "office_import", "Importer", ("office_import",)),
    _Entry(Right.DATA_EXPORT, "office_export", "Exporter", ("office_export",)),
    _Entry(Right.USERS_MANAGE, "office_people", "Comptes", ("office_people", "office_person")),
    _Entry(Right.AUDIT_READ, "office_audit", "Journal", ("office_audit",)),
    _Entry(Right.EXCEPTIONS_READ, "office_exceptions", "Ouvertures", ("office_exception",)),
)
LONG_NAVIGATION: Final = 4  # beyond, a phone shows one button instead of the list


def navigation(rights: AbstractSet[Right], here: str) -> tuple[NavLink, ...]:
    """List the pages that `rights` open; `here` is the name of the address shown."""
    links = []
    for entry in NAVIGATION:
        if entry.right not in rights:
            continue
        is_here = here == entry.url_name or here.startswith(entry.under or ("\0",))
        count = count_troubles() if entry.right is Right.MESSAGES_READ else 0
        links.append(NavLink(entry.label, reverse(entry.url_name), is_here, count))
    return tuple(links)


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """Give the network's name, today, the person's rights and links, and whether this is a demo."""
    user = getattr(request, "user", None)
    rights = permissions.rights_of(user) if isinstance(user, User) else frozenset()
    match = request.resolver_match
    links = navigation(rights, (match.url_name or "") if match else "")
    return {
        "network_name": settings.NETWORK_NAME,
        "network_contact": settings.NETWORK_CONTACT,
        "today": timezone.localdate(),
        "rights": rights,
        "nav_links": links,
        "nav_is_long": len(links) > LONG_NAVIGATION,
        "demo": settings.DEMO,
        "version": settings.VERSION,
    }
