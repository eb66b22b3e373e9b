"""Which lodging and which car suit a stay, and why; nothing is written here.

A lodging suits when it has a place for all, admits them, and is free. Among those that suit: one
that nobody shares first, then one cleaned in time, then the smallest that is large enough.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db.models import Q

from relais.core import formats
from relais.doctors.models import Companionship
from relais.engine import stays as engine
from relais.premises.models import Car, CarClosure, Lodging, LodgingClosure
from relais.stays.models import AllowedDriver, CarDay, RoomNight, Stay

NO_LODGING: Final = "Le centre n’a pas encore de logement noté."
NO_CAR: Final = "Le centre n’a pas de voiture notée."


@dataclass(frozen=True, slots=True)
class LodgingFit:
    """How a lodging suits a stay.

    `objections`: why it does not suit, in words; `is_taken`: somebody else holds it, nobody may
    book it. `rooms`: what the stay would hold. `shrinks`: the rooms that would be left to each stay
    there already. `because`: why it suits.
    """

    lodging: Lodging
    objections: tuple[str, ...]
    is_taken: bool
    rooms: tuple[int, ...] = ()
    shrinks: tuple[tuple[Stay, tuple[int, ...]], ...] = ()
    because: str = ""
    rank: tuple[object, ...] = field(default=(), compare=False)

    @property
    def suits(self) -> bool:
        """Say whether nothing speaks against it."""
        return not self.objections and not self.is_taken


@dataclass(frozen=True, slots=True)
class CarFit:
    """How a car suits a stay; the fields are those of `LodgingFit`."""

    car: Car
    objections: tuple[str, ...]
    is_taken: bool
    because: str = ""
    rank: tuple[object, ...] = field(default=(), compare=False)

    @property
    def suits(self) -> bool:
        """Say whether nothing speaks against it."""
        return not self.objections and not self.is_taken


def people_expected(stay: Stay) -> int:
    """Count who will sleep there: as the doctor said, or as one who comes with a family would."""
    if not stay.party_known and stay.mission.doctor.brings_family:
        return max(stay.people, int(engine.parameter("family_people")))
    return stay.people


def brings_pets(stay: Stay) -> bool:
    """Say whether an animal comes: as the doctor said, or as she usually does."""
    return stay.pets > 0 or (not stay.party_known and stay.mission.doctor.brings_pet)


def brings_family(stay: Stay) -> bool:
    """Say whether a family comes: as the doctor said, or as she usually does."""
    return stay.children > 0 or (not stay.party_known and stay.mission.doctor.brings_family)


def party_words(stay: Stay) -> str:
    """Say who comes: « 2 adultes, 1 enfant et 1 animal »."""
    words = [formats.plural(stay.adults, "adulte")]
    if stay.children:
        words.append(formats.plural(stay.children, "enfant"))
    if stay.pets:
        words.append(formats.plural(stay.pets, "animal"))
    return formats.listing(words)


def misfits(lodging: Lodging, *, stay: Stay) -> tuple[str, ...]:
    """Say why a lodging, free or not, does not suit who comes."""
    people = people_expected(stay)
    found = []
    if people > lodging.capacity:
        found.append(
            f"{formats.plural(lodging.capacity, 'place')} pour {formats.plural(people, 'personne')}"
        )
    if brings_family(stay) and not lodging.family_welcome:
        found.append("n’accueille pas les familles")
    if brings_pets(stay) and not lodging.pets_allowed:
        found.append("n’admet pas les animaux")
    if stay.mission.doctor.needs_step_free and not lodging.step_free:
        found.append("n’est pas de plain-pied")
    if lodging.retired_on is not None and lodging.retired_on < stay.leaves_on:
        found.append("n’est plus proposé")
    return tuple(found)


def lodging_fits(stay: Stay, *, lodgings: Collection[Lodging] | None = None) -> list[LodgingFit]:
    """Judge the lodgings of the centre for a stay, the best first. Six queries at most."""
    centre_id = stay.mission.line.centre_id
    if lodgings is None:
        lodgings = list(Lodging.objects.filter(centre_id=centre_id).order_by("name", "id"))
    ids = [lodging.pk for lodging in lodgings]
    closures = list(
        LodgingClosure.objects.filter(
            lodging_id__in=ids, first_night__lt=stay.leaves_on, last_night__gte=stay.arrives_on
        ).order_by("first_night", "id")
    )
    held = list(
        RoomNight.objects.filter(
            lodging_id__in=ids, night__gte=stay.arrives_on, night__lt=stay.leaves_on
        )
        .exclude(stay_id=stay.pk)
        .select_related("stay__mission__doctor")
        .order_by("stay_id", "room", "night")
    )
    neighbours = list(
        Stay.objects.filter(lodging_id__in=ids, released_at=None)
        .filter(Q(leaves_on__lte=stay.arrives_on) | Q(arrives_on__gte=stay.leaves_on))
        .filter(
            leaves_on__gte=stay.arrives_on - 4 * engine.DAY,
            arrives_on__lte=stay.leaves_on + 4 * engine.DAY,
        )
        .exclude(pk=stay.pk)
    )
    known = set(
        Stay.objects.filter(lodging_id__in=ids, mission__doctor_id=stay.mission.doctor_id)
        .exclude(pk=stay.pk)
        .values_list("lodging_id", flat=True)
    )
    companions = companions_of(stay.mission.doctor_id)
    fits = [
        _lodging_fit(
            lodging,
            stay=stay,
            closures=[one for one in closures if one.lodging_id == lodging.pk],
            held=[one for one in held if one.lodging_id == lodging.pk],
            neighbours=[one for one in neighbours if one.lodging_id == lodging.pk],
            is_known=lodging.pk in known,
            companions=companions,
        )
        for lodging in lodgings
    ]
    return sorted(fits, key=lambda one: one.rank)


def companions_of(doctor_id: int) -> frozenset[int]:
    """Give the doctors who come with this one; one query."""
    pairs = Companionship.objects.filter(Q(first_id=doctor_id) | Q(second_id=doctor_id))
    return frozenset(one for pair in pairs.values_list("first_id", "second_id") for one in pair) - {
        doctor_id
    }


def share_willingly(one: Stay, *, other: Stay, companions: frozenset[int]) -> bool:
    """Say whether two doctors accept one house: both said so, or they come together."""
    if other.mission.doctor_id in companions:
        return True
    return one.accepts_sharing is True and other.accepts_sharing is True


def _lodging_fit(
    lodging: Lodging,
    *,
    stay: Stay,
    closures: Sequence[LodgingClosure],
    held: Sequence[RoomNight],
    neighbours: Sequence[Stay],
    is_known: bool,
    companions: frozenset[int],
) -> LodgingFit:
    objections = list(misfits(lodging, stay=stay))
    objections += [
        "indisponible "
        + formats.period_words(one.first_night, one.last_night, today=stay.arrives_on)
        + (f" ({one.reason})" if one.reason else "")
        for one in closures
    ]
    rooms: tuple[int, ...] = tuple(range(1, lodging.bedrooms + 1))
    shrinks: tuple[tuple[Stay, tuple[int, ...]], ...] = ()
    is_taken = False
    if held:
        shared = _shared_rooms(lodging, stay=stay, held=held, companions=companions)
        if isinstance(shared, str):
            objections.append(shared)
            is_taken = True
        else:
            rooms, shrinks = shared
    tight = [
        hours for one in neighbours if (hours := _hours_apart(stay, one)) < lodging.cleaning_hours
    ]
    return LodgingFit(
        lodging=lodging,
        objections=tuple(objections),
        is_taken=is_taken,
        rooms=rooms,
        shrinks=shrinks,
        because=_why(lodging, stay=stay, shares=bool(held), is_known=is_known),
        rank=(
            is_taken,
            len(objections),
            bool(held),
            bool(tight),
            lodging.capacity - people_expected(stay),
            not is_known,
            lodging.name,
            lodging.pk,
        ),
    )


def _shared_rooms(
    lodging: Lodging, *, stay: Stay, held: Sequence[RoomNight], companions: frozenset[int]
) -> str | tuple[tuple[int, ...], tuple[tuple[Stay, tuple[int, ...]], ...]]:
    """Give the rooms left beside who is there already, or say in words why none is."""
    others = {one.stay_id: one.stay for one in held}
    names = formats.listing([str(one.mission.doctor) for one in others.values()])
    if not lodging.shareable:
        return f"occupé par {names}"
    if not all(share_willingly(stay, other=one, companions=companions) for one in others.values()):
        return f"occupé par {names}, sans accord pour partager"
    people = people_expected(stay) + sum(map(people_expected, others.values()))
    shrinks: list[tuple[Stay, tuple[int, ...]]] = []
    used: set[int] = set()
    for pk, other in others.items():
        own = sorted({one.room for one in held if one.stay_id == pk})
        kept = tuple(own[: engine.rooms_needed(people_expected(other))])
        shrinks.append((other, kept))
        used.update(kept)
    free = [room for room in range(1, lodging.bedrooms + 1) if room not in used]
    needed = engine.rooms_needed(people_expected(stay))
    if people > lodging.capacity or len(free) < needed:
        return f"occupé par {names}, plus assez de place"
    return tuple(free[:needed]), tuple(shrinks)


def _hours_apart(one: Stay, other: Stay) -> float:
    first, second = (one, other) if one.leaves_on <= other.arrives_on else (other, one)
    return hours_between(first, second)


def hours_between(first: Stay, second: Stay) -> float:
    """Give the hours between the end of a stay and the beginning of the next."""
    return engine.hours_between(
        leaves_on=first.leaves_on,
        leaves_at=first.leaves_at,
        arrives_on=second.arrives_on,
        arrives_at=second.arrives_at,
    )


def _why(lodging: Lodging, *, stay: Stay, shares: bool, is_known: bool) -> str:
    people = people_expected(stay)
    reasons = [
        f"{formats.plural(lodging.capacity, 'place')} pour {formats.plural(people, 'personne')}"
    ]
    if brings_family(stay):
        reasons.append("familles bienvenues")
    if brings_pets(stay):
        reasons.append("animaux admis")
    if stay.mission.doctor.needs_step_free:
        reasons.append("de plain-pied")
    if is_known:
        reasons.append("maison déjà connue")
    reasons.append("maison partagée, chacun a sa chambre" if shares else "libre toute la semaine")
    return ", ".join(reasons)


# -- cars ------------------------------------------------------------------------------------------


def car_fits(stay: Stay, *, cars: Collection[Car] | None = None) -> list[CarFit]:
    """Judge the cars of the centre for a stay, the best first. Four queries."""
    if cars is None:
        cars = list(
            Car.objects.filter(centre_id=stay.mission.line.centre_id).order_by("name", "id")
        )
    ids = [car.pk for car in cars]
    closures = list(
        CarClosure.objects.filter(
            car_id__in=ids, first_on__lte=stay.leaves_on, last_on__gte=stay.arrives_on
        ).order_by("first_on", "id")
    )
    held = list(
        CarDay.objects.filter(car_id__in=ids, day__gte=stay.arrives_on, day__lte=stay.leaves_on)
        .exclude(stay_id=stay.pk)
        .select_related("stay__mission__doctor")
        .order_by("day", "id")
    )
    declared = set(
        AllowedDriver.objects.filter(car_id__in=ids, doctor_id=stay.mission.doctor_id).values_list(
            "car_id", flat=True
        )
    )
    fits = [
        _car_fit(
            car,
            stay=stay,
            closures=[one for one in closures if one.car_id == car.pk],
            drivers=[one.stay for one in held if one.car_id == car.pk],
            is_declared=car.pk in declared,
        )
        for car in cars
    ]
    return sorted(fits, key=lambda one: one.rank)


def _car_fit(
    car: Car,
    *,
    stay: Stay,
    closures: Iterable[CarClosure],
    drivers: Sequence[Stay],
    is_declared: bool,
) -> CarFit:
    objections = []
    if car.retired_on is not None and car.retired_on <= stay.leaves_on:
        objections.append("n’est plus prêtée")
    if car.insured_until is not None and car.insured_until < stay.leaves_on:
        end = formats.date_words(car.insured_until, today=stay.arrives_on, weekday=False)
        objections.append(f"assurée jusqu’au {end} seulement")
    objections += [
        "indisponible "
        + formats.period_words(one.first_on, one.last_on, today=stay.arrives_on)
        + (f" ({one.reason})" if one.reason else "")
        for one in closures
    ]
    if drivers:
        names = formats.listing(list(dict.fromkeys(str(one.mission.doctor) for one in drivers)))
        objections.append(f"prise par {names}")
    people = people_expected(stay)
    small = people > car.seats
    places = f"{formats.plural(car.seats, 'place')} pour {formats.plural(people, 'personne')}"
    return CarFit(
        car=car,
        objections=tuple(objections),
        is_taken=bool(drivers),
        because=", ".join([places, f"boîte {car.get_gearbox_display()}", "libre ces jours-là"]),
        rank=(
            bool(drivers),
            len(objections),
            car.named_drivers and not is_declared,
            small,
            car.seats - people,
            car.name,
            car.pk,
        ),
    )
