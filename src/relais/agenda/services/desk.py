"""The desk: every mark is a row with its time and who, once a click, said at once or sent later.

A mark made without connection carries the instant it was made; `engine.agenda.desk.settle` says
what becomes of one that another desk has passed meanwhile. Nothing that was said is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction

from relais.agenda.list_states import CallKind, CallResult
from relais.agenda.models import Appointment, AppointmentChange, CallTask, DeskChoice, LineTick
from relais.agenda.services.appointments.ticks import facts_of, leave_ticks, own_ticks, save
from relais.agenda.services.appointments.turns import done, turn_on
from relais.agenda.services.contacts import ask_for_a_call
from relais.agenda.services.refusals import AgendaRefusal, ChangedMeanwhileRefusal
from relais.agenda.states import AppointmentState
from relais.core import audit
from relais.core.actors import Actor
from relais.engine import parameters
from relais.engine.agenda.desk import settle
from relais.network.models import Centre

MARKS: Final = (
    AppointmentState.BOOKED,
    AppointmentState.ARRIVED,
    AppointmentState.STARTED,
    AppointmentState.DONE,
    AppointmentState.NO_SHOW,
)
# The clock of a desk may run ahead of ours; what it says is then « now ».
VERBS: Final = {AppointmentState.BOOKED: "waiting"}


@dataclass(frozen=True, slots=True)
class Marked:
    """What a mark did: the appointment, whether its state moved, and what to say if not."""

    appointment: Appointment
    moved: bool
    words: str = ""


def note(
    appointment: Appointment,
    *,
    state: AppointmentState,
    happened_at: datetime,
    request_key: str,
    by: Actor,
    now: datetime,
    sent_later: bool = False,
) -> Marked:
    """Note where somebody stands at the desk. The same key again changes nothing.

    `happened_at`: when it was, now or before; `sent_later`: it was said without connection. An
    absence gives the time back and asks for a call. Raises ChangedMeanwhileRefusal for an illegal
    step at the desk, AgendaRefusal for a mark that is too old or of a cancelled appointment.
    """
    if state not in MARKS:
        raise ValueError(f"{state} is no mark of the desk")
    if done(request_key, verb=None) is not None:
        return Marked(Appointment.objects.get(pk=appointment.pk), moved=False, words="déjà noté")
    oldest = timedelta(hours=int(parameters.load("desk")["oldest_arrival_hours"].value))
    if now - happened_at > oldest:
        raise AgendaRefusal("Cette note a plus d’un jour : écrivez-la sur la page du rendez-vous.")
    at = min(happened_at, now)
    try:
        with transaction.atomic():
            return _note(appointment, state, at, request_key, by, now, sent_later)
    except IntegrityError:
        if done(request_key, verb=None) is None:
            raise
        return Marked(Appointment.objects.get(pk=appointment.pk), moved=False, words="déjà noté")


def _note(
    appointment: Appointment,
    state: AppointmentState,
    at: datetime,
    request_key: str,
    by: Actor,
    now: datetime,
    sent_later: bool,
) -> Marked:
    row, _ = turn_on(appointment, now=now)
    if done(request_key, verb=None) is not None:
        return Marked(row, moved=False, words="déjà noté")
    verdict = settle(str(row.state), str(state), is_late_word=sent_later)
    if not verdict.moves and not sent_later:
        if row.state == state:
            return Marked(row, moved=False, words="déjà noté")
        raise ChangedMeanwhileRefusal(
            f"Ce rendez-vous est noté « {row.get_state_display()} » : {verdict.why}."
        )
    before = facts_of(row)
    moves = verdict.moves
    why = verdict.why
    if moves and row.state == AppointmentState.NO_SHOW:
        # Somebody who was given up came after all: the time is theirs if nobody has it.
        if _is_free(row):
            own_ticks(row)
        else:
            moves, why = False, "la place avait été redonnée"
    if moves and state == AppointmentState.NO_SHOW:
        leave_ticks(row)
    if moves:
        row.state = state
        save(row, now=now)
    verb = VERBS.get(state, str(state)) if moves else "marked_late"
    _write(row, verb, before, at, request_key, by, now, why=why, mark=state, later=sent_later)
    if moves and state == AppointmentState.NO_SHOW:
        _follow_absence(row, by=by, now=now)
    if verdict.to_check or (verdict.moves and not moves):
        _ask_to_check(row, by=by, now=now)
    if not moves and not sent_later:
        raise ChangedMeanwhileRefusal(
            "La place a été redonnée depuis. Donnez-lui une place « entre deux »."
        )
    return Marked(row, moved=moves, words=why)


def _is_free(row: Appointment) -> bool:
    return not LineTick.objects.filter(
        line_id=row.line_id, lane=row.lane, tick__gte=row.tick, tick__lt=row.end
    ).exists()


def _write(
    row: Appointment,
    verb: str,
    before: Mapping[str, object],
    at: datetime,
    request_key: str,
    by: Actor,
    now: datetime,
    *,
    why: str,
    mark: AppointmentState,
    later: bool,
) -> None:
    told = {**facts_of(row), "mark": str(mark)}
    if later:
        told["received_at"] = now.isoformat()
    AppointmentChange.objects.create(
        appointment=row,
        at=at,
        verb=verb,
        actor=by.key[:80],
        actor_label=by.label[:200],
        before=dict(before),
        after=told,
        why=why[:200],
        request_key=request_key,
    )
    audit.record(
        row,
        verb=f"agenda.{verb}",
        by=by,
        at=now,
        why=why,
        details={"patient": row.patient_id, "line": row.line_id, "happened_at": at.isoformat()},
    )


def _follow_absence(row: Appointment, *, by: Actor, now: datetime) -> None:
    if row.patient is not None:
        ask_for_a_call(
            row.patient,
            centre=row.line.centre,
            kind=CallKind.NO_SHOW,
            about=f"agenda.appointment:{row.pk}",
            appointment=row,
            by=by,
            now=now,
        )


def _ask_to_check(row: Appointment, *, by: Actor, now: datetime) -> None:
    if row.patient is not None:
        ask_for_a_call(
            row.patient,
            centre=row.line.centre,
            kind=CallKind.CONFLICT,
            about=f"agenda.appointment:{row.pk}",
            appointment=row,
            by=by,
            now=now,
        )


@transaction.atomic
def settle_call(task: CallTask, *, result: CallResult | None, by: Actor, now: datetime) -> CallTask:
    """Note how a call ended; `result` None: nobody answered, it stays on the list. Once."""
    row = CallTask.objects.select_for_update(no_key=True, of=("self",)).get(pk=task.pk)
    if row.done_at is not None:
        return row
    row.tries += 1
    if result is not None:
        row.done_at, row.done_by, row.result = now, by.label[:200], result
    row.save(update_fields=["tries", "done_at", "done_by", "result"])
    audit.record(
        row,
        verb="agenda.call_settled",
        by=by,
        at=now,
        details={
            "patient": row.person_id,
            "kind": str(row.kind),
            "result": str(result or "again"),
        },
    )
    return row


@transaction.atomic
def set_desk(
    centre: Centre,
    *,
    reminds: bool,
    first_days: int,
    last_days: int,
    calls: bool,
    offers: bool,
    by: Actor,
    now: datetime,
) -> DeskChoice:
    """Choose what a centre does about reminders and freed places.

    Raises AgendaRefusal when the first reminder is not before the last one.
    """
    if first_days and first_days <= last_days:
        raise AgendaRefusal("Le premier rappel vient avant le dernier ; 0 pour n’en faire qu’un.")
    wanted: dict[str, int | bool] = {
        "reminds": reminds,
        "first_days": first_days,
        "last_days": last_days,
        "calls": calls,
        "offers": offers,
    }
    row, _ = DeskChoice.objects.update_or_create(centre=centre, defaults=wanted)
    audit.record(centre, verb="agenda.desk_set", by=by, at=now, details=wanted)
    return row
