"""Booking, holding, moving, lengthening, cancelling: each in one transaction, each once a click.

The order is that of research on concurrency (docs/engine/agenda.md): the turn on the days, the turn
on the patients, holds that are over, the rules, the appointment, its ticks, history and audit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import IntegrityError, OperationalError, transaction

from relais.agenda.models import (
    Appointment,
    AppointmentChange,
    LineTick,
    PatientTick,
    Reason,
)
from relais.agenda.planning import Sheet, load_sheets, refresh
from relais.agenda.services.refusals import (
    AgendaRefusal,
    BusyRefusal,
    ChangedMeanwhileRefusal,
    PatientTakenRefusal,
    PlaceTakenRefusal,
)
from relais.agenda.services.rules import check_opening, check_practice
from relais.agenda.services.turn import lock_days, lock_patients
from relais.agenda.states import (
    CHANGEABLE,
    MAIN_LANE,
    AppointmentState,
    CancelledBy,
    Channel,
)
from relais.core import audit
from relais.core.actors import Actor
from relais.engine import parameters
from relais.engine.agenda import TICK_MINUTES, tick_of, time_of, wall
from relais.network.models import Line
from relais.patients import services as patients
from relais.patients.models import Person

BY_MISTAKE: Final = "revenu en arrière"


@dataclass(frozen=True, slots=True)
class Spot:
    """Some ticks of a lane of a line's day."""

    line: Line
    day: date
    lane: int
    tick: int
    ticks: int

    @property
    def end(self) -> int:
        """Give the tick after the last one."""
        return self.tick + self.ticks


def book(
    line: Line,
    *,
    starts_at: datetime,
    minutes: int,
    reason: Reason,
    patient: Person,
    request_key: str,
    by: Actor,
    now: datetime,
    channel: Channel = Channel.CENTRE,
    lane: int = MAIN_LANE,
    because: str = "",
    note: str = "",
) -> Appointment:
    """Give a patient some time of a line. The same `request_key` again gives the same appointment.

    Raises NotOpenRefusal, PracticeRefusal, PlaceTakenRefusal, PatientTakenRefusal, and
    AgendaRefusal when the key was used for something else.
    """
    spot = _spot(line, starts_at=starts_at, minutes=minutes, lane=lane)
    ready: list[Sheet] = []

    def prepare() -> None:
        ready.append(_ruled(spot, reason=reason, channel=channel, now=now))

    def act() -> Appointment:
        overs = _over_holds([patient.pk], now=now)
        lock_days([(line.pk, spot.day), *overs])
        known = _done(request_key, "booked")
        if known is not None:
            return known
        _check_lane(refresh(ready[0], now=now), spot)
        person = _lock_people([patient.pk])[patient.pk]
        _drop_expired(spot, patient_id=patient.pk if overs else None, by=by, now=now)
        _check_patient(spot, patient=person)
        made = Appointment.objects.create(
            line=line,
            lane=lane,
            day=spot.day,
            starts_at=time_of(spot.tick),
            tick=spot.tick,
            ticks=spot.ticks,
            patient=patient,
            reason=reason,
            because=because,
            note=note.strip(),
            state=AppointmentState.BOOKED,
            channel=channel,
            made_by=by.label[:200],
            created_at=now,
            changed_at=now,
        )
        _own_ticks(made)
        patients.make_known(patient, centre=line.centre, by=by, now=now)
        _tell(made, "booked", before={}, request_key=request_key, by=by, now=now)
        return made

    return _once(request_key, "booked", act, spot=spot, now=now, prepare=prepare)


