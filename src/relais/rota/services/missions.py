"""Missions: placed, moved from state to state, replaced. Legal states are in `rota.states`."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate

from relais.core import audit, formats
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.doctors.models import Doctor
from relais.engine.weeks import WEEK, is_monday
from relais.network.models import Line
from relais.rota import states
from relais.rota.models import Hold, Mission, SharedWeek, Standby
from relais.rota.queries import situation as facts
from relais.rota.queries.situation import Situation
from relais.rota.services.refusals import (
    DoctorElsewhereRefusal,
    LineWeekHeldRefusal,
    MoveRefusal,
    RuleRefusal,
    said_in_words,
)
from relais.rota.services.turn import take_turn
from relais.rota.states import ACTIVE, FIRM, HoldEnd, MissionState, Move


class WeekOverRefusal(Refusal):
    """The week is over."""


class SameDoctorRefusal(Refusal):
    """The mission is already this doctor's."""


@transaction.atomic
def place(
    line: Line,
    *,
    doctor: Doctor,
    monday: date,
    by: Actor,
    now: datetime,
    state: MissionState = MissionState.PROPOSED,
    because: str = "",
    despite: str = "",
) -> Mission:
    """Place a doctor on a line for a week.

    `despite` is a planner's reason to go beyond the planning rules: it is kept in the audit with
    the rules it broke, and locks the mission so that no plan undoes it. The guarantees of the
    database hold all the same. A standby of that week is used up.

    Raises RuleRefusal, LineWeekTakenRefusal, DoctorElsewhereRefusal; ValueError when `monday` is
    not a Monday or `state` does not hold a place.
    """
    if not is_monday(monday):
        raise ValueError(f"{monday} is not a Monday")
    if state not in ACTIVE:
        raise ValueError(f"a mission cannot start {state}")
    today = localdate(now)
    take_turn()
    if SharedWeek.objects.filter(doctor=doctor, monday=monday).exists():
        week = formats.week_label(monday, today=today)
        raise DoctorElsewhereRefusal(f"{doctor} partage déjà une mission la {week}.")
    situation = facts.load(monday, monday, today=today, doctor_ids=[doctor.pk])
    _refuse_held(line, doctor=doctor, monday=monday, now=now, insists=bool(despite.strip()))
    objections = situation.objections(doctor, line, monday)
    if objections and not despite.strip():
        raise RuleRefusal(objections)
    mission = _create(
        line,
        doctor=doctor,
        monday=monday,
        state=state,
        because=because,
        is_locked=bool(objections),
        situation=situation,
        now=now,
    )
    audit.record(
        mission,
        verb="rota.mission_placed",
        by=by,
        at=now,
        why=despite.strip() or because,
        details={"state": str(state), "despite": [str(one.rule) for one in objections]},
    )
    return mission


@transaction.atomic
def place_pair(
    line: Line,
    *,
    other_line: Line,
    doctor: Doctor,
    companion: Doctor,
    monday: date,
    by: Actor,
    now: datetime,
    state: MissionState = MissionState.PROPOSED,
) -> tuple[Mission, Mission]:
    """Place two doctors who come together on two lines of one centre, the same week.

    Raises what `place` raises; ValueError when the lines are not two lines of one centre.
    """
    if line.centre_id != other_line.centre_id or line.pk == other_line.pk:
        raise ValueError("a pair needs two lines of one centre")
    today = localdate(now)
    take_turn()
    found = []
    for place_line, person in ((line, doctor), (other_line, companion)):
        situation = facts.load(monday, monday, today=today, doctor_ids=[person.pk])
        objections = situation.objections(person, place_line, monday, companions_too=False)
        if objections:
            raise RuleRefusal(objections)
        mission = _create(
            place_line,
            doctor=person,
            monday=monday,
            state=state,
            because="",
            is_locked=False,
            situation=situation,
            now=now,
        )
        audit.record(
            mission,
            verb="rota.mission_placed",
            by=by,
            at=now,
            details={"state": str(state), "despite": []},
        )
        found.append(mission)
    return found[0], found[1]


def invite(mission: Mission, *, by: Actor, now: datetime) -> Mission:
    """Note that the doctor was asked."""
    _refuse_over(mission, now)
    return _move(mission, states.INVITE, by=by, now=now)


