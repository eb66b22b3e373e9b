"""Finding a doctor for an empty week: a wave of questions leaves, an answer comes back."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate, make_aware

from relais.core import formats
from relais.core.actors import Actor
from relais.engine.messages import first_moment
from relais.engine.rota.standby import Lead, lead_of
from relais.engine.weeks import is_monday
from relais.journeys import relay
from relais.journeys.recipients import of_doctor
from relais.network.models import Line
from relais.outbox import queries as messages
from relais.outbox import services as outbox
from relais.outbox.recipients import Recipient
from relais.rota import queries as rota_read
from relais.rota import searching
from relais.rota import services as rota
from relais.rota.models import Ask, Search
from relais.rota.searching import Wave
from relais.rota.services import SearchOverRefusal, WeekOverRefusal
from relais.rota.services.turn import take_turn
from relais.rota.states import AnswerKind, AskOutcome, MissionState, SearchState

logger = logging.getLogger(__name__)

TEMPLATE: Final = "week_request"
ANSWER_PATH: Final = "/r/{token}/"
WORKER: Final = Actor.system("worker")
_URGENT: Final = (Lead.DAYS, Lead.LAST)
TRY_AGAIN: Final = timedelta(days=1)  # with nobody left to ask: new offers may have come
# A wave leaves at the first decent hour of the day in Paris; people overseas get it later.


@dataclass(frozen=True, slots=True)
class Preview:
    """A wave that has not left: whom it would ask, when it would leave, how long it may answer."""

    wave: Wave
    leaves_at: datetime
    answer_by: datetime


def preview(line: Line, *, monday: date, now: datetime) -> Preview:
    """Choose whom to ask next for an empty line-week, without asking anybody.

    Who was asked for this week before is not asked again; who had as many requests as he or she
    accepts is left in peace. Raises ValueError when `monday` is not a Monday.
    """
    if not is_monday(monday):
        raise ValueError(f"{monday} is not a Monday")
    already = [one.doctor_id for one in rota_read.asks_of(line, monday=monday)]
    already += rota_read.who_leaves(line, monday=monday)
    people = searching.candidates(line, monday=monday, now=now, already=already)
    identities = {of_doctor(one.doctor).identity: one.doctor.pk for one in people}
    left = messages.may_be_asked(identities, now=now, today=localdate(now))
    in_peace = [pk for identity, pk in identities.items() if left[identity] == 0]
    reachable = [one for one in people if _has_a_way(of_doctor(one.doctor))]
    wave = searching.wave(reachable, in_peace=in_peace, monday=monday, now=now)
    leaves_at = first_moment(now, urgent=_is_urgent(wave.lead_days))
    until = searching.answer_by(wave, leaves_at=leaves_at)
    return Preview(wave, leaves_at, min(until, end_of(monday)))


@transaction.atomic
def send_wave(search: Search, *, by: Actor, now: datetime) -> int:
    """Ask the next wave of doctors for a line-week; count the questions.

    Writers of waves come one after the other, so that two searches do not both count the same last
    request of one doctor. Raises SearchOverRefusal when the search is closed.
    """
    take_turn()
    found = preview(search.line, monday=search.monday, now=now)
    questions = rota.ask(
        search, people=found.wave.people, answer_by=found.answer_by, by=by, now=now
    )
    today = localdate(now)
    outbox.post_many(
        [
            outbox.Posting(
                recipient=of_doctor(one.ask.doctor),
                template=TEMPLATE,
                about=f"rota.search:{search.pk}",
                values={
                    "name": str(one.ask.doctor),
                    "network": settings.NETWORK_NAME,
                    "week": formats.week_label(search.monday, today=today),
                    "centre": search.line.centre.name,
                    "why": one.ask.because,
                    "link": address(one.token),
                },
                give_up_at=end_of(search.monday),
                urgent=_is_urgent(found.wave.lead_days),
            )
            for one in questions
        ],
        by=by,
        now=now,
    )
    return len(questions)


@transaction.atomic
def answer(ask: Ask, *, kind: AnswerKind, by: Actor, now: datetime) -> Ask:
    """Hear an answer; once the week has its doctor, questions that have not left stay here.

    Raises what `rota.services.answer` raises.
    """
    take_turn()  # who leaves must still leave when the answer is heard
    leaving = rota_read.mission_to_replace(ask.search.line, monday=ask.search.monday)
    heard = rota.answer(ask, kind=kind, by=by, now=now)
    if heard.outcome == AskOutcome.PLACED and heard.answered_at == now and heard.mission:
        relay.tell_confirmed(heard.mission, by=by, now=now)
        if leaving is not None:
            relay.tell_replaced(leaving, by=by, now=now)
        outbox.cancel(f"rota.search:{heard.search_id}", now=now, template=TEMPLATE)
    return heard


@transaction.atomic
def keep(ask: Ask, *, by: Actor, now: datetime) -> bool:
    """Keep an empty week for a yes that nothing proves, and send her an invitation with its link.

    Gives False, and changes nothing, where the week is not empty or the rules speak against it.
    """
    mission = rota.keep_for(ask, by=by, now=now)
    if mission is None:
        return False
    if mission.state == MissionState.PROPOSED:
        relay.invite(mission, by=by, now=now)
    return True


@transaction.atomic
def stop(search: Search, *, by: Actor, now: datetime) -> Search:
    """Stop a search: nobody else is asked, and questions that have not left stay here."""
    outbox.cancel(f"rota.search:{search.pk}", now=now, template=TEMPLATE)
    return rota.close_search(search, state=SearchState.STOPPED, by=by, now=now)


def stop_for(line: Line, *, monday: date, by: Actor, now: datetime) -> None:
    """Stop the search of a line-week where one runs."""
    search = rota_read.search_of(line, monday=monday)
    if search is not None and search.state == SearchState.RUNNING:
        stop(search, by=by, now=now)


def carry_on(now: datetime) -> int:
    """Go on with the searches: close those that are over, send the waves that are due; count them.

    A wave is due once the one before has had its time or has all its answers, in a search that runs
    by itself. One that fails stops no other.
    """
    sent = 0
    for search in rota_read.running_searches():
        try:
            sent += _go_on(search, now=now)
        except (SearchOverRefusal, WeekOverRefusal):
            continue  # somebody was faster
        except Exception:
            logger.exception("The search %s could not go on.", search.pk)
    return sent


def _go_on(search: Search, *, now: datetime) -> bool:
    """Close a search, or send its next wave where it is due; say whether a wave left."""
    if search.monday <= localdate(now):
        _close(search, state=SearchState.OVER, now=now)
    elif rota_read.is_filled(search.line, monday=search.monday):
        _close(search, state=SearchState.FOUND, now=now)
    elif search.by_itself and not _just_found_nobody(search, now):
        until = rota_read.waits_until(search)
        if until is None or until <= now:
            return bool(send_wave(search, by=WORKER, now=now))
    return False


@transaction.atomic
def _close(search: Search, *, state: SearchState, now: datetime) -> None:
    outbox.cancel(f"rota.search:{search.pk}", now=now, template=TEMPLATE)
    rota.close_search(search, state=state, by=WORKER, now=now)


def _just_found_nobody(search: Search, now: datetime) -> bool:
    return search.nobody_left_at is not None and search.nobody_left_at > now - TRY_AGAIN


def _has_a_way(recipient: Recipient) -> bool:
    """Say whether a message can reach somebody."""
    return bool(recipient.email or recipient.mobile)


def _is_urgent(lead_days: int) -> bool:
    return lead_of(lead_days) in _URGENT


def end_of(monday: date) -> datetime:
    """Give the moment before a week from which a question helps nobody: the Sunday noon."""
    noon = datetime.combine(monday, datetime.min.time()) - timedelta(hours=12)
    return make_aware(noon)


def address(token: str) -> str:
    """Give the address of the page on which a doctor answers."""
    return settings.SITE_ADDRESS + ANSWER_PATH.format(token=token)
