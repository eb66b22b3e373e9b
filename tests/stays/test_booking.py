"""Houses and cars are given once, chosen by fit, shared only willingly, given back at the end."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.db import IntegrityError, transaction

from relais.core.models import AuditEntry
from relais.doctors.models import Companionship
from relais.rota.models import Mission
from relais.rota.states import MissionState
from relais.stays import planning, services
from relais.stays.models import AllowedDriver, CarDay, RoomNight, Stay
from relais.stays.states import TravelBy
from tests import factories
from tests.factories import MONDAY, NOW, TODAY, by

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def prepared(mission: Mission) -> Stay:
    return services.prepare(mission, by=by(), now=NOW)


def travel(stay: Stay, **changes: object) -> Stay:
    said = {
        "arrives_on": stay.arrives_on,
        "arrives_at": time(18),
        "leaves_on": stay.leaves_on,
        "leaves_at": None,
        "travel_by": TravelBy.CAR,
        "pick_up_at": "",
        "wants_car": True,
        "adults": 1,
        "children": 0,
        "pets": 0,
        "accepts_sharing": None,
        **changes,
    }
    return services.set_travel(stay, by=by(), now=NOW, **said)  # type: ignore[arg-type]


def two_missions() -> tuple[Mission, Mission]:
    centre = factories.centre(lines=2)
    one, two = centre.lines.order_by("number")
    return factories.mission(line_=one), factories.mission(line_=two)


def test_a_stay_takes_the_smallest_house_that_suits_and_says_why() -> None:
    mission = factories.mission(factories.doctor(brings_pet=True))
    centre = mission.line.centre
    factories.lodging(centre, name="Grande", capacity=8, pets_allowed=True)
    factories.lodging(centre, name="Petite", capacity=2, pets_allowed=True)
    factories.lodging(centre, name="Sans chien", capacity=1)
    factories.car(centre)
    stay = prepared(mission)
    assert stay.lodging is not None
    assert stay.lodging.name == "Petite"
    assert "animaux admis" in stay.because
    assert "2\u00a0places pour 1\u00a0personne" in stay.because
    assert RoomNight.objects.filter(stay=stay).count() == 2 * 6
    assert CarDay.objects.filter(stay=stay).count() == 7
    assert AuditEntry.objects.filter(verb="stays.prepared").count() == 1


def test_prepared_twice_changes_nothing() -> None:
    mission = factories.mission()
    factories.lodging(mission.line.centre)
    assert prepared(mission).pk == prepared(mission).pk
    assert AuditEntry.objects.filter(verb="stays.prepared").count() == 1


def test_only_a_confirmed_mission_has_a_stay() -> None:
    mission = factories.mission(state=MissionState.INVITED)
    with pytest.raises(ValueError, match="confirmed"):
        prepared(mission)


@pytest.mark.parametrize(
    ("model", "field"), [(RoomNight, "room"), (CarDay, "car")], ids=["room-night", "car-day"]
)
def test_the_database_itself_refuses_a_night_or_a_day_twice(model: type, field: str) -> None:
    one, two = two_missions()
    first = factories.stay(one)
    second = factories.stay(two)
    row = model.objects.filter(stay=first).first()
    row.pk, row.stay = None, second
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
    assert field


def test_a_house_for_one_goes_to_one_and_the_other_is_told_why() -> None:
    one, two = two_missions()
    house = factories.lodging(one.line.centre)
    assert prepared(one).lodging == house
    second = prepared(two)
    assert second.lodging is None
    assert f"occupé par {one.doctor}" in second.because
    sentences = [one.sentence for one in planning.conflicts_of(second, today=TODAY)]
    assert any("n’a pas de logement" in sentence for sentence in sentences)


def test_two_doctors_share_a_house_when_both_accept() -> None:
    one, two = two_missions()
    house = factories.lodging(one.line.centre, bedrooms=3, shareable=True)
    first, second = prepared(one), prepared(two)
    assert second.lodging is None
    travel(first, accepts_sharing=True)
    assert travel(second, accepts_sharing=False).lodging is None
    shared = travel(second, accepts_sharing=True)
    assert shared.lodging == house
    rooms = {
        stay.pk: set(RoomNight.objects.filter(stay=stay).values_list("room", flat=True))
        for stay in (first, shared)
    }
    assert rooms == {first.pk: {1}, shared.pk: {2}}
    assert planning.conflicts_of(shared, today=TODAY)[0].is_about_car  # no car, all else is well


def test_companions_share_without_being_asked() -> None:
    one, two = two_missions()
    pair = sorted((one.doctor, two.doctor), key=lambda doctor: doctor.pk)
    Companionship.objects.create(first=pair[0], second=pair[1])
    house = factories.lodging(one.line.centre, bedrooms=2, shareable=True)
    prepared(one)
    assert prepared(two).lodging == house


def test_sharing_stops_where_people_are_too_many() -> None:
    one, two = two_missions()
    factories.lodging(one.line.centre, bedrooms=2, capacity=4, shareable=True)
    first = travel(prepared(one), accepts_sharing=True)
    second = travel(prepared(two), accepts_sharing=True, adults=2, children=2)
    assert first.lodging is not None
    assert second.lodging is None


def test_one_week_after_another_fits_and_a_short_turn_is_told() -> None:
    line = factories.line()
    house = factories.lodging(line.centre, cleaning_hours=4)
    before = prepared(factories.mission(line_=line))
    after = prepared(factories.mission(line_=line, monday=factories.monday(1)))
    assert before.lodging == after.lodging == house
    assert [c for c in planning.conflicts_of(after, today=TODAY) if not c.is_about_car] == []
    travel(before, leaves_on=MONDAY + 6 * DAY, leaves_at=time(16))
    found = [c for c in planning.conflicts_of(after, today=TODAY) if not c.is_about_car]
    assert len(found) == 1
    assert "2\u00a0h pour le ménage" in found[0].sentence
    assert "partir plus tôt" in found[0].remedy


def test_staying_longer_never_takes_the_night_of_another() -> None:
    line = factories.line()
    factories.lodging(line.centre)
    first = prepared(factories.mission(line_=line))
    second = prepared(factories.mission(line_=line, monday=factories.monday(1)))
    longer = travel(first, leaves_on=first.leaves_on + 3 * DAY)
    assert longer.lodging is None
    assert Stay.objects.get(pk=second.pk).lodging is not None
    assert RoomNight.objects.filter(stay=second).count() == 2 * 6


def test_a_mission_that_ends_gives_its_house_back() -> None:
    one, two = two_missions()
    house = factories.lodging(one.line.centre)
    prepared(one)
    second = prepared(two)
    released = services.release(one, by=by(), now=NOW)
    assert released is not None
    assert services.release(one, by=by(), now=NOW) is None
    assert RoomNight.objects.count() == CarDay.objects.count() == 0
    assert services.settle(second, by=by(), now=NOW).lodging == house
    again = prepared(one)  # the mission is confirmed again: its stay is the same row
    assert (again.pk, again.lodging) == (released.pk, None)


def test_by_hand_a_taken_house_is_refused_and_a_small_one_is_told() -> None:
    one, two = two_missions()
    house = factories.lodging(one.line.centre, name="Gîte du Moulin")
    small = factories.lodging(one.line.centre, name="Studio", capacity=1, family_welcome=False)
    stay = travel(prepared(one), adults=2, children=1)
    assert stay.lodging == house
    other = prepared(two)
    with pytest.raises(services.BookingRefusal, match="Gîte du Moulin n’est pas libre"):
        services.book_lodging(other, lodging=house, by=by(), now=NOW)
    moved = services.book_lodging(other, lodging=None, by=by(), now=NOW)
    assert moved.lodging is None
    tight = services.book_lodging(stay, lodging=small, by=by(), now=NOW)
    sentence = planning.conflicts_of(tight, today=TODAY)[0].sentence
    assert "1\u00a0place pour 3\u00a0personnes" in sentence
    assert "n’accueille pas les familles" in sentence


def test_a_closed_house_is_not_chosen_and_a_later_closure_is_a_conflict() -> None:
    mission = factories.mission()
    house = factories.lodging(mission.line.centre, name="Gîte")
    house.closures.create(first_night=MONDAY, last_night=MONDAY + DAY, reason="travaux")
    stay = prepared(mission)
    assert stay.lodging is None
    assert "indisponible du lundi 11 au mardi 12" in stay.because
    house.closures.all().delete()
    stay = services.settle(stay, by=by(), now=NOW)
    house.closures.create(first_night=MONDAY, last_night=MONDAY, reason="travaux")
    assert "Gîte est indisponible" in planning.conflicts_of(stay, today=TODAY)[0].sentence


def test_a_car_is_lent_to_one_insured_and_by_declared_name() -> None:
    one, two = two_missions()
    centre = one.line.centre
    factories.lodging(centre)
    factories.lodging(centre)
    car = factories.car(centre, insured_until=MONDAY + DAY)
    stay = prepared(one)
    assert stay.car is None
    assert "assurée jusqu’au" in stay.car_because
    car.insured_until, car.named_drivers = None, True
    car.save()
    stay = services.settle(stay, by=by(), now=NOW)
    assert stay.car == car
    assert "L’assureur" in planning.conflicts_of(stay, today=TODAY)[0].sentence
    services.declare_driver(car, doctor=one.doctor, by=by(), now=NOW)
    services.declare_driver(car, doctor=one.doctor, by=by(), now=NOW)
    assert AllowedDriver.objects.count() == 1
    assert planning.conflicts_of(stay, today=TODAY) == ()
    second = prepared(two)
    assert f"prise par {one.doctor}" in second.car_because
    with pytest.raises(services.BookingRefusal, match="n’est pas libre"):
        services.book_car(second, car=car, by=by(), now=NOW)
    without = travel(second, wants_car=False)
    assert planning.conflicts_of(without, today=TODAY) == ()


def test_kilometres_go_forward() -> None:
    stay = factories.stay(factories.mission())
    services.note_kilometres(stay, start_km=51_000, end_km=None, by=by(), now=NOW)
    trip = services.note_kilometres(stay, start_km=51_000, end_km=51_240, by=by(), now=NOW)
    assert (trip.start_km, trip.end_km) == (51_000, 51_240)
    with pytest.raises(services.TripRefusal, match="plus petit"):
        services.note_kilometres(stay, start_km=51_000, end_km=50_000, by=by(), now=NOW)


@pytest.mark.parametrize(("arrives", "leaves"), [(1, 5), (-9, 5), (-1, 3), (-1, 14)])
def test_days_far_from_the_week_are_refused(arrives: int, leaves: int) -> None:
    stay = factories.stay(factories.mission())
    with pytest.raises(services.TravelRefusal):
        travel(stay, arrives_on=MONDAY + arrives * DAY, leaves_on=MONDAY + leaves * DAY)
