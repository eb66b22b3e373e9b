"""What somebody did with a file, in the words of the list that the patient is given."""

from __future__ import annotations

from typing import Final

_WORDS: Final = {
    "patients.added": "a ouvert la fiche pour la première fois",
    "patients.read": "a ouvert la fiche",
    "patients.searched": "a vu le nom dans une recherche",
    "agenda.day_read": "a vu le nom dans la liste d’une journée",
    "patients.opened_exceptionally": "a ouvert la fiche par exception, avec une raison",
    "patients.exception_seen": "a relu une ouverture par exception",
    "patients.merged": "a réuni deux fiches",
    "patients.parted": "a séparé deux fiches",
    "patients.registered": "a noté le choix du centre comme médecin traitant",
    "patients.registration_ended": "a noté la fin de ce choix",
    "patients.declaration_signed": "a noté la signature de la déclaration",
    "patients.declaration_sent": "a noté l’envoi de la déclaration",
    "patients.identity_validated": "a lu une pièce d’identité",
    "patients.proxy_added": "a noté un représentant",
    "patients.proxy_ended": "a noté la fin d’un représentant",
    "patients.agreement_noted": "a noté un accord",
    "patients.checked": "a vérifié la fiche",
    "patients.made_known": "a fait connaître la fiche à un centre",
    "agenda.taken_over": "a repris des rendez-vous d’une autre fiche",
    "agenda.given_back": "a rendu des rendez-vous à la fiche",
}


def words_of(verb: str) -> str:
    """Give the words of a verb of the audit."""
    return _WORDS.get(verb, "a modifié la fiche")
