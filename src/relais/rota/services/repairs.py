"""Applying a repair: a chain of missions that end and begin, in one transaction or not at all."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate

from relais.core import audit, formats
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.doctors.models import Doctor
from relais.engine.rota.verify import verify
from relais.engine.weeks import weeks_between
from relais.network.models import Line
from relais.rota import planning
from relais.rota.models import Mission, Standby
from relais.rota.queries import situation as facts
from relais.rota.queries.standing import Standing
from relais.rota.repairing import STANDBY_DEPTH, Come, Leave, Recipe
from relais.rota.services.acceptance import HARD_RULES
from relais.rota.services.missions import WeekOverRefusal
from relais.rota.services.refusals import said_in_words
from relais.rota.services.turn import take_turn
from relais.rota.states import ACTIVE, MissionState

_AFRESH = "Rien n’a été changé. Les solutions ci-dessous tiennent compte du planning actuel."


class RepairOutdatedRefusal(Refusal):
    """The rota changed since the repair was shown, and it no longer holds."""


@dataclass(frozen=True, slots=True)
class AppliedRepair:
    """What a repair changed. `is_new` is false when it had been applied before: nothing written."""

    added: tuple[Mission, ...]
    removed: tuple[Mission, ...]
    is_new: bool


@transaction.atomic
def accept_repair(
    line: Line, *, monday: date, recipe: Recipe, by: Actor, now: datetime
) -> AppliedRepair:
    """Fill a line-week by a repair: missions end, others begin as « proposée », reserves end.

    Every state that the planner saw and every rule is looked at again, first by the rules of the
    rota, then by the engine's verifier on the whole. Sent twice, it is applied once.

    Raises WeekOverRefusal, RepairOutdatedRefusal; LineWeekTakenRefusal, DoctorElsewhereRefusal.
    """
    take_turn()
    today = localdate(now)
    ids = [one.mission_id for one in recipe.leaves]
    left = {
        one.pk: one
        for one in Mission.objects.filter(pk__in=ids).select_related(
            "doctor", "line", "line__centre"
        )
    }
    here = _holders(recipe.comes)
    if recipe.comes and _is_applied(recipe, left, here):
        added = tuple(here[one.line_id, one.monday] for one in recipe.comes)
        return AppliedRepair(added, tuple(left.values()), is_new=False)
    if not any((one.line_id, one.monday) == (line.pk, monday) for one in recipe.comes):
        raise RepairOutdatedRefusal(f"Cette solution ne remplit pas cette semaine. {_AFRESH}")
    days = [one.monday for one in recipe.comes] + [one.monday for one in left.values()]
    if min(days) <= today:
        raise WeekOverRefusal(
            f"Une des semaines de cette solution a commencé ou est passée. {_AFRESH}"
        )
    for leave in recipe.leaves:
        _still_so(leave, left.get(leave.mission_id))
    _check_rules(recipe, left, today=today)
    _end(recipe, left, by=by, now=now)
    added = tuple(_begin(recipe, line, left, by=by, now=now, today=today))
    _check_whole(added, today=today)
    target = next(one for one in added if (one.line_id, one.monday) == (line.pk, monday))
    audit.record(
        target,
        verb="rota.repair_accepted",
        by=by,
        at=now,
        details={"missions": [one.pk for one in added], "ended": sorted(left)},
    )
    return AppliedRepair(added, tuple(left.values()), is_new=True)


def _holders(comes: Collection[Come]) -> dict[tuple[int, date], Mission]:
    wanted = {(one.line_id, one.monday) for one in comes}
    rows = Mission.objects.filter(
        line_id__in=[one.line_id for one in comes],
        monday__in=[one.monday for one in comes],
        state__in=ACTIVE,
    ).select_related("doctor", "line", "line__centre")
    return {(one.line_id, one.monday): one for one in rows if (one.line_id, one.monday) in wanted}


def _is_applied(
    recipe: Recipe, left: dict[int, Mission], here: dict[tuple[int, date], Mission]
) -> bool:
    """Say whether all that a repair asks for is already so: the same request came before."""
    return all(
        (holder := here.get((one.line_id, one.monday))) is not None
        and holder.doctor_id == one.doctor_id
        for one in recipe.comes
    ) and all(
        one.mission_id in left and left[one.mission_id].state == MissionState.CANCELLED
        for one in recipe.leaves
    )


def _still_so(leave: Leave, mission: Mission | None) -> None:
    """Refuse where a mission that is to end is no longer as the planner saw it."""
    if mission is None:
        raise RepairOutdatedRefusal(f"Une mission de cette solution n’existe plus. {_AFRESH}")
    if mission.is_locked:
        raise RepairOutdatedRefusal(
            f"La mission du {mission.doctor} à {mission.line.centre.name} a été verrouillée. "
            f"{_AFRESH}"
        )
    if mission.state != leave.state or mission.state not in ACTIVE:
        is_now = MissionState(mission.state).label
        raise RepairOutdatedRefusal(
            f"La mission du {mission.doctor} à {mission.line.centre.name} est maintenant {is_now}. "
            f"{_AFRESH}"
        )


def _check_rules(recipe: Recipe, left: dict[int, Mission], *, today: date) -> None:
    """Refuse where a rule speaks against somebody who comes, the rest of the repair being done."""
    days = sorted(one.monday for one in recipe.comes)
    doctor_ids = {one.doctor_id for one in recipe.comes} | {one.doctor_id for one in left.values()}
    situation = facts.load(days[0], days[-1], today=today, doctor_ids=doctor_ids)
    for mission_id in left:
        if mission_id in situation.missions:
            situation.remove(mission_id)
    for reserve in recipe.reserves:
        key = (reserve.doctor_id, reserve.monday)
        if key not in situation.standbys:
            raise RepairOutdatedRefusal(f"Une réserve de cette solution a pris fin. {_AFRESH}")
        situation.standbys.discard(key)
        situation.standbys_of[reserve.doctor_id].discard(reserve.monday)
    for number, one in enumerate(recipe.comes, start=1):
        doctor, line = situation.doctors.get(one.doctor_id), situation.lines.get(one.line_id)
        if doctor is None or line is None:
            raise RepairOutdatedRefusal(f"Cette solution n’est plus possible. {_AFRESH}")
        objections = situation.objections(doctor, line, one.monday, companions_too=False)
        if objections:
            sentences = " ".join(objection.sentence for objection in objections)
            raise RepairOutdatedRefusal(f"{sentences} {_AFRESH}")
        situation.add(
            Standing(
                id=-number,
                doctor_id=doctor.pk,
                line_id=line.pk,
                centre_id=line.centre_id,
                monday=one.monday,
                state=MissionState.PROPOSED,
                is_locked=False,
            )
        )


def _end(recipe: Recipe, left: dict[int, Mission], *, by: Actor, now: datetime) -> None:
    for leave in recipe.leaves:
        mission = left[leave.mission_id]
        Mission.objects.filter(pk=mission.pk).update(
            state=MissionState.CANCELLED, changed_at=now, sequence=F("sequence") + 1
        )
        mission.refresh_from_db(fields=["state", "changed_at", "sequence"])
        audit.record(
            mission,
            verb="rota.mission_cancelled",
            by=by,
            at=now,
            why="remplacement en chaîne",
            details={"from": str(leave.state), "to": str(MissionState.CANCELLED)},
        )
    for reserve in recipe.reserves:
        Standby.objects.filter(doctor_id=reserve.doctor_id, monday=reserve.monday).delete()


def _begin(
    recipe: Recipe,
    line: Line,
    left: dict[int, Mission],
    *,
    by: Actor,
    now: datetime,
    today: date,
) -> list[Mission]:
    doctors = Doctor.objects.in_bulk({one.doctor_id for one in recipe.comes})
    lines = Line.objects.select_related("centre").in_bulk({one.line_id for one in recipe.comes})
    days = sorted(one.monday for one in recipe.comes)
    situation = facts.load(days[0], days[-1], today=today, doctor_ids=list(doctors))
    before = {mission.doctor_id: mission for mission in left.values()}
    added = []
    for one in recipe.comes:
        doctor, place = doctors[one.doctor_id], lines[one.line_id]
        because = f"Pour remplir {line.centre.name}, laissé sans médecin."
        if doctor.pk in before:
            week = formats.week_label(before[doctor.pk].monday, today=today)
            because = f"Au lieu de {before[doctor.pk].line.centre.name}, {week}. {because}"
        with said_in_words(line=place, doctor=doctor, monday=one.monday, today=today):
            mission = Mission.objects.create(
                doctor=doctor,
                line=place,
                monday=one.monday,
                state=MissionState.PROPOSED,
                travel_minutes=situation.travel_minutes(doctor, place.centre),
                because=because,
                created_at=now,
                changed_at=now,
            )
        Standby.objects.filter(doctor=doctor, monday=one.monday).delete()
        audit.record(
            mission,
            verb="rota.mission_placed",
            by=by,
            at=now,
            why=because,
            details={"state": str(MissionState.PROPOSED)},
        )
        added.append(mission)
    return added


def _check_whole(added: Collection[Mission], *, today: date) -> None:
    """Judge the weeks concerned with the engine's own verifier; the bridge tells it the others."""
    first = min(one.monday for one in added)
    weeks = weeks_between(first, max(one.monday for one in added)) + 1
    bridge = planning.problem_for(first, weeks=weeks, standby_depth=STANDBY_DEPTH, today=today)
    new = {(one.doctor_id, one.line.centre_id, one.monday) for one in added}
    for broken in verify(bridge.problem, planning.as_plan(bridge)):
        if broken.rule not in HARD_RULES:
            continue
        who = None if broken.doctor is None else bridge.index.doctor_ids[broken.doctor]
        where = None if broken.centre is None else bridge.index.centre_ids[broken.centre]
        when = None if broken.week is None else bridge.problem.monday(broken.week)
        for doctor_id, centre_id, monday in new:
            same = (who is not None and doctor_id == who) or (who is None and centre_id == where)
            if same and when in (None, monday):
                raise RepairOutdatedRefusal(f"{broken.sentence} {_AFRESH}")
