"""A mission from the question to the yes, or to its end: the rota changes, and people are told."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate

from relais.connectors.ics import WEEK_BEGINS, WEEK_ENDS, WEEK_LAST_DAY
from relais.core import formats
from relais.core.actors import Actor
from relais.doctors import services as doctors
from relais.doctors.models import Doctor
from relais.engine.messages import parameter
from relais.journeys import invitations
from relais.journeys.calendars import CANCEL, REQUEST, mission_file
from relais.journeys.readiness import require_ready
from relais.journeys.recipients import of_doctor
from relais.network.models import Line
from relais.outbox import queries as messages
from relais.outbox import services as outbox
from relais.outbox.services import Posting
from relais.rota import services as rota
from relais.rota.models import Mission, PlannedMission, PlanRun
from relais.rota.repairing import Recipe
from relais.rota.services import Acceptance, AppliedRepair
from relais.rota.states import FIRM, ChangeKind, MissionState
from relais.stays import services as stays

MISSION_PATH: Final = "/medecin/missions/{pk}/"
WEEKS_PATH: Final = "/medecin/semaines/"
INVITATION, CONFIRMED, CANCELLED = "mission_invitation", "mission_confirmed", "mission_cancelled"
REPLACED: Final = "mission_replaced"
YES_KEPT: Final = "sms_yes_kept"
_CANCELLED_WORTH: Final = timedelta(days=1)  # told even when the week has begun


def about(mission: Mission) -> str:
    """Name a mission as messages do."""
    return f"rota.mission:{mission.pk}"


@transaction.atomic
def invite(mission: Mission, *, by: Actor, now: datetime) -> Mission:
    """Ask the doctor of a proposed mission to come."""
    done = rota.invite(mission, by=by, now=now)
    outbox.post_many([_invitation(_whole(done), now=now)], by=by, now=now)
    return done


def ask_to_confirm(mission: Mission, *, by: Actor, now: datetime) -> None:
    """Send the link that confirms a yes by SMS: the number of an SMS can be forged."""
    begins, _ = span(mission)
    path = MISSION_PATH.format(pk=mission.pk)
    if invitations.needs_no_account(mission):
        path = invitations.path_of(mission)
    outbox.post(
        of_doctor(mission.doctor),
        template=YES_KEPT,
        about=about(mission),
        version=mission.sequence,
        values={**words(mission, now=now), "link": settings.SITE_ADDRESS + path},
        give_up_at=_worth_until(begins, now=now),
        urgent=_is_urgent(begins, now=now),
        page=MISSION_PATH.format(pk=mission.pk),
        by=by,
        now=now,
    )


@transaction.atomic
def confirm(mission: Mission, *, by: Actor, now: datetime) -> Mission:
    """Note the doctor's yes: stay and papers are prepared, the event leaves for her calendar."""
    done = rota.confirm(mission, by=by, now=now)
    _close_question(done, now=now)
    _prepare(done, by=by, now=now)
    outbox.post_many([_confirmation(_whole(done), now=now)], by=by, now=now)
    return done


def tell_confirmed(mission: Mission, *, by: Actor, now: datetime) -> None:
    """Set off what a yes sets off, for a mission that was placed with it."""
    _prepare(mission, by=by, now=now)
    outbox.post_many([_confirmation(_whole(mission), now=now)], by=by, now=now)


def end_of_week(mission: Mission) -> datetime:
    """Give the end of a mission's week, after which nothing about it helps anybody."""
    return span(_whole(mission))[1]


def tell_replaced(mission: Mission, *, by: Actor, now: datetime) -> None:
    """Tell a doctor who asked to be replaced that somebody comes; takes the event away."""
    whole = _whole(mission)
    begins, _ = span(whole)
    stays.release(whole, by=by, now=now)
    outbox.post(
        of_doctor(whole.doctor),
        template=REPLACED,
        about=about(whole),
        version=whole.sequence,
        values={
            **words(whole, now=now),
            "network": settings.NETWORK_NAME,
            "link": settings.SITE_ADDRESS + WEEKS_PATH,
        },
        give_up_at=max(_worth_until(begins, now=now), now + _CANCELLED_WORTH),
        urgent=_is_urgent(begins, now=now),
        calendar=mission_file(whole, method=CANCEL, now=now),
        page=WEEKS_PATH,
        by=by,
        now=now,
    )