def hold(
    line: Line,
    *,
    starts_at: datetime,
    minutes: int,
    reason: Reason,
    request_key: str,
    by: Actor,
    now: datetime,
    channel: Channel,
    patient: Person | None = None,
    until: datetime | None = None,
    because: str = "",
) -> Appointment:
    """Keep a place while someone fills a form or answers an offer; ten minutes unless told longer.

    Raises like `book`. A hold that is over owns nothing: whoever books the place clears it.
    """
    spot = _spot(line, starts_at=starts_at, minutes=minutes, lane=MAIN_LANE)
    usual = now + timedelta(minutes=int(parameters.load("agenda")["hold_minutes"].value))
    ids = [] if patient is None else [patient.pk]
    ready: list[Sheet] = []

    def prepare() -> None:
        ready.append(_ruled(spot, reason=reason, channel=channel, now=now))

    def act() -> Appointment:
        overs = _over_holds(ids, now=now)
        lock_days([(line.pk, spot.day), *overs])
        known = _done(request_key, "held")
        if known is not None:
            return known
        _check_lane(refresh(ready[0], now=now), spot)
        people = _lock_people(ids)
        _drop_expired(spot, patient_id=patient.pk if patient and overs else None, by=by, now=now)
        if patient is not None:
            _check_patient(spot, patient=people[patient.pk])
        made = Appointment.objects.create(
            line=line,
            lane=MAIN_LANE,
            day=spot.day,
            starts_at=time_of(spot.tick),
            tick=spot.tick,
            ticks=spot.ticks,
            patient=patient,
            reason=reason,
            because=because,
            state=AppointmentState.HELD,
            hold_until=until or usual,
            channel=channel,
            made_by=by.label[:200],
            created_at=now,
            changed_at=now,
        )
        _own_ticks(made)
        _tell(made, "held", before={}, request_key=request_key, by=by, now=now)
        return made

    return _once(request_key, "held", act, spot=spot, now=now, prepare=prepare)


def confirm_hold(
    appointment: Appointment,
    *,
    patient: Person,
    request_key: str,
    by: Actor,
    now: datetime,
    note: str = "",
) -> Appointment:
    """Turn a held place into an appointment of a patient.

    Raises ChangedMeanwhileRefusal when the place is no longer kept, PatientTakenRefusal when the
    patient is elsewhere at that time.
    """

    def act() -> Appointment:
        row, people = _turn_on(appointment, patient_ids=[patient.pk], now=now)
        known = _done(request_key, "confirmed")
        if known is not None:
            return known
        is_kept = row.state == AppointmentState.HELD and row.hold_until is not None
        if not is_kept or (row.hold_until is not None and row.hold_until <= now):
            raise ChangedMeanwhileRefusal(
                "La place n’est plus gardée. Choisissez-en une autre, ou la même si elle est libre."
            )
        if row.patient_id not in {None, patient.pk}:
            raise ChangedMeanwhileRefusal("Cette place est gardée pour quelqu’un d’autre.")
        before = _facts(row)
        _leave_ticks(row)
        _check_patient(_spot_of(row), patient=people[patient.pk])
        row.patient, row.state, row.hold_until = patient, AppointmentState.BOOKED, None
        row.note = note.strip() or row.note
        _own_ticks(row)
        patients.make_known(patient, centre=row.line.centre, by=by, now=now)
        _save(row, now=now)
        _tell(row, "confirmed", before=before, request_key=request_key, by=by, now=now)
        return row

    return _once(request_key, "confirmed", act)


def move(
    appointment: Appointment,
    *,
    line: Line,
    starts_at: datetime,
    request_key: str,
    by: Actor,
    now: datetime,
    minutes: int | None = None,
    lane: int | None = None,
    because: str | None = None,
    rev: int | None = None,
    channel: Channel = Channel.CENTRE,
    verb: str = "moved",
) -> Appointment:
    """Move an appointment, and make it longer or shorter on the way. All or nothing.

    `rev`: the revision the page showed. Raises like `book`, and ChangedMeanwhileRefusal when the
    appointment is no longer as shown.
    """
    length = minutes or appointment.minutes
    target = _spot(
        line,
        starts_at=starts_at,
        minutes=length,
        lane=appointment.lane if lane is None else lane,
    )

    def act() -> Appointment:
        row, people = _turn_on(appointment, also=[target], now=now)
        known = _done(request_key, verb)
        if known is not None:
            return known
        _check_changeable(row, rev=rev)
        before = _facts(row)
        _leave_ticks(row)
        _drop_expired(target, patient_id=row.patient_id, by=by, now=now)
        sheet = _ruled(target, reason=row.reason, channel=channel, now=now, moving=row.pk)
        _check_lane(sheet, target)
        if row.patient_id is not None:
            _check_patient(target, patient=people[row.patient_id])
        row.line, row.lane, row.day = line, target.lane, target.day
        row.tick, row.ticks, row.starts_at = target.tick, target.ticks, time_of(target.tick)
        row.because = row.because if because is None else because
        _own_ticks(row)
        _save(row, now=now)
        _tell(row, verb, before=before, request_key=request_key, by=by, now=now)
        return row

    return _once(request_key, verb, act)


