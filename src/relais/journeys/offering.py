"""A doctor offers weeks: among several, as last year, or with a colleague who must agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils.timezone import localdate

from relais.core import formats
from relais.core.actors import Actor
from relais.doctors import services as doctors
from relais.doctors.models import Companionship, Doctor
from relais.engine.weeks import WEEK, monday_of
from relais.journeys.recipients import of_doctor
from relais.outbox import services as outbox
from relais.rota import services as rota
from relais.rota.models import DuoAsk, Offer, OfferSet
from relais.rota.services import DuoRefusal
from relais.rota.states import OfferSetKind, OfferSource

YEAR: Final = 52 * WEEK
DUO: Final = "duo_request"
DUO_ANSWERED: Final = "duo_answered"
DUO_PATH: Final = "/r/duo/{token}/"
WEEKS_PATH: Final = "/medecin/semaines/"
DUO_WORTH: Final = timedelta(days=14)  # a colleague who has not answered by then is asked anew
_SALT: Final = "relais.journeys.duo"


@dataclass(frozen=True, slots=True)
class Again:
    """What a doctor offered a year ago, moved to the coming year: weeks, and weeks « au choix »."""

    plain: tuple[date, ...]
    sets: tuple[tuple[OfferSet, tuple[date, ...]], ...]

    @property
    def count(self) -> int:
        """Count the weeks in all."""
        return len(self.plain) + sum(len(days) for _, days in self.sets)


@transaction.atomic
def offer(
    doctor: Doctor,
    *,
    first_on: date,
    last_on: date,
    at_most: int,
    by: Actor,
    now: datetime,
    may_stand_by: bool = True,
    habits: Mapping[str, object] | None = None,
) -> OfferSet:
    """Offer some weeks among those between two days. `habits`: fields of the doctor's own file.

    Raises what `rota.services.weeks_from` and `offer_among` raise.
    """
    days = rota.weeks_from(first_on, last_on=last_on, today=localdate(now))
    if habits:
        doctors.edit_doctor(doctor, changes=habits, by=by, now=now)
    return rota.offer_among(
        doctor,
        mondays=days,
        at_most=at_most,
        kind=_kind(first_on, last_on),
        first_on=first_on,
        last_on=last_on,
        may_stand_by=may_stand_by,
        by=by,
        now=now,
    )


def last_year(doctor: Doctor, *, today: date) -> Again:
    """Read what a doctor offered in the 52 weeks before next Monday, a year later. 2 queries.

    Weeks that are offered already are left out.
    """
    first = monday_of(today) + WEEK
    rows = Offer.objects.filter(doctor=doctor, monday__gte=first - YEAR).order_by("monday")
    found = list(rows.select_related("among"))
    offered = {one.monday for one in found}
    plain: list[date] = []
    by_set: dict[int, list[date]] = defaultdict(list)
    sets: dict[int, OfferSet] = {}
    for one in found:
        day = one.monday + YEAR
        if one.monday >= first or day in offered:
            continue
        if one.among is None:
            plain.append(day)
        else:
            sets[one.among.pk] = one.among
            by_set[one.among.pk].append(day)
    return Again(tuple(plain), tuple((sets[key], tuple(by_set[key])) for key in sorted(sets)))


@transaction.atomic
def offer_again(doctor: Doctor, *, by: Actor, now: datetime) -> Again:
    """Offer last year's weeks once more. Sent twice, the second time changes nothing."""
    again = last_year(doctor, today=localdate(now))
    if again.plain:
        rota.offer_weeks(doctor, mondays=again.plain, source=OfferSource.DOCTOR, by=by, now=now)
    for made, days in again.sets:
        rota.offer_among(
            doctor,
            mondays=days,
            at_most=min(made.at_most, len(days)),
            kind=OfferSetKind(made.kind),
            first_on=days[0],
            last_on=days[-1],
            by=by,
            now=now,
        )
    return again


# -- with a colleague ------------------------------------------------------------------------------


