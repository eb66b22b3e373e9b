"""What the plan says of itself, in French sentences."""

from __future__ import annotations

from dataclasses import replace

import hypothesis
import pytest

from relais.engine.rota.exchanges import floors
from relais.engine.rota.explain import Explainer, Way, because, candidates, why_hole, why_not
from relais.engine.rota.plan import Hole
from relais.engine.rota.problem import Need, Problem
from relais.engine.rota.solve import solve
from tests.engine.rota.test_solve_oracle import CALM, networks
from tests.engine.rota.tiny import (
    STANDBY,
    centre,
    doctor,
    given,
    monday,
    placed,
    problem,
    schedules,
)

NETWORK = problem(
    [centre("Arles"), centre("Bar"), centre("Cuers", pets=False, opens_on=monday(3))],
    [
        doctor("Anne", most=2, gap=2, practices=frozenset({"sutures"})),
        doctor("Boris", most=1, latitude=48.0),
        doctor("Chloé", most=3, pet=True, max_travel_minutes=60),
        doctor("David", most=2, ready_on=monday(2)),
    ],
    [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (2, 1), (2, 3), (3, 1)],
    4,
    known=frozenset({(0, 0)}),
    preferred=frozenset({(1, 1)}),
    refused=frozenset({(2, 1), (2, 0)}),
    needs=(Need(0, "sutures", 1),),
    missions=(given(0, 0, 0, "locked"), given(1, 1, 0, "proposed")),
)


def plain(text: str) -> str:
    """The sentence with ordinary spaces."""
    return text.replace("\u00a0", " ")


PLAN = solve(NETWORK)
TELL = Explainer(NETWORK, PLAN)


def test_the_plan_told_about_is_the_expected_one() -> None:
    assert sorted((m.week, m.centre, m.doctor) for m in PLAN.missions) == [
        (0, 0, 0),
        (0, 1, 1),
        (2, 0, 0),
    ]


def test_because_says_habits_travel_practices_and_rank() -> None:
    first, second, third = PLAN.missions
    assert plain(TELL.because(first)) == (
        "Mission verrouillée, connaît le centre, 25 min de trajet, fait ce que le centre demande : "
        "sutures, première mission de la période."
    )
    assert plain(TELL.because(second)) == (
        "Préfère ce centre, 2 h 12 de trajet, première mission de la période, l’un des 2 médecins "
        "possibles cette semaine."
    )
    assert TELL.because(third) == because(NETWORK, PLAN, third)
    assert "2e mission sur 2" in TELL.because(third)


@pytest.mark.parametrize(
    ("week", "place", "said"),
    [
        (
            1,
            0,
            "4 médecins proposent cette semaine : 1 ne souhaite pas ce centre, 1 n’a pas encore "
            "ses papiers, 1 vient à une date trop proche, 1 fait déjà toutes ses missions.",
        ),
        (2, 1, "Un seul médecin propose cette semaine, et est pris ailleurs cette semaine-là."),
        (3, 1, "Un seul médecin propose cette semaine, et ne souhaite pas ce centre."),
    ],
)
def test_a_hole_says_what_keeps_those_who_offer(week: int, place: int, said: str) -> None:
    hole = Hole(week=week, centre=place, missing=1)
    assert TELL.why_hole(hole) == said
    assert why_hole(NETWORK, PLAN, hole) == said


def test_a_hole_that_nobody_offers() -> None:
    nobody = problem([centre()], [doctor()], [(0, 1)], 2)
    plan = solve(nobody)
    assert why_hole(nobody, plan, plan.holes[0]) == "Aucun médecin ne propose cette semaine."


def test_a_hole_where_all_are_taken() -> None:
    two = problem(
        [centre("A", lines=2), centre("B")],
        [doctor("x"), doctor("y")],
        [(0, 0), (1, 0)],
        preferred=frozenset({(0, 0), (1, 0)}),
    )
    plan = solve(two)
    assert why_hole(two, plan, plan.holes[0]) == (
        "2 médecins proposent cette semaine, tous déjà pris ailleurs cette semaine-là."
    )


@pytest.mark.parametrize(
    ("who", "place", "week", "said"),
    [
        (1, 0, 2, "Boris ne propose pas cette semaine."),
        (2, 0, 1, "Chloé ne souhaite pas ce centre."),
        (2, 2, 3, "Chloé vient avec un animal (le logement n’en accepte pas)."),
        (3, 0, 1, "David n’a pas encore ses papiers."),
        (1, 0, 0, "Boris est déjà à Bar cette semaine-là."),
        (0, 1, 0, "Anne est déjà à Arles cette semaine-là (mission verrouillée)."),
        (
            0,
            0,
            1,
            "Anne vient à Arles la semaine du 4 janvier 2027, et demande 2 semaines entre deux "
            "missions.",
        ),
        (1, 0, 1, "Boris a déjà 1 mission, son maximum."),
        (0, 2, 1, "Anne trouverait le centre fermé."),
    ],
)
def test_why_not_says_the_first_obstacle(who: int, place: int, week: int, said: str) -> None:
    assert TELL.why_not(who, place, week) == said
    assert why_not(NETWORK, PLAN, who, place, week) == said


