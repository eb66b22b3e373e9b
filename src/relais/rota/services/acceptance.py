"""Accepting a proposal, whole or in part, in one transaction, verified before it holds.

A proposal was computed minutes or days ago. Accepting reads the rota again, takes the lines that
still hold, leaves the others out with the reason, and checks the whole with the engine's `verify`
before the transaction ends. Killed in the middle, nothing has changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate

from relais.core import audit, formats
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.doctors.models import Doctor
from relais.engine.rota.verify import Violation, verify
from relais.engine.weeks import WEEK, weeks_between
from relais.network.models import Line
from relais.rota import planning
from relais.rota.models import (
    Mission,
    PlannedMission,
    PlannedStandby,
    PlanRun,
    SharedWeek,
    Standby,
)
from relais.rota.planning import Bridge
from relais.rota.queries import situation as facts
from relais.rota.queries.situation import Situation
from relais.rota.queries.standing import Standing, most_in_a_year
from relais.rota.services.turn import take_turn
from relais.rota.states import ChangeKind, MissionState, RunState

# States that a proposal leaves alone unless its line is ticked: the doctor has been asked, or said
# yes.
WORD_GIVEN = (MissionState.INVITED, MissionState.CONFIRMED, MissionState.READY)
ACCEPTED_TURN = "accepted_turn"  # key of PlanRun.result: the turn in which it was accepted
TRIES = 5  # times that lines which break a rule once written are left out
HARD_RULES = frozenset({"H1", "H2", "H3", "H4", "H5", "H6", "H7", "H8", "H9", "H10", "standby"})


class RunOverRefusal(Refusal):
    """The proposal was already accepted or set aside, or is not there yet."""


class RunOutdatedRefusal(Refusal):
    """Another proposal was accepted since this one was computed, or the rules no longer hold."""


class _BrokenRules(Exception):
    """New doctor-weeks that break a rule once written, with the verifier's sentences."""

    def __init__(self, found: dict[tuple[int, date], str]) -> None:
        super().__init__("; ".join(found.values()))
        self.found = found


