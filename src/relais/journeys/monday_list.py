"""Is next Monday ready? One list a line: what is there, what is missing, whom to call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import Q

from relais.agenda.models import Opening
from relais.agenda.states import PlaceKind
from relais.core import formats
from relais.doctors.models import Doctor
from relais.doctors.queries import bad_papers_of_all
from relais.engine.weeks import WEEK, weeks_between
from relais.network.models import Centre
from relais.rota import queries as rota
from relais.rota.queries import Arrival
from relais.rota.states import WeekState
from relais.stays import queries as stays_read
from relais.stays.models import Stay
from relais.stays.planning import Conflict, conflicts

LAST_DAY: Final = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Call:
    """Whom to call about something; without a telephone the name alone."""

    name: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that must be there on Monday. `words`: what is there, or what is missing."""

    label: str
    is_there: bool
    words: str
    call: Call | None = None


@dataclass(frozen=True, slots=True)
class LineReadiness:
    """One line in the week to come."""

    arrival: Arrival
    stay: Stay | None
    items: tuple[Item, ...]

    @property
    def missing(self) -> tuple[Item, ...]:
        """Give what is not there yet."""
        return tuple(item for item in self.items if not item.is_there)

    @property
    def missing_first(self) -> tuple[Item, ...]:
        """Give all items, what is missing first."""
        return tuple(sorted(self.items, key=lambda item: item.is_there))


def readiness(
    centres: Collection[Centre], *, monday: date, today: date
) -> tuple[LineReadiness, ...]:
    """Judge each line of some centres in the week of a Monday; closed weeks are left out.

    The number of queries does not grow with the centres. Raises ValueError for a week that is over.
    """
    ahead = weeks_between(today - timedelta(days=today.weekday()), monday)
    if ahead < 0:
        raise ValueError(f"the week of {monday} is over")
    arrivals = [
        one
        for one in rota.arrivals(centres, today=today, weeks=ahead + 1)
        if one.monday == monday and one.state is not WeekState.CLOSED
    ]
    missions = [one.mission for one in arrivals if one.mission is not None]
    stays = {
        stay.mission_id: stay
        for stay in stays_read.whole_stays().filter(
            mission__in=[mission.pk for mission in missions], released_at=None
        )
    }
    papers = bad_papers_of_all(
        [one.doctor for one in arrivals if one.doctor is not None], until=monday + LAST_DAY
    )
    trouble: dict[int, list[Conflict]] = defaultdict(list)
    for conflict in conflicts(centres, first=monday - WEEK, last=monday + WEEK, today=today):
        trouble[conflict.mission.pk].append(conflict)
    open_lines = _open_lines(arrivals, monday=monday)
    packs = stays_read.last_welcome(centre_ids=[centre.pk for centre in centres])
    found = []
    for arrival in arrivals:
        mission = arrival.mission
        stay = None if mission is None else stays.get(mission.pk)
        found.append(
            LineReadiness(
                arrival,
                stay,
                tuple(
                    _items(
                        arrival,
                        stay=stay,
                        papers=[
                            rule.label for rule in papers.get(getattr(arrival.doctor, "pk", 0), ())
                        ],
                        trouble=[] if mission is None else trouble[mission.pk],
                        is_open=arrival.line.pk in open_lines,
                        has_pack=arrival.centre.pk in packs,
                        today=today,
                    )
                ),
            )
        )
    return tuple(found)


def _items(
    arrival: Arrival,
    *,
    stay: Stay | None,
    papers: Sequence[str],
    trouble: Sequence[Conflict],
    is_open: bool,
    has_pack: bool,
    today: date,
) -> Iterator[Item]:
    doctor = arrival.doctor
    yield _doctor_item(arrival)
    if doctor is not None:
        yield Item(
            "Papiers",
            not papers,
            f"Il manque : {formats.listing(papers)}" if papers else "en règle jusqu’à samedi",
            _call(doctor) if papers else None,
        )
        yield from _stay_items(stay, trouble=trouble, doctor=doctor, today=today)
        yield _pack_item(stay, has_pack=has_pack)
    yield Item(
        "Agenda",
        is_open,
        "les consultations sont ouvertes" if is_open else "Aucune consultation n’est ouverte",
    )