def test_too_far_says_both_times() -> None:
    far = problem(
        [centre("A")], [doctor("x", max_travel_minutes=90)], [(0, 0)], travel={(0, 0): 150}
    )
    assert plain(why_not(far, solve(far), 0, 0, 0)) == (
        "x habite trop loin : 2 h 30 de trajet, pour 1 h 30 au plus."
    )


def test_candidates_are_free_doctors_then_standbys_then_moves() -> None:
    asked = problem(
        [centre("A"), centre("B")],
        [doctor(name) for name in ("here", "free", "there", "other")],
        [(d, 0) for d in range(4)],
        standby_depth=1,
        travel={(d, c): 30 + 10 * d for d in range(4) for c in range(2)},
        preferred=frozenset({(0, 0), (2, 1)}),
    )
    plan = solve(asked)
    assert [(m.centre, m.doctor) for m in plan.missions] == [(0, 0), (1, 2)]
    (standby,) = plan.standbys
    (free,) = {1, 3} - {standby.doctor}
    found = candidates(asked, plan, 0, 0)
    assert [(one.way, one.doctor) for one in found] == [
        (Way.FREE, free),
        (Way.STANDBY, standby.doctor),
        (Way.MOVE, 2),
    ]
    assert found[2].replacement == free
    assert found[2].moved == plan.missions[1]
    # 2 goes to A: 50 + 120 there, 50 + 60 saved at B, and the free doctor's mission at B.
    assert found[2].cost == 170 - 110 + 30 + 10 * free + 120


def test_a_doctor_never_moves_from_a_confirmed_mission() -> None:
    asked = problem(
        [centre("A"), centre("B")],
        [doctor("x"), doctor("y")],
        [(0, 0), (1, 0)],
        missions=(given(0, 0, 0, "confirmed"), given(1, 1, 0, "confirmed")),
    )
    assert (
        candidates(
            asked,
            solve(asked),
            0,
            0,
        )
        == ()
    )


def test_names_can_be_given() -> None:
    tell = Explainer(NETWORK, PLAN, doctor_name=lambda who: f"Dr {who}")
    assert tell.why_not(1, 0, 2) == "Dr 1 ne propose pas cette semaine."


def test_companions_are_named_and_move_together() -> None:
    asked = problem(
        [centre("A", lines=2), centre("B", lines=2)],
        [doctor("x"), doctor("y")],
        [(0, 0), (1, 0)],
        pairs=((0, 1),),
        refused=frozenset({(0, 1)}),
    )
    plan = solve(asked)
    told = plain(because(asked, plan, plan.missions[0]))
    assert told.startswith("25 min de trajet, vient avec y")
    alone = replace(asked, refused=frozenset({(0, 0), (0, 1)}))
    assert why_not(alone, solve(alone), 1, 0, 0) == "y vient avec x, qui ne peut pas."


# -- the whole answer ------------------------------------------------------------------------------

TRIO = problem(
    [centre("Arles"), centre("Bar")],
    [doctor("Anne", most=2), doctor("Boris"), doctor("Chloé"), doctor("David")],
    [(0, 0), (1, 0), (2, 0), (3, 1)],
    2,
    travel={(0, 0): 30, (1, 0): 60, (2, 0): 95, (0, 1): 90, (1, 1): 60, (2, 1): 95, (3, 0): 45},
    refused=frozenset({(3, 1)}),
    known=frozenset({(0, 0)}),
)
TRIO_PLAN = solve(TRIO)
TRIO_TELL = Explainer(TRIO, TRIO_PLAN, floors=floors(TRIO, TRIO_PLAN))


def told(sentences: tuple[str, ...]) -> list[str]:
    return [plain(sentence) for sentence in sentences]


def test_the_trio_is_planned_as_expected() -> None:
    assert placed(TRIO_PLAN) == {(0, 0, 0), (1, 1, 0), (3, 0, 1)}


def test_why_says_who_would_come_instead_and_the_price() -> None:
    there = {(m.doctor, m.week): m for m in TRIO_PLAN.missions}
    assert told(TRIO_TELL.why(there[1, 0])) == [
        "1 h de trajet, première mission de la période, l’un des 3 médecins possibles cette "
        "semaine.",
        "Sans Boris, Chloé viendrait : en plus, 35 min de trajet (coût : 35 de plus).",
    ]
    assert told(TRIO_TELL.why(there[3, 1]))[1] == "Sans David, la place resterait vide."