@dataclass(frozen=True, slots=True)
class Skipped:
    """A line of the proposal that was left out, and why in a French sentence."""

    row: PlannedMission
    because: str


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What accepting changed. `kept`: missions of the proposal that stood already."""

    added: tuple[Mission, ...]
    removed: tuple[Mission, ...]
    kept: int
    skipped: tuple[Skipped, ...]


@transaction.atomic
def accept_run(
    run: PlanRun, *, by: Actor, now: datetime, only: Collection[int] | None = None
) -> Acceptance:
    """Make a proposal, or the lines `only` of it (ids of PlannedMission), the plan.

    A mission whose doctor was invited or said yes goes only when its line is in `only`; a locked
    one never. A line that no longer holds is skipped with its reason. The reserves of the run's
    weeks are replaced by those of the proposal that still hold.

    Raises RunOverRefusal when the run is not a ready proposal, RunOutdatedRefusal when another one
    was accepted for some of its weeks since it was computed or when the result would break a rule.
    """
    _claim(run, turn=take_turn(), now=now)
    left_out: dict[tuple[int, date], str] = {}
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                return _accept(run, only=only, left_out=left_out, by=by, now=now)
        except _BrokenRules as broken:
            if broken.found.keys() <= left_out.keys():
                break
            left_out.update(broken.found)
    raise RunOutdatedRefusal(
        "Acceptée maintenant, cette proposition ne tiendrait pas toutes les règles. Lancez un "
        "nouveau calcul."
    )


def _accept(
    run: PlanRun,
    *,
    only: Collection[int] | None,
    left_out: Mapping[tuple[int, date], str],
    by: Actor,
    now: datetime,
) -> Acceptance:
    """Take what holds, without the doctor-weeks `left_out`. Raises _BrokenRules."""
    last_monday = run.first_monday + (run.weeks - 1) * WEEK
    situation = facts.load(run.first_monday, last_monday, today=localdate(now))
    rows = list(
        PlannedMission.objects.filter(run=run)
        .select_related("doctor", "centre")
        .order_by("monday", "centre_id", "doctor_id")
    )
    choice = _Choice(situation, run, rows, only, left_out)
    choice.make()
    removed = _remove(choice, by=by, now=now)
    added = _add(choice, by=by, now=now)
    _replace_standbys(choice, now=now)
    _check(run, choice)
    _note(run, choice, only=only, by=by, now=now)
    return Acceptance(
        added=tuple(added),
        removed=tuple(removed),
        kept=sum(row.change == ChangeKind.KEPT for row in rows),
        skipped=tuple(Skipped(row, because) for row, because in choice.skipped.values()),
    )


def _claim(run: PlanRun, *, turn: int, now: datetime) -> None:
    """Move the run from « proposition prête » to « acceptée », or say why not."""
    end = run.first_monday + run.weeks * WEEK
    claimed = PlanRun.objects.filter(pk=run.pk, state=RunState.FINISHED).update(
        state=RunState.ACCEPTED, accepted_at=now
    )
    run.refresh_from_db()
    if not claimed:
        if run.state == RunState.ACCEPTED and run.accepted_at is not None:
            when = formats.date_words(localdate(run.accepted_at))
            raise RunOverRefusal(
                f"Cette proposition a déjà été acceptée le {when}. Pour améliorer encore le "
                "planning, lancez un nouveau calcul."
            )
        raise RunOverRefusal(
            f"Cette proposition ne peut pas être acceptée ({RunState(run.state).label}). Lancez un "
            "nouveau calcul."
        )
    run.result = {**run.result, ACCEPTED_TURN: turn}
    run.save(update_fields=["result"])
    for other in PlanRun.objects.filter(state=RunState.ACCEPTED).exclude(pk=run.pk):
        if other.result.get(ACCEPTED_TURN, 0) <= run.from_turn:
            continue
        overlaps = (
            other.first_monday < end and run.first_monday < other.first_monday + other.weeks * WEEK
        )
        if overlaps:
            raise RunOutdatedRefusal(
                "Une autre proposition a été acceptée depuis ce calcul : celle-ci n’en tient pas "
                "compte. Lancez un nouveau calcul."
            )


@dataclass
class _Choice:
    """Which lines are taken, against the rota as it becomes, and why the others are not."""

    situation: Situation
    run: PlanRun
    rows: list[PlannedMission]
    only: Collection[int] | None
    left_out: Mapping[tuple[int, date], str]
    removed: dict[int, PlannedMission] = field(default_factory=dict)
    added: list[tuple[PlannedMission, Line]] = field(default_factory=list)
    skipped: dict[int, tuple[PlannedMission, str]] = field(default_factory=dict)
    before: dict[int, Standing] = field(default_factory=dict)
    standbys: list[tuple[int, date]] = field(default_factory=list)

    def make(self) -> None:
        """Choose: what goes, what comes, what must stay after all, who is in reserve."""
        now = self.situation
        self.before = dict(now.missions)
        # The run's reserves replace those of its weeks: old ones hold nobody back.
        for doctor_id, monday in list(now.standbys):
            if self._may_change(monday) and now.first_monday <= monday <= now.last_monday:
                now.standbys.discard((doctor_id, monday))
                now.standbys_of[doctor_id].discard(monday)
        wanted = [row for row in self.rows if self.only is None or row.pk in self.only]
        for row in wanted:
            if row.change == ChangeKind.REMOVED:
                self._let_go(row)
        additions = [row for row in wanted if row.change == ChangeKind.ADDED]
        self._bring(additions)
        self._keep_companions_together()
        self._take_back_needless_removals()
        self._choose_standbys()

    def _may_change(self, monday: date) -> bool:
        return monday > self.situation.today

    def _skip(self, row: PlannedMission, because: str) -> None:
        self.skipped[row.pk] = (row, because)

    def _let_go(self, row: PlannedMission) -> None:
        standing = self.situation.missions.get(row.mission_id or 0)
        if standing is None or standing.doctor_id != row.doctor_id:
            self._skip(row, f"La mission du {row.doctor} n’est déjà plus là.")
        elif not self._may_change(row.monday):
            self._skip(row, "La semaine a commencé.")
        elif standing.is_locked:
            self._skip(row, f"La mission du {row.doctor} est verrouillée.")
        elif MissionState(standing.state) in WORD_GIVEN and (
            self.only is None or row.pk not in self.only
        ):
            state = MissionState(standing.state).label
            self._skip(
                row,
                f"La mission du {row.doctor} est {state} : elle ne bouge que si vous la cochez.",
            )
        else:
            self.removed[standing.id] = row
            self.situation.remove(standing.id)

    def _bring(self, additions: Iterable[PlannedMission]) -> None:
        for row in additions:
            because = self._against(row)
            line = None if because else self._free_line(row.centre_id, row.monday)
            if because is None and line is None:
                week = formats.week_label(row.monday, today=self.situation.today)
                because = f"Il n’y a plus de place libre à {row.centre.name} la {week}."
            if because is not None or line is None:
                self._skip(row, because or "")
                continue
            self.added.append((row, line))
            self.situation.add(
                Standing(
                    id=-row.pk,
                    doctor_id=row.doctor_id,
                    line_id=line.pk,
                    centre_id=row.centre_id,
                    monday=row.monday,
                    state=MissionState.PROPOSED,
                    is_locked=False,
                )
            )

    def _against(self, row: PlannedMission) -> str | None:
        """Say what speaks against a line now, None when nothing does."""
        now = self.situation
        if not self._may_change(row.monday):
            return "La semaine a commencé."
        if (row.doctor_id, row.monday) in self.left_out:
            return self.left_out[row.doctor_id, row.monday]
        doctor = now.doctors[row.doctor_id]
        week = formats.week_label(row.monday, today=now.today)
        if any(one.monday == row.monday for one in now.of_doctor.get(doctor.pk, ())):
            return f"{doctor} a déjà une mission la {week}."
        lines = [
            line
            for line in now.lines.values()
            if line.centre_id == row.centre_id and line.is_active(row.monday)
        ]
        if not lines:
            return f"{row.centre.name} n’a plus de ligne active la {week}."
        objections = now.objections(doctor, lines[0], row.monday, companions_too=False)
        return " ".join(one.sentence for one in objections) or None

    def _free_line(self, centre_id: int, monday: date) -> Line | None:
        """Give the line of a centre that is free that week; the one that was freed last, if any."""
        now = self.situation
        taken = {one.line_id for one in now.at_centre.get((centre_id, monday), ())}
        taken |= {line_id for line_id, day in now.kept if day == monday}
        left = {
            self.before[mission_id].line_id
            for mission_id in self.removed
            if self.before[mission_id].monday == monday
        }
        free = [
            line
            for line in now.lines.values()
            if line.centre_id == centre_id and line.pk not in taken and line.is_active(monday)
        ]
        return min(free, key=lambda line: (line.pk not in left, line.number), default=None)

    def _keep_companions_together(self) -> None:
        """Leave out the one of a pair whose companion could not be taken."""
        now = self.situation
        changed = True
        while changed:
            changed = False
            for row, line in list(self.added):
                present = {one.doctor_id for one in now.at_centre[row.centre_id, row.monday]}
                absent = now.companions.get(row.doctor_id, frozenset()) - present
                if absent:
                    self.added.remove((row, line))
                    now.remove(-row.pk)
                    companion = now.doctors.get(min(absent))
                    self._skip(row, f"{row.doctor} vient avec {companion}, qui ne peut plus venir.")
                    changed = True

    def _take_back_needless_removals(self) -> None:
        """Let a mission stand whose successor could not be taken, unless a rule objects."""
        now = self.situation
        for mission_id, row in list(self.removed.items()):
            before = self.before[mission_id]
            line = now.lines[before.line_id]
            taken = {
                one.line_id for one in now.at_centre.get((before.centre_id, before.monday), ())
            }
            busy = any(
                one.monday == before.monday for one in now.of_doctor.get(before.doctor_id, ())
            )
            wished = any(
                one.centre_id == before.centre_id
                and one.monday == before.monday
                and one.change == ChangeKind.ADDED
                and one.pk in self.skipped
                for one in self.rows
            )
            if not wished or busy or line.pk in taken:
                continue
            doctor = now.doctors[before.doctor_id]
            if now.objections(doctor, line, before.monday):
                continue
            del self.removed[mission_id]
            now.add(before)
            self._skip(row, f"La mission du {doctor} reste : sa suite n’est plus possible.")

    def _choose_standbys(self) -> None:
        """Keep the reserves of the proposal that still hold beside the missions taken."""
        now = self.situation
        planned = PlannedStandby.objects.filter(run=self.run).order_by("monday", "doctor_id")
        for doctor_id, monday in planned.values_list("doctor_id", "monday"):
            doctor = now.doctors[doctor_id]
            if not self._may_change(monday) or (doctor_id, monday) not in now.offers:
                continue
            if (doctor_id, monday) in now.unwilling:
                continue
            if not now.is_free(doctor, monday) or (doctor_id, monday) in self.left_out:
                continue
            taken = [one.monday for one in now.of_doctor.get(doctor_id, ())]
            reserved = now.standbys_of[doctor_id]
            if most_in_a_year([*taken, *reserved, monday]) > doctor.max_missions:
                continue
            if any(abs(weeks_between(day, monday)) < doctor.min_gap_weeks for day in reserved):
                continue
            self.standbys.append((doctor_id, monday))
            now.standbys.add((doctor_id, monday))
            now.standbys_of[doctor_id].add(monday)


def _remove(choice: _Choice, *, by: Actor, now: datetime) -> list[Mission]:
    """Cancel the missions that go."""
    Mission.objects.filter(pk__in=list(choice.removed)).update(
        state=MissionState.CANCELLED, changed_at=now, sequence=F("sequence") + 1
    )
    SharedWeek.objects.filter(mission_id__in=list(choice.removed)).delete()
    gone = list(
        Mission.objects.filter(pk__in=list(choice.removed))
        .select_related("doctor", "line", "line__centre")
        .order_by("monday", "line_id", "id")
    )
    for mission in gone:
        audit.record(
            mission,
            verb="rota.mission_cancelled",
            by=by,
            at=now,
            why="planning accepté",
            details={"run": choice.run.pk, "from": str(choice.before[mission.pk].state)},
        )
    return gone


def _add(choice: _Choice, *, by: Actor, now: datetime) -> list[Mission]:
    """Place the missions that come."""
    doctors: dict[int, Doctor] = dict(choice.situation.doctors)
    made = Mission.objects.bulk_create(
        [
            Mission(
                doctor=doctors[row.doctor_id],
                line=line,
                monday=row.monday,
                state=MissionState.PROPOSED,
                travel_minutes=row.travel_minutes,
                because=row.because,
                created_at=now,
                changed_at=now,
            )
            for row, line in choice.added
        ],
        batch_size=500,
    )
    for (row, line), mission in zip(choice.added, made, strict=True):
        line.centre = choice.situation.centres[line.centre_id]
        row.mission = mission
        audit.record(
            mission,
            verb="rota.mission_placed",
            by=by,
            at=now,
            why=row.because,
            details={"run": choice.run.pk, "state": str(MissionState.PROPOSED)},
        )
    return made


def _replace_standbys(choice: _Choice, *, now: datetime) -> None:
    run, today = choice.run, choice.situation.today
    end = run.first_monday + run.weeks * WEEK
    Standby.objects.filter(monday__gte=run.first_monday, monday__lt=end, monday__gt=today).delete()
    Standby.objects.bulk_create(
        [
            Standby(doctor_id=doctor_id, monday=monday, created_at=now)
            for doctor_id, monday in choice.standbys
        ],
        batch_size=500,
    )


def _check(run: PlanRun, choice: _Choice) -> None:
    """Judge the rota that results with the engine's own verifier.

    Raises _BrokenRules with the new doctor-weeks that break a rule. What stood before, and was
    placed against a rule by a planner, is not judged again.
    """
    bridge = planning.problem_for(
        run.first_monday,
        weeks=run.weeks,
        standby_depth=run.standby_depth,
        today=choice.situation.today,
    )
    new: list[tuple[int, int | None, date]] = [
        (row.doctor_id, row.centre_id, row.monday) for row, _ in choice.added
    ]
    new += [(doctor_id, None, monday) for doctor_id, monday in choice.standbys]
    found: dict[tuple[int, date], str] = {}
    for broken in _violations(bridge):
        who = None if broken.doctor is None else bridge.index.doctor_ids[broken.doctor]
        where = None if broken.centre is None else bridge.index.centre_ids[broken.centre]
        when = None if broken.week is None else bridge.problem.monday(broken.week)
        for doctor_id, centre_id, monday in new:
            same = (who is not None and doctor_id == who) or (who is None and centre_id == where)
            if same and when in (None, monday):
                found[doctor_id, monday] = broken.sentence
    if found:
        raise _BrokenRules(found)


def _violations(bridge: Bridge) -> list[Violation]:
    """List the hard rules that today's rota breaks."""
    return [
        one for one in verify(bridge.problem, planning.as_plan(bridge)) if one.rule in HARD_RULES
    ]


def _note(
    run: PlanRun, choice: _Choice, *, only: Collection[int] | None, by: Actor, now: datetime
) -> None:
    """Write on each line of the proposal what became of it."""
    for row in choice.rows:
        row.skipped_because = choice.skipped.get(row.pk, (row, ""))[1][:400]
        taken = row.change == ChangeKind.KEPT or only is None or row.pk in only
        row.accepted_at = now if taken and not row.skipped_because else None
    PlannedMission.objects.bulk_update(
        choice.rows, ["mission", "skipped_because", "accepted_at"], batch_size=200
    )
    audit.record(
        run,
        verb="rota.run_accepted",
        by=by,
        at=now,
        details={
            "added": len(choice.added),
            "removed": len(choice.removed),
            "skipped": len(choice.skipped),
            "standbys": len(choice.standbys),
            "whole": only is None,
        },
    )