def confirm(mission: Mission, *, by: Actor, now: datetime) -> Mission:
    """Note the doctor's yes."""
    return _move(mission, states.CONFIRM, by=by, now=now)


def mark_ready(mission: Mission, *, by: Actor, now: datetime) -> Mission:
    """Note that nothing is left to prepare."""
    return _move(mission, states.MARK_READY, by=by, now=now)


def decline(mission: Mission, *, by: Actor, now: datetime, why: str = "") -> Mission:
    """Note the doctor's no to a mission not confirmed yet. The line-week opens again.

    `why`, here and below, is free text of a person: it joins the note of the mission, which the
    team can read and take away, and stays out of the audit, which keeps for ever that one was given
    (docs/decisions/0007).
    """
    _refuse_over(mission, now)
    return _move(mission, states.DECLINE, by=by, now=now, why=why)


def cancel(mission: Mission, *, by: Actor, now: datetime, why: str = "") -> Mission:
    """End a mission, confirmed or not. The line-week opens again."""
    return _move(mission, states.CANCEL, by=by, now=now, why=why)


def unconfirm(mission: Mission, *, by: Actor, now: datetime, why: str = "") -> Mission:
    """Undo a confirmation noted by mistake."""
    return _move(mission, states.UNCONFIRM, by=by, now=now, why=why)


def unready(mission: Mission, *, by: Actor, now: datetime, why: str = "") -> Mission:
    """Open the preparations of a mission again."""
    return _move(mission, states.UNREADY, by=by, now=now, why=why)


def reopen(mission: Mission, *, by: Actor, now: datetime, why: str = "") -> Mission:
    """Undo a no or a cancellation, when the line-week and the doctor are still free."""
    _refuse_over(mission, now)
    return _move(mission, states.REOPEN, by=by, now=now, why=why)


@transaction.atomic
def lock(mission: Mission, *, by: Actor, now: datetime) -> Mission:
    """Fix a mission: no plan may move it. Raises MoveRefusal when the mission has ended."""
    return _set_lock(mission, locked=True, by=by, now=now)


@transaction.atomic
def unlock(mission: Mission, *, by: Actor, now: datetime) -> Mission:
    """Let plans move a mission again. Raises MoveRefusal when the mission has ended."""
    return _set_lock(mission, locked=False, by=by, now=now)


@transaction.atomic
def annotate(mission: Mission, *, note: str, by: Actor, now: datetime) -> Mission:
    """Write the team's note on a mission; an empty note removes it.

    The text stays out of the audit.
    """
    fresh = _fresh(mission)
    fresh.note = note.strip()
    fresh.changed_at = now
    fresh.save(update_fields=["note", "changed_at"])
    audit.record(
        fresh, verb="rota.mission_noted", by=by, at=now, details={"letters": len(fresh.note)}
    )
    return fresh


@transaction.atomic
def replace(
    mission: Mission,
    *,
    doctor: Doctor,
    by: Actor,
    now: datetime,
    state: MissionState = MissionState.PROPOSED,
    because: str = "",
    despite: str = "",
    why: str = "",
) -> Mission:
    """Put another doctor in a mission's place: the old mission is cancelled, the new one returned.

    Raises SameDoctorRefusal, MoveRefusal, and what `place` raises.
    """
    if mission.doctor_id == doctor.pk:
        raise SameDoctorRefusal(f"Cette mission est déjà celle de {doctor}.")
    _move(mission, states.CANCEL, by=by, now=now, why=why, because="remplacement")
    return place(
        mission.line,
        doctor=doctor,
        monday=mission.monday,
        state=state,
        by=by,
        now=now,
        because=because,
        despite=despite,
    )


def _refuse_held(line: Line, *, doctor: Doctor, monday: date, now: datetime, insists: bool) -> None:
    """Refuse a line-week kept for somebody else, unless a planner insists; then the hold ends."""
    other = Hold.objects.filter(line=line, monday=monday, ended_at=None, until__gt=now)
    other = other.exclude(doctor=doctor)
    if insists:
        other.update(ended_at=now, end=HoldEnd.RELEASED)
    elif other.exists():
        raise LineWeekHeldRefusal(
            "Cette semaine est retenue pour un autre médecin. Attendez sa réponse, ou dites "
            "pourquoi vous passez outre."
        )


