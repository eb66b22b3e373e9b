"""Who sleeps where, and who drives what, over some weeks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from relais.engine.weeks import WEEK, mondays
from relais.network.models import Centre
from relais.premises.models import Car, CarClosure, Lodging, LodgingClosure
from relais.premises.queries import cars, lodgings
from relais.stays.models import Stay
from relais.stays.queries.pages import whole_stays

SUNDAY_BEFORE = timedelta(days=-1)  # a relay week is lived from the eve of its Monday


@dataclass(frozen=True, slots=True)
class Cell:
    """One lodging or car in one week: who has it, and when it is not free."""

    monday: date
    stays: tuple[Stay, ...]
    closures: tuple[LodgingClosure, ...] | tuple[CarClosure, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One lodging or car over the weeks; `thing` is None for stays without lodging."""

    centre: Centre
    thing: Lodging | Car | None
    is_car: bool
    cells: tuple[Cell, ...]


def overview(centres: Collection[Centre], *, first_monday: date, weeks: int) -> tuple[Row, ...]:
    """List the lodgings then the cars of some centres with who has them, by centre. 5 queries.

    Stays without a lodging stand in a row of their own, only where there are some. Raises
    ValueError when `first_monday` is not a Monday.
    """
    days = mondays(first_monday, weeks)
    last = first_monday + weeks * WEEK
    ids = [centre.pk for centre in centres]
    stays = list(
        whole_stays().filter(
            mission__line__centre_id__in=ids,
            released_at=None,
            arrives_on__lt=last,
            leaves_on__gte=first_monday + SUNDAY_BEFORE,
        )
    )
    house_closures = list(
        LodgingClosure.objects.filter(
            lodging__centre_id__in=ids, first_night__lt=last, last_night__gte=first_monday
        ).order_by("first_night", "id")
    )
    car_closures = list(
        CarClosure.objects.filter(
            car__centre_id__in=ids, first_on__lt=last, last_on__gte=first_monday
        ).order_by("first_on", "id")
    )
    houses = [one for one in lodgings(centre_ids=ids) if not _gone(one, first_monday)]
    vehicles = [one for one in cars(centre_ids=ids) if not _gone(one, first_monday)]
    rows: list[Row] = []
    for centre in centres:
        own = [stay for stay in stays if stay.mission.line.centre_id == centre.pk]
        rows += [
            _house_row(house, centre=centre, days=days, stays=own, closures=house_closures)
            for house in houses
            if house.centre_id == centre.pk
        ]
        homeless = [stay for stay in own if stay.lodging_id is None]
        if homeless:
            rows.append(
                Row(
                    centre,
                    None,
                    False,
                    tuple(Cell(day, _in_week(homeless, day), ()) for day in days),
                )
            )
        rows += [
            _car_row(car, centre=centre, days=days, stays=own, closures=car_closures)
            for car in vehicles
            if car.centre_id == centre.pk
        ]
    return tuple(rows)


def _gone(thing: Lodging | Car, first_monday: date) -> bool:
    return thing.retired_on is not None and thing.retired_on <= first_monday


def _house_row(
    house: Lodging,
    *,
    centre: Centre,
    days: Sequence[date],
    stays: Sequence[Stay],
    closures: Sequence[LodgingClosure],
) -> Row:
    own = [stay for stay in stays if stay.lodging_id == house.pk]
    shut = [one for one in closures if one.lodging_id == house.pk]
    return Row(
        centre,
        house,
        False,
        tuple(
            Cell(
                day,
                _in_week(own, day),
                tuple(
                    one
                    for one in shut
                    if one.first_night < day + WEEK + SUNDAY_BEFORE
                    and one.last_night >= day + SUNDAY_BEFORE
                ),
            )
            for day in days
        ),
    )


def _car_row(
    car: Car,
    *,
    centre: Centre,
    days: Sequence[date],
    stays: Sequence[Stay],
    closures: Sequence[CarClosure],
) -> Row:
    own = [stay for stay in stays if stay.car_id == car.pk]
    shut = [one for one in closures if one.car_id == car.pk]
    return Row(
        centre,
        car,
        True,
        tuple(
            Cell(
                day,
                _in_week(own, day),
                tuple(
                    one
                    for one in shut
                    if one.first_on < day + WEEK + SUNDAY_BEFORE
                    and one.last_on >= day + SUNDAY_BEFORE
                ),
            )
            for day in days
        ),
    )


def _in_week(stays: Sequence[Stay], monday: date) -> tuple[Stay, ...]:
    """Give the stays of the missions of a week."""
    return tuple(stay for stay in stays if stay.mission.monday == monday)
