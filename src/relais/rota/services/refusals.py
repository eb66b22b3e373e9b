"""How the rota says no, and how a database constraint becomes a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.db import IntegrityError, transaction

from relais.core import formats
from relais.core.errors import Refusal
from relais.doctors.models import Doctor
from relais.network.models import Line
from relais.rota.queries.standing import Objection


class LineWeekTakenRefusal(Refusal):
    """Someone is already placed on that line that week."""


class LineWeekHeldRefusal(Refusal):
    """The line-week is kept for another doctor for some hours."""


class DoctorElsewhereRefusal(Refusal):
    """The doctor already has a mission that week."""


class RuleRefusal(Refusal):
    """Planning rules speak against it. A planner may insist, and says why."""

    def __init__(self, objections: tuple[Objection, ...]) -> None:
        sentences = " ".join(one.sentence for one in objections)
        super().__init__(
            f"{sentences} Choisissez un autre médecin ou une autre semaine, ou dites pourquoi vous "
            "passez outre."
        )
        self.objections = objections


class MoveRefusal(Refusal):
    """The mission is not in a state from which this move is possible."""


# SQLite names the columns of a unique index, PostgreSQL the constraint itself.
_LINE_WEEK = ("rota_one_mission_a_line_week", "rota_mission.line_id, rota_mission.monday")
_DOCTOR_WEEK = ("rota_one_place_a_doctor_week", "rota_mission.doctor_id, rota_mission.monday")


def _broke(error: IntegrityError, names: tuple[str, str]) -> bool:
    """Say whether an error of the database comes from a constraint, on SQLite or PostgreSQL."""
    text = str(error)
    return any(name in text for name in names)


@contextmanager
def said_in_words(*, line: Line, doctor: Doctor, monday: date, today: date) -> Iterator[None]:
    """Turn the two absolute guarantees of the database into their refusals."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        week = formats.week_label(monday, today=today)
        if _broke(error, _LINE_WEEK):
            raise LineWeekTakenRefusal(
                f"Un médecin est déjà placé sur {line} la {week}. Remplacez-le, ou choisissez une "
                "autre semaine."
            ) from error
        if _broke(error, _DOCTOR_WEEK):
            raise DoctorElsewhereRefusal(
                f"{doctor} a déjà une mission la {week}. Choisissez un autre médecin, ou annulez "
                "d’abord l’autre mission."
            ) from error
        raise
