"""Plan runs: asked, computed, stopped, interrupted, accepted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from relais.core.models import AuditEntry
from relais.doctors.models import Companionship
from relais.engine.rota.national.executors import Unusable
from relais.engine.rota.solve import Progress
from relais.rota import queries, services
from relais.rota.models import Mission, Offer, PlannedMission, PlanRun, RotaTurn, Standby
from relais.rota.services import acceptance, compute
from relais.rota.services.runs import SILENCE, begin_run, note_progress
from relais.rota.states import ChangeKind, MissionState, RunState
from relais.rota.tasks import compute_plan
from tests import factories
from tests.factories import MONDAY, NOW, monday

pytestmark = pytest.mark.django_db
ACT = {"by": factories.by(), "now": NOW}


def ask(first=MONDAY, weeks=4, depth=0, **changes):
    options = {"weeks": weeks, "standby_depth": depth, "budget_seconds": 20, "seed": 0}
    return services.start_run(first, asked_by=None, **{**options, **ACT, **changes})


def computed(**options):
    run = ask(**options)
    assert compute.compute_run(run, clock=lambda: NOW) is RunState.FINISHED
    run.refresh_from_db()
    return run


def team(count=3, weeks=range(4), **fields):
    """Doctors who have come before and offer some weeks."""
    doctors = [factories.doctor(missions_before=1, **fields) for _ in range(count)]
    for doctor in doctors:
        for week in weeks:
            factories.offer(doctor, monday=monday(week))
    return doctors


def active():
    return {
        (mission.doctor_id, mission.line_id, mission.monday)
        for mission in Mission.objects.filter(
            state__in=["proposed", "invited", "confirmed", "ready"]
        )
    }


# -- asking ----------------------------------------------------------------------------------------


def test_asking_keeps_the_run_and_gives_the_worker_a_job() -> None:
    run = ask()
    assert (run.state, run.weeks, run.from_turn) == (
        RunState.QUEUED,
        4,
        RotaTurn.objects.get().number,
    )
    job = DBTaskResult.objects.get()
    assert (job.task_path, job.args_kwargs["args"]) == ("relais.rota.tasks.compute_plan", [run.pk])
    assert AuditEntry.objects.get().verb == "rota.run_started"


@pytest.mark.parametrize("first", [monday(0), monday(3), monday(-1)])
def test_one_run_at_a_time_for_the_same_weeks(first) -> None:
    ask()
    with pytest.raises(services.RunPendingRefusal):
        ask(first)
    assert PlanRun.objects.count() == 1
    ask(monday(4))


def test_weeks_that_are_over_or_more_than_a_year_are_not_planned() -> None:
    for changes in ({"first": monday(-2)}, {"weeks": 53}, {"weeks": 0}):
        with pytest.raises(services.RunWeeksRefusal):
            ask(**changes)
    with pytest.raises(ValueError, match="not a Monday"):
        ask(MONDAY + timedelta(days=1))


def test_a_stopped_run_stays_stopped_and_frees_its_weeks() -> None:
    run = ask()
    services.stop_run(run, **ACT)
    assert compute.compute_run(run, clock=lambda: NOW) is RunState.CANCELLED
    with pytest.raises(services.RunStateRefusal):
        services.stop_run(run, **ACT)
    ask()


def test_stopping_ends_a_computation_at_its_next_word(monkeypatch) -> None:
    run = ask()

    def slow(problem, *, progress, **options):
        services.stop_run(PlanRun.objects.get(pk=run.pk), **ACT)
        progress(Progress("Trajets", 1.0, 0.0, 1.0, 1.0))
        raise AssertionError("the computation went on")

    monkeypatch.setattr(compute, "solve", slow)
    assert compute.compute_run(run, clock=lambda: NOW) is RunState.CANCELLED
    assert PlannedMission.objects.count() == 0


def test_progress_is_written_at_most_once_a_second_a_phase(monkeypatch) -> None:
    run = ask()
    begin_run(run, turn=0, now=NOW)
    seen = []
    monkeypatch.setattr(
        compute,
        "note_progress",
        lambda run, *, progress, now: seen.append(progress["phase"]) or True,
    )
    teller = compute._Teller(run, lambda: NOW)
    for phase in ("a", "a", "a", "b", "b"):
        teller(Progress(phase, None, None, None, 0.0))
    assert seen == ["a", "b"]


def test_progress_is_kept_with_the_sign_of_life() -> None:
    run = ask()
    begin_run(run, turn=0, now=NOW)
    later = NOW + timedelta(seconds=5)
    assert note_progress(run, progress={"phase": "Trajets", "best": 12.0}, now=later)
    run.refresh_from_db()
    assert (run.progress, run.heartbeat_at) == ({"phase": "Trajets", "best": 12.0}, later)


def test_a_run_whose_worker_died_is_interrupted_and_can_be_asked_again() -> None:
    run = ask()
    begin_run(run, turn=0, now=NOW)
    assert services.fail_silent_runs(now=NOW + SILENCE) == 0
    assert services.fail_silent_runs(now=NOW + SILENCE + timedelta(seconds=1)) == 1
    run.refresh_from_db()
    assert (run.state, run.failure) == (
        RunState.INTERRUPTED,
        "Le calcul s’est interrompu. Rien n’a changé ; vous pouvez le relancer.",
    )
    assert not note_progress(run, progress={}, now=NOW)
    ask()


def test_a_fault_is_told_in_a_sentence_and_raised_for_the_journal(monkeypatch) -> None:
    run = ask()

    def broken(*args, **options):
        raise ZeroDivisionError

    monkeypatch.setattr(compute, "solve", broken)
    with pytest.raises(ZeroDivisionError):
        compute_plan.func(run.pk)
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert run.failure.startswith("Le calcul a échoué par notre faute.")
    assert compute_plan.func(0) == "gone"


# -- the proposal ----------------------------------------------------------------------------------


def test_a_cluster_that_does_not_answer_is_told_to_the_planner(monkeypatch, settings) -> None:
    def unusable(*_words, **named):
        raise Unusable(f"Aucune grappe de calcul ne répond à {named['executor']}.")

    monkeypatch.setattr(compute, "solve", unusable)
    settings.PLAN_EXECUTOR = "dask://192.0.2.1:8786"
    run = ask()
    assert compute_plan.call(run.pk) == RunState.FAILED
    run.refresh_from_db()
    assert (run.state, run.failure) == (
        RunState.FAILED,
        "Aucune grappe de calcul ne répond à dask://192.0.2.1:8786. Rien n’a changé. "
        "Prévenez l’équipe technique.",
    )


def test_a_proposal_beside_today_s_plan() -> None:
    line = factories.line()
    team(3, weeks=(0, 1, 2))
    run = computed()
    found = queries.run_comparison(run)
    assert (found.added, found.removed, found.kept, found.is_stale) == (3, 0, 0, False)
    assert [(change.centre.pk, change.monday) for change in found.changes] == [
        (line.centre_id, monday(week)) for week in range(3)
    ]
    words = {term.label: (term.before, term.after, term.is_better) for term in found.terms}
    assert words["places sans médecin"] == ("4", "1", True)
    assert words["missions"] == ("0", "3", True)
    assert [(hole.monday, hole.missing) for hole in found.holes] == [(monday(3), 1)]
    assert run.result["holes_bound"] == 1
    factories.offer(monday=monday(3))
    services.offer_weeks(factories.doctor(), mondays=[monday(3)], source="team", **ACT)
    assert queries.run_comparison(run).is_stale


def test_accepting_makes_the_proposal_the_plan() -> None:
    line = factories.line()
    team(4, weeks=(0, 1, 2, 3), max_missions=1)
    run = computed()
    done = services.accept_run(run, **ACT)
    assert (len(done.added), done.removed, done.kept, done.skipped) == (4, (), 0, ())
    assert {(line_id, week) for _, line_id, week in active()} == {
        (line.pk, monday(week)) for week in range(4)
    }
    assert set(Mission.objects.values_list("state", flat=True)) == {"proposed"}
    run.refresh_from_db()
    assert (run.state, run.accepted_at) == (RunState.ACCEPTED, NOW)
    verbs = list(AuditEntry.objects.values_list("verb", flat=True))
    assert verbs.count("rota.mission_placed") == 4
    assert verbs.count("rota.run_accepted") == 1


def test_accepting_twice_says_what_happened() -> None:
    factories.line()
    team()
    run = computed()
    services.accept_run(run, **ACT)
    before = active()
    with pytest.raises(services.RunOverRefusal) as refusal:
        services.accept_run(run, **ACT)
    assert "a déjà été acceptée le mercredi 6\u00a0janvier 2027" in refusal.value.sentence
    assert active() == before


def test_a_proposal_from_before_another_s_acceptance_is_refused() -> None:
    factories.line()
    team()
    older = computed()
    newer = computed()
    services.accept_run(newer, **ACT)
    before = active()
    with pytest.raises(services.RunOutdatedRefusal):
        services.accept_run(older, **ACT)
    older.refresh_from_db()
    assert (older.state, active()) == (RunState.FINISHED, before)
    assert services.discard_run(older, **ACT).state == RunState.DISCARDED


def test_a_proposal_computed_after_an_acceptance_is_accepted_even_in_the_same_instant() -> None:
    factories.line()
    team()
    services.accept_run(computed(), **ACT)
    again = computed()
    done = services.accept_run(again, **ACT)
    assert (done.added, done.removed, done.skipped) == ((), (), ())
    assert done.kept == len(active())


def test_a_part_is_accepted_by_ticking_it() -> None:
    factories.line()
    team(4, max_missions=1)
    run = computed()
    ticked = PlannedMission.objects.filter(run=run, monday__lt=monday(2))
    services.accept_run(run, only=set(ticked.values_list("pk", flat=True)), **ACT)
    assert {week for _, _, week in active()} == {monday(0), monday(1)}
    accepted = PlannedMission.objects.filter(run=run, accepted_at__isnull=False)
    assert set(accepted) == set(ticked)


def test_lines_that_no_longer_hold_are_left_out_with_their_reason() -> None:
    line = factories.line()
    doctors = team(4, max_missions=1)
    run = computed()
    at = {row.monday: row for row in PlannedMission.objects.filter(run=run)}
    withdrawn, busy, taken = at[monday(0)], at[monday(1)], at[monday(2)]
    Offer.objects.filter(doctor=withdrawn.doctor, monday=monday(0)).delete()
    factories.mission(busy.doctor, factories.line(), monday=monday(1))
    factories.mission(line_=line, monday=monday(2))
    done = services.accept_run(run, **ACT)
    assert [mission.monday for mission in done.added] == [monday(3)]
    reasons = {skipped.row.monday: skipped.because for skipped in done.skipped}
    assert reasons == {
        monday(0): f"{withdrawn.doctor} n’a pas proposé la semaine du lundi 11\u00a0janvier.",
        monday(1): f"{busy.doctor} a déjà une mission la semaine du lundi 18\u00a0janvier.",
        monday(2): f"Il n’y a plus de place libre à {line.centre.name} la semaine du "
        "lundi 25\u00a0janvier.",
    }
    taken.refresh_from_db()
    assert taken.skipped_because == reasons[monday(2)]
    assert len(doctors) == 4


def replaced(state, **fields):
    """A run that replaces a mission whose doctor now refuses the centre."""
    line = factories.line()
    doctor = factories.doctor(missions_before=1, max_travel_minutes=10)
    factories.offer(doctor)
    mission = factories.mission(doctor, line, state=state, **fields)
    [other] = team(1, weeks=(0,))
    run = computed(weeks=1)
    rows = {row.change: row for row in PlannedMission.objects.filter(run=run)}
    assert set(rows) == {ChangeKind.REMOVED, ChangeKind.ADDED}
    return run, mission, other, rows


def test_a_proposed_mission_makes_room() -> None:
    run, mission, other, _ = replaced(MissionState.PROPOSED)
    done = services.accept_run(run, **ACT)
    assert [one.pk for one in done.removed] == [mission.pk]
    assert active() == {(other.pk, mission.line_id, MONDAY)}


@pytest.mark.parametrize("state", [MissionState.INVITED, MissionState.CONFIRMED])
def test_a_word_given_never_moves_by_itself(state) -> None:
    run, mission, _, _ = replaced(state)
    done = services.accept_run(run, **ACT)
    assert (done.added, done.removed) == ((), ())
    assert active() == {(mission.doctor_id, mission.line_id, MONDAY)}
    assert [skipped.row.change for skipped in done.skipped] == ["removed", "added"]


def test_a_confirmed_mission_moves_when_the_planner_ticks_it_by_name() -> None:
    run, mission, other, rows = replaced(MissionState.CONFIRMED)
    assert queries.run_comparison(run).changes[0].moves_firm
    services.accept_run(run, only={row.pk for row in rows.values()}, **ACT)
    assert active() == {(other.pk, mission.line_id, MONDAY)}


def test_a_mission_stands_when_its_successor_can_no_longer_come() -> None:
    line = factories.line()
    near, far = (
        factories.doctor(missions_before=1, latitude=latitude, longitude=1.9)
        for latitude in (46.2, 49.0)
    )
    for doctor in (near, far):
        factories.offer(doctor)
    mission = factories.mission(far, line, state=MissionState.PROPOSED)
    run = computed(weeks=1)
    Offer.objects.filter(doctor=near).delete()
    done = services.accept_run(run, **ACT)
    assert (done.added, done.removed) == ((), ())
    assert active() == {(far.pk, line.pk, MONDAY)}
    mission.refresh_from_db()
    assert mission.sequence == 0


def test_companions_are_taken_together_or_left_together() -> None:
    centre = factories.centre(lines=2)
    one, other = team(2, weeks=(0,))
    Companionship.objects.create(first=one, second=other)
    run = computed(weeks=1)
    assert PlannedMission.objects.filter(run=run).count() == 2
    Offer.objects.filter(doctor=other).delete()
    done = services.accept_run(run, **ACT)
    assert done.added == ()
    assert {skipped.row.doctor_id for skipped in done.skipped} == {one.pk, other.pk}
    assert centre.lines.count() == 2


def test_the_reserves_of_the_weeks_are_replaced() -> None:
    factories.line()
    doctors = team(6, weeks=(0, 1), max_missions=1)
    old = factories.standby(doctors[0], monday=MONDAY)
    outside = factories.standby(doctors[0], monday=monday(8))
    doctors[0].max_missions = 4
    doctors[0].save()
    run = computed(weeks=2, depth=2)
    services.accept_run(run, **ACT)
    per_week = [Standby.objects.filter(monday=monday(week)).count() for week in (0, 1)]
    assert per_week == [2, 2]
    assert Standby.objects.filter(pk=outside.pk).exists()
    assert not Standby.objects.filter(pk=old.pk).exists()
    busy = {(doctor_id, week) for doctor_id, _, week in active()}
    assert not busy & set(Standby.objects.values_list("doctor_id", "monday"))


def blind(monkeypatch) -> None:
    """Let the choice overlook every rule: only the verifier is left."""
    monkeypatch.setattr(
        "relais.rota.queries.situation.Situation.objections", lambda *args, **options: ()
    )


def test_the_verifier_leaves_out_what_the_choice_overlooked(monkeypatch) -> None:
    factories.line()
    [doctor] = team(1, weeks=(0, 1), min_gap_weeks=1)
    run = computed(weeks=2)
    doctor.min_gap_weeks = 3
    doctor.save()
    blind(monkeypatch)
    done = services.accept_run(run, **ACT)
    assert [mission.monday for mission in done.added] == [monday(0)]
    [skipped] = done.skipped
    assert (skipped.row.monday, "sont trop proches" in skipped.because) == (monday(1), True)
    assert Mission.objects.count() == 1


def test_a_run_that_cannot_be_made_right_changes_nothing(monkeypatch) -> None:
    factories.line()
    [doctor] = team(1, weeks=(0, 1), min_gap_weeks=1)
    run = computed(weeks=2)
    doctor.min_gap_weeks = 3
    doctor.save()
    blind(monkeypatch)
    monkeypatch.setattr(acceptance, "TRIES", 1)
    with pytest.raises(services.RunOutdatedRefusal):
        services.accept_run(run, **ACT)
    assert Mission.objects.count() == 0
    run.refresh_from_db()
    assert run.state == RunState.FINISHED