def _doctor_item(arrival: Arrival) -> Item:
    doctor = arrival.doctor
    if doctor is None:
        return Item("Médecin", False, "Personne n’est prévu : appelez l’équipe centrale")
    ready = arrival.state in (WeekState.READY, WeekState.RUNNING, WeekState.DONE)
    if ready:
        return Item("Médecin", True, "sa venue est confirmée et tout est prêt de son côté")
    if arrival.state is WeekState.CONFIRMED:
        return Item("Médecin", True, "sa venue est confirmée")
    return Item("Médecin", False, "Sa réponse n’est pas encore là", _call(doctor))


def _stay_items(
    stay: Stay | None, *, trouble: Sequence[Conflict], doctor: Doctor, today: date
) -> Iterator[Item]:
    if stay is None:
        yield Item("Logement", False, "Le séjour n’est pas préparé")
        return
    house = [one.sentence for one in trouble if not one.is_about_car]
    lodging = stay.lodging
    host = None
    if lodging is not None and (lodging.host_name or lodging.host_phone):
        host = Call(lodging.host_name or "l’hôte", lodging.host_phone)
    if house or lodging is None:
        yield Item("Logement", False, " ".join(house) or "Aucun logement", host)
    else:
        yield Item("Logement", True, lodging.name)
    if lodging is not None and lodging.has_code:
        known = bool(lodging.sealed_code)
        yield Item(
            "Code d’entrée",
            known,
            "noté" if known else "Aucun code n’est noté",
            None if known else host,
        )
    car = [one.sentence for one in trouble if one.is_about_car]
    if car:
        yield Item("Voiture", False, " ".join(car), _call(doctor))
    elif stay.car is not None:
        yield Item("Voiture", True, stay.car.name)
    else:
        yield Item("Voiture", True, "pas besoin de celle du centre")
    if lodging is not None:
        yield _keys_item(stay)
    if stay.arrives_at is None:
        yield Item("Heure d’arrivée", False, "On ne sait pas encore", _call(doctor))
    else:
        day = formats.date_words(stay.arrives_on, today=today)
        words = f"{day}, {formats.time_words(stay.arrives_at)}"
        if stay.pick_up_at:
            words += f", à chercher : {stay.pick_up_at}"
        yield Item("Heure d’arrivée", True, words)


def _keys_item(stay: Stay) -> Item:
    lodging = stay.lodging
    if stay.keys_given_at is not None:
        return Item("Clés", True, "remises")
    places = [
        one.keys_where or one.keys_who
        for one in (lodging, stay.car)
        if one is not None and (one.keys_where or one.keys_who)
    ]
    missing = [
        one.name
        for one in (lodging, stay.car)
        if one is not None and not (one.keys_where or one.keys_who)
    ]
    if missing:
        return Item("Clés", False, f"On ne sait pas où sont celles de : {formats.listing(missing)}")
    return Item("Clés", True, formats.listing(list(dict.fromkeys(places))))


def _pack_item(stay: Stay | None, *, has_pack: bool) -> Item:
    if stay is not None and stay.welcome is not None:
        return Item("Livret d’accueil", True, f"envoyé, version {stay.welcome.number}")
    if not has_pack:
        return Item("Livret d’accueil", False, "Le centre n’a pas encore de livret : écrivez-le")
    return Item("Livret d’accueil", False, "Il n’est pas encore envoyé")


def _call(doctor: Doctor) -> Call:
    return Call(str(doctor), doctor.phone)


def _open_lines(arrivals: Sequence[Arrival], *, monday: date) -> frozenset[int]:
    """Give the lines that have consultations open in the week; one query."""
    ids = {arrival.centre.pk for arrival in arrivals}
    rows = Opening.objects.filter(centre_id__in=ids).exclude(kind=PlaceKind.CLOSED)
    week = rows.filter(
        Q(weekday__isnull=False) | Q(day__gte=monday, day__lt=monday + WEEK)
    ).values_list("centre_id", "line_id")
    painted: set[tuple[int, int | None]] = set(week)
    return frozenset(
        arrival.line.pk
        for arrival in arrivals
        if (arrival.centre.pk, None) in painted or (arrival.centre.pk, arrival.line.pk) in painted
    )
