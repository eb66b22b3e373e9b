"""Acts, centres, lines, closures and needs: read against the network, then written through it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.text import slugify

from relais.core.actors import Actor
from relais.doctors.queries import plain
from relais.engine.weeks import WEEK
from relais.journeys.spreadsheets.book import (
    Act,
    Book,
    LinePlan,
    Place,
    communes_of,
    refused_at,
    where,
)
from relais.journeys.spreadsheets.cells import EMPTY
from relais.journeys.spreadsheets.kinds import CENTRES, CLOSURES, LINES, NEEDS, PRACTICES
from relais.journeys.spreadsheets.reading import Record
from relais.network import services as network
from relais.network.models import Centre, Closure, Line, Practice, PracticeNeed
from relais.network.queries import CONSULTATION_DAYS
from relais.network.states import ClosureReason

_EVERYWHERE = frozenset({"", "tous", "tous les centres", "tout le reseau", "*"})
_LABELS = {
    "name": "nom",
    "finess": "FINESS",
    "commune": "commune",
    "latitude": "latitude",
    "longitude": "longitude",
    "time_zone": "fuseau",
    "address": "adresse",
    "phone": "téléphone",
    "opens_on": "ouverture",
    "closes_on": "fermeture",
    "family_places": "places famille",
    "pets_allowed": "animaux",
    "step_free": "plain-pied",
    "position_note": "précision",
}
_SAID = tuple(name for name in _LABELS if name not in {"commune", "latitude", "longitude"})


@dataclass
class NetworkRows:
    """The network as it is, and what the tables add to it."""

    book: Book
    labels: dict[str, str] = field(default_factory=dict)
    new_closures: list[tuple[Place | None, date, date, ClosureReason, str, Record]] = field(
        default_factory=list
    )
    needs: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    needs_changed: dict[str, Record] = field(default_factory=dict)

    def read(self) -> None:
        """Read every table of the network."""
        self._load()
        self._read_acts()
        self._read_centres()
        self._read_lines()
        self._count_lines()
        self._read_closures()
        self._read_needs()

    def _load(self) -> None:
        for centre in Centre.objects.select_related("commune").order_by("pk"):
            place = Place(
                centre.key,
                centre.name,
                centre,
                opens_on=centre.opens_on,
                closes_on=centre.closes_on,
            )
            self._enrol(place, centre.finess)
        by_id = {place.row().pk: place for place in self.book.places.by_key.values()}
        for line in Line.objects.order_by("centre_id", "number"):
            plan = LinePlan(line.number, line.starts_on, line.ends_on, line)
            by_id[line.centre_id].lines[line.number] = plan
        for need in PracticeNeed.objects.select_related("centre"):
            self.needs[need.centre.key][need.practice_id] = need.every_weeks

    def _enrol(self, place: Place, finess: str) -> None:
        roll = self.book.places
        roll.by_key[place.key] = place
        roll.by_name[plain(place.name)].append(place)
        if finess:
            roll.by_number[finess] = place

    def _read_acts(self) -> None:
        book = self.book
        told: dict[str, Record] = {}
        for record in book.records(PRACTICES):
            label, code = record.get("label"), record.get("code")
            if record.is_unread() or (label is EMPTY and code is EMPTY):
                continue
            label = code if label is EMPTY else label
            code = slugify(label if code is EMPTY else code)[:40]
            if not code:
                book.wrong(record, "code", label, "n’est pas un code d’acte", "Écrivez un mot.")
                continue
            first = told.setdefault(code, record)
            if first is not record:
                book.wrong(
                    record,
                    "code" if record.get("code") is not EMPTY else "label",
                    code,
                    f"est déjà à la ligne {first.line}",
                    "Gardez une seule ligne par acte.",
                )
                continue
            named = book.acts.get(plain(label))
            if named is not None and record.get("code") is EMPTY:
                code = named.code
            known = next((act for act in book.acts.values() if act.code == code), None)
            if named is not None and named is not known:
                book.wrong(
                    record,
                    "label",
                    label,
                    f"est déjà le nom de l’acte {named.code}",
                    "Choisissez un autre nom, ou retirez cette ligne.",
                )
                continue
            if known is None:
                book.new_act(code, label)
            elif known.label != label and record.get("label") is not EMPTY:
                book.tally(PRACTICES).change(f"{known.label} devient {label}")
                self.labels[known.code] = label
                book.acts.setdefault(plain(label), known)
            else:
                book.tally(PRACTICES).keep()

    # centres

    def _read_centres(self) -> None:
        communes = communes_of(self.book, CENTRES)
        first_lines: dict[str, Record] = {}
        for record in self.book.records(CENTRES):
            place = self._match(record)
            if place is None:
                continue
            told = first_lines.get(place.key)
            if told is not None:
                self.book.wrong(
                    record,
                    "centre" if record.get("centre") is not EMPTY else "name",
                    place.name,
                    f"est déjà à la ligne {told.line} de {told.source}",
                    "Gardez une seule ligne par centre.",
                )
                continue
            first_lines[place.key] = record
            self._take_centre(place, record, where(self.book, record, communes))

    def _match(self, record: Record) -> Place | None:
        """Find the centre of a row, or begin a new one."""
        roll = self.book.places
        key, name, finess = (record.get(column) for column in ("centre", "name", "finess"))
        if record.is_unread("centre", "name", "finess"):
            roll.incomplete = True
            return None
        found: list[Place] = []
        if key is not EMPTY:
            found = [roll.by_key[key]] if key in roll.by_key else []
        elif finess is not EMPTY and finess in roll.by_number:
            found = [roll.by_number[finess]]
        elif name is not EMPTY:
            found = roll.by_name.get(plain(name), [])
        if len(found) > 1:
            self.book.wrong(
                record, "name", name, "désigne plusieurs centres", "Ajoutez l’identifiant."
            )
            return None
        owner = None if finess is EMPTY else roll.by_number.get(finess)
        if owner is not None and owner not in found:
            self.book.wrong(
                record,
                "finess",
                finess,
                f"est déjà le numéro de {owner.name} ({owner.key})",
                "Corrigez le numéro ou l’identifiant.",
            )
            return None
        if found:
            return found[0]
        if key is EMPTY and name is EMPTY:
            self.book.wrong(record, "name", None, "le nom du centre manque", "Écrivez-le.")
            roll.incomplete = True
            return None
        name = key if name is EMPTY else name
        key = self._new_key(name) if key is EMPTY else key
        place = Place(key, name)
        self._enrol(place, "" if finess is EMPTY else finess)
        return place

    def _new_key(self, name: str) -> str:
        base = slugify(name)[:36] or "centre"
        key, count = base, 1
        while key in self.book.places.by_key:
            count += 1
            key = f"{base}-{count}"
        return key

    def _take_centre(self, place: Place, record: Record, position: dict[str, Any]) -> None:
        book = self.book
        said = record.said("name", "finess", "time_zone", "address", "phone", "opens_on")
        said |= record.said("closes_on", "family_places", "step_free", "position_note")
        if record.get("pets") is not EMPTY:
            said["pets_allowed"] = record.get("pets")
        said |= position
        place.record = record
        if place.centre is None:
            said.setdefault("name", place.name)
            if not {"latitude", "commune"} & said.keys() and not record.is_unread(
                "latitude", "longitude", "commune"
            ):
                if not _place_was_told(record):
                    book.wrong(
                        record,
                        "commune",
                        None,
                        "la commune manque",
                        "Écrivez la commune du centre.",
                    )
                return
            place.changes = said
            book.tally(CENTRES).add(place.name)
        else:
            place.changes = _changes(place.centre, said)
            if place.changes:
                names = ", ".join(_LABELS[name] for name in _LABELS if name in place.changes)
                book.tally(CENTRES).change(f"{place.name} : {names}")
            else:
                book.tally(CENTRES).keep()
        place.opens_on = said.get("opens_on", place.opens_on)
        place.closes_on = said.get("closes_on", place.closes_on)
        if place.opens_on and place.closes_on and place.closes_on <= place.opens_on:
            book.wrong(
                record,
                "closes_on",
                f"{place.closes_on:%d/%m/%Y}",
                f"vient avant l’ouverture ({place.opens_on:%d/%m/%Y})",
                "Vérifiez les deux dates.",
            )

    # lines

    def _read_lines(self) -> None:
        book, tally = self.book, self.book.tally(LINES)
        told: dict[tuple[str, int], int] = {}
        for record in book.records(LINES):
            place, number = book.place(record), record.get("number")
            if place is None or record.is_unread():
                continue
            if number is EMPTY:
                book.wrong(record, "number", None, "le numéro de la ligne manque", "Écrivez 1, 2…")
                continue
            if (place.key, number) in told:
                line = told[place.key, number]
                book.wrong(
                    record, "number", number, f"est déjà à la ligne {line}", "Gardez-en une seule."
                )
                continue
            told[place.key, number] = record.line
            starts_on, ends_on = (
                None if value is EMPTY else value
                for value in (record.get("starts_on"), record.get("ends_on"))
            )
            known = place.lines.get(number)
            starts = known.starts_on if known else starts_on
            if starts and ends_on and ends_on <= starts:
                book.wrong(
                    record,
                    "ends_on",
                    f"{ends_on:%d/%m/%Y}",
                    "vient avant le début de la ligne",
                    "Vérifiez les deux dates.",
                )
                continue
            if known is None:
                place.lines[number] = LinePlan(number, starts_on, ends_on, record=record)
                tally.add(f"{place.name}, ligne {number}")
                continue
            if starts_on is not None and starts_on != known.starts_on:
                book.notice(record, "start", "le début d’une ligne déjà là ne change pas.")
            if ends_on is not None and ends_on != known.ends_on:
                known.new_end, known.record = ends_on, record
                tally.change(f"{place.name}, ligne {number} : fin le {ends_on:%d/%m/%Y}")
            else:
                tally.keep()

    def _count_lines(self) -> None:
        """Add the lines that the number of lines of a centre asks for."""
        for record in self.book.records(CENTRES):
            wanted = record.get("lines")
            places = [one for one in self.book.places.by_key.values() if one.record is record]
            if wanted is EMPTY or not places:
                continue
            place = places[0]
            running = [
                one
                for one in place.lines.values()
                if (one.new_end or one.ends_on or date.max) > self.book.today
            ]
            for _ in range(wanted - len(running)):
                number = max(place.lines, default=0) + 1
                place.lines[number] = LinePlan(number, None, None, record=record)
                self.book.tally(LINES).add(f"{place.name}, ligne {number}")
            if wanted < len(running):
                self.book.notice(
                    record,
                    "fewer_lines",
                    f"{place.name} a {len(running)} lignes : l’import n’en retire pas. Terminez "
                    "une ligne sur la page du centre.",
                )

    # closures and needs

    def _read_closures(self) -> None:
        book, tally = self.book, self.book.tally(CLOSURES)
        known: dict[str | None, set[tuple[date, date]]] = defaultdict(set)
        for closure in Closure.objects.select_related("centre").order_by("pk"):
            key = None if closure.centre is None else closure.centre.key
            known[key].add((closure.first_on, closure.last_on))
        for record in book.records(CLOSURES):
            text = record.get("centre")
            everywhere = not record.is_unread("centre") and (
                text is EMPTY or plain(text) in _EVERYWHERE
            )
            place = None if everywhere else book.place(record)
            days = self._closed_days(record)
            if (place is None and not everywhere) or days is None:
                continue
            first_on, last_on = days
            key = None if place is None else place.key
            week_only = record.get("first_on") is EMPTY
            friday = first_on + timedelta(days=CONSULTATION_DAYS - 1)
            covered = week_only and any(
                first <= first_on and last >= friday for first, last in known[key] | known[None]
            )
            if covered or (first_on, last_on) in known[key]:
                tally.keep()
                continue
            known[key].add((first_on, last_on))
            reason, note = record.get("reason"), record.get("note")
            self.new_closures.append(
                (
                    place,
                    first_on,
                    last_on,
                    ClosureReason.OTHER if reason is EMPTY else reason,
                    "" if note is EMPTY else note,
                    record,
                )
            )
            name = "tous les centres" if place is None else place.name
            tally.add(f"{name}, du {first_on:%d/%m/%Y} au {last_on:%d/%m/%Y}")

    def _closed_days(self, record: Record) -> tuple[date, date] | None:
        monday, first_on, last_on = (record.get(name) for name in ("monday", "first_on", "last_on"))
        if record.is_unread():
            return None
        if first_on is EMPTY and monday is EMPTY:
            self.book.wrong(record, "monday", None, "la date manque", "Écrivez le lundi fermé.")
            return None
        if first_on is EMPTY:
            return monday, monday + WEEK - timedelta(days=1)
        last = first_on if last_on is EMPTY else last_on
        if last < first_on:
            self.book.wrong(
                record,
                "last_on",
                f"{last:%d/%m/%Y}",
                "vient avant le premier jour",
                "Vérifiez les deux dates.",
            )
            return None
        return first_on, last

    def _read_needs(self) -> None:
        book, tally = self.book, self.book.tally(NEEDS)
        told: dict[tuple[str, str], tuple[int, int]] = {}
        for record in book.records(NEEDS):
            place = book.place(record)
            name, weeks = record.get("practice"), record.get("every_weeks")
            for column, value, what in (
                ("practice", name, "l’acte"),
                ("every_weeks", weeks, "le nombre de semaines"),
            ):
                if value is EMPTY and not record.is_unread(column):
                    book.wrong(record, column, None, f"{what} manque", f"Écrivez {what}.")
            if place is None or name is EMPTY or weeks is EMPTY:
                continue
            act = book.act(name, record, "practice")
            if act is None:
                continue
            before = told.setdefault((place.key, act.code), (weeks, record.line))
            if before[0] != weeks:
                book.wrong(
                    record,
                    "every_weeks",
                    weeks,
                    f"contredit la ligne {before[1]} ({before[0]} semaines)",
                    "Gardez une seule des deux lignes.",
                )
                continue
            now = self.needs[place.key].get(act.code)
            if now == weeks:
                tally.keep()
                continue
            self.needs[place.key][act.code] = weeks
            self.needs_changed.setdefault(place.key, record)
            words = f"{place.name} : {act.label}, toutes les {weeks} semaines"
            if now is None:
                tally.add(words)
            else:
                tally.change(words)

    # writing

    def write(self, *, by: Actor, now: datetime) -> None:
        """Write what was read, through the services of the network."""
        self._write_acts(by=by, now=now)
        for place in self.book.places.by_key.values():
            with refused_at(place.record):
                self._write_place(place, by=by, now=now)
        for where_, first_on, last_on, reason, note, record in self.new_closures:
            with refused_at(record):
                network.add_closure(
                    None if where_ is None else where_.row(),
                    first_on=first_on,
                    last_on=last_on,
                    reason=reason,
                    note=note,
                    by=by,
                    now=now,
                )
        practices = {practice.code: practice for practice in Practice.objects.all()}
        for key, record in self.needs_changed.items():
            with refused_at(record):
                needs = {practices[code]: weeks for code, weeks in self.needs[key].items()}
                centre = self.book.places.by_key[key].row()
                network.set_practice_needs(centre, needs=needs, by=by, now=now)

    def _write_acts(self, *, by: Actor, now: datetime) -> None:
        written: set[str] = set()
        acts: list[Act] = list(self.book.acts.values())
        for act in acts:
            if act.practice is None and act.code not in written:
                written.add(act.code)
                act.practice = network.add_practice(act.code, label=act.label, by=by, now=now)
        for code, label in self.labels.items():
            network.add_practice(code, label=label, by=by, now=now)

    def _write_place(self, place: Place, *, by: Actor, now: datetime) -> None:
        if place.centre is None:
            fields = dict(place.changes)
            name = fields.pop("name")
            place.centre = network.add_centre(place.key, name=name, by=by, now=now, **fields)
        elif place.changes:
            network.edit_centre(place.centre, changes=place.changes, by=by, now=now)
        for number in sorted(place.lines):
            plan = place.lines[number]
            with refused_at(plan.record):
                if plan.line is None:
                    plan.line = network.add_line(
                        place.centre,
                        number=number,
                        starts_on=plan.starts_on,
                        ends_on=plan.ends_on,
                        by=by,
                        now=now,
                    )
                elif plan.new_end is not None:
                    network.end_line(plan.line, ends_on=plan.new_end, by=by, now=now)


def _place_was_told(record: Record) -> bool:
    """Say whether a row tried to say where it is (its mistake is told already)."""
    return bool(record.said("commune", "latitude", "longitude"))


def _changes(centre: Centre, said: dict[str, Any]) -> dict[str, Any]:
    """Keep what differs from the row; a position that is said goes along with a new commune."""
    changes = {
        name: value
        for name, value in said.items()
        if getattr(centre, f"{name}_id" if name == "commune" else name)
        != (value.pk if name == "commune" else value)
    }
    if "commune" in changes and "latitude" in said:
        changes |= {name: said[name] for name in ("latitude", "longitude")}
    return changes
