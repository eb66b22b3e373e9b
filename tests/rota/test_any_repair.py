"""Whatever the rota holds, a solution that was shown can be applied, and the rota stays right."""

from __future__ import annotations

import random

import pytest
from django.db import transaction

from relais.network.models import Line
from relais.rota import repairing, services
from relais.rota.models import Mission
from relais.rota.queries import situation as facts
from relais.rota.states import ACTIVE
from tests import factories
from tests.factories import MONDAY, NOW, TODAY, monday
from tests.rota.test_any_rota import WEEKS, a_network, place_anyhow, something_happens, try_to

pytestmark = pytest.mark.django_db
ACT = {"by": factories.by(), "now": NOW}
LOOKED_AT = 5


@pytest.mark.parametrize("seed", range(4))
def test_every_solution_shown_can_be_applied_and_keeps_every_rule(seed: int) -> None:
    rng = random.Random(seed)
    a_network(rng)
    for _ in range(20):
        try_to(place_anyhow, rng, rng.randint(0, WEEKS - 1))
    for _ in range(6):
        try_to(something_happens, rng)
    lines = list(Line.objects.select_related("centre").order_by("pk"))
    taken = set(Mission.objects.filter(state__in=ACTIVE).values_list("line_id", "monday"))
    places = [
        (line, monday(week))
        for line in lines
        for week in range(WEEKS)
        if (line.pk, monday(week)) not in taken
    ]
    for line, day in rng.sample(places, min(LOOKED_AT, len(places))):
        for one in repairing.solutions(line, monday=day, today=TODAY).found:
            with transaction.atomic():
                before = Mission.objects.filter(state__in=ACTIVE).count()
                done = services.accept_repair(line, monday=day, recipe=one.recipe, **ACT)
                assert done.is_new
                assert Mission.objects.filter(state__in=ACTIVE).count() > before
                situation = facts.load(MONDAY, monday(WEEKS - 1), today=TODAY)
                for mission in done.added:
                    objections = situation.objections(
                        situation.doctors[mission.doctor_id],
                        situation.lines[mission.line_id],
                        mission.monday,
                        ignoring={mission.pk},
                    )
                    assert objections == (), (seed, one.steps)
                transaction.set_rollback(True)