@transaction.atomic
def ask_duo(
    doctor: Doctor,
    *,
    email: str,
    first_on: date,
    last_on: date,
    at_most: int,
    by: Actor,
    now: datetime,
) -> None:
    """Ask a colleague of the collective by her address whether she would come too.

    Nobody learns here whether an address belongs to a doctor of the collective: an unknown one is
    met with the same silence. Raises what `rota.services.ask_duo` raises.
    """
    days = rota.weeks_from(first_on, last_on=last_on, today=localdate(now))
    companion = Doctor.objects.filter(email__iexact=email.strip(), left_on=None).first()
    if companion is None:
        return
    asked = rota.ask_duo(
        doctor,
        companion=companion,
        mondays=days,
        at_most=at_most,
        first_on=first_on,
        last_on=last_on,
        by=by,
        now=now,
    )
    outbox.post(
        of_doctor(companion),
        template=DUO,
        about=f"rota.duo:{asked.pk}",
        values={
            "name": str(companion),
            "colleague": str(doctor),
            "network": settings.NETWORK_NAME,
            "period": formats.period_words(first_on, last_on, today=localdate(now)),
            "link": settings.SITE_ADDRESS + duo_path(asked),
        },
        give_up_at=now + DUO_WORTH,
        by=by,
        now=now,
    )


def duo_path(asked: DuoAsk) -> str:
    """Give the path of the page where the colleague answers without signing in."""
    token = signing.Signer(salt=_SALT).sign_object([asked.pk, asked.companion_id], compress=False)
    return DUO_PATH.format(token=token)


def find_duo(token: str, *, today: date) -> DuoAsk | None:
    """Give the request behind such a link; None when it is not ours, or its weeks are over."""
    try:
        pk, companion = signing.Signer(salt=_SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return (
        DuoAsk.objects.select_related("doctor", "companion")
        .filter(pk=pk, companion=companion, companion__left_on=None, last_on__gt=today)
        .first()
    )


@transaction.atomic
def answer_duo(asked: DuoAsk, *, agrees: bool, by: Actor, now: datetime) -> DuoAsk:
    """Hear the colleague: with a yes both offer the weeks and come together or not at all.

    The one who asked is told. Raises what `rota.services.answer_duo` raises, and DuoRefusal when
    one of the two comes with somebody else.
    """
    before = asked.answered_at
    if agrees and before is None:
        _refuse_other_company(asked)
    heard = rota.answer_duo(asked, agrees=agrees, by=by, now=now)
    if before is None:
        if agrees:
            doctors.pair(asked.doctor, companion=asked.companion, by=by, now=now)
        outbox.post(
            of_doctor(asked.doctor),
            template=DUO_ANSWERED,
            about=f"rota.duo:{asked.pk}",
            values={
                "name": str(asked.doctor),
                "colleague": str(asked.companion),
                "answer": "est d’accord : vous viendrez ensemble, ou ni l’un ni l’autre."
                if agrees
                else "ne peut pas cette fois. Vos propres semaines restent à proposer.",
                "link": settings.SITE_ADDRESS + WEEKS_PATH,
            },
            give_up_at=now + DUO_WORTH,
            page=WEEKS_PATH,
            by=by,
            now=now,
        )
    return heard


@transaction.atomic
def end_duo(doctor: Doctor, *, companion: Doctor, by: Actor, now: datetime) -> None:
    """Come alone again; weeks offered stay offered by each. Raises DuoRefusal with a mission."""
    rota.require_no_mission_together(doctor, companion=companion, now=now)
    doctors.unpair(doctor, companion=companion, by=by, now=now)


def _refuse_other_company(asked: DuoAsk) -> None:
    pair = {asked.doctor_id, asked.companion_id}
    for first, second in (
        Companionship.objects.filter(first_id__in=pair)
        .values_list("first_id", "second_id")
        .union(
            Companionship.objects.filter(second_id__in=pair).values_list("first_id", "second_id")
        )
    ):
        if {first, second} != pair:
            raise DuoRefusal(
                "L’un de vous deux vient déjà avec un autre médecin. Écrivez à l’équipe pour "
                "changer."
            )


def _kind(first_on: date, last_on: date) -> OfferSetKind:
    """Say whether two days are a whole month."""
    whole = first_on.day == 1 and (last_on + timedelta(days=1)).day == 1
    same = (first_on.year, first_on.month) == (last_on.year, last_on.month)
    return OfferSetKind.MONTH if whole and same else OfferSetKind.SPAN
