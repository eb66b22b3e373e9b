"""« Je ne peux pas venir »: who comes instead is looked for at once."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate

from relais.accounts import queries as accounts
from relais.accounts.states import Right
from relais.agenda import queries as agenda
from relais.connectors.ics import WEEK_LAST_DAY
from relais.core import audit, formats
from relais.core.actors import Actor
from relais.engine.rota.standby import Lead, lead_of
from relais.journeys import relay, searching
from relais.journeys.recipients import of_user
from relais.network import queries as network
from relais.outbox import services as outbox
from relais.outbox.services import Posting
from relais.rota import services as rota
from relais.rota.models import Mission

TEMPLATE: Final = "doctor_leaves"


def is_near(mission: Mission, *, now: datetime) -> bool:
    """Say whether the week is so near that the doctor is released at once (under a week)."""
    return lead_of((mission.monday - localdate(now)).days) in (Lead.DAYS, Lead.LAST)


@transaction.atomic
def ask_to_leave(mission: Mission, *, by: Actor, now: datetime, why: str = "") -> Mission:
    """Look for somebody else while the mission stays the doctor's: she is not alone with it.

    The search runs by itself; planners and the centre's coordinators are told. Raises what
    `rota.services.ask_to_leave` raises.
    """
    done = rota.ask_to_leave(mission, by=by, now=now, why=why)
    rota.open_search(done.line, monday=done.monday, by_itself=True, by=by, now=now)
    _tell_the_team(done, released=False, by=by, now=now)
    return done


@transaction.atomic
def leave_at_once(mission: Mission, *, by: Actor, now: datetime, why: str = "") -> Mission:
    """Release the doctor now; the week is empty and somebody else is looked for at once.

    Raises what `rota.services.cancel` raises.
    """
    done = relay.cancel(mission, by=by, now=now, why=why)
    if done.monday > localdate(now):
        rota.open_search(done.line, monday=done.monday, by_itself=True, by=by, now=now)
    _tell_the_team(done, released=True, by=by, now=now)
    return done


@transaction.atomic
def stay_after_all(mission: Mission, *, by: Actor, now: datetime) -> Mission:
    """Keep the mission: the search stops, and a late yes becomes a reserve."""
    done = rota.stay_after_all(mission, by=by, now=now)
    searching.stop_for(done.line, monday=done.monday, by=by, now=now)
    return done


def appointments_of(mission: Mission, *, now: datetime) -> int:
    """Count the appointments given on the line of a mission in its week. 1 query."""
    return agenda.appointments_between(
        [mission.line], first=mission.monday, last=mission.monday + WEEK_LAST_DAY, now=now
    ).count()


def _tell_the_team(mission: Mission, *, released: bool, by: Actor, now: datetime) -> None:
    """Write to the planners and to the coordinators of the centre."""
    today = localdate(now)
    centre = mission.line.centre
    search = f"/bureau/semaines/{mission.line_id}/{mission.monday.isoformat()}/chercher/"
    week = f"/centre/{centre.pk}/{mission.monday.isoformat()}/"
    paths = dict.fromkeys(network.coordinators_of(centre, today=today), week)
    paths |= dict.fromkeys(accounts.holders_of(Right.ROTA_EDIT), search)
    given = appointments_of(mission, now=now)
    audit.record(mission, verb="rota.appointments_counted", by=by, at=now, details={"count": given})
    count = f"{formats.plural(given, 'rendez-vous')} " + formats.agree(given, "est donné")
    what = (
        "La semaine est à pourvoir."
        if released
        else "La mission reste la sienne tant que personne d’autre n’a dit oui."
    )
    if given:
        what += f" {count} cette semaine-là."
    postings = [
        Posting(
            recipient=of_user(one),
            template=TEMPLATE,
            about=relay.about(mission),
            version=mission.sequence * 2 + released,
            values={
                "doctor": str(mission.doctor),
                "network": settings.NETWORK_NAME,
                "week": formats.week_label(mission.monday, today=today),
                "centre": centre.name,
                "what": what,
                "link": settings.SITE_ADDRESS + path,
            },
            give_up_at=relay.end_of_week(mission),
            urgent=is_near(mission, now=now),
            page=path,
        )
        for one, path in sorted(paths.items(), key=lambda pair: pair[0].pk)
    ]
    outbox.post_many(postings, by=by, now=now)
