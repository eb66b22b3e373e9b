"""Weeks « au choix »: the engine's figures never let a plan take more of a set than was offered."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from relais.engine.weeks import weeks_between
from relais.rota.flexible import Chosen, Fitted, fit

START = date(2027, 1, 4)


def _day(week: int) -> date:
    return START + timedelta(weeks=week)


def _plans(fitted: Fitted, firm: frozenset[date]) -> set[frozenset[date]]:
    """Every set of missions that the engine's own rules H4 and H5 allow beside firm ones."""
    free = sorted(fitted.offers - firm)
    found = set()
    for count in range(len(free) + 1):
        for more in combinations(free, count):
            days = sorted({*more, *firm})
            if len(days) > fitted.most:
                continue
            if any(
                weeks_between(one, other) < fitted.gap
                for place, one in enumerate(days)
                for other in days[place + 1 :]
                if not {one, other} <= firm
            ):
                continue
            found.add(frozenset(days))
    return found


def _keeps(days: frozenset[date], sets: list[Chosen]) -> bool:
    return all(sum(day in one.weeks for day in days) <= one.at_most for one in sets)


def test_one_set_alone_is_exact() -> None:
    weeks = frozenset(map(_day, range(10)))
    one = Chosen(weeks, 2)
    fitted = fit(weeks, sets=[one], firm=(), gap=3, most=5)
    assert fitted == Fitted(weeks, 3, 2)
    free = _plans(Fitted(weeks, 3, 5), frozenset())
    assert _plans(fitted, frozenset()) == {days for days in free if _keeps(days, [one])}


def test_a_week_that_is_taken_closes_the_others_of_its_set() -> None:
    weeks = frozenset(map(_day, range(6)))
    plain = _day(20)
    fitted = fit(weeks | {plain}, sets=[Chosen(weeks, 1)], firm=[_day(2)], gap=2, most=3)
    assert fitted.offers == {_day(2), plain}


def test_a_mission_outside_the_planned_weeks_counts_for_its_set() -> None:
    weeks = frozenset(map(_day, range(6)))
    later = frozenset(day for day in weeks if day >= _day(3))
    fitted = fit(later, sets=[Chosen(weeks, 1)], firm=(), outside=[_day(0)], gap=2, most=3)
    assert fitted.offers == frozenset()


def test_two_sets_far_apart_each_keep_their_own() -> None:
    autumn, spring = frozenset(map(_day, range(5))), frozenset(map(_day, range(20, 25)))
    fitted = fit(
        autumn | spring,
        sets=[Chosen(autumn, 1), Chosen(spring, 1)],
        firm=(),
        gap=2,
        most=4,
    )
    assert fitted == Fitted(autumn | spring, 5, 2)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_plan_of_the_engine_takes_more_of_a_set_than_was_offered(data: st.DataObject) -> None:
    weeks = data.draw(st.sets(st.integers(0, 11), max_size=8), label="weeks")
    owner = {week: data.draw(st.integers(0, 2), label="set") for week in sorted(weeks)}
    sets = [
        Chosen(frozenset(_day(week) for week, own in owner.items() if own == number), at_most)
        for number, at_most in ((1, 1), (2, data.draw(st.integers(1, 3), label="most")))
        if number in owner.values()
    ]
    gap = data.draw(st.integers(1, 4), label="gap")
    firm: set[date] = set()
    for week in sorted(weeks):
        day = _day(week)
        apart = all(weeks_between(other, day) >= gap for other in firm)
        if apart and _keeps(frozenset({*firm, day}), sets) and data.draw(st.booleans()):
            firm.add(day)
    fitted = fit({_day(week) for week in weeks}, sets=sets, firm=firm, gap=gap, most=4)
    assert fitted.gap >= gap
    assert fitted.most <= 4
    assert firm <= fitted.offers
    for days in _plans(fitted, frozenset(firm)):
        assert _keeps(days, sets)
