"""What does not fit in the stays of some centres, in words, with what to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from relais.core import formats
from relais.network.models import Centre
from relais.premises.models import CarClosure, LodgingClosure
from relais.rota.models import Mission
from relais.rota.states import FIRM, MissionState
from relais.stays.models import AllowedDriver, RoomNight, Stay
from relais.stays.planning.fits import hours_between, misfits
from relais.stays.queries.pages import whole_stays


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing that does not fit. `stay` is None for a mission whose stay was never prepared.

    `sentence`: what happens; `remedy`: what to do about it. `is_about_car`: the lodging is fine.
    """

    centre: Centre
    mission: Mission
    stay: Stay | None
    sentence: str
    remedy: str
    is_about_car: bool = False


def conflicts_of(stay: Stay, *, today: date) -> tuple[Conflict, ...]:
    """List what does not fit in one stay."""
    found = conflicts(
        [stay.mission.line.centre], first=stay.arrives_on, last=stay.leaves_on, today=today
    )
    return tuple(one for one in found if one.stay is not None and one.stay.pk == stay.pk)


def conflicts(
    centres: Collection[Centre], *, first: date, last: date, today: date
) -> tuple[Conflict, ...]:
    """List what does not fit in the stays that touch some days, by arrival. Seven queries."""
    ids = [centre.pk for centre in centres]
    stays = list(
        whole_stays().filter(
            mission__line__centre_id__in=ids,
            released_at=None,
            arrives_on__lte=last,
            leaves_on__gte=first,
        )
    )
    found = [
        *_unprepared(ids, first=first, last=last),
        *_lodging_conflicts(stays, today=today),
        *_sharing_conflicts(stays),
        *_cleaning_conflicts(stays, today=today),
        *_car_conflicts(stays, today=today),
    ]
    found.sort(key=lambda one: (one.mission.monday, one.centre.name, one.mission.pk))
    return tuple(found)


def _unprepared(ids: Collection[int], *, first: date, last: date) -> Iterator[Conflict]:
    """Find confirmed missions without a stay, and stays of missions that ended."""
    rows = (
        Mission.objects.filter(
            line__centre_id__in=ids, monday__gte=first, monday__lte=last, state__in=FIRM
        )
        .exclude(pk__in=Stay.objects.filter(released_at=None).values("mission"))
        .select_related("doctor", "line__centre")
        .order_by("monday", "id")
    )
    for mission in rows:
        yield Conflict(
            centre=mission.line.centre,
            mission=mission,
            stay=None,
            sentence=f"Le séjour du {mission.doctor} n’est pas préparé.",
            remedy="Préparez-le : le logement et la voiture sont choisis pour vous.",
        )


def _lodging_conflicts(stays: Sequence[Stay], *, today: date) -> Iterator[Conflict]:
    closures: dict[int, list[LodgingClosure]] = defaultdict(list)
    lodging_ids = {stay.lodging_id for stay in stays if stay.lodging_id is not None}
    for closure in LodgingClosure.objects.filter(lodging_id__in=lodging_ids).order_by(
        "first_night", "id"
    ):
        closures[closure.lodging_id].append(closure)
    for stay in stays:
        doctor = stay.mission.doctor
        if MissionState(stay.mission.state) not in FIRM:
            yield _conflict(
                stay,
                f"La mission du {doctor} n’est plus confirmée, son séjour retient une place.",
                "Libérez le séjour, ou attendez sa nouvelle réponse.",
            )
        if stay.lodging is None:
            yield _conflict(
                stay,
                f"Le {doctor} n’a pas de logement. {stay.because}",
                "Choisissez un logement malgré tout, demandez à un hôte, ou changez les jours.",
            )
            continue
        wrong = misfits(stay.lodging, stay=stay)
        if wrong:
            yield _conflict(
                stay,
                f"{stay.lodging.name} ne convient pas au {doctor} : {formats.listing(wrong)}.",
                "Choisissez un autre logement, ou appelez le médecin pour en parler.",
            )
        for closure in closures[stay.lodging.pk]:
            if closure.first_night < stay.leaves_on and closure.last_night >= stay.arrives_on:
                days = formats.period_words(closure.first_night, closure.last_night, today=today)
                yield _conflict(
                    stay,
                    f"{stay.lodging.name} est indisponible {days}, pendant le séjour du {doctor}.",
                    "Choisissez un autre logement pour ce séjour.",
                )


