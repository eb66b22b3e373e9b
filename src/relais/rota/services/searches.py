"""The search of a doctor for an empty line-week: opened, asked in waves, answered, closed.

A yes is never refused. The first one gets the week; a later one becomes a reserve, or is thanked
where even that is impossible. A no silences this week for this doctor.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from relais.core import audit
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.engine.weeks import is_monday
from relais.network.models import Line
from relais.rota.models import Ask, Mission, Search, Standby
from relais.rota.queries import situation as facts
from relais.rota.queries.searches import is_filled
from relais.rota.searching import Person
from relais.rota.services.missions import (
    SameDoctorRefusal,
    WeekOverRefusal,
    confirm,
    place,
    replace,
)
from relais.rota.services.offers import offer_weeks
from relais.rota.services.refusals import (
    DoctorElsewhereRefusal,
    LineWeekHeldRefusal,
    LineWeekTakenRefusal,
    RuleRefusal,
)
from relais.rota.services.turn import take_turn
from relais.rota.states import (
    ACTIVE,
    AnswerKind,
    AskOutcome,
    MissionState,
    OfferSource,
    SearchState,
)

TOKEN_BYTES = 24
SAID_YES = "a répondu oui à la demande."


class SearchOverRefusal(Refusal):
    """The search is closed, or the week needs nobody."""


@dataclass(frozen=True, slots=True)
class Question:
    """An ask just written, and the token of its link, which is kept nowhere."""

    ask: Ask
    token: str


@transaction.atomic
def open_search(line: Line, *, monday: date, by_itself: bool, by: Actor, now: datetime) -> Search:
    """Begin, or go on with, the search of a doctor for an empty line-week.

    Asked twice, it is the same search. Raises WeekOverRefusal, SearchOverRefusal where somebody is
    placed; ValueError when `monday` is not a Monday.
    """
    if not is_monday(monday):
        raise ValueError(f"{monday} is not a Monday")
    if monday <= localdate(now):
        raise WeekOverRefusal("Cette semaine a commencé : appelez directement un médecin.")
    take_turn()
    if is_filled(line, monday=monday):
        raise SearchOverRefusal(
            "Un médecin est déjà placé cette semaine-là. Il n’y a personne à chercher."
        )
    search, is_new = Search.objects.get_or_create(
        line=line,
        monday=monday,
        state=SearchState.RUNNING,
        defaults={"by_itself": by_itself, "opened_at": now},
    )
    if is_new or search.by_itself != by_itself:
        search.by_itself = by_itself
        search.save(update_fields=["by_itself"])
        audit.record(
            search,
            verb="rota.search_opened",
            by=by,
            at=now,
            details={"monday": monday.isoformat(), "line": line.pk, "by_itself": by_itself},
        )
    return search


@transaction.atomic
def ask(
    search: Search, *, people: Collection[Person], answer_by: datetime, by: Actor, now: datetime
) -> list[Question]:
    """Note a wave of questions; gives them with the tokens of their links. Sends nothing itself.

    A doctor asked before for this search is left out. Raises SearchOverRefusal when the search is
    closed.
    """
    take_turn()
    fresh = Search.objects.select_for_update().get(pk=search.pk)
    if fresh.state != SearchState.RUNNING:
        raise SearchOverRefusal("Cette recherche est close : aucune demande n’est partie.")
    before = set(fresh.asks.values_list("doctor_id", flat=True))
    wave = (fresh.asks.order_by("-wave").values_list("wave", flat=True).first() or 0) + 1
    days = (fresh.monday - localdate(now)).days
    questions = []
    for person in people:
        if person.doctor.pk in before:
            continue
        token = secrets.token_urlsafe(TOKEN_BYTES)
        row = Ask(
            search=fresh,
            doctor=person.doctor,
            wave=wave,
            chance=person.chance,
            lead_days=max(0, days),
            offered=person.offered,
            known=person.known,
            because=person.because,
            token_hash=hash_of(token),
            asked_at=now,
            answer_by=answer_by,
        )
        questions.append(Question(row, token))
    Ask.objects.bulk_create([one.ask for one in questions])
    if not people and fresh.nobody_left_at is None:
        Search.objects.filter(pk=fresh.pk).update(nobody_left_at=now)
    elif questions:
        Search.objects.filter(pk=fresh.pk).update(nobody_left_at=None)
        audit.record(
            fresh,
            verb="rota.wave_sent",
            by=by,
            at=now,
            details={"wave": wave, "count": len(questions)},
        )
    search.refresh_from_db()
    return questions


@transaction.atomic
def close_search(search: Search, *, state: SearchState, by: Actor, now: datetime) -> Search:
    """Close a search; closing it twice changes nothing.

    Raises ValueError for a state that does not close.
    """
    if state is SearchState.RUNNING:
        raise ValueError("a search closes found, stopped or over")
    take_turn()
    if Search.objects.filter(pk=search.pk, state=SearchState.RUNNING).update(
        state=state, closed_at=now
    ):
        audit.record(
            search, verb="rota.search_closed", by=by, at=now, details={"state": str(state)}
        )
    search.refresh_from_db()
    return search


@transaction.atomic
def answer(ask_: Ask, *, kind: AnswerKind, by: Actor, now: datetime) -> Ask:
    """Hear the answer of a doctor. The same answer again changes nothing.

    A yes places her where the week is still empty and the rules allow; else it makes her a reserve
    of that week; where she is held elsewhere by then, she is thanked. A no or « une autre
    semaine » can still become a yes; a yes that placed her is undone on the page of the mission.

    Raises WeekOverRefusal when the week has begun, SearchOverRefusal when a yes was heard already
    and another answer follows.
    """
    take_turn()
    fresh = Ask.objects.select_related("search__line__centre", "doctor").get(pk=ask_.pk)
    search = fresh.search
    if search.monday <= localdate(now):
        raise WeekOverRefusal("Cette semaine a déjà commencé. Merci d’avoir répondu.")
    if fresh.answer == kind:
        return fresh
    if fresh.answer == AnswerKind.YES:
        raise SearchOverRefusal(
            "Votre oui est déjà noté. Pour revenir dessus, ouvrez votre mission ou appelez "
            "l’équipe."
        )
    if kind is AnswerKind.YES:
        fresh.outcome, fresh.mission = _welcome(fresh, by=by, now=now)
    else:
        fresh.outcome = AskOutcome.DECLINED if kind is AnswerKind.NO else AskOutcome.OTHER_WEEK
    fresh.answer, fresh.answered_at = kind, now
    fresh.save(update_fields=["answer", "answered_at", "outcome", "mission"])
    audit.record(
        search,
        verb="rota.ask_answered",
        by=by,
        at=now,
        details={"doctor": fresh.doctor_id, "answer": str(kind), "outcome": str(fresh.outcome)},
    )
    return fresh


@transaction.atomic
def keep_for(ask_: Ask, *, by: Actor, now: datetime) -> Mission | None:
    """Propose an empty week to a doctor whose yes is not proven yet; None where it cannot be hers.

    The question stays open: the yes itself is heard by `answer`. Kept twice, it is one mission.
    Raises WeekOverRefusal when the week has begun.
    """
    take_turn()
    fresh = Ask.objects.select_related("search__line__centre", "doctor").get(pk=ask_.pk)
    search = fresh.search
    if search.monday <= localdate(now):
        raise WeekOverRefusal("Cette semaine a déjà commencé. Merci d’avoir répondu.")
    here = Mission.objects.filter(line=search.line, monday=search.monday, state__in=ACTIVE).first()
    if here is not None:
        return here if here.doctor_id == fresh.doctor_id else None
    offer_weeks(fresh.doctor, mondays=[search.monday], source=OfferSource.DOCTOR, by=by, now=now)
    try:
        with transaction.atomic():
            return place(
                search.line,
                monday=search.monday,
                doctor=fresh.doctor,
                because=SAID_YES,
                by=by,
                now=now,
            )
    except (LineWeekTakenRefusal, LineWeekHeldRefusal, DoctorElsewhereRefusal, RuleRefusal):
        return None


def _welcome(row: Ask, *, by: Actor, now: datetime) -> tuple[AskOutcome, Mission | None]:
    """Give a yes the week, or a reserve, or thanks."""
    search, doctor = row.search, row.doctor
    offer_weeks(doctor, mondays=[search.monday], source=OfferSource.DOCTOR, by=by, now=now)
    own = Mission.objects.filter(
        line=search.line,
        monday=search.monday,
        doctor=doctor,
        state__in=(MissionState.PROPOSED, MissionState.INVITED),
    ).first()
    if own is not None:  # kept for her after a yes by SMS
        if search.state == SearchState.RUNNING:
            close_search(search, state=SearchState.FOUND, by=by, now=now)
        return AskOutcome.PLACED, confirm(own, by=by, now=now)
    leaving = Mission.objects.filter(
        line=search.line, monday=search.monday, state__in=ACTIVE, leaving_at__isnull=False
    ).first()
    try:
        with transaction.atomic():
            if leaving is None:
                mission = place(
                    search.line,
                    monday=search.monday,
                    doctor=doctor,
                    state=MissionState.CONFIRMED,
                    because=SAID_YES,
                    by=by,
                    now=now,
                )
            else:
                mission = replace(
                    leaving,
                    doctor=doctor,
                    state=MissionState.CONFIRMED,
                    because=SAID_YES,
                    by=by,
                    now=now,
                )
    except (
        LineWeekTakenRefusal,
        LineWeekHeldRefusal,
        DoctorElsewhereRefusal,
        RuleRefusal,
        SameDoctorRefusal,
    ):
        return _reserve(row, by=by, now=now), None
    if search.state == SearchState.RUNNING:
        close_search(search, state=SearchState.FOUND, by=by, now=now)
    return AskOutcome.PLACED, mission


def _reserve(row: Ask, *, by: Actor, now: datetime) -> AskOutcome:
    """Keep a doctor for the week where she is free; thanks her where another mission holds her."""
    monday, doctor = row.search.monday, row.doctor
    situation = facts.load(monday, monday, today=localdate(now), doctor_ids=[doctor.pk])
    if not situation.is_free(doctor, monday):
        return AskOutcome.THANKED
    _, is_new = Standby.objects.get_or_create(
        doctor=doctor, monday=monday, defaults={"created_at": now}
    )
    if is_new:
        audit.record(
            doctor, verb="rota.reserved", by=by, at=now, details={"monday": monday.isoformat()}
        )
    return AskOutcome.RESERVE


def find_ask(token: str) -> Ask | None:
    """Find the question of a link; None when there is none."""
    return (
        Ask.objects.filter(token_hash=hash_of(token))
        .select_related("search__line__centre", "doctor", "mission")
        .first()
    )


def hash_of(token: str) -> str:
    """Give what is kept of a token (SHA-256; the token has 192 random bits)."""
    return hashlib.sha256(token.encode()).hexdigest()
