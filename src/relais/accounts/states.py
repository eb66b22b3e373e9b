"""The named rights and the roles that hold them. docs/roles.md is generated from this page."""

from __future__ import annotations

from enum import StrEnum, auto
from typing import Final

from django.db.models import TextChoices


class Right(StrEnum):
    """What a view can ask for. A name is `module_verb`; `ANYONE` is for pages open to all."""

    ANYONE = auto()
    ACCOUNT_OWN = auto()
    AUDIT_READ = auto()
    USERS_MANAGE = auto()
    DOCTORS_INVITE = auto()
    DESIGN_READ = auto()
    NETWORK_READ = auto()
    NETWORK_EDIT = auto()
    CENTRE_READ = auto()
    AGENDA_READ = auto()
    AGENDA_EDIT = auto()
    PATIENTS_READ = auto()
    PATIENTS_EDIT = auto()
    PATIENTS_BREAK = auto()
    EXCEPTIONS_READ = auto()
    DOCTORS_READ = auto()
    DOCTORS_EDIT = auto()
    OFFERS_OWN = auto()
    MISSIONS_OWN = auto()
    ROTA_READ = auto()
    ROTA_PLAN = auto()
    ROTA_EDIT = auto()
    DATA_IMPORT = auto()
    DATA_EXPORT = auto()
    MESSAGES_READ = auto()
    MESSAGES_HANDLE = auto()
    TEXTS_EDIT = auto()
    PAPERS_OWN = auto()
    PAPERS_VERIFY = auto()
    STAYS_OWN = auto()
    STAYS_READ = auto()
    STAYS_EDIT = auto()
    PREMISES_EDIT = auto()
    WELCOME_EDIT = auto()
    INTERESTS_CALL = auto()
    LETTERS_MAKE = auto()
    EXPENSES_APPROVE = auto()
    PAYMENTS_MAKE = auto()
    FEEDBACK_READ = auto()


RIGHT_MEANINGS: Final[dict[Right, str]] = {
    Right.ANYONE: "page ouverte à tous",
    Right.ACCOUNT_OWN: "gérer son propre compte",
    Right.AUDIT_READ: "lire le journal des actions",
    Right.USERS_MANAGE: "ouvrir et fermer les comptes, donner les rôles",
    Right.DOCTORS_INVITE: "ouvrir le compte d’un médecin du collectif",
    Right.DESIGN_READ: "voir la page des composants",
    Right.NETWORK_READ: "voir tous les centres, leurs lignes et leurs fermetures",
    Right.NETWORK_EDIT: "modifier les centres, les lignes et les fermetures",
    Right.CENTRE_READ: "voir qui vient dans ses centres",
    Right.AGENDA_READ: "lire la journée de ses centres, ou de sa semaine",
    Right.AGENDA_EDIT: "donner, déplacer et annuler des rendez-vous, ouvrir la fiche d’un patient",
    Right.PATIENTS_READ: "ouvrir la fiche d’un patient de ses centres, ou de sa semaine",
    Right.PATIENTS_EDIT: "tenir la fiche des patients, les inscrire, réunir deux fiches",
    Right.PATIENTS_BREAK: "ouvrir la fiche d’un autre patient, avec une raison que l’on relira",
    Right.EXCEPTIONS_READ: "relire les ouvertures exceptionnelles de fiches",
    Right.DOCTORS_READ: "voir les médecins et leurs coordonnées",
    Right.DOCTORS_EDIT: "modifier la fiche d’un médecin",
    Right.OFFERS_OWN: "proposer ses propres semaines et ses préférences",
    Right.MISSIONS_OWN: "voir ses missions, les confirmer ou les décliner",
    Right.ROTA_READ: "voir le planning de tous les centres",
    Right.ROTA_PLAN: "lancer un calcul de planning et l’accepter",
    Right.ROTA_EDIT: "placer, remplacer, confirmer ou verrouiller une mission",
    Right.DATA_IMPORT: "importer des tableaux",
    Right.DATA_EXPORT: "exporter des tableaux",
    Right.MESSAGES_READ: "lire les messages partis, leurs échecs et les SMS reçus",
    Right.MESSAGES_HANDLE: "renvoyer un message, régler un échec",
    Right.TEXTS_EDIT: "modifier les mots des messages et des documents",
    Right.PAPERS_OWN: "envoyer ses propres papiers et les revoir",
    Right.PAPERS_VERIFY: "demander, ouvrir et vérifier les papiers des médecins",
    Right.STAYS_OWN: "voir et préparer ses propres séjours, lire le code de sa maison",
    Right.STAYS_READ: "voir qui dort où et ce qui manque pour lundi dans ses centres",
    Right.STAYS_EDIT: "choisir le logement et la voiture d’un séjour dans ses centres",
    Right.PREMISES_EDIT: "modifier les logements et les voitures de ses centres, noter leurs codes",
    Right.WELCOME_EDIT: "écrire le livret d’accueil de ses centres",
    Right.INTERESTS_CALL: "appeler les médecins intéressés et noter les appels",
    Right.EXPENSES_APPROVE: "voir les frais des médecins, les accepter ou les refuser",
    Right.PAYMENTS_MAKE: "préparer les virements des frais et les comptes qu’ils portent",
    Right.FEEDBACK_READ: "lire ce que les médecins disent de leur semaine",
    Right.LETTERS_MAKE: "préparer et ouvrir les lettres et contrats des médecins",
}


