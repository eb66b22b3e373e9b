"""What lets a week be ready, and what the days change: papers expire, first weeks move on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate, localtime

from relais.accounts import queries as accounts
from relais.accounts.states import Right
from relais.connectors.ics import WEEK_LAST_DAY
from relais.core import formats
from relais.core.actors import Actor
from relais.doctors import queries as doctors_read
from relais.doctors import services as doctors
from relais.doctors.models import Doctor, Paper
from relais.doctors.states import PaperState
from relais.engine.messages import parameter
from relais.engine.papers import PaperRule
from relais.journeys.models import DayRound
from relais.journeys.recipients import of_doctor, of_user
from relais.outbox import services as outbox
from relais.outbox.recipients import Recipient
from relais.outbox.services import Posting
from relais.rota import services as rota
from relais.rota.models import Mission
from relais.rota.states import MissionState

WORKER: Final = Actor.system("worker")
REOPENED, REOPENED_TEAM = "mission_reopened", "mission_reopened_team"
PAPERS_PATH: Final = "/medecin/papiers/"
TEAM_PATH: Final = "/bureau/medecins/{pk}/papiers/"
ROUND: Final = "papers"
ROUND_FROM: Final = time(5)  # before people come to work, after the dumps of the night


def require_ready(doctor: Doctor, *, monday: date, now: datetime) -> None:
    """Let a week be ready only with its doctor's papers good to the last day, and the charter.

    A week that is over is history: nothing is asked of it any more. Raises PaperRefusal or, where
    the network wants the charter signed, CharterRefusal.
    """
    today = localdate(now)
    last_day = monday + WEEK_LAST_DAY
    if last_day < today:
        return
    doctors.require_papers(doctor, until=last_day)
    if settings.CHARTER_REQUIRED:
        doctors.require_charter(doctor, today=today)


def daily_round(now: datetime) -> int:
    """Once a day, early: move first weeks, reopen missions, forget old names; count what changed.

    Two workers at once: one goes round. A round that fails is tried again a minute later.
    """
    if localtime(now).time() < ROUND_FROM:
        return 0
    with transaction.atomic():
        _, is_first = DayRound.objects.get_or_create(name=ROUND, day=localdate(now))
        if not is_first:
            return 0
        changed = doctors.follow_papers(by=WORKER, now=now, today=localdate(now))
        changed += len(reopen_missions(by=WORKER, now=now))
        return changed + doctors.forget_old_interests(by=WORKER, now=now)


@transaction.atomic
def ask_paper_again(paper: Paper, *, reason: str, by: Actor, now: datetime) -> Paper:
    """Ask for a paper again; missions that were ready with it are reopened at once."""
    done = doctors.ask_paper_again(paper, reason=reason, by=by, now=now, today=localdate(now))
    reopen_missions(by=by, now=now, of=paper.doctor)
    return done


@transaction.atomic
def reopen_missions(*, by: Actor, now: datetime, of: Doctor | None = None) -> Sequence[Mission]:
    """Reopen the missions to come that are ready without being so, and tell doctor and team.

    A paper that waits for the team is the team's to look at: the doctor is not written to for it.
    """
    today = localdate(now)
    ready = Mission.objects.filter(state=MissionState.READY, monday__gt=today)
    if of is not None:
        ready = ready.filter(doctor=of)
    coming = list(
        ready.select_related("doctor__home", "line__centre").order_by("monday", "line_id", "id")
    )
    reopened = []
    for monday in sorted({mission.monday for mission in coming}):
        here = [mission for mission in coming if mission.monday == monday]
        bad = doctors_read.bad_papers_of_all(
            [mission.doctor for mission in here], until=monday + WEEK_LAST_DAY
        )
        for mission in here:
            if mission.doctor_id in bad:
                done = rota.unready(mission, by=by, now=now)
                _tell(done, bad[mission.doctor_id], by=by, now=now)
                reopened.append(done)
    return reopened


def _tell(mission: Mission, bad: Iterable[PaperRule], *, by: Actor, now: datetime) -> None:
    rules = list(bad)
    given = {line.rule.code for line in doctors_read.papers_of(mission.doctor) if _waits(line)}
    hers = [rule for rule in rules if rule.is_doctors and rule.code not in given]
    words = {
        "network": settings.NETWORK_NAME,
        "week": formats.week_label(mission.monday, today=localdate(now)),
        "centre": mission.line.centre.name,
    }
    team = TEAM_PATH.format(pk=mission.doctor_id)
    told = {
        **words,
        "doctor": str(mission.doctor),
        "papers": formats.listing([rule.label for rule in rules]),
        "link": settings.SITE_ADDRESS + team,
    }
    postings = [
        _posting(mission, of_user(user), REOPENED_TEAM, told, team, now=now)
        for user in accounts.holders_of(Right.PAPERS_VERIFY)
    ]
    if hers:
        asked = {
            **words,
            "name": str(mission.doctor),
            "papers": formats.listing([rule.label for rule in hers]),
            "link": settings.SITE_ADDRESS + PAPERS_PATH,
        }
        postings.append(
            _posting(mission, of_doctor(mission.doctor), REOPENED, asked, PAPERS_PATH, now=now)
        )
    outbox.post_many(postings, by=by, now=now)


def _posting(
    mission: Mission,
    recipient: Recipient,
    template: str,
    values: dict[str, str],
    page: str,
    *,
    now: datetime,
) -> Posting:
    zone = ZoneInfo(mission.line.centre.time_zone)
    begins = datetime.combine(mission.monday, time(8), zone)
    return Posting(
        recipient=recipient,
        template=template,
        about=f"rota.mission:{mission.pk}",
        version=mission.sequence,
        values=values,
        give_up_at=begins,
        urgent=begins - now < timedelta(hours=parameter("urgent_hours")),
        page=page,
    )


def _waits(line: doctors_read.PaperLine) -> bool:
    return line.paper is not None and line.paper.state == PaperState.GIVEN
