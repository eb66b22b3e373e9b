"""Whatever happened between the computation and the acceptance, the rota that results is right."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from relais.core.errors import Refusal
from relais.doctors.models import CentrePreference, Companionship, Doctor
from relais.doctors.states import PreferenceKind
from relais.network import services as network
from relais.network.models import Line
from relais.rota import planning, services
from relais.rota.models import Mission, Offer, PlannedMission, PlanRun, Standby
from relais.rota.queries import situation as facts
from relais.rota.queries.standing import most_in_a_year
from relais.rota.services import acceptance, compute
from relais.rota.states import ACTIVE, MissionState, RunState
from tests import factories
from tests.factories import MONDAY, NOW, TODAY, monday

pytestmark = pytest.mark.django_db
ACT = {"by": factories.by(), "now": NOW}
WEEKS = 8


def a_network(rng: random.Random) -> None:
    """Make a small network with a bit of everything."""
    for _ in range(3):
        centre = factories.centre(
            lines=rng.randint(1, 2),
            family_places=rng.randint(0, 1),
            pets_allowed=rng.random() < 0.7,
            opens_on=rng.choice([monday(-100), monday(-100), monday(2)]),
        )
        if rng.random() < 0.4:
            factories.line(centre, starts_on=monday(rng.randint(1, 5)))
        if rng.random() < 0.4:
            week = rng.randint(0, WEEKS - 1)
            factories.closure(centre, first_on=monday(week), last_on=monday(week + 1))
    doctors = [
        factories.doctor(
            max_missions=rng.randint(0, 4),
            min_gap_weeks=rng.randint(0, 4),
            missions_before=rng.randint(0, 1),
            brings_family=rng.random() < 0.2,
            brings_pet=rng.random() < 0.2,
            is_pioneer=rng.random() < 0.4,
            ready_on=monday(rng.choice([-9, -9, 3])),
        )
        for _ in range(16)
    ]
    for doctor in doctors:
        for week in rng.sample(range(WEEKS), 5):
            factories.offer(doctor, monday=monday(week))
    Companionship.objects.create(first=doctors[0], second=doctors[1])
    for _ in range(8):  # what was done before, and what is promised after
        week = rng.choice([*range(-60, 0), *range(WEEKS, WEEKS + 40)])
        try_to(place_anyhow, rng, week)


def try_to(act, *arguments) -> None:
    """Do something people do; a refusal is an answer."""
    try:
        act(*arguments)
    except Refusal:
        return


def place_anyhow(rng: random.Random, week: int) -> None:
    services.place(
        rng.choice(list(Line.objects.select_related("centre").order_by("pk"))),
        doctor=rng.choice(list(Doctor.objects.order_by("pk"))),
        monday=monday(week),
        state=rng.choice(ACTIVE),
        despite=rng.choice(["", "", "accord au téléphone"]),
        **ACT,
    )


def something_happens(rng: random.Random) -> None:
    """One of the things that happen while a proposal waits."""
    missions = list(Mission.objects.filter(state__in=ACTIVE).order_by("pk"))
    mission = rng.choice(missions) if missions else None
    offer = rng.choice(list(Offer.objects.order_by("pk")))
    happening = rng.randint(0, 5)
    if happening == 0:
        services.withdraw_weeks(offer.doctor, mondays=[offer.monday], **ACT)
    elif happening == 1:
        place_anyhow(rng, rng.randint(0, WEEKS - 1))
    elif happening == 2 and mission is not None:
        rng.choice([services.confirm, services.cancel, services.lock])(mission, **ACT)
    elif happening == 3:
        CentrePreference.objects.get_or_create(
            doctor=offer.doctor,
            centre=rng.choice(list(Line.objects.order_by("pk"))).centre,
            kind=PreferenceKind.REFUSED,
        )
    elif happening == 4:
        line = rng.choice(list(Line.objects.order_by("pk")))
        network.end_line(line, ends_on=monday(rng.randint(1, WEEKS)), **ACT)
    else:
        Doctor.objects.filter(pk=offer.doctor_id).update(left_on=monday(rng.randint(0, WEEKS)))


def a_proposal(rng: random.Random) -> PlanRun:
    run = services.start_run(
        MONDAY, weeks=WEEKS, standby_depth=1, budget_seconds=20, seed=0, asked_by=None, **ACT
    )
    assert compute.compute_run(run, clock=lambda: NOW) is RunState.FINISHED
    return run


@pytest.mark.parametrize("seed", range(8))
def test_the_rota_after_accepting_keeps_every_rule(seed) -> None:
    rng = random.Random(seed)
    a_network(rng)
    for _ in range(6):
        try_to(place_anyhow, rng, rng.randint(0, WEEKS - 1))
    run = a_proposal(rng)
    for _ in range(rng.randint(0, 10)):
        try_to(something_happens, rng)
    firm = set(
        Mission.objects.filter(state__in=["invited", "confirmed", "ready"]).values_list(
            "pk", flat=True
        )
    )
    rows = PlannedMission.objects.filter(run=run)
    only = rng.choice([None, set(rows.filter(change="added").values_list("pk", flat=True)[::2])])
    done = services.accept_run(run, only=only, **ACT)
    assert firm <= set(Mission.objects.filter(state__in=ACTIVE).values_list("pk", flat=True)), (
        "a word given was taken back"
    )
    standing = list(Mission.objects.filter(state__in=ACTIVE))
    assert max(Counter((one.line_id, one.monday) for one in standing).values()) == 1
    assert max(Counter((one.doctor_id, one.monday) for one in standing).values()) == 1
    situation = facts.load(MONDAY, monday(WEEKS - 1), today=TODAY)
    for mission in done.added:
        doctor, line = situation.doctors[mission.doctor_id], situation.lines[mission.line_id]
        others = [one for one in standing if one.doctor_id == doctor.pk]
        assert situation.objections(doctor, line, mission.monday, ignoring={mission.pk}) == ()
        assert mission.state == MissionState.PROPOSED
        days = [one.monday for one in others]
        days += Standby.objects.filter(doctor=doctor).values_list("monday", flat=True)
        assert most_in_a_year(days) <= doctor.max_missions
    bridge = planning.problem_for(MONDAY, weeks=WEEKS, standby_depth=1, today=TODAY)
    new = {(bridge.index.doctor_of[one.doctor_id], one.monday) for one in done.added}
    broken = {(one.doctor, one.week) for one in acceptance._violations(bridge)}
    assert not broken & {(doctor, (day - MONDAY).days // 7) for doctor, day in new}