@transaction.atomic
def mark_ready(mission: Mission, *, by: Actor, now: datetime) -> Mission:
    """Note that nothing is left to prepare: every paper is worth something to the last day.

    Raises what `readiness.require_ready` raises.
    """
    require_ready(mission.doctor, monday=mission.monday, now=now)
    return rota.mark_ready(mission, by=by, now=now)


@transaction.atomic
def decline(mission: Mission, *, by: Actor, now: datetime, why: str = "") -> Mission:
    """Note the doctor's no; what asked for an answer asks no more."""
    done = rota.decline(mission, by=by, now=now, why=why)
    _close_question(done, now=now)
    return done


@transaction.atomic
def cancel(mission: Mission, *, by: Actor, now: datetime, why: str = "") -> Mission:
    """End a mission, and tell the doctor who was told of it."""
    before = _state(mission)
    done = rota.cancel(mission, by=by, now=now, why=why)
    _tell_the_end([(done, before)], by=by, now=now)
    return done


@transaction.atomic
def unconfirm(mission: Mission, *, by: Actor, now: datetime, why: str = "") -> Mission:
    """Undo a confirmation noted by mistake; the doctor is told if the letter has left."""
    done = rota.unconfirm(mission, by=by, now=now, why=why)
    _tell_the_end([(done, MissionState.INVITED)], by=by, now=now)
    return done


@transaction.atomic
def replace(
    mission: Mission, *, doctor: Doctor, by: Actor, now: datetime, despite: str = ""
) -> Mission:
    """Put another doctor in a mission's place, and tell the one who was told of it."""
    before = _state(mission)
    new = rota.replace(mission, doctor=doctor, by=by, now=now, despite=despite)
    mission.refresh_from_db()
    _tell_the_end([(mission, before)], by=by, now=now)
    return new


@transaction.atomic
def accept_plan(
    run: PlanRun,
    *,
    by: Actor,
    now: datetime,
    only: Collection[int] | None = None,
    invites: bool = False,
) -> Acceptance:
    """Make a proposal the plan; tell the doctors it takes a mission from, and with `invites` ask
    those it gives one.
    """
    going = PlannedMission.objects.filter(run=run, change=ChangeKind.REMOVED)
    states = Mission.objects.filter(pk__in=going.values("mission")).values_list("pk", "state")
    before = {pk: MissionState(state) for pk, state in states}
    done = rota.accept_run(run, only=only, by=by, now=now)
    _tell_the_end(
        [(one, before.get(one.pk, MissionState.PROPOSED)) for one in done.removed], by=by, now=now
    )
    if invites:
        asked = [rota.invite(one, by=by, now=now) for one in done.added]
        whole = _all_whole(asked)
        outbox.post_many([_invitation(one, now=now) for one in whole], by=by, now=now)
    return done


@transaction.atomic
def accept_repair(
    line: Line, *, monday: date, recipe: Recipe, by: Actor, now: datetime, invites: bool = False
) -> AppliedRepair:
    """Fill a line-week by a repair; tell the doctors it takes a mission from, and with `invites`
    ask those it gives one. Sent twice, it is applied and told once.
    """
    before = {one.mission_id: one.state for one in recipe.leaves}
    done = rota.accept_repair(line, monday=monday, recipe=recipe, by=by, now=now)
    if not done.is_new:
        return done
    _tell_the_end([(one, before[one.pk]) for one in done.removed], by=by, now=now)
    if invites:
        asked = [rota.invite(one, by=by, now=now) for one in done.added]
        whole = _all_whole(asked)
        outbox.post_many([_invitation(one, now=now) for one in whole], by=by, now=now)
    return done


def _prepare(mission: Mission, *, by: Actor, now: datetime) -> None:
    """Prepare what a confirmed mission needs: the stay, and the papers never asked for."""
    today = localdate(now)
    if mission.monday + WEEK_LAST_DAY < today:
        return
    stays.prepare(mission, by=by, now=now)
    if mission.doctor.ready_on is None:
        doctors.open_checklist(mission.doctor, by=by, now=now, today=today)


# -- what is said ----------------------------------------------------------------------------------


def _invitation(mission: Mission, *, now: datetime) -> Posting:
    begins, ends = span(mission)
    page = MISSION_PATH.format(pk=mission.pk)
    path = invitations.path_of(mission) if invitations.needs_no_account(mission) else page
    return Posting(
        recipient=of_doctor(mission.doctor),
        template=INVITATION,
        about=about(mission),
        version=mission.sequence,
        values={
            **words(mission, now=now),
            "network": settings.NETWORK_NAME,
            "first": _moment(begins),
            "last": _moment(ends),
            "link": settings.SITE_ADDRESS + path,
        },
        give_up_at=_worth_until(begins, now=now),
        urgent=_is_urgent(begins, now=now),
        page=page,
    )


