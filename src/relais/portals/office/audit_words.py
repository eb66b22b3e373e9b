"""The verbs of the audit as people say them. A test finds the verbs that have no words here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from relais.accounts.states import Role
from relais.rota.states import MissionState, RunState

AREAS: Final = {
    "agenda": "agenda",
    "booking": "rendez-vous en ligne",
    "patients": "patients",
    "accounts": "comptes",
    "outbox": "messages",
    "network": "centres",
    "doctors": "médecins",
    "rota": "planning",
    "tables": "tableaux",
    "territory": "communes",
}

PHRASES: Final = {
    "agenda.arrived": "a noté l’arrivée pour le",
    "agenda.booked": "a donné le",
    "agenda.cancelled": "a annulé le",
    "agenda.confirmed": "a confirmé le",
    "agenda.day_excepted": "a changé les heures d’un jour :",
    "agenda.day_read": "a lu les rendez-vous de",
    "agenda.doctor_set": "a noté le rythme de",
    "agenda.done": "a noté la fin du",
    "agenda.expired": "a rendu la place du",
    "agenda.given_back": "a rendu des rendez-vous au",
    "agenda.held": "a gardé la place du",
    "agenda.moved": "a déplacé le",
    "agenda.no_show": "a noté que personne n’est venu au",
    "agenda.reason_set": "a noté le motif",
    "agenda.released": "a rendu la place du",
    "agenda.resized": "a changé la durée du",
    "agenda.restored": "a rétabli le",
    "agenda.started": "a noté le début du",
    "agenda.taken_over": "a repris des rendez-vous pour le",
    "agenda.week_painted": "a dessiné la semaine de",
    "booking.access_set": "a réglé la page publique de",
    "booking.asked": "a demandé un rendez-vous en ligne :",
    "booking.code_missed": "a tapé un code faux pour la",
    "booking.confirmed": "a confirmé en ligne la",
    "booking.dropped": "a abandonné la",
    "patients.added": "a ouvert la fiche du",
    "patients.agreement_noted": "a noté un accord du",
    "patients.checked": "a vérifié la fiche du",
    "patients.declaration_sent": "a transmis la déclaration du",
    "patients.declaration_signed": "a noté la signature de la déclaration du",
    "patients.edited": "a modifié la fiche du",
    "patients.exception_seen": "a relu une ouverture exceptionnelle :",
    "patients.exception_missed": "a cherché à ouvrir une fiche, sans la trouver",
    "patients.identity_validated": "a validé l’identité du",
    "patients.intake_set": "a réglé les inscriptions de",
    "patients.made_known": "a fait connaître à un centre le",
    "patients.merged": "a réuni deux fiches :",
    "patients.opened_exceptionally": "a ouvert exceptionnellement la fiche du",
    "patients.parted": "a séparé deux fiches :",
    "patients.proxy_added": "a ajouté un représentant au",
    "patients.proxy_ended": "a retiré un représentant au",
    "patients.read": "a lu la fiche du",
    "patients.registered": "a inscrit au centre le",
    "patients.registration_ended": "a mis fin à l’inscription du",
    "patients.searched": "a cherché des patients",
    "accounts.closed": "a fermé le compte de",
    "accounts.codes_made": "a créé de nouveaux codes de secours pour",
    "accounts.link_sent": "a demandé un lien pour entrer comme",
    "accounts.opened": "a ouvert un compte à",
    "accounts.passkey_added": "a ajouté une clé d’accès au compte de",
    "accounts.passkey_removed": "a retiré une clé d’accès du compte de",
    "accounts.password_changed": "a changé le mot de passe de",
    "accounts.password_set": "a choisi un mot de passe pour",
    "accounts.renamed": "a changé le nom de",
    "accounts.reopened": "a rouvert le compte de",
    "accounts.role_granted": "a donné un rôle à",
    "accounts.role_revoked": "a retiré un rôle à",
    "accounts.second_factors_removed": "a retiré la double vérification de",
    "accounts.sessions_ended": "a déconnecté les appareils de",
    "accounts.sign_in_failed": ": mot de passe refusé pour le compte de",
    "accounts.signed_in": ": entrée dans le compte de",
    "accounts.totp_added": "a ajouté une application d’authentification au compte de",
    "accounts.totp_removed": "a retiré l’application d’authentification du compte de",
    "doctors.account_linked": "a relié à un compte la fiche de",
    "doctors.added": "a ajouté aux médecins",
    "doctors.called": "a appelé pour la",
    "doctors.charter_signed": "a signé la",
    "doctors.edited": "a modifié la fiche de",
    "doctors.interest_accepted": "a accueilli dans le collectif la",
    "doctors.interest_again": "a écrit de nouveau :",
    "doctors.interest_completed": "a complété la",
    "doctors.interest_shown": "a laissé son nom :",
    "doctors.interest_withdrawn": "a retiré sa demande",
    "doctors.interests_forgotten": "a effacé les noms de demandes anciennes",
    "doctors.letter_made": "a préparé le document",
    "doctors.letter_read": "a ouvert le document",
    "doctors.letter_rewritten": "a changé les mots du",
    "doctors.paired": "a noté un binôme pour",
    "doctors.paper_accepted": "a vérifié le papier",
    "doctors.paper_asked_again": "a redemandé le papier",
    "doctors.paper_given": "a envoyé le papier",
    "doctors.paper_read": "a ouvert le papier",
    "doctors.papers_asked": "a demandé ses papiers à",
    "doctors.practice_said": "a noté la façon de travailler de",
    "doctors.practices_set": "a noté les actes de",
    "doctors.preferences_set": "a noté les préférences de",
    "doctors.travel_time_set": "a noté un temps de trajet pour",
    "doctors.travel_times_set": "a noté des temps de trajet",
    "doctors.unpaired": "a défait un binôme de",
    "doctors.weeks_followed": "a recalculé les premières semaines possibles",
    "network.centre_added": "a ajouté le centre",
    "network.centre_edited": "a modifié le centre",
    "network.closure_added": "a noté une fermeture :",
    "network.closure_removed": "a retiré une fermeture :",
    "network.coordination_ended": "a mis fin à une coordination :",
    "network.coordinator_assigned": "a confié une coordination :",
    "network.line_added": "a ajouté la ligne",
    "network.line_ended": "a mis fin à la ligne",
    "network.needs_set": "a noté les besoins du centre",
    "network.practice_added": "a ajouté l’acte",
    "rota.set_offered": "a proposé des semaines au choix :",
    "rota.set_withdrawn": "a retiré des semaines au choix :",
    "rota.duo_asked": "a proposé de venir à deux :",
    "rota.duo_answered": "a entendu la réponse pour venir à deux de",
    "rota.week_held": "a retenu une semaine :",
    "rota.hold_ended": "a terminé la semaine retenue :",
    "rota.season_opened": "a annoncé la saison",
    "rota.season_closed": "a fermé la saison",
    "rota.reminder_written": "a écrit au médecin avant la mission",
    "rota.word_given": "a répondu « toujours d’accord ? » pour la mission",
    "rota.week_shared": "a partagé entre deux médecins la mission",
    "rota.share_ended": "a mis fin au partage de la mission",
    "rota.ask_answered": "a répondu à la",
    "outbox.number_allowed": "a repris les SMS vers",
    "outbox.number_stopped": "a arrêté les SMS vers",
    "outbox.preferences_set": "a choisi ce que reçoit :",
    "outbox.requests_stopped": "a arrêté les demandes :",
    "outbox.resent": "a renvoyé",
    "outbox.settled": "a réglé l’échec de",
    "outbox.sms_received": "a reçu un",
    "outbox.sms_settled": "a lu un",
    "outbox.text_rewritten": "a modifié les mots de",
    "outbox.trial_sent": "a envoyé à l’essai",
    "rota.feed_opened": "a ouvert un agenda partagé :",
    "rota.feed_revoked": "a fermé un agenda partagé :",
    "rota.leaving_asked": "demande un remplacement pour la mission",
    "rota.leaving_withdrawn": "vient finalement pour la mission",
    "rota.mission_cancelled": "a annulé la mission",
    "rota.mission_confirmed": "a confirmé la mission",
    "rota.mission_declined": "a décliné la mission",
    "rota.mission_invited": "a invité pour la mission",
    "rota.mission_locked": "a verrouillé la mission",
    "rota.mission_noted": "a noté quelque chose sur la mission",
    "rota.mission_placed": "a placé la mission",
    "rota.mission_ready": "a déclaré prête la mission",
    "rota.mission_unlocked": "a déverrouillé la mission",
    "rota.repair_accepted": "a appliqué une solution pour la mission",
    "rota.reserved": "a gardé en réserve",
    "rota.run_accepted": "a accepté le",
    "rota.run_discarded": "a écarté le",
    "rota.run_failed": "n’a pas pu faire le",
    "rota.run_finished": "a terminé le",
    "rota.run_interrupted": "n’a pas pu finir le",
    "rota.run_started": "a lancé le",
    "rota.run_stopped": "a arrêté le",
    "rota.search_closed": "a clos la",
    "rota.search_opened": "a ouvert la",
    "rota.wave_sent": "a envoyé une vague de demandes pour la",
    "rota.weeks_noted": "a noté des semaines possibles",
    "rota.weeks_offered": "a noté des semaines possibles pour",
    "rota.weeks_withdrawn": "a retiré des semaines possibles pour",
    "tables.exported": "a exporté des tableaux",
    "tables.imported": "a importé des tableaux",
    "territory.communes_loaded": "a chargé la liste des communes",
}

# The details that are worth a word on the page; the others stay in the database.
DETAILS: Final = {
    "added": "ajoutées",
    "count": "nombre",
    "despite": "malgré",
    "doctors": "médecins",
    "ends_on": "jusqu’au",
    "first_on": "du",
    "from": "avant",
    "how": "par",
    "label": "nom",
    "last_on": "au",
    "minutes": "minutes",
    "mondays": "semaines",
    "offers": "semaines",
    "reason": "raison",
    "removed": "retirées",
    "role": "rôle",
    "sessions_ended": "appareils déconnectés",
    "skipped": "passées",
    "tables": "fichiers",
    "to": "après",
    "until_on": "jusqu’au",
    "values": "valeurs",
    "weeks": "semaines",
}

_STATES: Final = {
    state.value: str(state.label) for states in (MissionState, RunState, Role) for state in states
}


def phrase(verb: str) -> str:
    """Say a verb; one that is unknown here is shown as it was written."""
    return PHRASES.get(verb, verb)


def detail_words(details: Mapping[str, object]) -> str:
    """Say the details that have a word: « rôle : planification »."""
    told = []
    for key, word in DETAILS.items():
        value = details.get(key)
        if value not in (None, "", [], {}):
            told.append(f"{word} : {_value(value)}")
    return " ; ".join(told)


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_value(one)}" for name, one in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_value(one) for one in value)
    if isinstance(value, bool):
        return "oui" if value else "non"
    return "rien" if value is None else _STATES.get(str(value), str(value))
