"""The files of a plan: what they hold, the same bytes each time, nothing that acts elsewhere."""

from __future__ import annotations

import csv
import dataclasses
import json
from pathlib import Path

import pytest

from relais.engine.plan_folder.page import page
from relais.engine.plan_folder.read import read_folder, read_previous
from relais.engine.plan_folder.summary import in_words, percent, summarise
from relais.engine.plan_folder.write import guarded, write_folder
from relais.engine.rota.plan import (
    BoundBy,
    Certificate,
    Hole,
    Plan,
    PlannedMission,
    Score,
    Standby,
)
from relais.engine.rota.problem import Status
from relais.engine.rota.solve import solve
from tests.engine.plan_folder.folders import SOUND, changed, put
from tests.engine.plan_folder.plans import RUN, Plain, answered, planned

BY_HAND = Plan(
    missions=(
        PlannedMission(week=1, centre=0, doctor=0, status=Status.PROPOSED, travel_minutes=46),
        PlannedMission(week=0, centre=1, doctor=2, status=Status.LOCKED, travel_minutes=90),
    ),
    standbys=(Standby(week=2, doctor=3),),
    holes=(Hole(week=0, centre=0, missing=2), Hole(week=1, centre=0, missing=1)),
    score=Score(holes=3, confirmed_moved=1, cost=1000, standby_missing=7, windows_missed=2),
    holes_bound=1,
    holes_bound_by=BoundBy.CUT,
    confirmed_moved_bound=0,
    cost_bound=899.2,
    certificate=Certificate(centre_weeks=((0, 0),), doctors=(3, 1)),
    seconds=0.1,
    stopped_by_budget=True,
)


def test_every_file_of_a_plan_made_by_hand(tmp_path: Path) -> None:
    problem = read_folder(put(tmp_path / "folder", SOUND)).problem
    out = tmp_path / "out"
    write_folder(out, problem, BY_HAND, sentences=Plain("=1+1"), run=RUN)
    assert sorted(path.name for path in out.iterdir()) == [
        "certificate.csv",
        "holes.csv",
        "plan.csv",
        "plan.html",
        "shortage.csv",
        "standby.csv",
        "summary.json",
    ]
    assert (out / "plan.csv").read_bytes().decode() == (
        "doctor,centre,monday,travel_min,status,because\n"
        "D3,bu,2027-01-04,90,locked,'=1+1\n"
        "D1,ajain,2027-01-11,46,proposed,'=1+1\n"
    )
    assert (out / "holes.csv").read_bytes().decode() == (
        "centre,monday,missing,because\najain,2027-01-04,2,'=1+1\najain,2027-01-11,1,'=1+1\n"
    )
    assert (out / "standby.csv").read_bytes().decode() == "doctor,monday\nD4,2027-01-18\n"
    assert (out / "certificate.csv").read_bytes().decode() == (
        "centre,monday,doctor\najain,2027-01-04,\n,,D4\n,,D2\n"
    )
    assert json.loads((out / "summary.json").read_text()) == {
        "holes": 3,
        "holes_bound": 1,
        "holes_bound_by": "cut",
        "confirmed_moved": 1,
        "confirmed_moved_bound": 0,
        "cost": 1000,
        "cost_bound": 900,
        "proven_optimal": False,
        "gap": 0.1,
        "standby_missing": 7,
        "windows_missed": 2,
        "seconds": 1.5,
        "peak_memory_mb": 100,
        "version": "1",
        "seed": 0,
    }


def test_the_certificate_of_an_earlier_plan_goes_when_nobody_is_missing(tmp_path: Path) -> None:
    problem, plan = planned(put(tmp_path / "folder", SOUND))
    out = tmp_path / "out"
    write_folder(out, problem, BY_HAND, sentences=Plain(), run=RUN)
    (out / "notes.txt").write_text("à garder")
    write_folder(out, problem, plan, sentences=Plain(), run=RUN)
    assert plan.score.holes == 0
    assert sorted(path.name for path in out.iterdir()) == [
        "holes.csv",
        "notes.txt",
        "plan.csv",
        "plan.html",
        "standby.csv",
        "summary.json",
    ]
    assert (out / "notes.txt").read_text() == "à garder"