def resize(
    appointment: Appointment,
    *,
    minutes: int,
    request_key: str,
    by: Actor,
    now: datetime,
    because: str | None = None,
    rev: int | None = None,
) -> Appointment:
    """Make an appointment longer or shorter where it stands; raises like `move`, nothing lost."""
    return move(
        appointment,
        line=appointment.line,
        starts_at=appointment.starts_at,
        minutes=minutes,
        because=because,
        request_key=request_key,
        by=by,
        now=now,
        rev=rev,
        verb="resized",
    )


def cancel(
    appointment: Appointment,
    *,
    cancelled_by: CancelledBy,
    request_key: str,
    by: Actor,
    now: datetime,
    why: str = "",
    rev: int | None = None,
) -> Appointment:
    """Give the time of an appointment back; one that is cancelled already stays so.

    Raises ChangedMeanwhileRefusal when it began, or is no longer as the page showed.
    """

    def act() -> Appointment:
        row, _ = _turn_on(appointment, now=now)
        known = _done(request_key, "cancelled")
        if known is not None:
            return known
        if row.state == AppointmentState.CANCELLED:
            return row
        _check_changeable(row, rev=rev)
        before = _facts(row)
        _leave_ticks(row)
        row.state, row.cancelled_by = AppointmentState.CANCELLED, cancelled_by
        _save(row, now=now)
        _tell(row, "cancelled", before=before, request_key=request_key, by=by, now=now, why=why)
        return row

    return _once(request_key, "cancelled", act)


def release(appointment: Appointment, *, request_key: str, by: Actor, now: datetime) -> Appointment:
    """Give a held place back before its time; raises ChangedMeanwhileRefusal when it is none."""

    def act() -> Appointment:
        row, _ = _turn_on(appointment, now=now)
        known = _done(request_key, "released")
        if known is not None:
            return known
        if row.state == AppointmentState.EXPIRED:
            return row
        if row.state != AppointmentState.HELD:
            raise ChangedMeanwhileRefusal("Cette place est déjà donnée.")
        _expire(row, "released", request_key=request_key, by=by, now=now)
        return row

    return _once(request_key, "released", act)


def restore(appointment: Appointment, *, request_key: str, by: Actor, now: datetime) -> Appointment:
    """Take an appointment that was cancelled up again, at its time, if it is still free.

    Raises like `book`, and ChangedMeanwhileRefusal when it is not cancelled.
    """

    def act() -> Appointment:
        row, people = _turn_on(appointment, now=now)
        known = _done(request_key, "restored")
        if known is not None:
            return known
        if row.state != AppointmentState.CANCELLED or row.patient_id is None:
            raise ChangedMeanwhileRefusal("Ce rendez-vous n’est pas annulé.")
        before = _facts(row)
        spot = _spot_of(row)
        _drop_expired(spot, patient_id=row.patient_id, by=by, now=now)
        _check_lane(_ruled(spot, reason=row.reason, channel=Channel.CENTRE, now=now), spot)
        _check_patient(spot, patient=people[row.patient_id])
        row.state, row.cancelled_by = AppointmentState.BOOKED, ""
        _own_ticks(row)
        _save(row, now=now)
        _tell(row, "restored", before=before, request_key=request_key, by=by, now=now)
        return row

    return _once(request_key, "restored", act)


