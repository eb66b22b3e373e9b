"""What every page knows."""

from __future__ import annotations

from collections.abc import Sequence
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
    group: str = ""


@dataclass(frozen=True, slots=True)
class NavGroup:
    """Entries that belong together: one word on a wide screen, a heading in the menu of a phone."""

    label: str
    links: tuple[NavLink, ...]

    @property
    def is_here(self) -> bool:
        """Say whether the page shown is one of them."""
        return any(link.is_here for link in self.links)

    @property
    def count(self) -> int:
        """Give what a person must look at in all of them."""
        return sum(link.count for link in self.links)


@dataclass(frozen=True, slots=True)
class _Entry:
    right: Right
    url_name: str
    label: str
    under: tuple[str, ...] = ()
    group: str = ""


# Where a role has many pages, they stand in groups; an entry of no group stands alone.
OWN_WEEKS, OWN_FILE, TODAY, PATIENTS = "Mes semaines", "Mon dossier", "Aujourd’hui", "Patientèle"
RELAY, VOLUNTEERS, CENTRES = "Relais", "Volontaires", "Sur place"
DATA, SETTINGS = "Données", "Réglages"

# The order is that of the screen. `under` names the pages that belong to the entry.
NAVIGATION: Final = (
    _Entry(
        Right.MISSIONS_OWN,
        "doctor_home",
        "Missions",
        ("doctor_mission", "doctor_answer", "doctor_calendar"),
        group=OWN_WEEKS,
    ),
    _Entry(Right.STAYS_OWN, "doctor_stays", "Séjour", ("doctor_stay",), group=OWN_WEEKS),
    _Entry(
        Right.OFFERS_OWN,
        "doctor_weeks",
        "Semaines",
        ("doctor_offer", "doctor_again"),
        group=OWN_WEEKS,
    ),
    _Entry(Right.OFFERS_OWN, "doctor_choose", "Choisir", group=OWN_WEEKS),
    _Entry(Right.OFFERS_OWN, "doctor_preferences", "Préférences", group=OWN_FILE),
    _Entry(
        Right.PAPERS_OWN,
        "doctor_papers",
        "Papiers",
        ("doctor_charter", "doctor_practice", "doctor_letter"),
        group=OWN_FILE,
    ),
    _Entry(Right.ROTA_READ, "office_board", "Planning", ("office_week",), group=RELAY),
    _Entry(
        Right.ROTA_READ,
        "office_desk",
        "À faire",
        (
            "office_forecast",
            "office_hard_weeks",
            "office_solicited",
            "office_cohorts",
            "office_campaign",
        ),
        group=RELAY,
    ),
    _Entry(Right.ROTA_READ, "office_radar", "Risques", ("office_search",), group=RELAY),
    _Entry(Right.ROTA_PLAN, "office_runs", "Propositions", ("office_run",), group=RELAY),
    _Entry(Right.ROTA_PLAN, "office_seasons", "Saisons", group=RELAY),
    _Entry(
        Right.AGENDA_READ,
        "centre_agenda",
        "Journée",
        (
            "centre_day",
            "centre_openings",
            "centre_exception",
            "centre_find",
            "centre_book",
            "centre_new_patient",
            "centre_appointment",
            "centre_move",
            "centre_cancel",
        ),
        group=TODAY,
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
        group=TODAY,
    ),
    _Entry(
        Right.PATIENTS_READ,
        "centre_patients_entrance",
        "Patients",
        ("centre_patient", "centre_online", "centre_exception"),
        group=PATIENTS,
    ),
    _Entry(
        Right.DOCTORS_READ,
        "office_doctors",
        "Médecins",
        ("office_doctor", "office_paper", "office_letter"),
        group=VOLUNTEERS,
    ),
    _Entry(
        Right.INTERESTS_CALL, "office_interests", "Appels", ("office_interest",), group=VOLUNTEERS
    ),
    _Entry(
        Right.EXPENSES_APPROVE, "office_expenses", "Frais", ("office_expense",), group=VOLUNTEERS
    ),
    _Entry(
        Right.PAYMENTS_MAKE,
        "office_payments",
        "Virements",
        ("office_payment", "office_payslips"),
        group=VOLUNTEERS,
    ),
    _Entry(Right.FEEDBACK_READ, "office_feedback", "Avis", group=VOLUNTEERS),
    _Entry(Right.NETWORK_READ, "office_centres", "Centres", ("office_centre",), group=CENTRES),
    _Entry(Right.STAYS_READ, "centre_ready", "Lundi prochain", group=CENTRES),
    _Entry(
        Right.STAYS_READ,
        "centre_stays",
        "Séjours",
        ("centre_stay", "centre_lodging", "centre_car", "centre_welcome", "centre_incident"),
        group=CENTRES,
    ),
    _Entry(
        Right.CENTRE_READ,
        "centre_home",
        "Arrivées",
        ("centre_week", "centre_calendar"),
        group=CENTRES,
    ),
    _Entry(Right.MESSAGES_READ, "office_messages", "Messages", ("office_message", "office_text")),
    _Entry(Right.DATA_IMPORT, "office_import", "Importer", ("office_import",), group=DATA),
    _Entry(Right.DATA_EXPORT, "office_export", "Exporter", ("office_export",), group=DATA),
    _Entry(
        Right.USERS_MANAGE,
        "office_people",
        "Comptes",
        ("office_people", "office_person"),
        group=SETTINGS,
    ),
    _Entry(Right.AUDIT_READ, "office_audit", "Journal", ("office_audit",), group=SETTINGS),
    _Entry(
        Right.EXCEPTIONS_READ,
        "office_exceptions",
        "Ouvertures",
        ("office_exception",),
        group=SETTINGS,
    ),
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
        links.append(NavLink(entry.label, reverse(entry.url_name), is_here, count, entry.group))
    return tuple(links)


def grouped(links: Sequence[NavLink]) -> tuple[NavGroup, ...]:
    """Put the links of a group together where its first one stands.

    A short navigation has no groups, and a group of one is its only entry.
    """
    if len(links) <= LONG_NAVIGATION:
        return tuple(NavGroup(link.label, (link,)) for link in links)
    groups: dict[str, list[NavLink]] = {}
    for link in links:
        groups.setdefault(link.group or link.label, []).append(link)
    return tuple(
        NavGroup(held[0].label if len(held) == 1 else label, tuple(held))
        for label, held in groups.items()
    )


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
        "nav_groups": grouped(links),
        "nav_is_long": len(links) > LONG_NAVIGATION,
        "demo": settings.DEMO,
        "version": settings.VERSION,
    }
