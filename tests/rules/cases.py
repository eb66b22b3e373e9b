"""The rules of the rota as data: each row is a case, what must come of it, and how to try it.

`docs/rules.md` is printed from these rows once they have been tried (see `test_rules`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from relais.accounts.models import User
from relais.accounts.permissions import may
from relais.accounts.states import Right, Role
from relais.doctors.models import CentrePreference, Companionship, Doctor
from relais.doctors.states import PreferenceKind
from relais.network.models import Centre, Line
from relais.rota import permissions
from relais.rota.models import Hold, Mission, Offer, OfferSet
from relais.rota.states import MissionState, PlanningRule
from tests import factories
from tests.factories import MONDAY, TODAY, monday

STATES: Final = tuple(MissionState)
NO: Final = "–"

# -- the life of a mission: one row a move, one column a state, what it becomes --------------------

MOVES: Final[dict[str, dict[MissionState, MissionState]]] = {
    "invite": {MissionState.PROPOSED: MissionState.INVITED},
    "confirm": {
        MissionState.PROPOSED: MissionState.CONFIRMED,
        MissionState.INVITED: MissionState.CONFIRMED,
    },
    "mark_ready": {MissionState.CONFIRMED: MissionState.READY},
    "decline": {
        MissionState.PROPOSED: MissionState.DECLINED,
        MissionState.INVITED: MissionState.DECLINED,
    },
    "cancel": {
        MissionState.PROPOSED: MissionState.CANCELLED,
        MissionState.INVITED: MissionState.CANCELLED,
        MissionState.CONFIRMED: MissionState.CANCELLED,
        MissionState.READY: MissionState.CANCELLED,
    },
    "unconfirm": {MissionState.CONFIRMED: MissionState.PROPOSED},
    "unready": {MissionState.READY: MissionState.CONFIRMED},
    "reopen": {
        MissionState.DECLINED: MissionState.PROPOSED,
        MissionState.CANCELLED: MissionState.PROPOSED,
    },
}

# -- what the database refuses, whoever asks -------------------------------------------------------


def _twice_on_a_line() -> None:
    factories.mission(line_=factories.mission().line)


def _in_two_places() -> None:
    factories.mission(factories.mission().doctor)


def _on_a_tuesday() -> None:
    factories.mission(monday=MONDAY + timedelta(days=1))


def _in_no_state() -> None:
    factories.mission(state="rêvée")


def _offered_twice() -> None:
    factories.offer(factories.offer().doctor)


def _in_reserve_twice() -> None:
    factories.standby(factories.standby().doctor)


def _two_runs_at_once() -> None:
    for _ in range(2):
        factories.plan_run(state="queued")


def _same_line_twice() -> None:
    line = factories.line()
    Line.objects.create(centre=line.centre, number=line.number)


def _paired_with_oneself() -> None:
    doctor = factories.doctor()
    Companionship.objects.create(first=doctor, second=doctor)


def _held_twice() -> None:
    line = factories.line()
    for _ in range(2):
        Hold.objects.create(
            doctor=factories.doctor(),
            line=line,
            monday=MONDAY,
            held_at=factories.NOW,
            until=factories.NOW + timedelta(hours=48),
        )


FORBIDDEN: Final[dict[str, Callable[[], None]]] = {
    "two missions on one line in one week": _twice_on_a_line,
    "a doctor in two places in one week": _in_two_places,
    "a mission that does not start on a Monday": _on_a_tuesday,
    "a mission in a state that does not exist": _in_no_state,
    "the same week offered twice by a doctor": _offered_twice,
    "a doctor twice in reserve in one week": _in_reserve_twice,
    "two holds on one line in one week": _held_twice,
    "two computations for the same weeks at once": _two_runs_at_once,
    "two lines of a centre with one number": _same_line_twice,
    "a doctor who comes with oneself": _paired_with_oneself,
}

# -- the planning rules: a planner may go beyond, with a reason ------------------------------------


@dataclass
class Scene:
    """A doctor who may take a line in the week of MONDAY; a case changes one thing."""

    centre: Centre
    line: Line
    doctor: Doctor

    @classmethod
    def make(cls) -> Scene:
        """Set the scene: nothing speaks against the mission."""
        centre = factories.centre(name="Ajain", lines=2)
        doctor = factories.doctor(first_name="Camille", last_name="Dupont", missions_before=1)
        factories.offer(doctor)
        return cls(centre, centre.lines.get(number=1), doctor)

    def with_doctor(self, **fields: object) -> None:
        """Change the doctor."""
        Doctor.objects.filter(pk=self.doctor.pk).update(**fields)
        self.doctor.refresh_from_db()

    def with_centre(self, **fields: object) -> None:
        """Change the centre."""
        Centre.objects.filter(pk=self.centre.pk).update(**fields)
        self.line = Line.objects.select_related("centre").get(pk=self.line.pk)

    def beside(self, **fields: object) -> None:
        """Put someone else on the second line."""
        other = factories.doctor(**fields)
        factories.mission(other, self.centre.lines.get(number=2))


def _not_offered(scene: Scene) -> None:
    Offer.objects.filter(doctor=scene.doctor).delete()


def _closed(scene: Scene) -> None:
    factories.closure(scene.centre, note="Travaux")


def _refused(scene: Scene) -> None:
    CentrePreference.objects.create(
        doctor=scene.doctor, centre=scene.centre, kind=PreferenceKind.REFUSED
    )


def _companion(scene: Scene) -> None:
    other = factories.doctor(first_name="Sacha", last_name="Morel")
    Companionship.objects.create(first=scene.doctor, second=other)


def _first_timers(scene: Scene) -> None:
    scene.with_doctor(missions_before=0)
    scene.beside()


def _families(scene: Scene) -> None:
    scene.with_doctor(brings_family=True)
    scene.beside(brings_family=True, missions_before=1)


def _too_near(scene: Scene) -> None:
    factories.mission(scene.doctor, monday=monday(3))


def _once_a_year(scene: Scene) -> None:
    scene.with_doctor(max_missions=1)
    factories.mission(scene.doctor, monday=monday(-40))


def _chosen_already(scene: Scene) -> None:
    scene.with_doctor(max_missions=3)
    among = OfferSet.objects.create(
        doctor=scene.doctor,
        kind="span",
        first_on=MONDAY,
        last_on=monday(8),
        at_most=1,
        made_at=factories.NOW,
    )
    factories.offer(scene.doctor, monday=monday(8))
    Offer.objects.filter(doctor=scene.doctor).update(among=among)
    factories.mission(scene.doctor, monday=monday(8))


def _pet(scene: Scene) -> None:
    scene.with_doctor(brings_pet=True)
    scene.with_centre(pets_allowed=False)


def _stairs(scene: Scene) -> None:
    scene.with_doctor(needs_step_free=True)
    scene.with_centre(step_free=False)


BEYOND: Final[dict[PlanningRule, Callable[[Scene], None]]] = {
    PlanningRule.OFFERED: _not_offered,
    PlanningRule.OPEN_WEEK: _closed,
    PlanningRule.NOT_REFUSED: _refused,
    PlanningRule.TRAVEL: lambda scene: scene.with_doctor(max_travel_minutes=60),
    PlanningRule.PET: _pet,
    PlanningRule.STEP_FREE: _stairs,
    PlanningRule.YEARLY_MOST: _once_a_year,
    PlanningRule.GAP: _too_near,
    PlanningRule.CHOICE: _chosen_already,
    PlanningRule.FIRST_TIMER: _first_timers,
    PlanningRule.FAMILY: _families,
    PlanningRule.COMPANION: _companion,
    PlanningRule.PIONEER: lambda scene: scene.with_centre(opens_on=MONDAY),
    PlanningRule.PAPERS: lambda scene: scene.with_doctor(ready_on=monday(1)),
    PlanningRule.MEMBER: lambda scene: scene.with_doctor(left_on=MONDAY),
}

# -- who may do what with a mission ----------------------------------------------------------------

ACTS: Final[dict[str, Callable[[User, Mission], bool]]] = {
    "see it": lambda user, mission: permissions.may_read(user, mission, today=TODAY),
    "confirm or decline it": permissions.may_answer,
    "place, replace, lock, cancel": lambda user, mission: permissions.may_change(user),
    "compute and accept a plan": lambda user, mission: may(user, Right.ROTA_PLAN),
}


def _doctor_of(mission: Mission) -> User:
    account = factories.user(Role.DOCTOR)
    Doctor.objects.filter(pk=mission.doctor_id).update(user=account)
    mission.doctor.refresh_from_db()
    return account


PEOPLE: Final[dict[str, Callable[[Mission], User]]] = {
    "the mission's doctor": _doctor_of,
    "another doctor": lambda mission: factories.doctor_user()[1],
    "a coordinator of the centre": lambda mission: factories.coordinator(mission.line.centre),
    "a coordinator elsewhere": lambda mission: factories.coordinator(factories.centre()),
    "a planner": lambda mission: factories.user(Role.PLANNER),
    "a pioneer doctor": lambda mission: factories.user(Role.PIONEER),
    "the direction": lambda mission: factories.user(Role.DIRECTOR),
    "a town or host": lambda mission: factories.user(Role.TOWN),
    "an administrator": lambda mission: factories.user(Role.ADMINISTRATOR),
}
ALLOWED: Final[dict[str, frozenset[str]]] = {
    "the mission's doctor": frozenset({"see it", "confirm or decline it"}),
    "another doctor": frozenset(),
    "a coordinator of the centre": frozenset({"see it"}),
    "a coordinator elsewhere": frozenset(),
    "a planner": frozenset(ACTS),
    "a pioneer doctor": frozenset({"see it"}),
    "the direction": frozenset({"see it"}),
    "a town or host": frozenset(),
    "an administrator": frozenset(),
}
