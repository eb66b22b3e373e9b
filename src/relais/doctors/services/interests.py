"""Somebody interested: three fields, calls, and the day she joins or says no."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from relais.core import audit
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.doctors.models import Call, Doctor, Interest
from relais.doctors.queries import contact_of
from relais.doctors.states import (
    AFTER_CALL,
    OPEN_INTERESTS,
    BestTime,
    CallOutcome,
    DoctorStatus,
    InterestState,
)
from relais.engine import joining
from relais.outbox.wording import health_words

# After these calls nobody calls again by itself.
_ENDS = (CallOutcome.NO, CallOutcome.WRONG)


class InterestRefusal(Refusal):
    """This cannot be done with somebody interested."""


@transaction.atomic
def show_interest(
    name: str,
    *,
    contact: str,
    status: DoctorStatus,
    source: str,
    by: Actor,
    now: datetime,
    today: date,
) -> tuple[Interest, bool]:
    """Note that somebody would like to come; gives the row, and whether the person is new here.

    `contact` is an e-mail address or a telephone number. Who writes again is the same row: the
    first source stays, and a talk that had ended begins again. Raises InterestRefusal for a
    contact that is neither.
    """
    known, kind = contact_of(contact)
    if not kind:
        raise InterestRefusal("Écrivez une adresse électronique ou un numéro de téléphone.")
    interest, is_new = Interest.objects.get_or_create(
        contact=known,
        defaults={
            "name": name,
            "email": known if kind == "email" else "",
            "phone": contact.strip() if kind == "phone" else "",
            "status": status,
            "source": source,
            "came_at": now,
            "next_on": joining.first_call_on(today),
        },
    )
    if is_new:
        audit.record(interest, verb="doctors.interest_shown", by=by, at=now, details=_told(source))
        return interest, True
    locked = _lock(interest)
    has_left = locked.doctor is not None and locked.doctor.left_on is not None
    if locked.state == InterestState.CLOSED or has_left:
        locked.state, locked.ended_at = InterestState.NEW, None
        locked.came_at, locked.next_on = now, joining.first_call_on(today)
        locked.save()
        audit.record(locked, verb="doctors.interest_again", by=by, at=now, details=_told(source))
    return locked, False


@transaction.atomic
def count_link(interest: Interest) -> int:
    """Count one more link sent to somebody interested, and give its number."""
    locked = _lock(interest)
    locked.links += 1
    locked.save(update_fields=["links"])
    interest.links = locked.links
    return locked.links


@transaction.atomic
def complete_interest(
    interest: Interest,
    *,
    email: str,
    phone: str,
    best_time: BestTime,
    by: Actor,
    now: datetime,
) -> Interest:
    """Add what the person says afterwards: the other way to reach her, and when to call.

    Raises InterestRefusal once the talk is over, or when no way to reach the person is left.
    """
    locked = _lock(interest)
    _refuse_ended(locked)
    if not (email.strip() or phone.strip()):
        raise InterestRefusal("Laissez une adresse ou un numéro : sans eux, personne n’appelle.")
    locked.email, locked.phone = email.strip().lower(), phone.strip()
    locked.best_time = best_time
    locked.save(update_fields=["email", "phone", "best_time"])
    audit.record(locked, verb="doctors.interest_completed", by=by, at=now)
    return locked


@transaction.atomic
def note_call(
    interest: Interest,
    *,
    outcome: CallOutcome,
    next_on: date | None,
    words: str,
    by: Actor,
    now: datetime,
    today: date,
) -> Call:
    """Note a call and what comes next. The words are the team's: the audit does not keep them.

    Without a day the next call is set by the parameters; after « ne souhaite pas venir » there is
    none. Raises InterestRefusal once the talk is over, for a day gone by or words about health.
    """
    locked = _lock(interest)
    _refuse_ended(locked)
    if next_on is not None and next_on < today:
        raise InterestRefusal("Le prochain appel est aujourd’hui ou plus tard.")
    said = " ".join(words.split())[:300]
    if found := health_words([said]):
        raise InterestRefusal(f"Pas de mot de santé dans cette note (« {found[0]} »).")
    if outcome in _ENDS:
        next_on = None
    elif next_on is None:
        again = joining.later_on if outcome == CallOutcome.LATER else joining.call_again_on
        next_on = again(today)
    call = Call.objects.create(
        interest=locked,
        called_at=now,
        called_by=by.label[:200],
        outcome=outcome,
        next_on=next_on,
        words=said,
    )
    locked.state = AFTER_CALL[outcome] or locked.state
    locked.next_on = next_on
    locked.ended_at = now if locked.state == InterestState.CLOSED else None
    locked.save(update_fields=["state", "next_on", "ended_at"])
    audit.record(
        locked,
        verb="doctors.called",
        by=by,
        at=now,
        details={"outcome": str(outcome), "next_on": next_on.isoformat() if next_on else ""},
    )
    return call


@transaction.atomic
def accept_interest(interest: Interest, *, doctor: Doctor, by: Actor, now: datetime) -> Interest:
    """Note that somebody interested is now a doctor of the collective.

    Raises InterestRefusal when the person already is, or said no.
    """
    locked = _lock(interest)
    _refuse_ended(locked)
    locked.state, locked.doctor, locked.next_on, locked.ended_at = (
        InterestState.ACCEPTED,
        doctor,
        None,
        now,
    )
    locked.save(update_fields=["state", "doctor", "next_on", "ended_at"])
    audit.record(
        locked, verb="doctors.interest_accepted", by=by, at=now, details={"doctor": doctor.key}
    )
    return locked


@transaction.atomic
def withdraw_interest(interest: Interest, *, by: Actor, now: datetime) -> None:
    """Forget somebody who asks not to be called: name, address and calls go, the source stays.

    Nothing happens once the person is a doctor of the collective.
    """
    locked = _lock(interest)
    if locked.state == InterestState.ACCEPTED:
        return
    _forget(locked, now=now)
    audit.record(None, verb="doctors.interest_withdrawn", by=by, at=now)


@transaction.atomic
def forget_old_interests(*, by: Actor, now: datetime) -> int:
    """Erase who did not join once the parameters say so; count them. Figures by source stay."""
    old = now - timedelta(days=joining.parameter("kept_days"))
    found = list(
        Interest.objects.filter(state=InterestState.CLOSED, ended_at__lt=old).exclude(name="")
    )
    for interest in found:
        _forget(interest, now=interest.ended_at or now)
    if found:
        audit.record(
            None, verb="doctors.interests_forgotten", by=by, at=now, details={"count": len(found)}
        )
    return len(found)


def _forget(interest: Interest, *, now: datetime) -> None:
    interest.calls.update(words="", called_by="")
    interest.name = interest.email = interest.phone = ""
    interest.contact = f"forgotten:{interest.pk}"
    interest.state, interest.next_on, interest.ended_at = InterestState.CLOSED, None, now
    interest.save()


def _lock(interest: Interest) -> Interest:
    return Interest.objects.select_for_update(of=("self",)).get(pk=interest.pk)


def _refuse_ended(interest: Interest) -> None:
    if interest.state == InterestState.ACCEPTED:
        raise InterestRefusal("Cette personne fait déjà partie du collectif : ouvrez sa fiche.")
    if interest.state not in OPEN_INTERESTS:
        raise InterestRefusal("Cette personne ne souhaite plus être appelée.")


def _told(source: str) -> dict[str, object]:
    return {"source": source}
