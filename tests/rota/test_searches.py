"""The search of a doctor for an empty week: who is asked, how many, and what an answer does."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import pytest

from relais.core.models import AuditEntry
from relais.doctors.models import Doctor
from relais.engine.rota.standby import Kind, Lead, prior
from relais.engine.simulate.rates import usual
from relais.network.models import Line
from relais.rota import searching, services
from relais.rota.models import Ask, Mission, Offer, Search, Standby
from relais.rota.services import SearchOverRefusal, WeekOverRefusal
from relais.rota.states import AnswerKind, AskOutcome, MissionState, SearchState
from tests import factories
from tests.factories import TODAY, by, monday

pytestmark = pytest.mark.django_db
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)
SOON = NOW + timedelta(days=1)
WEEK = 4  # the week searched for, weeks after MONDAY: more than 28 days ahead


def _able(count: int, week: int = WEEK, **fields: object) -> list[Doctor]:
    found = []
    for _ in range(count):
        doctor = factories.doctor(**fields)
        factories.offer(doctor, monday=monday(week))
        found.append(doctor)
    return found


def _search(line: Line, week: int = WEEK, *, by_itself: bool = False) -> Search:
    return services.open_search(line, monday=monday(week), by_itself=by_itself, by=by(), now=NOW)


def _ask(search: Search, people: list[searching.Person]) -> list[Ask]:
    return [
        one.ask for one in services.ask(search, people=people, answer_by=SOON, by=by(), now=NOW)
    ]


def _people(line: Line, week: int = WEEK, already: Collection[int] = ()) -> list[searching.Person]:
    return searching.candidates(line, monday=monday(week), now=NOW, already=already)


def test_those_who_offered_the_week_come_first_and_those_who_know_the_centre_before_them() -> None:
    line = factories.line()
    stranger = factories.doctor()
    factories.offer(stranger, monday=monday(1))
    plain, knows = _able(2)
    factories.mission(knows, line, monday=monday(-30), state=MissionState.READY)
    found = _people(line)
    assert [one.doctor for one in found] == [knows, plain, stranger]
    assert [one.offered for one in found] == [True, True, False]
    assert found[0].chance == pytest.approx(prior(Kind(Lead.FAR, offered=True, known=True)))
    assert found[0].because == "vous avez offert cette semaine et vous connaissez déjà le centre."
    assert found[2].because.startswith("le centre est à ")


def test_nobody_who_breaks_a_rule_is_asked() -> None:
    line = factories.line()
    (free,) = _able(1)
    (busy,) = _able(1)
    factories.mission(busy, monday=monday(WEEK))
    (near,) = _able(1, min_gap_weeks=4)
    factories.mission(near, monday=monday(WEEK - 2))
    _able(1, left_on=TODAY)
    _able(1, ready_on=monday(WEEK + 1))
    assert [one.doctor for one in _people(line)] == [free]
    assert _people(line, already=[free.pk]) == []


def test_a_week_that_is_filled_or_has_begun_needs_nobody() -> None:
    line = factories.line()
    _able(2)
    _able(2, week=-1)
    assert _people(line, -1) == []
    factories.mission(factories.doctor(), line, monday=monday(WEEK))
    assert _people(line) == []


def test_a_wave_is_as_small_as_the_risk_allows_and_leaves_people_in_peace() -> None:
    line = factories.line()
    _able(5)
    people = _people(line)
    chance, risk = people[0].chance, usual().wave_risk_far
    size = next(n for n in range(1, 9) if (1 - chance) ** n < risk)
    wave = searching.wave(people, in_peace=[], monday=monday(WEEK), now=NOW)
    assert len(wave.people) == size == 2
    assert wave.chance_of_one == pytest.approx(1 - (1 - chance) ** 2)
    assert (wave.others, wave.left_in_peace, wave.answer_hours) == (3, 0, 24)
    quiet = [people[0].doctor.pk, people[1].doctor.pk]
    wave = searching.wave(people, in_peace=quiet, monday=monday(WEEK), now=NOW)
    assert {one.doctor.pk for one in wave.people}.isdisjoint(quiet)
    assert (wave.others, wave.left_in_peace) == (1, 2)
    near = searching.wave(people, in_peace=[], monday=monday(0), now=NOW)
    assert len(near.people) == 4  # less time, a smaller risk: more at once


def test_the_first_yes_has_the_week_and_the_second_becomes_a_reserve() -> None:
    line = factories.line()
    first, second, third = _able(3)
    search = _search(line)
    asks = {one.doctor: one for one in _ask(search, _people(line))}
    placed = services.answer(asks[first], kind=AnswerKind.YES, by=by(), now=NOW)
    assert (placed.outcome, placed.answered_at) == (AskOutcome.PLACED, NOW)
    mission = Mission.objects.get(line=line, monday=monday(WEEK))
    assert (mission.doctor, mission.state, placed.mission) == (
        first,
        MissionState.CONFIRMED,
        mission,
    )
    search.refresh_from_db()
    assert (search.state, search.closed_at) == (SearchState.FOUND, NOW)
    later = services.answer(asks[second], kind=AnswerKind.YES, by=by(), now=SOON)
    assert later.outcome == AskOutcome.RESERVE
    assert Standby.objects.filter(doctor=second, monday=monday(WEEK)).count() == 1
    declined = services.answer(asks[third], kind=AnswerKind.NO, by=by(), now=SOON)
    assert declined.outcome == AskOutcome.DECLINED


def test_a_yes_of_somebody_held_elsewhere_by_then_is_thanked() -> None:
    line = factories.line()
    doctor, winner = _able(2)
    asks = {one.doctor: one for one in _ask(_search(line), _people(line))}
    services.answer(asks[winner], kind=AnswerKind.YES, by=by(), now=NOW)
    factories.mission(doctor, monday=monday(WEEK))
    heard = services.answer(asks[doctor], kind=AnswerKind.YES, by=by(), now=NOW)
    assert heard.outcome == AskOutcome.THANKED
    assert not Standby.objects.filter(doctor=doctor).exists()


def test_a_stranger_who_says_yes_offers_the_week_by_it() -> None:
    line = factories.line()
    doctor = factories.doctor()
    factories.offer(doctor, monday=monday(1))
    (question,) = _ask(_search(line), _people(line))
    services.answer(question, kind=AnswerKind.YES, by=by(), now=NOW)
    assert Offer.objects.filter(doctor=doctor, monday=monday(WEEK)).exists()
    assert Mission.objects.get(line=line, monday=monday(WEEK)).doctor == doctor


def test_the_same_answer_twice_is_one_answer() -> None:
    line = factories.line()
    _able(1)
    (question,) = _ask(_search(line), _people(line))
    once = services.answer(question, kind=AnswerKind.YES, by=by(), now=NOW)
    entries = AuditEntry.objects.count()
    again = services.answer(question, kind=AnswerKind.YES, by=by(), now=SOON)
    assert (again.answered_at, again.mission) == (once.answered_at, once.mission)
    assert AuditEntry.objects.count() == entries
    with pytest.raises(SearchOverRefusal, match="déjà noté"):
        services.answer(question, kind=AnswerKind.NO, by=by(), now=SOON)


def test_a_no_can_become_a_yes_while_the_week_is_to_come() -> None:
    line = factories.line()
    _able(1)
    (question,) = _ask(_search(line), _people(line))
    services.answer(question, kind=AnswerKind.NO, by=by(), now=NOW)
    assert (
        services.answer(question, kind=AnswerKind.YES, by=by(), now=SOON).outcome
        == AskOutcome.PLACED
    )


def test_an_answer_after_the_monday_is_told_so() -> None:
    line = factories.line()
    _able(1)
    (question,) = _ask(_search(line), _people(line))
    late = NOW + timedelta(weeks=WEEK + 1)
    with pytest.raises(WeekOverRefusal):
        services.answer(question, kind=AnswerKind.YES, by=by(), now=late)


def test_nobody_is_asked_twice_for_one_week() -> None:
    line = factories.line()
    _able(3)
    search = _search(line)
    people = _people(line)
    assert len(_ask(search, people[:2])) == 2
    assert [one.doctor for one in _ask(search, people)] == [people[2].doctor]
    assert [one.wave for one in Ask.objects.order_by("pk")] == [1, 1, 2]


def test_a_closed_search_asks_nobody_and_opens_again_as_a_new_one() -> None:
    line = factories.line()
    _able(1)
    search = _search(line)
    services.close_search(search, state=SearchState.STOPPED, by=by(), now=NOW)
    with pytest.raises(SearchOverRefusal):
        _ask(search, _people(line))
    assert _search(line).pk != search.pk


def test_opening_twice_gives_one_search_and_a_filled_week_none() -> None:
    line = factories.line()
    assert _search(line).pk == _search(line, by_itself=True).pk
    assert Search.objects.get().by_itself
    factories.mission(factories.doctor(), line, monday=monday(WEEK + 1))
    with pytest.raises(SearchOverRefusal):
        _search(line, WEEK + 1)
    with pytest.raises(WeekOverRefusal):
        _search(line, -1)


def test_a_wave_with_nobody_left_is_remembered() -> None:
    search = _search(factories.line())
    assert _ask(search, []) == []
    assert search.nobody_left_at == NOW


def test_chances_learn_from_answers_and_from_silence() -> None:
    line = factories.line()
    asked = _able(4)
    waiting, *answered = _ask(_search(line), _people(line))
    for one in answered:
        services.answer(one, kind=AnswerKind.NO, by=by(), now=NOW)
    _able(1)
    others = factories.line()
    before = prior(Kind(Lead.FAR, offered=True, known=False))
    worth = 20
    people = searching.candidates(
        others, monday=monday(WEEK), now=NOW, already=[one.pk for one in asked]
    )
    assert people[0].chance == pytest.approx(worth * before / (worth + 3))
    late = NOW + timedelta(days=2)  # the fourth did not answer in time
    people = searching.candidates(
        others, monday=monday(WEEK), now=late, already=[one.pk for one in asked]
    )
    assert people[0].chance == pytest.approx(worth * before / (worth + 4))
    assert waiting.outcome == AskOutcome.WAITING


def test_only_a_hash_of_the_link_is_kept() -> None:
    line = factories.line()
    _able(1)
    (question,) = services.ask(
        _search(line), people=_people(line), answer_by=SOON, by=by(), now=NOW
    )
    assert services.find_ask(question.token) == question.ask
    assert services.find_ask("x") is None
    assert question.token not in str(Ask.objects.values().get())
