"""One line-week as its page shows it: who, why, who else, what one may do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.utils import timezone

from relais.core import formats
from relais.core.models import AuditEntry
from relais.doctors import queries as doctors
from relais.doctors.models import Doctor
from relais.engine.weeks import WEEK
from relais.journeys import relay
from relais.network.models import Line
from relais.portals.office.board_sheet import line_words, week_url
from relais.rota import queries as rota
from relais.rota import services
from relais.rota.models import Mission
from relais.rota.queries import Candidate, Neighbour, WeekDetail
from relais.rota.queries.sharing import days_words, shared_of
from relais.rota.states import FIRM, MissionState, WeekState

LAST_DAY = timedelta(days=5)  # a relay week runs from Monday to Saturday
FOUND_AT_MOST = 8
SHOWN_CANDIDATES = 6


@dataclass(frozen=True, slots=True)
class Act:
    """Something a planner does to a mission: its service, its button, what is said once done."""

    key: str
    call: Callable[..., Mission]
    label: str
    done: str
    undo: str = ""


_ALL = (
    Act(
        "inviter",
        relay.invite,
        "Inviter par courriel",
        "L’invitation part. La réponse est attendue.",
    ),
    Act(
        "confirmer",
        relay.confirm,
        "Confirmer",
        "La mission est confirmée. Le médecin reçoit l’événement d’agenda, et aucun planning ne la "
        "déplacera.",
        "rouvrir",
    ),
    Act("rouvrir", relay.unconfirm, "Défaire", "La mission est de nouveau proposée."),
    Act(
        "prete",
        relay.mark_ready,
        "Tout est prêt",
        "La semaine est prête : papiers, logement et trajet sont réglés.",
        "reprendre",
    ),
    Act("reprendre", services.unready, "Défaire", "La mission est de nouveau confirmée."),
    Act(
        "verrouiller",
        services.lock,
        "Verrouiller",
        "La mission est verrouillée. Aucun planning ne la déplacera.",
        "deverrouiller",
    ),
    Act(
        "deverrouiller",
        services.unlock,
        "Déverrouiller",
        "La mission n’est plus verrouillée.",
        "verrouiller",
    ),
    Act(
        "decliner",
        relay.decline,
        "Noter un refus",
        "Le refus est noté. La semaine est de nouveau à pourvoir.",
        "retablir",
    ),
    Act(
        "annuler",
        relay.cancel,
        "Annuler la mission",
        "La mission est annulée. La semaine est de nouveau à pourvoir.",
        "retablir",
    ),
    Act("retablir", services.reopen, "Rétablir", "La mission est rétablie, proposée."),
)
ACTS: Final = {act.key: act for act in _ALL}
WITH_REASON: Final = frozenset({"decliner", "annuler"})
PLACED: Final = Act(
    "placer",
    services.place,
    "Placer",
    "Le médecin est placé. Il reste à le lui demander.",
    "annuler",
)
REPAIRED: Final = Act(
    "solution",
    services.place,
    "Appliquer",
    "La solution est appliquée. Il reste à demander aux médecins.",
)
REPAIRED_AND_ASKED: Final = Act(
    "solution-invitee",
    services.place,
    "Appliquer et inviter",
    "La solution est appliquée et les invitations partent. Les réponses sont attendues.",
)
NOTED: Final = Act("note", services.annotate, "Noter", "La note est enregistrée.")

# What each entry of the audit says in the history of a week.
_HISTORY: Final = {
    "rota.mission_placed": "placée",
    "rota.mission_invited": "invitation notée",
    "rota.mission_confirmed": "confirmée",
    "rota.mission_made_ready": "prête",
    "rota.mission_declined": "déclinée",
    "rota.mission_cancelled": "annulée",
    "rota.mission_unconfirmed": "confirmation défaite",
    "rota.mission_unreadied": "préparatifs rouverts",
    "rota.mission_reopened": "rétablie",
    "rota.mission_locked": "verrouillée",
    "rota.mission_unlocked": "déverrouillée",
    "rota.mission_noted": "note écrite",
    "rota.repair_accepted": "vient par une solution",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the history of a week."""

    when: str
    what: str
    who: str


@dataclass(frozen=True, slots=True)
class ToTell:
    """A doctor whom a solution just applied concerns: what to say, where, by which telephone."""

    doctor: Doctor
    url: str
    words: str


@dataclass(frozen=True, slots=True)
class Beside:
    """The same line a week before or after."""

    title: str
    url: str
    words: str
    state: str
    doctor: str