def test_why_not_a_week_gives_the_exchange_its_price_and_what_is_proven() -> None:
    assert told(TRIO_TELL.why_not_week(2, 0)) == [
        "Toutes les places où Chloé peut aller cette semaine sont prises.",
        "Pour que Chloé aille à Bar, voici l’échange le plus simple : prendre la place de Boris.",
        "Bilan : en plus, 35 min de trajet (coût : 35 de plus).",
        "Il est prouvé qu’aucun planning avec Chloé à Bar cette semaine-là, sans autre place vide, "
        "ne coûte moins de 35 de plus.",
    ]
    assert told(TRIO_TELL.why_not_week(2, 1)) == ["Chloé ne propose pas cette semaine."]
    assert told(TRIO_TELL.why_not_week(1, 0)) == told(
        TRIO_TELL.why(next(m for m in TRIO_PLAN.missions if m.doctor == 1))
    )


@pytest.mark.parametrize(
    ("network", "who", "week", "said"),
    [
        (TRIO, 1, 0, "Vous venez à Bar cette semaine-là."),
        (TRIO, 2, 1, "Vous n’avez pas proposé cette semaine."),
        (
            TRIO,
            2,
            0,
            "Toutes les places où vous pourriez aller sont prises. Pour Bar, un médecin qui habite "
            "plus près est prévu.",
        ),
        (NETWORK, 3, 1, "Vos papiers ne seront pas encore prêts cette semaine-là."),
        (NETWORK, 1, 1, "Vous avez déjà 1 mission, comme vous l’avez demandé."),
        (
            NETWORK,
            0,
            1,
            "Vous venez à Arles la semaine du 4 janvier 2027, et vous demandez 2 semaines entre "
            "deux missions.",
        ),
        (
            NETWORK,
            2,
            1,
            "Aucun centre ne peut vous recevoir cette semaine-là : 2 sont écartés par vos "
            "souhaits, 1 est fermé.",
        ),
    ],
)
def test_why_not_me_speaks_to_the_doctor(network: Problem, who: int, week: int, said: str) -> None:
    tell = TRIO_TELL if network is TRIO else TELL
    assert plain(tell.why_not_me(who, week)) == said


def test_who_could_names_the_free_the_reserves_the_exchanges_and_whom_to_ask() -> None:
    asked = problem(
        [centre("Arles"), centre("Bar")],
        [doctor("Anne"), doctor("Boris"), doctor("Chloé"), doctor("David", most=0)],
        [(0, 0), (1, 0), (3, 0)],
        refused=frozenset({(1, 0)}),
        travel={(d, c): 30 + 10 * d + c for d in range(4) for c in range(2)},
    )
    plan = solve(replace(asked, refused=asked.refused | {(0, 0)}))
    (hole,) = plan.holes
    tell = Explainer(asked, plan)
    assert hole.centre == 0
    assert told(tell.who_could(0, 0)) == [
        "Pour que Anne aille à Arles, voici l’échange le plus simple : laisser Bar la semaine du "
        "4 janvier 2027 et confier Bar, semaine du 4 janvier 2027, à Boris.",
        "Bilan : en plus, 2 habitudes ou souhaits non tenus et 40 min de trajet ; en moins, "
        "1 place vide.",
        "Chloé (50 min) n’a pas proposé cette semaine, mais pourrait venir : demandez-lui.",
    ]


@CALM
@hypothesis.given(networks())
def test_what_is_told_to_a_doctor_is_true_and_names_nobody(network: Problem) -> None:
    network = replace(
        network,
        doctors=tuple(replace(one, id=f"Dr{i}Secret") for i, one in enumerate(network.doctors)),
    )
    plan = solve(network)
    tell = Explainer(network, plan)
    for who in range(len(network.doctors)):
        alone = schedules(network, who)
        for week in range(network.weeks):
            said = tell.why_not_me(who, week)
            tell.why_not_week(who, week)
            assert "Secret" not in said
            could = [
                schedule
                for schedule in alone
                if (where := schedule.get(week, STANDBY)) != STANDBY
                and network.centres[where].lines > 0
                and (not network.doctors[who].family or network.centres[where].family_places > 0)
            ]
            comes = any(m.doctor == who and m.week == week for m in plan.missions)
            assert said.startswith("Vous venez") >= comes
            if said.startswith(("Vous n’avez pas", "Vos papiers", "Vous avez demandé", "Aucun")):
                assert not could or comes
            if said.startswith(("Toutes les places", "Une place est libre")):
                assert not comes
            if not comes and could and said.startswith(("Vous venez", "Vous avez déjà")):
                # Her own plan is in the way: with what she holds, that week is against H4 or H5.
                held = {m.week: m.centre for m in plan.missions if m.doctor == who}
                assert not any(held.items() <= schedule.items() for schedule in could)
    for mission in plan.missions:
        tell.why(mission)
    for hole in plan.holes:
        tell.who_could(hole.centre, hole.week)
