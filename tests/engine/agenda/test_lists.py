"""Whom a place goes to: class, then waiting time, among those whom it fits; nothing else counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from relais.engine.agenda import Waiting, instant, tick_of
from relais.engine.agenda.lists import (
    Place,
    Wish,
    answer_until,
    explain,
    fits,
    in_order_for,
    standing,
)

NOW = datetime(2027, 1, 6, 9, 30, tzinfo=UTC)  # a Wednesday
MONDAY = tick_of(datetime(2027, 1, 11, 9, 0, tzinfo=UTC))
PLACE = Place(MONDAY, 4, "Europe/Paris")


def wish(id_: int, *, urgency: int = 3, days: float = 1, **fields: object) -> Wish:
    waiting = Waiting(id_, urgency, NOW - timedelta(days=days))
    return Wish(waiting, **{"ticks": 4, **fields})  # type: ignore[arg-type]


def test_a_place_fits_by_length_day_half_notice_and_only_when_it_is_earlier() -> None:
    assert fits(wish(1), PLACE, now=NOW)
    assert not fits(wish(1, ticks=5), PLACE, now=NOW)
    assert fits(wish(1, weekdays=1), PLACE, now=NOW)
    assert not fits(wish(1, weekdays=2), PLACE, now=NOW)
    assert fits(wish(1, half="morning"), PLACE, now=NOW)
    assert not fits(wish(1, half="afternoon"), PLACE, now=NOW)
    assert not fits(wish(1, notice_minutes=8 * 1440), PLACE, now=NOW)
    assert not fits(wish(1, before=MONDAY), PLACE, now=NOW)
    assert fits(wish(1, before=MONDAY + 1), PLACE, now=NOW)


def test_who_was_asked_already_is_not_asked_again_and_keeps_the_others_order() -> None:
    found = in_order_for(PLACE, [wish(1, days=3), wish(2, days=5), wish(3, urgency=0)], now=NOW)
    assert [one.waiting.id for one in found] == [3, 2, 1]
    left = in_order_for(PLACE, [wish(1, days=3), wish(2, days=5)], now=NOW, asked={2})
    assert [one.waiting.id for one in left] == [1]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 40), st.integers(1, 6), st.integers(1, 127)),
        max_size=12,
    )
)
def test_nobody_is_passed_by_someone_of_the_same_class_who_came_later(
    rows: list[tuple[int, int, int, int]],
) -> None:
    wishes = [
        wish(number, urgency=urgency, days=days, ticks=ticks, weekdays=weekdays)
        for number, (urgency, days, ticks, weekdays) in enumerate(rows)
    ]
    found = in_order_for(PLACE, wishes, now=NOW)
    # The oracle: everyone whom it fits is there, and no pair of one class is the wrong way round.
    assert {one.waiting.id for one in found} == {
        one.waiting.id for one in wishes if one.ticks <= 4 and one.weekdays % 2
    }
    for at, first in enumerate(found):
        for later in found[at + 1 :]:
            if first.waiting.urgency == later.waiting.urgency:
                assert first.waiting.since <= later.waiting.since


def test_the_time_to_answer_counts_from_when_somebody_can_be_reached_and_ends_before() -> None:
    assert answer_until(PLACE, reached_at=NOW, now=NOW) == NOW + timedelta(days=1)
    sunday = instant(datetime(2027, 1, 10).date(), datetime(2027, 1, 10, 18).time(), PLACE.zone)
    assert answer_until(PLACE, reached_at=sunday, now=sunday) == sunday + timedelta(hours=2)
    eight = sunday + timedelta(hours=14)
    assert answer_until(PLACE, reached_at=eight, now=sunday) == datetime(
        2027, 1, 11, 8, 30, tzinfo=UTC
    )
    too_late = datetime(2027, 1, 11, 8, 10, tzinfo=UTC)
    assert answer_until(PLACE, reached_at=too_late, now=too_late) is None
    assert answer_until(None, reached_at=NOW, now=NOW) == NOW + timedelta(days=7)


def test_somebody_is_told_where_and_why_in_words() -> None:
    people = [Waiting(1, 3, NOW - timedelta(days=9)), Waiting(2, 0, NOW), Waiting(3, 3, NOW)]
    where = standing(1, people, now=NOW)
    assert (where.rank, where.waiting, where.by_class) == (2, 3, 1)
    told = explain(where, days_for_a_class=14)
    assert told.startswith("Vous êtes en 2e place sur 3. ")
    assert "1 personne arrivée après vous passe avant, parce qu’un soignant l’a demandé." in told
    assert "Refuser une place ne change rien à votre rang." in told
