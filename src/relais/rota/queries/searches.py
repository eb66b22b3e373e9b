"""Searches as they are read: those that run, and the questions of one."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Count, Max, Q, QuerySet

from relais.network.models import Line
from relais.rota.models import Ask, Mission, Search
from relais.rota.states import ACTIVE, AskOutcome, MissionState, SearchState


def running_searches() -> QuerySet[Search]:
    """List the searches that run, the nearest week first, with `asked`, `declined`, `waits_until`.

    `asked`, `declined`: counts of questions; `waits_until`: when the last wave has had its time,
    None where none has left.
    """
    return (
        Search.objects.filter(state=SearchState.RUNNING)
        .select_related("line__centre")
        .annotate(
            asked=Count("asks"),
            declined=Count(
                "asks", filter=Q(asks__outcome__in=(AskOutcome.DECLINED, AskOutcome.OTHER_WEEK))
            ),
            waits_until=Max("asks__answer_by"),
        )
        .order_by("monday", "line__centre__name", "pk")
    )


def is_filled(line: Line, *, monday: date) -> bool:
    """Say whether somebody who does not ask to be replaced is placed on a line-week."""
    placed = Mission.objects.filter(line=line, monday=monday, state__in=ACTIVE)
    return placed.filter(leaving_at=None).exists()


def mission_to_replace(line: Line, *, monday: date) -> Mission | None:
    """Give the mission of a line-week whose doctor asks to be replaced; None where nobody does."""
    return Mission.objects.filter(
        line=line, monday=monday, state__in=ACTIVE, leaving_at__isnull=False
    ).first()


def who_leaves(line: Line, *, monday: date) -> list[int]:
    """Give the ids of the doctors who ask, or asked, to be replaced on a line-week."""
    return list(
        Mission.objects.filter(line=line, monday=monday)
        .filter(Q(leaving_at__isnull=False) | Q(state=MissionState.CANCELLED))
        .values_list("doctor_id", flat=True)
    )


def search_of(line: Line, *, monday: date) -> Search | None:
    """Give the latest search for a line-week; None when there was none."""
    return Search.objects.filter(line=line, monday=monday).order_by("-opened_at", "-pk").first()


def asks_of(line: Line, *, monday: date) -> list[Ask]:
    """List every question asked for a line-week, in whatever search, the latest wave first."""
    return list(
        Ask.objects.filter(search__line=line, search__monday=monday)
        .select_related("doctor")
        .order_by("-asked_at", "-chance", "pk")
    )


def waits_until(search: Search) -> datetime | None:
    """Give when the last wave of a search has had its time, or has all its answers before that.

    None where none has left, or all who were asked have answered.
    """
    waiting = search.asks.filter(outcome=AskOutcome.WAITING).order_by("-answer_by")
    return waiting.values_list("answer_by", flat=True).first()
