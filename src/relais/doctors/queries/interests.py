"""Who is to be called, since when, and what came of each source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from relais.core.phones import international
from relais.doctors.models import Call, Doctor, Interest
from relais.doctors.states import OPEN_INTERESTS, CallOutcome, InterestState

_NOTHING: Final = Value("")


def contact_of(text: str) -> tuple[str, str]:
    """Read an e-mail address or a telephone number; gives it as it is compared, and its kind.

    The kind is « email », « phone », or empty when the text is neither.
    """
    said = text.strip()
    if "@" in said:
        return said.lower(), "email"
    number = international(said)
    return (number, "phone") if number else ("", "")


def doctor_at(contact: str, *, kind: str) -> Doctor | None:
    """Find the doctor of the collective behind an address or a number; 1 query.

    A number is compared as it is dialled, whatever its spaces.
    """
    if kind == "email":
        there_first = F("left_on").desc(nulls_first=True)
        found = Doctor.objects.select_related("home").filter(email__iexact=contact)
        return found.order_by(there_first, "pk").first()
    tail = contact[-4:]
    near = Doctor.objects.select_related("home").filter(phone__contains=tail[-2:]).order_by("id")
    return next((one for one in near if international(one.phone) == contact), None)


def interests(*, state: str = "", source: str = "") -> QuerySet[Interest]:
    """List who showed interest, those to call first by day, with how many calls and the last one.

    Without a state, those still open.
    """
    last = Call.objects.filter(interest=OuterRef("pk")).order_by("-called_at", "-id")
    rows = Interest.objects.select_related("doctor").annotate(
        tries=Count("calls"), last_outcome=Coalesce(Subquery(last.values("outcome")[:1]), _NOTHING)
    )
    rows = rows.filter(state=state) if state else rows.filter(state__in=OPEN_INTERESTS)
    if source:
        rows = rows.filter(source=source)
    return rows.order_by("next_on", "came_at", "id")


def count_to_call(*, today: date) -> int:
    """Count who is to be called today or should have been."""
    return Interest.objects.filter(state__in=OPEN_INTERESTS, next_on__lte=today).count()


@dataclass(frozen=True, slots=True)
class SourceLine:
    """What came of one source: people interested, spoken to, accepted; the doctors' keys."""

    source: str
    interested: int
    reached: int
    accepted: int
    doctor_ids: tuple[int, ...]


def by_source() -> tuple[SourceLine, ...]:
    """Tell what came of each source, the most interested first; 2 queries."""
    spoken = Q(calls__outcome__in=(CallOutcome.REACHED, CallOutcome.LATER, CallOutcome.NO))
    accepted = Q(state=InterestState.ACCEPTED)
    rows = (
        Interest.objects.values("source")
        .annotate(
            interested=Count("pk", distinct=True),
            reached=Count("pk", filter=spoken | accepted, distinct=True),
            accepted=Count("pk", filter=accepted, distinct=True),
        )
        .order_by("-interested", "source")
    )
    doctors: dict[str, list[int]] = {}
    for source, doctor in Interest.objects.filter(doctor__isnull=False).values_list(
        "source", "doctor_id"
    ):
        doctors.setdefault(source, []).append(doctor)
    return tuple(
        SourceLine(
            row["source"],
            row["interested"],
            row["reached"],
            row["accepted"],
            tuple(sorted(doctors.get(row["source"], []))),
        )
        for row in rows
    )