@dataclass(frozen=True, slots=True)
class WeekSheet:
    """Everything the page of a line-week shows."""

    line: Line
    monday: date
    place: str
    week: str
    title: str
    days: str
    near: str
    url: str
    detail: WeekDetail
    mission: Mission | None
    is_over: bool
    is_open: bool
    possible: tuple[Candidate, ...]
    others: tuple[Candidate, ...]
    supply: str
    ask: str
    cancel_effect: str
    main: Act | None
    acts: tuple[Act, ...]
    may_repair: bool
    may_share: bool
    shared: str
    neighbours: tuple[Beside, ...]
    history: tuple[Step, ...]


def week_sheet(line: Line, monday: date, *, today: date) -> WeekSheet:
    """Read one line-week and arrange it for the page. A constant number of queries."""
    detail = rota.week(line, monday, today=today)
    lines = line.centre.lines.count()
    place = line_words(line.centre.name, line.number, lines)
    week = formats.week_label(monday, today=today)
    is_now = monday <= today < monday + WEEK
    is_over = monday + WEEK <= today
    mission = detail.mission
    main, acts = _acts(mission, is_over=is_over)
    possible = detail.possible
    return WeekSheet(
        line=line,
        monday=monday,
        place=place,
        week=week,
        title=f"{place}, {week}",
        days=formats.period_words(monday, monday + LAST_DAY, today=today),
        near="cette semaine" if is_now else formats.in_days(monday, today),
        url=week_url(line.pk, monday),
        detail=detail,
        mission=mission,
        is_over=is_over,
        is_open=detail.state is WeekState.OPEN,
        possible=possible[:SHOWN_CANDIDATES],
        others=(*possible[SHOWN_CANDIDATES:], *_impossible(detail)),
        supply=supply_words(detail),
        ask=ask_words(detail),
        cancel_effect=cancel_words(detail),
        main=main,
        acts=acts,
        may_repair=detail.state is WeekState.OPEN and monday > today,
        may_share=mission is not None and mission.state in FIRM and not is_over,
        shared=_shared(mission, today=today),
        neighbours=tuple(_neighbours(line, detail, today)),
        history=tuple(_history(detail)),
    )


def _shared(mission: Mission | None, *, today: date) -> str:
    """Say who comes on which days of a week that two doctors share."""
    shared = None if mission is None else shared_of(mission)
    if mission is None or shared is None:
        return ""
    return days_words(shared, first_doctor=str(mission.doctor), today=today)


def _impossible(detail: WeekDetail) -> list[Candidate]:
    return [one for one in detail.alternatives if not one.is_possible]


def _acts(mission: Mission | None, *, is_over: bool) -> tuple[Act | None, tuple[Act, ...]]:
    """Give the one act that comes next, and the others that are possible."""
    if mission is None:
        return None, ()
    main = {
        MissionState.PROPOSED: "confirmer",
        MissionState.INVITED: "confirmer",
        MissionState.CONFIRMED: "prete",
    }.get(MissionState(mission.state))
    others = []
    if mission.state == MissionState.PROPOSED and not is_over:
        others.append("inviter")
    others.append("deverrouiller" if mission.is_locked else "verrouiller")
    return (ACTS[main] if main else None), tuple(ACTS[key] for key in others)


def supply_words(detail: WeekDetail) -> str:
    """Say in one French sentence who offers the week, and who of them is still free."""
    offering = len(detail.alternatives)
    free = len(detail.possible)
    other = "autre " if detail.mission else ""
    if offering == 0:
        return f"Aucun {other}médecin ne propose cette semaine."
    noun = formats.plural(offering, f"{other}médecin", f"{other and 'autres '}médecins")
    verb = formats.agree(offering, "propose", "proposent")
    if free == 0:
        taken = "déjà pris ou empêché" if offering == 1 else "tous déjà pris ou empêchés"
        return f"{noun} {verb} cette semaine, {taken}."
    if free == offering:
        every = "et peut venir ici" if offering == 1 else "et tous peuvent venir ici"
        return f"{noun} {verb} cette semaine {every}."
    can = formats.agree(free, "peut", "peuvent")
    return f"{noun} {verb} cette semaine, dont {formats.number(free)} {can} venir ici."


def ask_words(detail: WeekDetail) -> str:
    """Say whom to ask when nobody can simply be placed; empty otherwise."""
    if detail.possible or detail.mission:
        return ""
    standbys = [one.doctor_name for one in detail.standbys if one.counts]
    if standbys:
        return f"À qui demander : {formats.listing(standbys)}, en réserve cette semaine."
    near = [one for one in detail.alternatives if not one.busy and len(one.objections) == 1]
    if near:
        names = formats.listing([one.doctor_name for one in near[:3]])
        return f"À qui demander : {names}. Une seule condition s’y oppose, dite ci-dessous."
    return (
        "À qui demander : cherchez ci-dessous un médecin qui connaît le centre ou habite près, "
        "et proposez-lui cette semaine."
    )


