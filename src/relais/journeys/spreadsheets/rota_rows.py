"""Weeks that doctors offer, missions that stand: read against the rota, then written through it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from relais.core.actors import Actor
from relais.core.formats import listing
from relais.engine.weeks import monday_of
from relais.journeys import relay
from relais.journeys.readiness import require_ready
from relais.journeys.spreadsheets.book import Book, Person, Place, refused_at
from relais.journeys.spreadsheets.cells import EMPTY, LOCKED
from relais.journeys.spreadsheets.kinds import MISSIONS, OFFERS, WEEK_COLUMN
from relais.journeys.spreadsheets.reading import Record
from relais.network import queries as network
from relais.network.models import Closure
from relais.network.queries import ClosedWeeks
from relais.rota import services as rota
from relais.rota.models import Mission, Offer
from relais.rota.services import Placement
from relais.rota.states import ACTIVE, MissionState, OfferSource

_STEPS: Final = (
    MissionState.PROPOSED,
    MissionState.INVITED,
    MissionState.CONFIRMED,
    MissionState.READY,
)


@dataclass(frozen=True, slots=True)
class NewMission:
    """A mission to note."""

    person: Person
    place: Place
    line: int
    monday: date
    state: MissionState
    is_locked: bool
    note: str
    record: Record


@dataclass(frozen=True, slots=True)
class Move:
    """A mission that stands, and what a table says of it."""

    mission: Mission
    state: MissionState
    locks: bool
    record: Record


@dataclass
class RotaRows:
    """The rota as it is, and what the tables add to it."""

    book: Book
    offers: dict[str, tuple[Person, set[date]]] = field(default_factory=dict)
    new_missions: list[NewMission] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    _standing: dict[tuple[str, date], Mission] = field(default_factory=dict)
    _taken: dict[tuple[str, int, date], str] = field(default_factory=dict)
    _told: dict[tuple[str, date], tuple[Place, object, Record]] = field(default_factory=dict)
    _closed: ClosedWeeks | None = None
    _closed_for_all: dict[date, bool] = field(default_factory=dict)

    def read(self) -> None:
        """Read the tables of offers and missions."""
        self._read_offers()
        self._read_missions()

    # offers

    def _read_offers(self) -> None:
        book, tally = self.book, self.book.tally(OFFERS)
        known: dict[str, set[date]] = defaultdict(set)
        for key, monday in Offer.objects.values_list("doctor__key", "monday"):
            known[key].add(monday)
        told: dict[tuple[str, date], Record] = {}
        this_week = monday_of(book.today)
        for record in book.records(OFFERS):
            person = book.person(record)
            if person is None:
                continue
            for monday in self._weeks(record):
                first = told.setdefault((person.key, monday), record)
                if first is not record:
                    book.notice(
                        record,
                        "again",
                        f"{person} offre déjà le {monday:%d/%m/%Y} à la ligne {first.line}, une "
                        "fois suffit.",
                    )
                    continue
                if monday in known[person.key]:
                    tally.keep()
                    continue
                if monday < this_week:
                    book.notice(record, "past", f"la semaine du {monday:%d/%m/%Y} est déjà passée.")
                elif self._closed_everywhere(monday):
                    book.notice(
                        record,
                        "closed",
                        f"aucun centre n’est ouvert la semaine du {monday:%d/%m/%Y}.",
                    )
                self.offers.setdefault(person.key, (person, set()))[1].add(monday)
                tally.add(f"{person}, semaine du {monday:%d/%m/%Y}")

    def _weeks(self, record: Record) -> Iterator[date]:
        """Give the weeks of a row: one, or those that are ticked in a wide table."""
        monday = record.get("monday")
        wide = [name for name in record.values if name.startswith(WEEK_COLUMN)]
        if monday is not EMPTY:
            yield monday
        elif not wide and not record.is_unread("monday"):
            self.book.wrong(
                record, "monday", None, "la semaine manque", "Écrivez le lundi de la semaine."
            )
        for name in wide:
            if record.get(name) is True:
                day = date.fromisoformat(name.removeprefix(WEEK_COLUMN))
                if day == monday_of(day):
                    yield day

    # missions

    def _read_missions(self) -> None:
        records = [
            record for record in self.book.records(MISSIONS) if not self.book.is_ghost(record)
        ]
        if not records:
            return
        self._load()
        # Rows that name their line come first: the others take what is left.
        records.sort(key=lambda record: record.get("line") is EMPTY)
        for record in records:
            person, place = self.book.person(record), self.book.place(record)
            monday = record.get("monday")
            if monday is EMPTY and not record.is_unread("monday"):
                self.book.wrong(
                    record, "monday", None, "la semaine manque", "Écrivez le lundi de la semaine."
                )
            if person is None or place is None or monday is EMPTY:
                continue
            if not record.is_unread("status", "line", "locked"):
                self._take(person, place, monday, record)

    def _load(self) -> None:
        missions = Mission.objects.filter(state__in=ACTIVE).select_related(
            "doctor", "line", "line__centre"
        )
        for mission in missions.order_by("monday", "line_id", "id"):
            self._standing[mission.doctor.key, mission.monday] = mission
            place = (mission.line.centre.key, mission.line.number, mission.monday)
            self._taken[place] = str(mission.doctor)

    def _take(self, person: Person, place: Place, monday: date, record: Record) -> None:
        tally = self.book.tally(MISSIONS)
        state, locks = self._wanted(record, monday)
        before = self._told.get((person.key, monday))
        if before is not None:
            self._repeated(before, person, place, (state, locks), record)
            return
        self._told[person.key, monday] = (place, (state, locks), record)
        standing = self._standing.get((person.key, monday))
        if standing is not None:
            self._compare(standing, person, place, state, locks=locks, record=record)
            return
        number = self._line(place, monday, record)
        if number is None:
            return
        self._taken[place.key, number, monday] = str(person)
        self._notice_closed(place, monday, record)
        note = record.get("note")
        self.new_missions.append(
            NewMission(
                person,
                place,
                number,
                monday,
                state,
                locks,
                "" if note is EMPTY else note,
                record,
            )
        )
        tally.add(f"{person} à {place.name}, semaine du {monday:%d/%m/%Y}")

    def _wanted(self, record: Record, monday: date) -> tuple[MissionState, bool]:
        """Say in which state a row wants its mission, and whether locked.

        « Verrouillée » in the past only says that it was done.
        """
        past = monday <= self.book.today
        status, locks = record.get("status"), record.get("locked") is True
        if status is EMPTY:
            return (MissionState.CONFIRMED if past else MissionState.PROPOSED), locks
        if status == LOCKED:
            return MissionState.CONFIRMED, locks or not past
        return MissionState(status), locks

    def _repeated(
        self,
        before: tuple[Place, object, Record],
        person: Person,
        place: Place,
        wanted: tuple[MissionState, bool],
        record: Record,
    ) -> None:
        first_place, first_wanted, first = before
        if first_place is place and first_wanted == wanted:
            text = f"cette mission est déjà à la ligne {first.line}, une fois suffit."
            self.book.notice(record, "again", text)
        elif first_place is place:
            self.book.wrong(
                record,
                "status",
                wanted[0].label,
                f"contredit la ligne {first.line}",
                "Gardez une seule des deux lignes.",
            )
        else:
            self.book.wrong(
                record,
                "centre",
                place.name,
                f"ne va pas : {person} est à {first_place.name} cette semaine-là, "
                f"ligne {first.line}",
                "Gardez une seule des deux lignes.",
            )

    def _compare(
        self,
        standing: Mission,
        person: Person,
        place: Place,
        state: MissionState,
        *,
        locks: bool,
        record: Record,
    ) -> None:
        """Say what a row changes of a mission that stands; it never goes back."""
        book, tally = self.book, self.book.tally(MISSIONS)
        if standing.line.centre.key != place.key:
            book.wrong(
                record,
                "centre",
                place.name,
                f"ne va pas : {person} a déjà une mission à {standing.line.centre.name} cette "
                "semaine-là",
                "Annulez-la d’abord dans le planning, ou retirez cette ligne.",
            )
            return
        now = MissionState(standing.state)
        locks = locks and not standing.is_locked
        if _STEPS.index(state) < _STEPS.index(now):
            if record.get("status") not in (EMPTY, LOCKED):
                book.notice(
                    record,
                    "back",
                    f"la mission de {person} est déjà {now.label}, elle le reste.",
                )
            state = now
        if state == now and not locks:
            tally.keep()
            return
        self.moves.append(Move(standing, state, locks, record))
        words = [state.label] if state != now else []
        words += ["verrouillée"] if locks else []
        tally.change(f"{person} à {place.name}, {standing.monday:%d/%m/%Y} : {listing(words)}")

    def _line(self, place: Place, monday: date, record: Record) -> int | None:
        """Find the line of a new mission: the one it names, else the first that is free."""
        wanted = record.get("line")
        if wanted is not EMPTY:
            holder = self._taken.get((place.key, wanted, monday))
            if wanted not in place.lines:
                self.book.wrong(
                    record,
                    "line",
                    wanted,
                    f"n’est pas une ligne de {place.name}",
                    "Corrigez le numéro, ou ajoutez la ligne au tableau Lignes.",
                )
                return None
            if holder is not None:
                self._full(place, monday, record, [holder])
                return None
            return int(wanted)
        active = [number for number, line in sorted(place.lines.items()) if line.is_active(monday)]
        idle = [number for number in sorted(place.lines) if number not in active]
        for number in (*active, *idle):
            if (place.key, number, monday) not in self._taken:
                if number in idle:
                    self.book.notice(
                        record, "idle", f"la ligne {number} de {place.name} n’est pas active alors."
                    )
                return number
        holders = [self._taken[place.key, number, monday] for number in sorted(place.lines)]
        self._full(place, monday, record, holders)
        return None

    def _full(self, place: Place, monday: date, record: Record, holders: list[str]) -> None:
        who = f" ({listing(holders)})" if holders else ""
        self.book.wrong(
            record,
            "monday",
            f"{monday:%d/%m/%Y}",
            f"n’a plus de place à {place.name}{who}",
            "Retirez cette ligne, ou annulez d’abord l’autre mission.",
        )

    def _notice_closed(self, place: Place, monday: date, record: Record) -> None:
        closed = (place.opens_on is not None and monday < place.opens_on) or (
            place.closes_on is not None and monday >= place.closes_on
        )
        if not closed and place.centre is not None:
            closed = self._closures().is_closed(place.centre.pk, monday)
        if closed:
            self.book.notice(
                record,
                "closed",
                f"{place.name} est fermé la semaine du {monday:%d/%m/%Y}.",
            )

    def _closed_everywhere(self, monday: date) -> bool:
        if monday not in self._closed_for_all:
            centres = [place.centre for place in self.book.places.by_key.values() if place.centre]
            self._closed_for_all[monday] = bool(centres) and all(
                self._closures().is_closed(centre.pk, monday) for centre in centres
            )
        return self._closed_for_all[monday]

    def _closures(self) -> ClosedWeeks:
        """Give the weeks closed in the database; those of the same import are not seen here."""
        if self._closed is None:
            rows = list(Closure.objects.select_related("centre").order_by("pk"))
            first = min((row.first_on for row in rows), default=self.book.today)
            last = max((row.last_on for row in rows), default=self.book.today)
            weeks = (last - monday_of(first)).days // 7 + 1
            self._closed = network.closed_weeks(
                rows, first_monday=monday_of(first), weeks=max(weeks, 1)
            )
        return self._closed

    # writing

    def write(self, *, by: Actor, now: datetime) -> None:
        """Write what was read, through the services of the rota."""
        if self.offers:
            rota.note_offers(
                {person.row(): mondays for person, mondays in self.offers.values()},
                source=OfferSource.IMPORT,
                by=by,
                now=now,
            )
        placements = []
        for one in self.new_missions:
            line = one.place.lines[one.line].line
            if line is None:
                raise RuntimeError(f"line {one.line} of {one.place.key} is not written yet")
            line.centre = one.place.row()
            if one.state == MissionState.READY:
                with refused_at(one.record):
                    require_ready(one.person.row(), monday=one.monday, now=now)
            placements.append(
                Placement(one.person.row(), line, one.monday, one.state, one.is_locked, one.note)
            )
        if placements:
            rota.note_missions(placements, by=by, now=now, why="import d’un tableau")
        for move in self.moves:
            with refused_at(move.record):
                self._move(move, by=by, now=now)

    def _move(self, move: Move, *, by: Actor, now: datetime) -> None:
        mission = move.mission
        if move.state == MissionState.INVITED and mission.state == MissionState.PROPOSED:
            rota.invite(mission, by=by, now=now)
        if move.state in (MissionState.CONFIRMED, MissionState.READY) and mission.state in (
            MissionState.PROPOSED,
            MissionState.INVITED,
        ):
            rota.confirm(mission, by=by, now=now)
        if move.state == MissionState.READY and mission.state == MissionState.CONFIRMED:
            relay.mark_ready(mission, by=by, now=now)
        if move.locks:
            rota.lock(mission, by=by, now=now)
