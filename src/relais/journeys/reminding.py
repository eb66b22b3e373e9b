"""From a yes to the week: « toujours d’accord ? » at 60, 30, 14 days, practical words at 7 and 2.

Each step of a mission is written once (`rota.Reminder`, and the outbox's own key), by the worker,
and given up when it would come too late. One tap answers; opening the link changes nothing.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils.timezone import localdate

from relais.connectors.ics import WEEK_LAST_DAY
from relais.core import formats
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.engine.reminders import steps
from relais.journeys import leaving, relay
from relais.journeys.recipients import of_doctor
from relais.network import queries as network
from relais.outbox import services as outbox
from relais.outbox.services import Posting
from relais.rota import services as rota
from relais.rota.models import Mission
from relais.rota.queries import reminders
from relais.rota.states import FIRM, WordGiven

STILL_AGREED: Final = "still_agreed"
PRACTICAL: Final = "mission_practical"
ANSWER_PATH: Final = "/r/accord/{token}/"
WORKER: Final = Actor.system("worker")
AT_ONCE: Final = 200  # missions written to in one transaction
URGENT_DAYS: Final = 2  # the last word may leave in the evening
_SALT: Final = "relais.journeys.still_agreed"


def remind(now: datetime) -> int:
    """Write every step that is due; count the messages. At most one batch a step and a call."""
    return sum(
        _write(one.days_before, asks=one.asks, late_days=one.late_days, now=now) for one in steps()
    )


@transaction.atomic
def _write(days_before: int, *, asks: bool, late_days: int, now: datetime) -> int:
    due = list(
        reminders.missions_due(days_before, asks=asks, late_days=late_days, now=now, most=AT_ONCE)
    )
    if not due:
        return 0
    rows = rota.note_reminders(due, days_before=days_before, asks=asks, by=WORKER, now=now)
    made = {one.mission_id for one in rows}
    today = localdate(now)
    people = _coordinators(due, today=today) if not asks else {}
    outbox.post_many(
        [
            _question(one, days_before=days_before, late_days=late_days, now=now)
            if asks
            else _practical(one, days_before=days_before, who=people[one.line.centre_id], now=now)
            for one in due
            if one.pk in made
        ],
        by=WORKER,
        now=now,
    )
    return len(made)


@transaction.atomic
def say_yes(mission: Mission, *, by: Actor, now: datetime) -> Mission:
    """Hear « oui, je viens toujours »; questions that wait by SMS are answered with it.

    Raises what `rota.services.give_word` raises.
    """
    rota.give_word(mission, says=WordGiven.YES, by=by, now=now)
    outbox.close_questions(relay.about(mission), now=now)
    return mission


@transaction.atomic
def say_no(mission: Mission, *, by: Actor, now: datetime) -> Mission:
    """Hear « je ne peux plus venir »: somebody else is looked for at once.

    Raises what `give_word` and `journeys.leaving` raise.
    """
    rota.give_word(mission, says=WordGiven.NO, by=by, now=now)
    outbox.close_questions(relay.about(mission), now=now)
    if leaving.is_near(mission, now=now):
        return leaving.leave_at_once(mission, by=by, now=now)
    return leaving.ask_to_leave(mission, by=by, now=now)


def path_of(mission: Mission) -> str:
    """Give the path of the page where the doctor of a mission answers in one tap."""
    token = signing.Signer(salt=_SALT).sign_object([mission.pk, mission.doctor_id], compress=False)
    return ANSWER_PATH.format(token=token)


def find_mission(token: str, *, today: date) -> Mission | None:
    """Give the mission behind such a link; None when it is not ours or its week is over."""
    try:
        pk, doctor = signing.Signer(salt=_SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    found = (
        Mission.objects.select_related("doctor__user", "line__centre__commune")
        .filter(pk=pk, doctor=doctor, doctor__left_on=None)
        .first()
    )
    if found is None or found.monday + WEEK_LAST_DAY < today:
        return None
    return found


def is_asked(mission: Mission) -> bool:
    """Say whether the mission still stands, so that a word about it is worth something."""
    return mission.state in FIRM


# -- what is said ----------------------------------------------------------------------------------


def _question(mission: Mission, *, days_before: int, late_days: int, now: datetime) -> Posting:
    begins, _ = relay.span(mission)
    return Posting(
        recipient=of_doctor(mission.doctor),
        template=STILL_AGREED,
        about=relay.about(mission),
        version=days_before,
        values={
            **relay.words(mission, now=now),
            "network": settings.NETWORK_NAME,
            "when": formats.in_days(mission.monday, localdate(now)),
            "link": settings.SITE_ADDRESS + path_of(mission),
        },
        give_up_at=min(begins, now + timedelta(days=late_days)),
    )


def _practical(mission: Mission, *, days_before: int, who: str, now: datetime) -> Posting:
    begins, _ = relay.span(mission)
    page = relay.MISSION_PATH.format(pk=mission.pk)
    centre = mission.line.centre
    return Posting(
        recipient=of_doctor(mission.doctor),
        template=PRACTICAL,
        about=relay.about(mission),
        version=days_before,
        values={
            **relay.words(mission, now=now),
            "network": settings.NETWORK_NAME,
            "when": formats.in_days(mission.monday, localdate(now)),
            "address": centre.address or centre.name,
            "who": who,
            "link": settings.SITE_ADDRESS + page,
        },
        give_up_at=begins,
        urgent=days_before <= URGENT_DAYS,
        page=page,
    )


def _coordinators(missions: list[Mission], *, today: date) -> dict[int, str]:
    """Name who welcomes at each centre, and the telephone there. A constant number of queries."""
    centres = {one.line.centre_id: one.line.centre for one in missions}
    rows = {row.id: row for row in network.centres(today=today, ids=set(centres))}
    found = {}
    for key, centre in centres.items():
        names = formats.listing(rows[key].coordinators) if rows[key].coordinators else ""
        phone = centre.phone
        found[key] = " · ".join(part for part in (names or "l’équipe du centre", phone) if part)
    return found


def answer_by_sms(mission: Mission, *, yes: bool, by: Actor, now: datetime) -> str:
    """Hear OUI or NON by SMS; gives the sentence for the log. Raises Refusal."""
    if not is_asked(mission):
        raise Refusal("La mission n’est plus celle de cette personne.")
    if yes:
        say_yes(mission, by=by, now=now)
        return "Vient toujours."
    say_no(mission, by=by, now=now)
    return "Ne peut plus venir : quelqu’un d’autre est recherché."