def _confirmation(mission: Mission, *, now: datetime) -> Posting:
    begins, ends = span(mission)
    return Posting(
        recipient=of_doctor(mission.doctor),
        template=CONFIRMED,
        about=about(mission),
        version=mission.sequence,
        values={
            **words(mission, now=now),
            "first": _moment(begins),
            "last": _moment(ends),
            "link": settings.SITE_ADDRESS + MISSION_PATH.format(pk=mission.pk),
        },
        give_up_at=_worth_until(ends, now=now),
        calendar=mission_file(mission, method=REQUEST, now=now),
        page=MISSION_PATH.format(pk=mission.pk),
    )


def _end(mission: Mission, *, was_in_calendar: bool, now: datetime) -> Posting:
    begins, _ = span(mission)
    return Posting(
        recipient=of_doctor(mission.doctor),
        template=CANCELLED,
        about=about(mission),
        version=mission.sequence,
        values={
            **words(mission, now=now),
            "network": settings.NETWORK_NAME,
            "contact": settings.NETWORK_CONTACT,
            "link": settings.SITE_ADDRESS + WEEKS_PATH,
        },
        give_up_at=max(_worth_until(begins, now=now), now + _CANCELLED_WORTH),
        urgent=_is_urgent(begins, now=now),
        calendar=mission_file(mission, method=CANCEL, now=now) if was_in_calendar else "",
        page=WEEKS_PATH,
    )


def _tell_the_end(
    ended: Iterable[tuple[Mission, MissionState]], *, by: Actor, now: datetime
) -> None:
    """Tell the doctors who gave their word, or whom a message reached; call back what waits."""
    found = list(ended)
    told = messages.templates_left([about(mission) for mission, _ in found])
    postings = []
    states = {mission.pk: state for mission, state in found}
    for mission in _all_whole([mission for mission, _ in found]):
        left = told.get(about(mission), frozenset())
        _close_question(mission, now=now)
        if states[mission.pk] in FIRM or CONFIRMED in left:
            stays.release(mission, by=by, now=now)
        is_over = mission.monday + WEEK_LAST_DAY < localdate(now)
        if not is_over and (states[mission.pk] in FIRM or left & {INVITATION, CONFIRMED}):
            in_calendar = CONFIRMED in left or states[mission.pk] in FIRM
            postings.append(_end(mission, was_in_calendar=in_calendar, now=now))
    outbox.post_many(postings, by=by, now=now)


def _close_question(mission: Mission, *, now: datetime) -> None:
    outbox.cancel(about(mission), now=now)
    outbox.close_questions(about(mission), now=now)


def words(mission: Mission, *, now: datetime) -> dict[str, str]:
    """Give what every message about a mission names: the doctor, the week, the centre."""
    return {
        "name": str(mission.doctor),
        "week": formats.week_label(mission.monday, today=localdate(now)),
        "centre": mission.line.centre.name,
    }


def span(mission: Mission) -> tuple[datetime, datetime]:
    """Give when a mission begins and ends, in the time of its centre."""
    zone = ZoneInfo(mission.line.centre.time_zone)
    return (
        datetime.combine(mission.monday, WEEK_BEGINS, zone),
        datetime.combine(mission.monday + WEEK_LAST_DAY, WEEK_ENDS, zone),
    )


def _moment(moment: datetime) -> str:
    day = formats.date_words(moment.date(), today=moment.date(), weekday=False)
    return f"{day} à {formats.time_words(time(moment.hour, moment.minute))}"


def _worth_until(moment: datetime, *, now: datetime) -> datetime:
    return min(moment, now + timedelta(days=parameter("worth_days")))


def _is_urgent(begins: datetime, *, now: datetime) -> bool:
    return begins - now < timedelta(hours=parameter("urgent_hours"))


def _state(mission: Mission) -> MissionState:
    return MissionState(Mission.objects.values_list("state", flat=True).get(pk=mission.pk))


def _whole(mission: Mission) -> Mission:
    return _all_whole([mission])[0]


def _all_whole(missions: Collection[Mission]) -> list[Mission]:
    """Give missions with what messages say of them; one query."""
    related = ("doctor__home", "doctor__user", "line__centre__commune")
    found = Mission.objects.select_related(*related).in_bulk([one.pk for one in missions])
    return [found[one.pk] for one in missions]
