"""Doctors as lists and files show them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from relais.accounts.models import User
from relais.doctors.models import (
    CentrePreference,
    Companionship,
    Doctor,
    DoctorPractice,
    PracticeProfile,
    TravelTime,
)
from relais.doctors.states import DoctorStatus, PracticeLevel, PreferenceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list of doctors is narrowed to; an empty value narrows nothing."""

    status: DoctorStatus | str = ""
    department: str = ""
    practice: str = ""
    is_pioneer: bool | None = None
    has_account: bool | None = None
    include_left: bool = False


ALL = Filters()


def plain(text: str) -> str:
    """Write a name the way it is searched: small letters, no accent, one space between words."""
    small = text.casefold().replace("œ", "oe").replace("æ", "ae")
    decomposed = unicodedata.normalize("NFKD", small)
    letters = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    return " ".join(letters.replace("-", " ").replace("’", "'").split())


def find_doctors(text: str = "", filters: Filters = ALL) -> QuerySet[Doctor]:
    """Find doctors by words of their name, home, e-mail, RPPS or key, by last name.

    Home comes along.

    Every word must be found, in any order, with or without accents.
    """
    rows = Doctor.objects.select_related("home").order_by("last_name", "first_name", "id")
    for word in plain(text).split():
        rows = rows.filter(
            Q(search_name__contains=word)
            | Q(email__icontains=word)
            | Q(key__icontains=word)
            | Q(rpps__startswith=word)
            | Q(home__search_name__contains=word)
        )
    if filters.status:
        rows = rows.filter(status=filters.status)
    if filters.department:
        rows = rows.filter(home__department=filters.department)
    if filters.practice:
        does = DoctorPractice.objects.filter(
            doctor=OuterRef("pk"), practice=filters.practice, level=PracticeLevel.YES
        )
        rows = rows.filter(Exists(does))
    if filters.is_pioneer is not None:
        rows = rows.filter(is_pioneer=filters.is_pioneer)
    if filters.has_account is not None:
        rows = rows.filter(user__isnull=not filters.has_account)
    if not filters.include_left:
        rows = rows.filter(left_on__isnull=True)
    return rows


def doctor_of(user: User) -> Doctor | None:
    """Give the doctor who signs in as a user, None when the user is not a doctor of the network."""
    return Doctor.objects.select_related("home").filter(user=user).first()


def profile_of(doctor: Doctor) -> PracticeProfile | None:
    """Give what a doctor said of her way of working; None when nothing was said. 1 query."""
    return PracticeProfile.objects.filter(doctor=doctor).first()


@dataclass(frozen=True, slots=True)
class DoctorFile:
    """One doctor with what is known: acts, wishes, companions, travel times, what is doubtful."""

    doctor: Doctor
    practices: tuple[DoctorPractice, ...]
    preferences: Mapping[PreferenceKind, tuple[CentrePreference, ...]]
    companions: tuple[Doctor, ...]
    travel_times: tuple[TravelTime, ...]
    rpps_warning: str


def file_of(doctor: Doctor) -> DoctorFile:
    """Gather the file of a doctor. 4 queries."""
    practices = doctor.practices.select_related("practice").order_by("practice__label", "id")
    wishes = list(doctor.preferences.select_related("centre").order_by("centre__name", "id"))
    pairs = Companionship.objects.filter(Q(first=doctor) | Q(second=doctor)).select_related(
        "first", "second"
    )
    companions = [pair.second if pair.first_id == doctor.pk else pair.first for pair in pairs]
    travel = TravelTime.objects.filter(doctor=doctor).select_related("centre")
    return DoctorFile(
        doctor=doctor,
        practices=tuple(practices),
        preferences={
            kind: tuple(wish for wish in wishes if wish.kind == kind) for kind in PreferenceKind
        },
        companions=tuple(sorted(companions, key=lambda one: (one.last_name, one.pk))),
        travel_times=tuple(travel.order_by("centre__name", "id")),
        rpps_warning=rpps_warning(doctor.rpps),
    )


def with_practices(rows: QuerySet[Doctor]) -> QuerySet[Doctor]:
    """Fetch the acts and wishes of doctors along with them (two more queries)."""
    return rows.prefetch_related(
        Prefetch(
            "practices",
            queryset=DoctorPractice.objects.select_related("practice").order_by("practice__label"),
        ),
        Prefetch(
            "preferences",
            queryset=CentrePreference.objects.select_related("centre").order_by("centre__name"),
        ),
    )


def companionships() -> QuerySet[Companionship]:
    """List the pairs, in a stable order."""
    return Companionship.objects.select_related("first", "second").order_by(
        F("first__last_name"), "first_id", "second_id"
    )


def rpps_warning(rpps: str) -> str:
    """Say in French what is doubtful about an RPPS number; empty when nothing is.

    The last digit is a check digit (Luhn, ISO/IEC 7812-1), but old numbers exist that fail it: it
    warns and never refuses.
    """
    if not rpps:
        return ""
    if len(rpps) != 11 or not rpps.isascii() or not rpps.isdigit():
        return "Un numéro RPPS a 11 chiffres."
    total = 0
    for place, digit in enumerate(reversed(rpps)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    if total % 10:
        return "Ce numéro RPPS semble mal recopié : sa clé ne correspond pas. Vérifiez-le."
    return ""
