"""The year of a doctor as weeks to tick: what each week is, quick picks, what saving changes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction

from relais.core import formats
from relais.core.actors import Actor
from relais.doctors.models import Doctor
from relais.engine import calendar_fr
from relais.engine.weeks import WEEK, monday_of, mondays
from relais.rota import queries as rota
from relais.rota import services
from relais.rota.states import ACTIVE, OfferSource, WeekState

SHOWN_WEEKS: Final = 52
YEAR: Final = 52 * WEEK
LAST_DAY: Final = timedelta(days=5)
LAST_YEAR: Final = "last-year"
HOLIDAYS: Final = "holidays"
MAINLAND: Final = ("A", "B", "C")


@dataclass(frozen=True, slots=True)
class WeekTile:
    """One week to tick. `held`: why it cannot be withdrawn, empty when it can."""

    monday: date
    words: str
    school: str
    public: tuple[str, ...]
    is_ticked: bool
    is_offered: bool
    state: WeekState | None
    held: str


@dataclass(frozen=True, slots=True)
class Month:
    """The weeks that begin in one month."""

    key: str
    name: str
    weeks: tuple[WeekTile, ...]


@dataclass(frozen=True, slots=True)
class Pick:
    """A quick pick: one button that ticks several weeks."""

    key: str
    label: str
    mondays: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Year:
    """The page: months of weeks, quick picks, and until when school holidays are known."""

    months: tuple[Month, ...]
    picks: tuple[Pick, ...]
    first: date
    last: date
    offered: int
    school_known: bool

    def ticked_by(self, key: str) -> frozenset[date]:
        """Give the Mondays that a quick pick ticks; nothing for a name that is none."""
        for month in self.months:
            if month.key == key:
                return frozenset(week.monday for week in month.weeks)
        return frozenset(day for pick in self.picks if pick.key == key for day in pick.mondays)


def year_of(doctor: Doctor, *, today: date, ticked: Collection[date] | None = None) -> Year:
    """Lay out the weeks of a doctor from next Monday on. 3 queries.

    `ticked` stands in for what is offered, when a page was sent back without being saved.
    """
    first = monday_of(today) + WEEK
    days = mondays(first, SHOWN_WEEKS)
    offers = {offer.monday for offer in rota.offers_of(doctor, since=first - YEAR)}
    states = {
        mission.monday: rota.week_state(mission.state, mission.monday, today=today)
        for mission in rota.missions_of(doctor, since=first)
        if mission.state in ACTIVE
    }
    standbys = {standby.monday for standby in rota.standbys_of(doctor, since=first)}
    shown = offers if ticked is None else set(ticked)
    zone = None if doctor.home is None else calendar_fr.school_zone(doctor.home.department)
    tiles = [
        _tile(
            monday,
            is_ticked=monday in shown or monday in states or monday in standbys,
            is_offered=monday in offers,
            state=states.get(monday),
            is_standby=monday in standbys,
            zone=zone,
        )
        for monday in days
    ]
    return Year(
        months=_months(tiles),
        picks=_picks(days, offers, zone),
        first=days[0],
        last=days[-1],
        offered=sum(monday in offers for monday in days),
        school_known=calendar_fr.school_zones_on_holiday(days[-1]) is not None,
    )


def _tile(
    monday: date,
    *,
    is_ticked: bool,
    is_offered: bool,
    state: WeekState | None,
    is_standby: bool,
    zone: str | None,
) -> WeekTile:
    held = ""
    if state is not None:
        held = f"mission {state.label}"
    elif is_standby:
        held = "en réserve"
    public = calendar_fr.holidays_in_week(monday)
    return WeekTile(
        monday=monday,
        words=_words(monday),
        school=_school(monday, zone),
        public=tuple(
            f"{formats.WEEKDAYS[day.weekday()]} {formats.day_of_month(day)} férié"
            for day in public
            if day.weekday() <= LAST_DAY.days
        ),
        is_ticked=is_ticked,
        is_offered=is_offered,
        state=state,
        held=held,
    )


def _words(monday: date) -> str:
    """Write a week shortly, under the name of its month: « 4 au 9 », « 28 au 2 janvier »."""
    saturday = monday + LAST_DAY
    words = f"{formats.day_of_month(monday)} au {formats.day_of_month(saturday)}"
    if monday.month == saturday.month:
        return words
    return f"{words}{formats.NBSP}{formats.MONTHS[saturday.month - 1]}"


def _school(monday: date, own_zone: str | None) -> str:
    """Say which zones are on holiday: those of the mainland, and the doctor's own elsewhere."""
    zones = calendar_fr.school_zones_on_holiday(monday) or frozenset()
    mainland = [zone for zone in MAINLAND if zone in zones]
    words = []
    if len(mainland) == len(MAINLAND):
        words.append("vacances scolaires")
    elif mainland:
        words.append(f"vacances {formats.agree(len(mainland), 'zone')} {formats.listing(mainland)}")
    if own_zone in zones and own_zone not in MAINLAND:
        words.append(f"vacances {own_zone}")
    return ", ".join(words)