# -- inside ----------------------------------------------------------------------------------------


def _create(
    line: Line,
    *,
    doctor: Doctor,
    monday: date,
    state: MissionState,
    because: str,
    is_locked: bool,
    situation: Situation,
    now: datetime,
) -> Mission:
    with said_in_words(line=line, doctor=doctor, monday=monday, today=situation.today):
        mission = Mission.objects.create(
            doctor=doctor,
            line=line,
            monday=monday,
            state=state,
            is_locked=is_locked,
            travel_minutes=situation.travel_minutes(doctor, situation.centres[line.centre_id]),
            because=because,
            created_at=now,
            changed_at=now,
        )
    Standby.objects.filter(doctor=doctor, monday=monday).delete()
    return mission


@transaction.atomic
def _move(
    mission: Mission,
    move: Move,
    *,
    by: Actor,
    now: datetime,
    why: str = "",
    because: str = "",
) -> Mission:
    """Make one legal move, whatever other writers do meanwhile. Raises MoveRefusal.

    `why` is what a person wrote (kept in the note), `because` what the program says (audit).
    """
    take_turn()
    fresh = _fresh(mission)
    origin = MissionState(fresh.state)
    if origin not in move.origins:
        raise MoveRefusal(_impossible(fresh, move))
    with said_in_words(
        line=fresh.line, doctor=fresh.doctor, monday=fresh.monday, today=localdate(now)
    ):
        Mission.objects.filter(pk=fresh.pk).update(
            state=move.target,
            changed_at=now,
            sequence=F("sequence") + 1,
            # Who asked to be replaced asks no more once the mission ends or is doubtful again.
            leaving_at=fresh.leaving_at if move.target in FIRM else None,
            note="\n".join(part for part in (fresh.note, why.strip()) if part),
        )
    fresh.refresh_from_db(fields=["state", "changed_at", "sequence", "note"])
    if move.target not in FIRM:  # who shared a week that ends, or is doubtful again, is free
        SharedWeek.objects.filter(mission=fresh).delete()
    audit.record(
        fresh,
        verb=f"rota.mission_{move.verb}",
        by=by,
        at=now,
        why=because,
        details={
            "from": str(origin),
            "to": str(move.target),
            **({"reason": "dans la note"} if why.strip() else {}),
        },
    )
    mission.state, mission.changed_at = fresh.state, fresh.changed_at
    mission.sequence, mission.note = fresh.sequence, fresh.note
    return fresh


def _impossible(mission: Mission, move: Move) -> str:
    now_is = MissionState(mission.state)
    if now_is == move.target:
        return f"Cette mission est déjà {now_is.label}."
    wanted = formats.listing([state.label for state in move.origins])
    return (
        f"Cette mission est {now_is.label} : on ne peut {move.label} que si elle est "
        f"{wanted.replace(' et ', ' ou ')}."
    )


def _set_lock(mission: Mission, *, locked: bool, by: Actor, now: datetime) -> Mission:
    take_turn()
    fresh = _fresh(mission)
    if MissionState(fresh.state) not in ACTIVE:
        raise MoveRefusal(
            f"Cette mission est {MissionState(fresh.state).label} : "
            "il n’y a plus rien à verrouiller."
        )
    fresh.is_locked = locked
    fresh.changed_at = now
    fresh.save(update_fields=["is_locked", "changed_at"])
    mission.is_locked = locked
    verb = "rota.mission_locked" if locked else "rota.mission_unlocked"
    audit.record(fresh, verb=verb, by=by, at=now)
    return fresh


def _fresh(mission: Mission) -> Mission:
    return Mission.objects.select_related("doctor", "line", "line__centre").get(pk=mission.pk)


def _refuse_over(mission: Mission, now: datetime) -> None:
    if mission.monday + WEEK <= localdate(now):
        week = formats.week_label(mission.monday, today=localdate(now))
        raise WeekOverRefusal(
            f"La {week} est passée. Vous pouvez encore confirmer ou annuler cette mission pour que "
            "l’historique soit juste."
        )