def cancel_words(detail: WeekDetail) -> str:
    """Say what cancelling does, before it is done."""
    free = len(detail.possible)
    if free == 0:
        others = "Aucun autre médecin n’est libre pour la reprendre."
    elif free == 1:
        others = f"{detail.possible[0].doctor_name} est libre pour la reprendre."
    else:
        others = f"{formats.number(free)} autres médecins sont libres pour la reprendre."
    return (
        f"La semaine redeviendra à pourvoir. {others} Le médecin est prévenu s’il avait été invité "
        "ou s’il avait dit oui ; prévenez la coordination."
    )


def _neighbours(line: Line, detail: WeekDetail, today: date) -> Iterable[Beside]:
    def beside(title: str, one: Neighbour) -> Beside:
        return Beside(
            title=title,
            url=week_url(line.pk, one.monday),
            words=formats.week_label(one.monday, today=today),
            state=one.state.value,
            doctor=one.doctor_name,
        )

    yield beside("La semaine d’avant", detail.before)
    yield beside("La semaine d’après", detail.after)


def _history(detail: WeekDetail) -> Iterable[Step]:
    """Tell what was done to the missions of this line-week, newest first. One query, or none."""
    missions = {str(one.pk): one for one in (detail.mission, *detail.ended) if one is not None}
    if not missions:
        return
    entries = AuditEntry.objects.filter(
        subject_type=Mission._meta.label_lower, subject_id__in=list(missions)
    ).order_by("-at", "-id")
    for entry in entries:
        mission = missions[entry.subject_id]
        at = timezone.localtime(entry.at)
        when = f"{formats.date_words(at.date())}, {formats.time_words(at.time())}"
        # A person's own words stand in the note, not in the audit (docs/decisions/0007).
        words = mission.note if "reason" in entry.details else entry.why
        why = f" ({words})" if words else ""
        what = _HISTORY.get(entry.verb, "modifiée")
        yield Step(when=when, what=f"{mission.doctor} : {what}{why}", who=entry.actor_label)


def found(text: str) -> list[Doctor]:
    """Find doctors to place, by a few letters; none without a question."""
    if not text.strip():
        return []
    return list(doctors.find_doctors(text)[:FOUND_AT_MOST])


def last_ended(sheet: WeekSheet) -> Mission | None:
    """Give the mission that ended last on this line-week, which « Défaire » would bring back."""
    return max(sheet.detail.ended, key=lambda one: (one.changed_at, one.pk), default=None)


def to_tell(sheet: WeekSheet, *, today: date) -> tuple[ToTell, ...]:
    """List the doctors to call after a solution was applied to this line-week. Two queries."""
    if sheet.mission is None:
        return ()
    entry = (
        AuditEntry.objects.filter(
            subject_type=Mission._meta.label_lower,
            subject_id=str(sheet.mission.pk),
            verb="rota.repair_accepted",
        )
        .order_by("-id")
        .first()
    )
    if entry is None:
        return ()
    moved = [*entry.details["missions"], *entry.details["ended"]]
    missions = list(
        Mission.objects.filter(pk__in=moved)
        .select_related("doctor", "line", "line__centre")
        .order_by("pk")
    )
    coming = {one.doctor_id: one for one in missions if one.pk in entry.details["missions"]}
    ended: dict[int, Mission] = {
        one.doctor_id: one for one in missions if one.pk in entry.details["ended"]
    }

    def place(mission: Mission) -> str:
        week = formats.week_label(mission.monday, today=today)
        return f"{mission.line.centre.name}, {week}"

    found = []
    for doctor_id, mission in coming.items():
        before = ended.pop(doctor_id, None)
        verb = "invitation partie" if mission.state == MissionState.INVITED else "à demander"
        words = f"{verb} pour {place(mission)}"
        if before is not None:
            words += f", au lieu de {place(before)}"
        found.append(ToTell(mission.doctor, week_url(mission.line_id, mission.monday), words))
    found += [
        ToTell(one.doctor, week_url(one.line_id, one.monday), f"ne va plus à {place(one)}")
        for one in ended.values()
    ]
    return tuple(found)


_REPAIRED: Final = {act.key: act for act in (REPAIRED, REPAIRED_AND_ASKED)}


def page_of(sheet: WeekSheet, *, done: str = "", text: str = "") -> dict[str, Any]:
    """Give the template what it needs besides the sheet: what was just done, what was searched."""
    act = {**ACTS, PLACED.key: PLACED, NOTED.key: NOTED, **_REPAIRED}.get(done)
    undo, undone = None, sheet.mission
    if act is not None and act.undo:
        undo = ACTS[act.undo]
        undone = last_ended(sheet) if act.undo == "retablir" else sheet.mission
    return {
        "sheet": sheet,
        "done": act,
        "undo": undo if undone is not None else None,
        "undone": undone,
        "q": text,
        "found": found(text),
    }