def undo(change: AppointmentChange, *, request_key: str, by: Actor, now: datetime) -> Appointment:
    """Undo the last thing that happened to an appointment: a booking, a move, a cancellation.

    Raises ChangedMeanwhileRefusal when something else happened since, AgendaRefusal for what cannot
    be undone, and like `move` when the old place was taken meanwhile.
    """
    row = Appointment.objects.select_related("line__centre__commune").get(pk=change.appointment_id)
    known = _done(request_key, None)
    if known is not None:
        return known
    latest = AppointmentChange.objects.filter(appointment=row).order_by("-at", "-id").first()
    if latest is None or latest.pk != change.pk:
        raise ChangedMeanwhileRefusal("Ce rendez-vous a changé depuis. Rechargez la page.")
    if change.verb in {"booked", "restored"}:
        return cancel(
            row,
            cancelled_by=CancelledBy.CENTRE,
            why=BY_MISTAKE,
            request_key=request_key,
            by=by,
            now=now,
            rev=row.rev,
        )
    if change.verb == "cancelled":
        return restore(row, request_key=request_key, by=by, now=now)
    if change.verb in {"moved", "resized"}:
        old = change.before
        line = Line.objects.select_related("centre__commune").get(pk=old["line"])
        return move(
            row,
            line=line,
            starts_at=time_of(old["tick"]),
            minutes=old["ticks"] * TICK_MINUTES,
            lane=old["lane"],
            because=old["because"],
            request_key=request_key,
            by=by,
            now=now,
            rev=row.rev,
        )
    raise AgendaRefusal("Ceci ne se défait pas.")


def expire_holds(now: datetime, *, by: Actor) -> int:
    """Clear the holds that are over, for tidiness: no rule waits for it. Gives their number."""
    over = Appointment.objects.filter(state=AppointmentState.HELD, hold_until__lte=now)
    count = 0
    for found in over.order_by("line_id", "day", "id"):
        with transaction.atomic():
            row, _ = _turn_on(found, now=now)
            if row.state == AppointmentState.HELD:
                _expire(row, "expired", request_key="", by=by, now=now)
                count += 1
    return count


# -- how a change is made ------------------------------------------------------------------------


def _once(
    request_key: str,
    verb: str,
    act: Callable[[], Appointment],
    *,
    spot: Spot | None = None,
    now: datetime | None = None,
    prepare: Callable[[], None] | None = None,
) -> Appointment:
    """Do something once a key, in one transaction; the keys of the database have the last word.

    With a spot, a place that is plainly taken is refused before any lock is asked for. `prepare`
    reads what need not be read under the lock, so that the next in line waits less.
    """
    known = _done(request_key, verb)
    if known is not None:
        return known
    if spot is not None and now is not None and _is_plainly_taken(spot, now=now):
        raise PlaceTakenRefusal(_TAKEN)
    if prepare is not None:
        prepare()
    try:
        with transaction.atomic():
            return act()
    except IntegrityError as error:
        known = _done(request_key, verb)
        if known is not None:
            return known
        raise PlaceTakenRefusal(_TAKEN) from error
    except OperationalError as error:
        if "locked" not in str(error):
            raise
        raise BusyRefusal(
            "Trop de personnes écrivent en même temps. Rien n’a changé ; réessayez dans un instant."
        ) from error


_TAKEN: Final = "Cette place vient d’être prise. Choisissez-en une autre."


def _done(request_key: str, verb: str | None) -> Appointment | None:
    """Give what a key already did. Raises AgendaRefusal when it did something else."""
    if not request_key:
        raise ValueError("a click has a key")
    change = (
        AppointmentChange.objects.filter(request_key=request_key)
        .select_related("appointment")
        .first()
    )
    if change is None:
        return None
    if verb is not None and change.verb != verb:
        raise AgendaRefusal("Cette page a déjà servi. Rechargez-la avant de recommencer.")
    return change.appointment


