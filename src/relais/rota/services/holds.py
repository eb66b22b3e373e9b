"""A week that a doctor chooses is kept for her for some hours, then is hers or open again."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate, localtime

from relais.core import audit, formats
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.doctors.models import Doctor
from relais.engine import parameters
from relais.engine.weeks import is_monday
from relais.network.models import Line
from relais.rota.models import Hold, Mission, Offer
from relais.rota.queries import situation as facts
from relais.rota.queries.searches import is_filled
from relais.rota.queries.seasons import may_choose
from relais.rota.services.missions import place
from relais.rota.services.offers import offer_weeks
from relais.rota.services.refusals import LineWeekHeldRefusal, LineWeekTakenRefusal
from relais.rota.services.turn import take_turn
from relais.rota.states import HoldEnd, MissionState, OfferSource, PlanningRule

CHOSE_IT = "a choisi cette semaine."
_WORKER = Actor.system("worker")


class HoldRefusal(Refusal):
    """The week cannot be kept for this doctor, or is no longer."""


@transaction.atomic
def hold(line: Line, *, doctor: Doctor, monday: date, by: Actor, now: datetime) -> Hold:
    """Keep a line-week for a doctor. Asked twice, it is one hold with its first end.

    One line-week has one hold and one doctor keeps one week at a time: the database says so.
    Raises HoldRefusal (not her turn, a rule, another week kept), LineWeekHeldRefusal,
    LineWeekTakenRefusal; ValueError when `monday` is not a Monday.
    """
    if not is_monday(monday):
        raise ValueError(f"{monday} is not a Monday")
    take_turn()
    today = localdate(now)
    expire_holds(now=now)
    for one in Hold.objects.filter(doctor=doctor, ended_at=None).select_related("line__centre"):
        if (one.line_id, one.monday) == (line.pk, monday):
            return one
        week = formats.week_label(one.monday, today=today)
        raise HoldRefusal(
            f"Vous retenez déjà la {week} à {one.line.centre.name}. Gardez-la ou rendez-la avant "
            "d’en choisir une autre."
        )
    say = may_choose(doctor, monday=monday, now=now)
    if not say.now:
        raise HoldRefusal(say.sentence)
    if is_filled(line, monday=monday):
        raise LineWeekTakenRefusal(
            "Un autre médecin vient d’avoir cette semaine. Merci, choisissez-en une autre."
        )
    situation = facts.load(monday, monday, today=today, doctor_ids=[doctor.pk])
    against = [
        one
        for one in situation.objections(doctor, line, monday)
        if one.rule not in facts.LIFTED_BY_CHOICE
    ]
    if against:
        sentences = " ".join(one.sentence for one in against)
        raise HoldRefusal(f"{sentences} Choisissez une autre semaine.")
    until = now + timedelta(hours=parameters.load("choosing")["hold_hours"].value)
    try:
        with transaction.atomic():
            made = Hold.objects.create(
                doctor=doctor, line=line, monday=monday, held_at=now, until=until
            )
    except IntegrityError as error:
        raise _held(line, monday=monday, today=today) from error
    audit.record(
        made,
        verb="rota.week_held",
        by=by,
        at=now,
        details={"monday": monday.isoformat(), "line": line.pk, "until": until.isoformat()},
    )
    return made


@transaction.atomic
def keep(one: Hold, *, by: Actor, now: datetime) -> Mission:
    """Make a kept week the doctor's: offered by her, confirmed. Sent twice, it is one mission.

    Raises HoldRefusal when the hold has ended otherwise or its hours are over, and what `place`
    raises.
    """
    take_turn()
    fresh = Hold.objects.select_related("line__centre", "doctor").get(pk=one.pk)
    if fresh.end == HoldEnd.KEPT:
        return Mission.objects.get(
            line=fresh.line, monday=fresh.monday, doctor=fresh.doctor, state=MissionState.CONFIRMED
        )
    if fresh.ended_at is not None or fresh.until <= now:
        raise HoldRefusal(
            "Cette semaine n’est plus retenue pour vous : le délai est passé. Si elle est encore "
            "libre, choisissez-la de nouveau."
        )
    _end(fresh, end=HoldEnd.KEPT, by=by, now=now)
    offer_weeks(fresh.doctor, mondays=[fresh.monday], source=OfferSource.DOCTOR, by=by, now=now)
    _beyond_her_set(fresh, now=now)
    return place(
        fresh.line,
        doctor=fresh.doctor,
        monday=fresh.monday,
        state=MissionState.CONFIRMED,
        because=CHOSE_IT,
        by=by,
        now=now,
    )


@transaction.atomic
def release(one: Hold, *, by: Actor, now: datetime) -> Hold:
    """Give a kept week back; one that has ended stays as it ended."""
    take_turn()
    fresh = Hold.objects.select_for_update().get(pk=one.pk)
    if fresh.ended_at is None:
        _end(fresh, end=HoldEnd.RELEASED, by=by, now=now)
    return fresh


@transaction.atomic
def expire_holds(*, now: datetime) -> list[Hold]:
    """End the holds whose hours are over; gives them."""
    late = list(
        Hold.objects.filter(ended_at=None, until__lte=now)
        .select_related("doctor", "line__centre")
        .order_by("pk")
    )
    if late:
        take_turn()
    return [one for one in late if _end(one, end=HoldEnd.EXPIRED, by=_WORKER, now=now)]


def _beyond_her_set(one: Hold, *, now: datetime) -> None:
    """Take a week that she chose herself out of weeks « au choix » that are used up."""
    situation = facts.load(one.monday, one.monday, today=localdate(now), doctor_ids=[one.doctor_id])
    against = situation.objections(one.doctor, one.line, one.monday)
    if any(said.rule is PlanningRule.CHOICE for said in against):
        Offer.objects.filter(doctor=one.doctor, monday=one.monday).update(among=None)


def _end(one: Hold, *, end: HoldEnd, by: Actor, now: datetime) -> bool:
    """End a hold once; False where somebody else has."""
    if not Hold.objects.filter(pk=one.pk, ended_at=None).update(ended_at=now, end=end):
        return False
    audit.record(one, verb="rota.hold_ended", by=by, at=now, details={"end": str(end)})
    return True


def _held(line: Line, *, monday: date, today: date) -> LineWeekHeldRefusal:
    other = Hold.objects.filter(line=line, monday=monday, ended_at=None).first()
    until = "" if other is None else f" jusqu’{until_words(other.until, today=today)}"
    return LineWeekHeldRefusal(
        f"Un autre médecin retient cette semaine{until}. Choisissez-en une autre, ou revenez "
        "après : elle sera peut-être libre."
    )


def until_words(moment: datetime, *, today: date) -> str:
    """Say until when: « au mercredi 6 janvier à 10 h 30 »."""
    here = localtime(moment)
    return f"au {formats.date_words(here.date(), today=today)} à {formats.time_words(here.time())}"