def _sharing_conflicts(stays: Sequence[Stay]) -> Iterator[Conflict]:
    """Find two doctors in one house who have not both said that they accept it."""
    by_house: dict[int, list[Stay]] = defaultdict(list)
    for stay in stays:
        if stay.lodging_id is not None:
            by_house[stay.lodging_id].append(stay)
    nights = RoomNight.objects.filter(stay__in=[stay.pk for stay in stays])
    slept = set(nights.values_list("stay_id", flat=True))
    for house in by_house.values():
        for at, stay in enumerate(house):
            for other in house[at + 1 :]:
                together = other.arrives_on < stay.leaves_on and stay.arrives_on < other.leaves_on
                if not together or not {stay.pk, other.pk} <= slept:
                    continue
                refuses = [
                    str(one.mission.doctor) for one in (stay, other) if one.accepts_sharing is False
                ]
                if refuses and stay.lodging is not None:
                    yield _conflict(
                        stay,
                        f"{stay.lodging.name} est partagé, et {formats.listing(refuses)}"
                        " préfère ne pas partager.",
                        "Trouvez un autre logement pour l’un des deux médecins.",
                    )


def _cleaning_conflicts(stays: Sequence[Stay], *, today: date) -> Iterator[Conflict]:
    by_house: dict[int, list[Stay]] = defaultdict(list)
    for stay in stays:
        if stay.lodging_id is not None:
            by_house[stay.lodging_id].append(stay)
    for house in by_house.values():
        for before, after in pairwise(sorted(house, key=lambda one: (one.arrives_on, one.pk))):
            lodging = after.lodging
            if lodging is None or before.leaves_on > after.arrives_on:
                continue
            hours = hours_between(before, after)
            if hours < lodging.cleaning_hours:
                day = formats.date_words(after.arrives_on, today=today)
                left = formats.hours_minutes(max(0, round(hours * 60)))
                yield _conflict(
                    after,
                    f"{day[:1].upper()}{day[1:]}, {left} pour le ménage de {lodging.name} entre "
                    f"le départ du {before.mission.doctor} et l’arrivée du {after.mission.doctor} ;"
                    f" il en faut {formats.plural(lodging.cleaning_hours, 'heure')}.",
                    f"Demandez au {before.mission.doctor} de partir plus tôt, ou au "
                    f"{after.mission.doctor} d’arriver plus tard.",
                )


def _car_conflicts(stays: Sequence[Stay], *, today: date) -> Iterator[Conflict]:
    cars = {stay.car_id for stay in stays if stay.car_id is not None}
    closures: dict[int, list[CarClosure]] = defaultdict(list)
    for closure in CarClosure.objects.filter(car_id__in=cars).order_by("first_on", "id"):
        closures[closure.car_id].append(closure)
    declared = set(AllowedDriver.objects.filter(car_id__in=cars).values_list("car_id", "doctor_id"))
    for stay in stays:
        doctor, car = stay.mission.doctor, stay.car
        if car is None:
            if stay.wants_car:
                yield _conflict(
                    stay,
                    f"Le {doctor} n’a pas de voiture du centre. {stay.car_because}",
                    "Demandez-lui si elle ou il vient avec la sienne, ou trouvez-en une autre.",
                    car=True,
                )
            continue
        if car.insured_until is not None and car.insured_until < stay.leaves_on:
            end = formats.date_words(car.insured_until, today=today, weekday=False)
            yield _conflict(
                stay,
                f"{car.name} n’est assurée que jusqu’au {end}.",
                "Renouvelez l’assurance et notez la nouvelle date.",
                car=True,
            )
        if car.named_drivers and (car.pk, doctor.pk) not in declared:
            yield _conflict(
                stay,
                f"L’assureur de {car.name} ne connaît pas encore le {doctor}.",
                "Donnez son nom à l’assureur, puis notez-le ici.",
                car=True,
            )
        for closure in closures[car.pk]:
            if closure.first_on <= stay.leaves_on and closure.last_on >= stay.arrives_on:
                days = formats.period_words(closure.first_on, closure.last_on, today=today)
                yield _conflict(
                    stay,
                    f"{car.name} est indisponible {days}, pendant le séjour du {doctor}.",
                    "Choisissez une autre voiture, ou prévenez le médecin.",
                    car=True,
                )


def _conflict(stay: Stay, sentence: str, remedy: str, *, car: bool = False) -> Conflict:
    return Conflict(
        centre=stay.mission.line.centre,
        mission=stay.mission,
        stay=stay,
        sentence=sentence.strip(),
        remedy=remedy,
        is_about_car=car,
    )