def _spot(line: Line, *, starts_at: datetime, minutes: int, lane: int) -> Spot:
    page = parameters.load("agenda")
    shortest, longest = page["shortest_minutes"].value, page["longest_minutes"].value
    if minutes % TICK_MINUTES or not shortest <= minutes <= longest:
        raise AgendaRefusal(
            f"Une durée va de {shortest} à {longest} minutes, de cinq en cinq minutes."
        )
    try:
        tick = tick_of(starts_at)
    except ValueError:
        raise AgendaRefusal("Un rendez-vous commence toutes les cinq minutes.") from None
    day = wall(tick, line.centre.time_zone).date()
    return Spot(line=line, day=day, lane=lane, tick=tick, ticks=minutes // TICK_MINUTES)


def _spot_of(row: Appointment) -> Spot:
    return Spot(line=row.line, day=row.day, lane=row.lane, tick=row.tick, ticks=row.ticks)


def _is_plainly_taken(spot: Spot, *, now: datetime) -> bool:
    """Say whether some tick of a spot has an owner whose hold, if it is one, is not over."""
    owners = LineTick.objects.filter(
        line=spot.line, lane=spot.lane, tick__gte=spot.tick, tick__lt=spot.end
    ).values_list("appointment__state", "appointment__hold_until")
    return any(
        state != AppointmentState.HELD or until is None or until > now for state, until in owners
    )


def _over_holds(ids: Iterable[int], *, now: datetime) -> list[tuple[int, date]]:
    """List the (line, day) of some patients' holds that are over: they are locked with the rest."""
    rows = Appointment.objects.filter(
        patient_id__in=list(ids), state=AppointmentState.HELD, hold_until__lte=now
    )
    return list(rows.values_list("line_id", "day"))


def _lock_people(ids: Iterable[int]) -> Mapping[int, Person]:
    """Lock some patients. Raises AgendaRefusal when a file was merged into another."""
    people = lock_patients(ids)
    if any(person.merged_into_id for person in people.values()):
        raise AgendaRefusal("Cette fiche a été réunie à une autre. Cherchez le patient à nouveau.")
    return people


def _take_turns(
    spots: Iterable[Spot],
    *,
    patient_ids: Iterable[int],
    now: datetime,
    also: Iterable[tuple[int, date]] = (),
) -> Mapping[int, Person]:
    """Lock the days of some spots, and of the patients' holds that are over, then the patients.

    Raises AgendaRefusal when a patient's file was merged into another.
    """
    ids = set(patient_ids)
    days = {(spot.line.pk, spot.day) for spot in spots} | set(also)
    if ids:
        days |= set(_over_holds(ids, now=now))
    lock_days(days)
    return _lock_people(ids)


def _turn_on(
    appointment: Appointment,
    *,
    now: datetime,
    also: Iterable[Spot] = (),
    patient_ids: Iterable[int] = (),
) -> tuple[Appointment, Mapping[int, Person]]:
    """Lock what an appointment stands on and read it as it is now.

    Raises ChangedMeanwhileRefusal when it moved to another day between the reading and the lock.
    """
    before = Appointment.objects.get(pk=appointment.pk)
    ids = {*patient_ids, *([before.patient_id] if before.patient_id else [])}
    here = [(before.line_id, before.day)]
    people = _take_turns(also, patient_ids=ids, now=now, also=here)
    row = Appointment.objects.select_related("line__centre__commune", "reason", "patient").get(
        pk=appointment.pk
    )
    if (row.line_id, row.day) != (before.line_id, before.day):
        raise ChangedMeanwhileRefusal(_CHANGED)
    if row.patient_id is not None and row.patient_id not in people:
        raise ChangedMeanwhileRefusal(_CHANGED)
    return row, people


_CHANGED: Final = "Ce rendez-vous vient de changer. Rechargez la page avant de recommencer."


def _check_changeable(row: Appointment, *, rev: int | None) -> None:
    if rev is not None and row.rev != rev:
        raise ChangedMeanwhileRefusal(_CHANGED)
    if row.state not in CHANGEABLE:
        raise ChangedMeanwhileRefusal(
            f"Ce rendez-vous est noté « {row.get_state_display()} » : il ne change plus."
        )


def _ruled(
    spot: Spot, *, reason: Reason, channel: Channel, now: datetime, moving: int | None = None
) -> Sheet:
    """Read the day of a spot and apply the rules of the week."""
    sheet = load_sheets([spot.line], first=spot.day, days=1, now=now)[spot.line.pk, spot.day]
    if moving is not None:
        sheet = sheet.without(moving)
    check_opening(
        sheet,
        tick=spot.tick,
        end=spot.end,
        lane=spot.lane,
        reason=reason,
        is_online=channel == Channel.ONLINE,
        now=now,
    )
    check_practice(sheet, reason=reason)
    return sheet


def _check_lane(sheet: Sheet, spot: Spot) -> None:
    """Refuse a lane that is taken there, or a day that is full; `sheet` read under the lock."""
    if sheet.overlapping(spot.lane, spot.tick, spot.end):
        raise PlaceTakenRefusal(_TAKEN)
    if spot.lane == MAIN_LANE and sheet.is_full:
        raise AgendaRefusal(
            f"Le médecin voit {sheet.week.most_a_day} patients par jour, et ils y sont. Choisissez"
            " un autre jour, ou la file « entre deux »."
        )


def _check_patient(spot: Spot, *, patient: Person) -> None:
    owned = PatientTick.objects.filter(patient=patient, tick__gte=spot.tick, tick__lt=spot.end)
    if owned.exists():
        raise PatientTakenRefusal(
            "Ce patient a déjà un rendez-vous à cette heure-là. Déplacez-le ou annulez-le d’abord."
        )


def _drop_expired(spot: Spot, *, patient_id: int | None, by: Actor, now: datetime) -> None:
    """Clear the holds that are over and stand in the way, on the lane or for the patient."""
    over = Appointment.objects.filter(state=AppointmentState.HELD, hold_until__lte=now)
    here = over.filter(
        line=spot.line, day=spot.day, lane=spot.lane, tick__lt=spot.end, tick__gte=spot.tick - 24
    )
    rows = {row.pk: row for row in here if row.end > spot.tick}
    if patient_id is not None:
        rows |= {row.pk: row for row in over.filter(patient_id=patient_id)}
    for row in rows.values():
        _expire(row, "expired", request_key="", by=by, now=now)


def _expire(row: Appointment, verb: str, *, request_key: str, by: Actor, now: datetime) -> None:
    before = _facts(row)
    _leave_ticks(row)
    row.state = AppointmentState.EXPIRED
    _save(row, now=now)
    _tell(row, verb, before=before, request_key=request_key, by=by, now=now)


def _own_ticks(row: Appointment) -> None:
    """Insert the ticks, ascending, the line's before the patient's: the guarantee itself."""
    ticks = range(row.tick, row.end)
    LineTick.objects.bulk_create(
        LineTick(line_id=row.line_id, lane=row.lane, tick=tick, appointment=row) for tick in ticks
    )
    if row.patient_id is not None:
        PatientTick.objects.bulk_create(
            PatientTick(patient_id=row.patient_id, tick=tick, appointment=row) for tick in ticks
        )


def _leave_ticks(row: Appointment) -> None:
    LineTick.objects.filter(appointment=row).delete()
    PatientTick.objects.filter(appointment=row).delete()


def _save(row: Appointment, *, now: datetime) -> None:
    row.rev += 1
    row.changed_at = now
    row.save()


def _facts(row: Appointment) -> dict[str, object]:
    """Give what history keeps of an appointment: no name, no reason of visit."""
    return {
        "line": row.line_id,
        "lane": row.lane,
        "tick": row.tick,
        "ticks": row.ticks,
        "state": str(row.state),
        "patient": row.patient_id,
        "because": row.because,
    }


def _tell(
    row: Appointment,
    verb: str,
    *,
    before: Mapping[str, object],
    request_key: str,
    by: Actor,
    now: datetime,
    why: str = "",
) -> None:
    """Write the history row and the audit entry of a change."""
    after = _facts(row)
    AppointmentChange.objects.create(
        appointment=row,
        at=now,
        verb=verb,
        actor=by.key[:80],
        actor_label=by.label[:200],
        before=dict(before),
        after=after,
        why=why[:200],
        request_key=request_key,
    )
    audit.record(
        row,
        verb=f"agenda.{verb}",
        by=by,
        at=now,
        why=why,
        details={
            "patient": row.patient_id,
            "line": row.line_id,
            "starts_at": row.starts_at.isoformat(),
            "ticks": row.ticks,
        },
    )