@pytest.mark.parametrize(
    ("bound", "cost", "told"),
    [
        (899.2, 1000, (900, False, 0.1)),
        (999.0000000001, 1000, (999, False, 0.001)),
        (999.2, 1000, (1000, True, 0.0)),
        (1000.4, 1000, (1000, True, 0.0)),
        (float("-inf"), 1000, (0, False, 1.0)),
        (float("nan"), 1000, (0, False, 1.0)),
        (0.0, 0, (0, True, 0.0)),
        (-5.0, 0, (0, True, 0.0)),
    ],
)
def test_bound_gap_and_proof_agree(bound: float, cost: int, told: tuple[int, bool, float]) -> None:
    score = Score(holes=0, confirmed_moved=0, cost=cost, standby_missing=0, windows_missed=0)
    plan = dataclasses.replace(
        BY_HAND, score=score, holes_bound=0, holes_bound_by=None, cost_bound=bound
    )
    summary = summarise(plan)
    assert (summary.cost_bound, summary.proven_optimal, summary.gap) == told


def test_the_proof_in_words() -> None:
    assert in_words(summarise(BY_HAND)) == [
        "Il manque 3 médecins, en comptant une fois chaque semaine de chaque centre. "
        "Il est prouvé qu’il en manque au moins 1.",
        "1 mission confirmée est déplacée ou retirée. Au moins 0 doivent l’être, c’est prouvé.",
        "7 réserves manquent, semaine par semaine et centre par centre.",
        "2 périodes n’ont pas la pratique attendue.",
        "Trajets, centres préférés, réserves, pratiques et équité compris, il est prouvé que ce "
        "plan est à 10\u00a0% au plus du meilleur possible.",
    ]


@pytest.mark.parametrize(
    ("share", "said"), [(0, "0"), (0.5, "50"), (0.032, "3,2"), (0.0007, "0,07"), (1, "100")]
)
def test_a_share_is_said_the_french_way(share: float, said: str) -> None:
    assert percent(share) == f"{said}\u00a0%"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Parce que.", "Parce que."),
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+33 6", "'+33 6"),
        ("-1", "'-1"),
        ("@SUM", "'@SUM"),
        ("\t=1", "'=1"),
        ("\r\n  =1", "'=1"),
        ("Bû,\nen bas", "Bû, en bas"),
        ("5 h\u00a038", "5 h\u00a038"),
        ("", ""),
    ],
)
def test_free_text_is_never_a_formula(text: str, written: str) -> None:
    assert guarded(text) == written


def test_a_name_that_is_a_formula_or_a_tag_stays_text(tmp_path: Path) -> None:
    files = changed("centres.csv", "ajain,Ajain,", 'ajain,"=<script>alert(1)</script>&",')
    problem = read_folder(put(tmp_path / "folder", files)).problem
    sentences = Plain("=<script>alert(1)</script>&")
    out = tmp_path / "out"
    write_folder(out, problem, BY_HAND, sentences=sentences, run=RUN)
    html = (out / "plan.html").read_text()
    assert "<script" not in html
    assert "=&lt;script&gt;alert(1)&lt;/script&gt;&amp;" in html
    with (out / "plan.csv").open(newline="", encoding="utf-8") as file:
        assert {row["because"][:2] for row in csv.DictReader(file)} == {"'="}


def test_the_page_needs_nothing_from_elsewhere(tmp_path: Path) -> None:
    problem = read_folder(put(tmp_path / "folder", SOUND)).problem
    html = "".join(page(problem, BY_HAND, summarise(BY_HAND), Plain()))
    assert "http" not in html
    assert "src=" not in html
    assert html.count("<table class=board>") == 1
    assert "2 à pourvoir" in html
    assert "De réserve" in html
    assert "fermée" in html
    assert "Bû,\nEure-et-Loir" in html


def test_the_same_folder_and_seed_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        answered(tmp_path / "folder", SOUND, tmp_path / name)
    for file in ("plan.csv", "holes.csv", "standby.csv", "plan.html", "summary.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_a_plan_that_is_given_back_as_hints_is_found_again(tmp_path: Path) -> None:
    problem, plan = planned(put(tmp_path / "folder", SOUND))
    out = tmp_path / "out"
    write_folder(out, problem, plan, sentences=Plain(), run=RUN)
    again = read_previous(out, problem)
    given = {(one.doctor, one.centre, one.week) for one in again.problem.missions if one.week >= 0}
    assert given == {(one.doctor, one.centre, one.week) for one in plan.missions}
    assert solve(again.problem).missions == plan.missions