class Role(TextChoices):
    """A set of rights with a name people know.

    Scope (which centre, which mission) is not told here.
    """

    DOCTOR = "doctor", "médecin"
    COORDINATOR = "coordinator", "coordination"
    PLANNER = "planner", "planification"
    DIRECTOR = "director", "direction"
    PIONEER = "pioneer", "médecin pionnier"
    TOWN = "town", "commune ou hôte"
    ADMINISTRATOR = "administrator", "administration"


_SIGNED_IN: Final = frozenset({Right.ACCOUNT_OWN})
_OWN_MISSIONS: Final = frozenset(
    {
        Right.OFFERS_OWN,
        Right.MISSIONS_OWN,
        Right.AGENDA_READ,
        Right.PATIENTS_READ,
        Right.PATIENTS_BREAK,
        Right.PAPERS_OWN,
        Right.STAYS_OWN,
    }
)
_STAYS_TEAM: Final = frozenset(
    {Right.STAYS_READ, Right.STAYS_EDIT, Right.PREMISES_EDIT, Right.WELCOME_EDIT}
)
_OFFICE_READ: Final = frozenset({Right.NETWORK_READ, Right.DOCTORS_READ, Right.ROTA_READ})

RIGHTS_OF: Final[dict[Role, frozenset[Right]]] = {
    Role.DOCTOR: _SIGNED_IN | _OWN_MISSIONS,
    Role.COORDINATOR: _SIGNED_IN
    | _STAYS_TEAM
    | {
        Right.CENTRE_READ,
        Right.AGENDA_READ,
        Right.AGENDA_EDIT,
        Right.PATIENTS_READ,
        Right.PATIENTS_EDIT,
        Right.PATIENTS_BREAK,
    },
    Role.PLANNER: _SIGNED_IN
    | _OFFICE_READ
    | _STAYS_TEAM
    | {
        Right.CENTRE_READ,
        Right.NETWORK_EDIT,
        Right.DOCTORS_EDIT,
        Right.DOCTORS_INVITE,
        Right.ROTA_PLAN,
        Right.ROTA_EDIT,
        Right.DATA_IMPORT,
        Right.DATA_EXPORT,
        Right.DESIGN_READ,
        Right.MESSAGES_READ,
        Right.MESSAGES_HANDLE,
        Right.TEXTS_EDIT,
        Right.PAPERS_VERIFY,
        Right.INTERESTS_CALL,
        Right.LETTERS_MAKE,
        Right.EXPENSES_APPROVE,
        Right.FEEDBACK_READ,
    },
    Role.DIRECTOR: _SIGNED_IN
    | _OFFICE_READ
    | {
        Right.CENTRE_READ,
        Right.STAYS_READ,
        Right.DATA_EXPORT,
        Right.AUDIT_READ,
        Right.DESIGN_READ,
        Right.MESSAGES_READ,
        Right.PAYMENTS_MAKE,
        Right.FEEDBACK_READ,
    },
    Role.PIONEER: _SIGNED_IN
    | _OFFICE_READ
    | _OWN_MISSIONS
    | {Right.CENTRE_READ, Right.INTERESTS_CALL, Right.EXCEPTIONS_READ},
    Role.TOWN: _SIGNED_IN,
    Role.ADMINISTRATOR: _SIGNED_IN
    | {Right.USERS_MANAGE, Right.AUDIT_READ, Right.NETWORK_READ, Right.DESIGN_READ},
}

# Roles of people who see the data of others: in production they must have a second factor.
STAFF_ROLES: Final = frozenset(
    {Role.COORDINATOR, Role.PLANNER, Role.DIRECTOR, Role.PIONEER, Role.ADMINISTRATOR}
)

# On what each role bears, in words; kept by network.permissions and rota.permissions.
ROLE_SCOPES: Final[dict[Role, str]] = {
    Role.DOCTOR: "ses propres semaines et ses propres missions ; les patients du centre, du"
    " vendredi qui précède sa semaine au mercredi qui la suit",
    Role.COORDINATOR: "les centres qui lui sont confiés, tant que la coordination dure, et leurs"
    " patients",
    Role.PLANNER: "tout le réseau",
    Role.DIRECTOR: "tout le réseau, en lecture ; les virements des frais",
    Role.PIONEER: "tout le réseau, en lecture ; ses propres semaines et missions",
    Role.TOWN: "son propre compte, pour l’instant",
    Role.ADMINISTRATOR: "les comptes et le journal, pas le planning",
}