def _months(tiles: Collection[WeekTile]) -> tuple[Month, ...]:
    grouped: dict[str, list[WeekTile]] = {}
    for tile in tiles:
        grouped.setdefault(f"{tile.monday:%Y-%m}", []).append(tile)
    return tuple(
        Month(key, formats.month_words(weeks[0].monday), tuple(weeks))
        for key, weeks in grouped.items()
    )


def _picks(days: Collection[date], offers: Collection[date], zone: str | None) -> tuple[Pick, ...]:
    found = []
    again = tuple(day for day in days if day - YEAR in offers)
    if again:
        found.append(Pick(LAST_YEAR, "Comme l’an dernier", again))
    if zone is not None:
        free = tuple(
            day for day in days if zone in (calendar_fr.school_zones_on_holiday(day) or ())
        )
        if free:
            label = f"Vacances de la zone {zone}" if len(zone) == 1 else f"Vacances ({zone})"
            found.append(Pick(HOLIDAYS, label, free))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving changed, in order."""

    added: tuple[date, ...]
    removed: tuple[date, ...]

    def sentence(self) -> str:
        """Say it: « Merci. 3 semaines ajoutées, 1 semaine retirée. »."""
        parts = []
        if self.added:
            count = len(self.added)
            parts.append(f"{formats.plural(count, 'semaine')} {formats.agree(count, 'ajoutée')}")
        if self.removed:
            count = len(self.removed)
            parts.append(f"{formats.plural(count, 'semaine')} {formats.agree(count, 'retirée')}")
        if not parts:
            return "Rien n’a changé : vos semaines étaient déjà notées."
        start = "Merci. " if self.added else "C’est noté. "
        return f"{start}{formats.listing(parts)}."


@transaction.atomic
def keep(
    doctor: Doctor,
    *,
    ticked: Collection[date],
    first: date,
    last: date,
    by: Actor,
    now: datetime,
    today: date,
) -> Saved:
    """Offer what is ticked and withdraw what is not, among the weeks that the page showed.

    Weeks that have begun since the page was opened, and weeks that hold a mission or a reserve, are
    left as they are.
    """
    begin = max(first, monday_of(today) + WEEK)
    shown = {day for day in mondays(begin, SHOWN_WEEKS) if begin <= day <= last}
    offers = {offer.monday for offer in rota.offers_of(doctor, since=begin)} & shown
    held = {
        mission.monday
        for mission in rota.missions_of(doctor, since=begin)
        if mission.state in ACTIVE
    } | {standby.monday for standby in rota.standbys_of(doctor, since=begin)}
    wanted = set(ticked) & shown
    gone = offers - wanted - held
    new = wanted - offers - held
    added: tuple[date, ...] = ()
    removed: tuple[date, ...] = ()
    if gone:
        removed = services.withdraw_weeks(doctor, mondays=gone, by=by, now=now).changed
    if new:
        added = services.offer_weeks(
            doctor, mondays=new, source=OfferSource.DOCTOR, by=by, now=now
        ).changed
    return Saved(added, removed)
