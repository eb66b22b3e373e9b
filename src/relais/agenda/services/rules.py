"""What the week allows: open at that time, released, kept for this kind, done by this doctor."""

from __future__ import annotations

from datetime import datetime

from relais.agenda.models import Reason
from relais.agenda.planning import Sheet
from relais.agenda.services.refusals import NotOpenRefusal, PracticeRefusal
from relais.agenda.states import MAIN_LANE, PlaceKind
from relais.core import formats
from relais.doctors.states import PracticeLevel
from relais.engine.agenda import KINDS, USES, Segment, time_of, wall
from relais.engine.weeks import monday_of
from relais.rota.models import Mission
from relais.rota.states import FIRM

NOT_PROPOSED = "Cette place n’est pas proposée. Choisissez-en une autre."


def check_opening(
    sheet: Sheet,
    *,
    tick: int,
    end: int,
    lane: int,
    reason: Reason,
    is_online: bool,
    now: datetime,
) -> None:
    """Refuse what is past, closed, not released yet, or kept for something else.

    Holds for both lanes: the second one only ignores what the places are kept for. Someone who
    books online is not told why. Raises NotOpenRefusal.
    """
    is_past = time_of(tick) < now if is_online else time_of(end) <= now
    kinds = USES[reason.kind] if lane == MAIN_LANE else frozenset(KINDS)
    covering = [one for one in sheet.segments if one.start < end and tick < one.end]
    covered = sum(min(one.end, end) - max(one.start, tick) for one in covering)
    late = [one for one in covering if not one.is_released(now)]
    other = [one for one in covering if one.kind not in kinds]
    if not (is_past or covered < end - tick or late or other):
        return
    if is_online:
        raise NotOpenRefusal(NOT_PROPOSED)
    if is_past:
        raise NotOpenRefusal("Cette heure est passée. Choisissez-en une autre.")
    if covered < end - tick:
        raise NotOpenRefusal(f"La ligne n’est pas ouverte à cette heure-là. {_hours(sheet)}")
    if late:
        raise NotOpenRefusal(
            f"Les places du jour s’ouvrent le jour même à {_released(sheet, late[0])}."
        )
    kept = PlaceKind(other[0].kind).label
    raise NotOpenRefusal(
        f"Cette place est gardée pour : {kept}. Choisissez une autre place ou un autre motif."
    )


def check_practice(sheet: Sheet, *, reason: Reason) -> None:
    """Refuse an act that the doctor of the week does not do, and name the first week it is done.

    Raises PracticeRefusal.
    """
    if sheet.does(reason.practice_id):
        return
    who = str(sheet.doctor) if sheet.doctor is not None else "Le médecin, encore inconnu,"
    coming = (
        Mission.objects.filter(
            line__centre_id=sheet.line.centre_id,
            state__in=FIRM,
            monday__gt=monday_of(sheet.day),
            doctor__practices__practice_id=reason.practice_id,
            doctor__practices__level__in=(PracticeLevel.YES, PracticeLevel.WITH_HELP),
        )
        .order_by("monday")
        .values_list("monday", flat=True)
        .first()
    )
    way = (
        f"Première semaine possible : {formats.week_label(coming, today=sheet.day)}."
        if coming is not None
        else "Aucune semaine à venir ne le permet encore : prévenez l’équipe du planning."
    )
    raise PracticeRefusal(f"{who} ne pratique pas : {reason.practice}. {way}")


def _hours(sheet: Sheet) -> str:
    if not sheet.segments:
        return "Elle est fermée ce jour-là."
    spans: list[list[int]] = []
    for one in sheet.segments:
        if spans and spans[-1][1] == one.start:
            spans[-1][1] = one.end
        else:
            spans.append([one.start, one.end])
    words = [
        f"de {formats.time_words(wall(start, sheet.zone).time())}"
        f" à {formats.time_words(wall(end, sheet.zone).time())}"
        for start, end in spans
    ]
    return f"Elle l’est {formats.listing(words)}."


def _released(sheet: Sheet, segment: Segment) -> str:
    moment = segment.released
    assert moment is not None, "a late segment has a moment of release"
    return formats.time_words(moment.astimezone(wall(segment.start, sheet.zone).tzinfo).time())
