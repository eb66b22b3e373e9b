"""Houses and cars of the demonstration, and what doctors say of their coming: all invented.

One house closes during a stay, a car's insurance ends soon, some doctors have not said when they
come: there is something to settle on the first day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final

from relais.core.actors import Actor
from relais.engine.weeks import WEEK
from relais.journeys import staying
from relais.network.models import Centre
from relais.premises import services as premises
from relais.premises.models import Lodging
from relais.premises.states import Gearbox
from relais.rota.models import Mission
from relais.rota.states import FIRM
from relais.stays import queries as stays_read
from relais.stays import services as stays
from relais.stays.defaults import first_words
from relais.stays.models import Stay
from relais.stays.states import Section, TravelBy

HOUSES: Final = (
    ("Gîte du Moulin", "3 chemin du Moulin", 2, 5),
    ("Maison de l’Instituteur", "12 rue de l’École", 3, 6),
)
CARS: Final = (("Clio grise", Gearbox.MANUAL), ("Zoé blanche", Gearbox.AUTOMATIC))
TOLD_WEEKS: Final = 3  # how far ahead doctors have said when they come (hypothesis)
ARRIVALS: Final = (time(17), time(18, 30), time(20))
_NIGHT: Final = (
    "- la coordination, de 7 h à 22 h : 05 55 00 01 20\n"
    "- le voisin de la maison, pour une panne ou une clé : 05 55 00 01 21\n"
    "- le 15 pour une urgence vitale"
)
_PLACES: Final = (
    "- le marché du jeudi matin, sur la place\n"
    "- le sentier des étangs, une heure à pied depuis la maison\n"
    "- la table de la gare, ouverte le soir du mercredi au dimanche"
)


def lend_houses(
    centres: Mapping[str, Centre], *, this_monday: date, by: Actor, now: datetime
) -> None:
    """Note a house and a car a line in each centre, two at most, and write the welcome packs."""
    for number, centre in enumerate(centres.values()):
        lines = min(centre.lines.count(), len(HOUSES))
        for name, address, bedrooms, capacity in HOUSES[: max(1, lines)]:
            house = premises.add_lodging(
                centre,
                name=name,
                address=f"{address}, {centre.name}",
                directions="Après l’église, la deuxième à droite. Le portail est vert.",
                bedrooms=bedrooms,
                capacity=capacity,
                pets_allowed=centre.pets_allowed,
                step_free=centre.step_free,
                shareable=bedrooms > 2,
                house_rules="Pas de bruit après 22 h.\nLe poêle se vide le matin, froid.",
                host_name="Mme Lavaud",
                host_phone="05 55 00 01 10",
                keys_where="boîte à clés, à gauche de la porte",
                keys_who="la coordination",
                keys_phone="05 55 00 01 20",
                by=by,
                now=now,
            )
            premises.set_code(house, code=f"{4000 + 137 * number + bedrooms:04d}B", by=by, now=now)
        for at, (name, gearbox) in enumerate(CARS[: max(1, lines)]):
            premises.add_car(
                centre,
                name=name,
                plate=f"GA-{100 + 10 * number + at}-RL",
                gearbox=gearbox,
                insured_until=this_monday + (52 - 3 * number) * WEEK,
                breakdown_phone="09 70 00 00 10",
                keys_where="à l’accueil du centre",
                keys_who="la coordination",
                by=by,
                now=now,
            )
        words = {Section(code): text for code, text in first_words().items()}
        words |= {Section.NIGHT: _NIGHT, Section.PLACES: _PLACES}
        stays.publish(centre, sections=words, after=0, by=by, now=now)


def tell_the_stays(this_monday: date, *, troubled: Centre, by: Actor, now: datetime) -> None:
    """Prepare what was confirmed before houses were noted; let most doctors say how they come.

    At `troubled` the house of the week after next is closed for works: a conflict to settle.
    """
    confirmed = Mission.objects.filter(monday__gte=this_monday, state__in=FIRM)
    for mission in confirmed.select_related("doctor", "line__centre").order_by("monday", "pk"):
        stays.prepare(mission, by=by, now=now)
    soon = stays_read.whole_stays().filter(
        mission__monday__lte=this_monday + TOLD_WEEKS * WEEK, released_at=None
    )
    for number, stay in enumerate(soon):
        if number % 5 != 4:  # one in five has not said anything yet
            _say(stay, number=number, by=by, now=now)
    staying.send_due_welcomes(now)
    closed = this_monday + 2 * WEEK
    house = Lodging.objects.filter(centre=troubled).order_by("name").first()
    if house is not None:
        premises.close_lodging(
            house,
            first_night=closed,
            last_night=closed + timedelta(days=3),
            reason="chaudière à changer",
            by=by,
            now=now,
        )


def _say(stay: Stay, *, number: int, by: Actor, now: datetime) -> None:
    doctor = stay.mission.doctor
    family = doctor.brings_family
    by_train = number % 7 == 3
    stays.set_travel(
        stay,
        arrives_on=stay.arrives_on,
        arrives_at=ARRIVALS[number % len(ARRIVALS)],
        leaves_on=stay.leaves_on,
        leaves_at=time(14),
        travel_by=TravelBy.TRAIN if by_train else TravelBy.CAR,
        pick_up_at="la gare, train de 17 h 42" if by_train else "",
        wants_car=True,
        adults=2 if family else 1,
        children=2 if family else 0,
        pets=1 if doctor.brings_pet else 0,
        accepts_sharing=True if number % 3 == 0 else None,
        by=by,
        now=now,
    )
