"""What is left before a first week, as one short list: papers, charter, practice, weeks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from relais.core.formats import plural
from relais.doctors.models import Doctor
from relais.doctors.queries import papers_of, profile_of, signature_of
from relais.doctors.states import PaperState
from relais.engine.weeks import WEEK, monday_of
from relais.rota import queries as rota


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it is, where it is done, whether it is, and what is left in words."""

    label: str
    url_name: str
    is_done: bool
    left: str


def steps_of(doctor: Doctor, *, today: date) -> tuple[Step, ...]:
    """List the steps to a first week in the order people take them."""
    lines = papers_of(doctor)
    hers = [line for line in lines if line.rule.is_doctors]
    to_send = sum(
        line.paper is None
        or line.paper.state in (PaperState.MISSING, PaperState.ASKED_AGAIN)
        or (line.paper.expires_on is not None and line.paper.expires_on < today)
        for line in hers
    )
    offered = rota.offers_of(doctor, since=monday_of(today) + WEEK)
    return (
        Step(
            "Mes papiers",
            "doctor_papers",
            to_send == 0,
            f"{plural(to_send, 'papier')} à envoyer" if to_send else "tous envoyés",
        ),
        _step(
            "La charte",
            "doctor_charter",
            signature_of(doctor, today=today) is not None,
            ("signée", "à lire et à signer"),
        ),
        _step(
            "Ma pratique",
            "doctor_practice",
            profile_of(doctor) is not None,
            ("dite", "deux minutes de questions"),
        ),
        _step("Mes semaines", "doctor_weeks", bool(offered), ("proposées", "à proposer")),
    )


def _step(label: str, url_name: str, is_done: bool, words: tuple[str, str]) -> Step:
    return Step(label, url_name, is_done, words[0] if is_done else words[1])
