"""Many years, counted; announced risks held against what happened; the files written."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from relais.engine import parameters
from relais.engine.rota.plan import Plan
from relais.engine.rota.problem import Problem
from relais.engine.rota.solve import solve
from relais.engine.rota.standby import Lead
from relais.engine.simulate.picture import RATE_WORDS, SOURCE_WORDS, decimal
from relais.engine.simulate.policies import Policy
from relais.engine.simulate.rates import usual
from relais.engine.simulate.report import FILES, Played, write_results
from relais.engine.simulate.risk import Outlook, hazards, week_risk
from relais.engine.simulate.runs import (
    Mean,
    compare,
    keeps_none,
    mean_of_counts,
    mean_of_differences,
    reliability,
    share,
)
from tests.engine.rota import tiny

OFTEN = replace(
    usual(),
    early_cancellation_share=0.1,
    late_withdrawal_share=0.1,
    last_week_share=0.1,
    illness_share=0.1,
)


@cache
def _network() -> tuple[Problem, Plan]:
    problem = tiny.problem(
        [tiny.centre("A & B"), tiny.centre("C", lines=2)],
        [tiny.doctor(f"d{index}", most=2, gap=2) for index in range(16)],
        [(index, week) for index in range(16) for week in range(8) if (index + week) % 2],
        weeks=8,
        standby_depth=1,
    )
    return problem, solve(problem, budget_seconds=20)


# -- counting --------------------------------------------------------------------------------------


def test_no_event_in_n_years_proves_at_most_3_7_over_n() -> None:
    none = mean_of_counts([0] * 100)
    assert (none.value, none.low) == (0.0, 0.0)
    assert none.high == pytest.approx(0.0368888, abs=1e-6)


def test_ten_events_have_the_interval_of_garwood() -> None:
    mean = mean_of_counts([1] * 10)
    assert mean.low == pytest.approx(0.4795, abs=1e-4)
    assert mean.high == pytest.approx(1.8390, abs=1e-4)


def test_counts_that_vary_more_than_chance_have_a_wider_interval() -> None:
    mean = mean_of_counts([0] * 50 + [40] * 50)
    half = 1.959964 * (20 * (100 / 99) ** 0.5) / 10
    assert mean.value == 20
    assert (mean.low, mean.high) == pytest.approx((20 - half, 20 + half))


def test_shares_and_differences_have_their_intervals() -> None:
    assert share(0, 10) == Mean(0.0, 0.0, pytest.approx(0.2775, abs=1e-4))
    assert share(10, 10) == Mean(1.0, pytest.approx(0.7225, abs=1e-4), 1.0)
    assert share(5, 10).low == pytest.approx(0.2366, abs=1e-4)
    assert mean_of_differences([-1, -1, -1]) == Mean(-1.0, -1.0, -1.0)


# -- policies side by side -------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_years_and_another_gives_others() -> None:
    problem, plan = _network()
    one = compare(problem, plan, years=2, seed=4, rates=OFTEN)
    assert one == compare(problem, plan, years=2, seed=4, rates=OFTEN)
    assert one != compare(problem, plan, years=2, seed=5, rates=OFTEN)
    assert [result.policy for result in one] == list(Policy)


def test_a_policy_meets_the_same_years_whoever_is_compared_with_it() -> None:
    problem, plan = _network()
    together = compare(problem, plan, years=2, seed=1, rates=OFTEN)
    for result in together:
        (alone,) = compare(problem, plan, years=2, seed=1, rates=OFTEN, policies=[result.policy])
        assert replace(result, against_first=alone.against_first) == alone


def test_each_means_more_leaves_no_more_weeks_uncovered_on_average() -> None:
    problem, plan = _network()
    results = {
        result.policy: result for result in compare(problem, plan, years=12, seed=2, rates=OFTEN)
    }
    order = [Policy.PLAN, Policy.WAVES, Policy.RESERVES, Policy.FLYING]
    means = [results[policy].uncovered.value for policy in order]
    assert means == sorted(means, reverse=True)
    assert means[-1] < means[0]
    assert results[Policy.FIRST_COME].against_first == Mean(0.0, 0.0, 0.0)
    assert results[Policy.FLYING].flying_used > 0
    assert results[Policy.RESERVES].reserves_used > 0
    assert results[Policy.WAVES].reserves_used == 0


def test_without_cancellations_only_the_holes_of_the_plan_count() -> None:
    problem, plan = _network()
    calm = replace(
        usual(),
        early_cancellation_share=0.0,
        late_withdrawal_share=0.0,
        last_week_share=0.0,
        illness_share=0.0,
    )
    results = compare(problem, plan, years=3, seed=0, rates=calm, policies=[Policy.PLAN])
    assert plan.holes == ()
    assert results[0].uncovered.value == results[0].messages == results[0].cancelled == 0
    assert keeps_none(results) == [Policy.PLAN]


def test_playing_ends_when_one_no_longer_wants() -> None:
    problem, plan = _network()
    results = compare(problem, plan, years=9, seed=0, go_on=lambda done: done < 4)
    assert {result.years for result in results} == {4}


# -- the announced risk ----------------------------------------------------------------------------

NOBODY: dict[Lead, list[float]] = {}


def test_without_anybody_to_ask_the_risk_is_that_of_a_cancellation() -> None:
    rates = usual()
    assert week_risk(Outlook(True, 200.0, NOBODY)) == pytest.approx(0.05)
    assert week_risk(Outlook(True, 28.0, NOBODY)) == pytest.approx(0.025 / 0.975)
    assert week_risk(Outlook(True, 7.0, NOBODY)) == pytest.approx(0.01 / 0.96)
    assert week_risk(Outlook(True, 1.0, NOBODY)) == pytest.approx(0.00125 / (1 - 0.04875))
    assert week_risk(Outlook(False, 3.0, NOBODY)) == 1.0
    assert week_risk(Outlook(False, 3.0, NOBODY, flying=True)) == rates.flying_ill_share


def test_hazards_lie_between_now_and_the_monday() -> None:
    for lead in (100.0, 20.0, 5.0, 0.5):
        assert all(0 < days < lead for _, days in hazards(lead, usual()))


def test_an_empty_week_is_as_risky_as_all_waves_still_possible_and_standbys() -> None:
    one_wave = Outlook(False, 1.5, {Lead.LAST: [0.5, 0.5, 0.2]})
    assert week_risk(one_wave) == pytest.approx(0.5 * 0.5 * 0.8)
    assert week_risk(replace(one_wave, lead_days=1 / 24)) == 1.0
    assert week_risk(replace(one_wave, standbys=1)) == pytest.approx(0.2 * 0.15)
    assert week_risk(replace(one_wave, standbys=1, lead_days=0.9)) == pytest.approx(0.2 * 0.5)
    far = Outlook(False, 5.0, NOBODY, standbys=2)
    assert week_risk(far) == pytest.approx(0.15**2)
    assert week_risk(replace(far, rivals=1e-9)) == pytest.approx(0.15**2)


def test_more_help_never_raises_the_risk_and_more_rivals_never_lower_it() -> None:
    chances = {lead: [0.3, 0.2, 0.1] for lead in Lead}
    for filled, days in itertools.product((True, False), (60.0, 10.0, 3.0, 0.6)):
        risks = [
            week_risk(Outlook(filled, days, chances, standbys=count, rivals=1.0))
            for count in range(4)
        ]
        assert risks == sorted(risks, reverse=True)
        assert risks[0] <= week_risk(Outlook(filled, days, NOBODY))
        busy = [
            week_risk(Outlook(filled, days, chances, standbys=2, rivals=rivals))
            for rivals in (0.0, 0.5, 2.0, 8.0)
        ]
        assert busy == sorted(busy)
        assert all(0 <= risk <= 1 for risk in risks + busy)


def test_announced_risks_are_near_what_happens() -> None:
    problem, plan = _network()
    found = reliability(problem, plan, years=12, seed=3, rates=OFTEN)
    assert sum(one.count for one in found.bins) == found.count
    assert sum(one.uncovered for one in found.bins) == round(found.observed * found.count)
    assert found.brier < found.brier_of_mean
    assert found.announced == pytest.approx(found.observed, rel=0.5)


def test_a_risk_that_counts_on_waves_is_not_announced_for_calls() -> None:
    problem, plan = _network()
    with pytest.raises(ValueError, match="waves"):
        reliability(problem, plan, years=1, seed=0, policy=Policy.PLAN)


# -- files -----------------------------------------------------------------------------------------


@cache
def _played() -> Played:
    problem, plan = _network()
    results = compare(problem, plan, years=4, seed=1, rates=OFTEN)
    held = reliability(problem, plan, years=2, seed=1, rates=OFTEN)
    assert held == reliability(problem, plan, years=2, seed=1, rates=OFTEN)
    return Played(problem, plan, results, held, 1, "1.2.3")


def _written(folder: Path) -> dict[str, str]:
    write_results(folder, _played())
    return {name: (folder / name).read_text() for name in FILES}


def test_the_files_tell_the_results_and_are_the_same_bytes_again(tmp_path: Path) -> None:
    files = _written(tmp_path / "one")
    assert files == _written(tmp_path / "two")
    rows = list(csv.DictReader(io.StringIO(files["simulation.csv"])))
    assert [row["policy"] for row in rows] == [policy.value for policy in Policy]
    summary = json.loads(files["summary.json"])
    assert (summary["version"], summary["seed"], summary["years"]) == ("1.2.3", 1, 4)
    assert [float(row["uncovered"]) for row in rows] == [
        entry["uncovered"] for entry in summary["policies"]
    ]
    assert summary["rates"].keys() == parameters.load("simulation").keys()
    assert summary["reliability"]["count"] > 0


def test_the_page_stands_alone(tmp_path: Path) -> None:
    page = _written(tmp_path / "one")["simulate.html"]
    assert page.count("<svg") == page.count("</svg>") == 2
    assert "<script" not in page
    assert re.findall(r"(?:src|href)=[\"']?([^\"'\s>]*)", page) == ["#resultats"]
    assert "Premier arrivé, puis appels" in page
    assert "hypothèse" in page
    assert "nan" not in re.sub(r"<[^>]*>", "", page).split()


def test_every_rate_has_a_source_or_says_that_it_is_assumed_and_french_words() -> None:
    assert RATE_WORDS.keys() == parameters.load("simulation").keys()
    assert SOURCE_WORDS.keys() == {
        name
        for name, entry in parameters.load("simulation").items()
        if not entry.source.startswith("hypothèse")
    }
    for name, entry in parameters.load("simulation").items():
        assert entry.unit, name
        assert len(entry.source) > 10, name


def test_numbers_are_said_the_french_way() -> None:
    said = [decimal(number) for number in (0, 0.0042, 0.05, 4.6, 382.4, -2.5)]
    assert said == ["0", "0,004", "0,05", "4,6", "382", "−2,5"]
