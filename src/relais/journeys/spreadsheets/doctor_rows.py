"""Doctors, what they do, what they wish, with whom they come, how long they travel."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError

from relais.core.actors import Actor
from relais.doctors import services as doctors
from relais.doctors.models import (
    CentrePreference,
    Companionship,
    Doctor,
    DoctorPractice,
    TravelTime,
)
from relais.doctors.queries import plain, rpps_warning
from relais.doctors.states import PracticeLevel, PreferenceKind
from relais.journeys.spreadsheets.book import (
    Book,
    Person,
    Place,
    communes_of,
    refused_at,
    where,
)
from relais.journeys.spreadsheets.cells import EMPTY
from relais.journeys.spreadsheets.kinds import ACT_COLUMN, DOCTORS, PAIRS, PREFERENCES, TRAVEL
from relais.journeys.spreadsheets.reading import ReadSheet, Record
from relais.network.models import Centre, Practice

# column of the tables: field of the doctor
_FIELDS: Final = {
    "first_name": "first_name",
    "last_name": "last_name",
    "email": "email",
    "phone": "phone",
    "rpps": "rpps",
    "status": "status",
    "max_missions": "max_missions",
    "min_gap_weeks": "min_gap_weeks",
    "max_travel_min": "max_travel_minutes",
    "family": "brings_family",
    "pet": "brings_pet",
    "step_free": "needs_step_free",
    "pioneer": "is_pioneer",
    "ready_on": "ready_on",
    "missions_before": "missions_before",
    "joined_on": "joined_on",
    "left_on": "left_on",
    "note": "note",
}
_LABELS: Final = {
    "first_name": "prénom",
    "last_name": "nom",
    "email": "adresse électronique",
    "phone": "téléphone",
    "rpps": "RPPS",
    "status": "statut",
    "home": "commune",
    "latitude": "latitude",
    "longitude": "longitude",
    "max_missions": "missions par an",
    "min_gap_weeks": "écart entre missions",
    "max_travel_minutes": "trajet",
    "brings_family": "famille",
    "brings_pet": "animal",
    "needs_step_free": "plain-pied",
    "is_pioneer": "pionnier",
    "ready_on": "papiers",
    "missions_before": "missions déjà faites",
    "joined_on": "arrivée",
    "left_on": "départ",
    "note": "note",
}
_LEVELS: Final = (
    ("practices", PracticeLevel.YES),
    ("practices_with_help", PracticeLevel.WITH_HELP),
    ("practices_not", PracticeLevel.NO),
)
_NOT_CHECKED: Final = ("key", "user", "home", "search_name")


@dataclass
class DoctorRows:
    """The doctors as they are, and what the tables add to them."""

    book: Book
    levels: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    levels_changed: dict[str, Person] = field(default_factory=dict)
    wishes: dict[tuple[str, str], set[PreferenceKind]] = field(
        default_factory=lambda: defaultdict(set)
    )
    wishes_changed: dict[str, tuple[Person, Record]] = field(default_factory=dict)
    new_pairs: list[tuple[Person, Person, Record]] = field(default_factory=list)
    travel: dict[tuple[str, str], tuple[Person, Place, int]] = field(default_factory=dict)
    _told: dict[str, dict[str, Record]] = field(default_factory=lambda: defaultdict(dict))
    _nameless: set[str] = field(default_factory=set)
    _fresh: int = 0

    def read(self) -> None:
        """Read every table of doctors."""
        self._load()
        self._read_doctors()
        self._notice_namesakes()
        self._read_preferences()
        self._read_pairs()
        self._read_travel()

    def _load(self) -> None:
        for doctor in Doctor.objects.order_by("pk"):
            self._enrol(Person(doctor.key, str(doctor), doctor))
        for key, code, level in DoctorPractice.objects.values_list(
            "doctor__key", "practice_id", "level"
        ):
            self.levels[key][code] = level

    def _enrol(self, person: Person) -> None:
        """Let other rows find a person by what is known of that person."""
        roll = self.book.people
        roll.by_key[person.key] = person
        values = {
            name: person.changes.get(name) or getattr(person.doctor, name, "")
            for name in ("first_name", "last_name", "email", "rpps")
        }
        if values["rpps"]:
            roll.by_number[values["rpps"]] = person
        if values["email"]:
            _once(roll.by_email[values["email"].lower()], person)
        first, last = values["first_name"], values["last_name"]
        for name in {plain(f"{first} {last}"), plain(f"{last} {first}")}:
            _once(roll.by_name[name], person)

    # doctors

    def _read_doctors(self) -> None:
        communes = communes_of(self.book, DOCTORS)
        for sheet in self.book.sheets:
            if sheet.kind is not DOCTORS:
                continue
            before = {"missions_before", "first_mission"} & sheet.columns
            if not before and sheet.records:
                self.book.findings.notice(
                    sheet.source,
                    None,
                    "beginners",
                    "aucune colonne ne dit qui est déjà venu : les nouveaux médecins comptent "
                    "comme venant pour la première fois.",
                )
            for record in sheet.records:
                if self.book.is_ghost(record):
                    self.book.notice(
                        record, "ghost", "une place sans médecin, notée par l’export, est laissée."
                    )
                    continue
                person = self._match(record)
                if person is not None:
                    self._take(person, record, sheet, where(self.book, record, communes))

        for source in sorted(self._nameless):
            self.book.findings.notice(
                source,
                None,
                "nameless",
                "sans colonne « nom », les nouveaux médecins portent leur identifiant comme nom.",
            )

    def _match(self, record: Record) -> Person | None:
        """Find the doctor of a row by key, RPPS or address, or begin a new one."""
        book, roll = self.book, self.book.people
        if record.is_unread("doctor", "rpps", "email"):
            roll.incomplete = True
        if self._is_repeated(record):
            return None
        if record.is_unread("doctor"):
            return None
        key, rpps, email = (record.get(column) for column in ("doctor", "rpps", "email"))
        by_number = None if rpps is EMPTY else roll.by_number.get(rpps)
        by_email = [] if email is EMPTY else roll.by_email.get(email, [])
        if key is not EMPTY:
            found = roll.by_key.get(key)
            others = [("rpps", rpps, by_number)]
            known = "" if found is None or found.doctor is None else found.doctor.email.lower()
            if email != known:
                others += [("email", email, other) for other in by_email[:1]]
        else:
            if by_number is None and len(by_email) > 1:
                book.wrong(
                    record,
                    "email",
                    email,
                    "est l’adresse de plusieurs médecins",
                    "Ajoutez l’identifiant ou le RPPS.",
                )
                return None
            found = by_number or (by_email[0] if by_email else None)
            others = [("email", email, other) for other in by_email[:1]]
            held = "" if found is None or found.doctor is None else found.doctor.rpps
            if found is not None and rpps is not EMPTY and held and held != rpps:
                book.wrong(
                    record,
                    "rpps",
                    rpps,
                    f"n’est pas celui de {found} ({found.key}), qui a la même adresse électronique",
                    "Corrigez le RPPS ou l’adresse.",
                )
                return None
        for column, value, other in others:
            if other is not None and other is not found:
                book.wrong(
                    record,
                    column,
                    value,
                    f"est déjà à {other} ({other.key})",
                    "Corrigez cette case, ou l’identifiant.",
                )
                return None
        if found is not None:
            return found
        self._fresh += 1
        return Person("" if key is EMPTY else key, "")

    def _is_repeated(self, record: Record) -> bool:
        """Say whether an earlier row has the same identity, and tell both lines."""
        repeated = False
        for column, what in (
            ("doctor", "le même identifiant"),
            ("rpps", "le même numéro RPPS"),
            ("email", "la même adresse"),
        ):
            value = record.get(column)
            if value is EMPTY:
                continue
            first = self._told[column].setdefault(value, record)
            if first is not record and not repeated:
                place = f"la ligne {first.line}"
                if first.source != record.source:
                    place += f" de {first.source}"
                self.book.wrong(
                    record,
                    column,
                    value,
                    f"est déjà à {place} : deux lignes ont {what}",
                    "Gardez une seule ligne par médecin, ou corrigez cette case.",
                )
                repeated = True
        return repeated

    def _take(
        self, person: Person, record: Record, sheet: ReadSheet, position: dict[str, Any]
    ) -> None:
        book = self.book
        said = {_FIELDS[name]: value for name, value in record.said(*_FIELDS).items()}
        if "commune" in position:
            position["home"] = position.pop("commune")
        said |= position
        self._seniority(person, record, sheet, said)
        person.record = record
        if person.doctor is None:
            if not self._is_complete(person, record, sheet, said):
                self._register_faulty(person, record, said)
                return
            person.changes = said
            person.name = str(
                Doctor(first_name=said.get("first_name", ""), last_name=said["last_name"])
            )
            if not person.key:
                person.key = f"\x00{self._fresh}"  # no key in a file holds this: found by row only
        else:
            person.changes = _changes(person.doctor, said)
        self._check_fields(person, record)
        if said.get("rpps") and (person.doctor is None or "rpps" in person.changes):
            doubt = rpps_warning(said["rpps"])
            if doubt:
                book.notice(record, "rpps", f"RPPS {said['rpps']} : {doubt}")
        self._enrol(person)
        acts_changed = self._take_acts(person, record)
        if person.doctor is None:
            book.tally(DOCTORS).add(_with_home(person))
        elif person.changes or acts_changed:
            names = [_LABELS[name] for name in _LABELS if name in person.changes]
            names += ["pratiques"] if acts_changed else []
            book.tally(DOCTORS).change(f"{person} : {', '.join(names)}")
        else:
            book.tally(DOCTORS).keep()

    def _seniority(
        self, person: Person, record: Record, sheet: ReadSheet, said: dict[str, Any]
    ) -> None:
        """Turn « première mission » into missions done before, where only that is said."""
        if "missions_before" in said or "first_mission" not in sheet.columns:
            return
        first = record.get("first_mission")
        done = 0 if person.doctor is None else person.doctor.missions_before
        if first is EMPTY and person.doctor is None:
            said["missions_before"] = 1  # the default of the plan folder: not a first mission
        elif first is True:
            said["missions_before"] = 0
        elif first is False:
            said["missions_before"] = max(done, 1)

    def _is_complete(
        self, person: Person, record: Record, sheet: ReadSheet, said: dict[str, Any]
    ) -> bool:
        """Say whether a new doctor has a name and a place, and tell what is missing."""
        complete = True
        if "last_name" not in said:
            if "last_name" not in sheet.columns and person.key:
                said["last_name"] = person.key
                self._nameless.add(sheet.source)
            else:
                complete = False
                if not record.is_unread("last_name"):
                    self.book.wrong(
                        record, "last_name", None, "le nom manque", "Écrivez le nom du médecin."
                    )
        if not {"home", "latitude"} & said.keys():
            complete = False
            told = record.said("commune", "latitude", "longitude")
            if not told and not record.is_unread("commune", "latitude", "longitude"):
                self.book.wrong(
                    record,
                    "commune",
                    None,
                    "la commune manque",
                    "Écrivez la commune du domicile : les trajets en dépendent.",
                )
        return complete

    def _register_faulty(self, person: Person, record: Record, said: dict[str, Any]) -> None:
        """Let other tables name a doctor whose row has mistakes, so that one slip is told once."""
        person.changes = said
        if person.key:
            self._enrol(person)
        else:
            self.book.people.incomplete = True

    def _check_fields(self, person: Person, record: Record) -> None:
        """Ask the model what it would refuse."""
        doctor = Doctor(**{name: value for name, value in person.changes.items() if name != "home"})
        unsaid = [
            one.name
            for one in Doctor._meta.fields
            if one.name not in person.changes or one.name in _NOT_CHECKED
        ]
        columns = {field_name: column for column, field_name in _FIELDS.items()}
        try:
            doctor.clean_fields(exclude=unsaid)
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                self.book.wrong(
                    record,
                    columns.get(name, name),
                    person.changes.get(name),
                    "n’est pas possible",
                    " ".join(messages),
                )

    def _take_acts(self, person: Person, record: Record) -> bool:
        """Add what a row says of acts; say whether that changes something."""
        given: dict[str, PracticeLevel] = {}
        columns: dict[str, str] = {}

        def say(name: str, level: PracticeLevel, column: str) -> None:
            act = self.book.act(name, record, column)
            if act is None:
                return
            if given.setdefault(act.code, level) != level:
                self.book.wrong(
                    record,
                    column,
                    name,
                    f"est dit autrement dans la colonne « {_heading(columns[act.code])} »",
                    "Gardez une seule réponse par acte.",
                )
            columns.setdefault(act.code, column)

        for column, level in _LEVELS:
            names = record.get(column)
            for name in () if names is EMPTY else names:
                say(name, level, column)
        for column in record.values:
            if column.startswith(ACT_COLUMN) and record.get(column) is not EMPTY:
                say(column.removeprefix(ACT_COLUMN), record.get(column), column)
        known = self.levels[person.key]
        changed = {code: level for code, level in given.items() if known.get(code) != level}
        known.update(changed)
        if changed:
            self.levels_changed[person.key] = person
        return bool(changed)

    def _notice_namesakes(self) -> None:
        told: set[int] = set()
        for record_people in self.book.people.by_name.values():
            fresh = [one for one in record_people if one.record is not None and one.doctor is None]
            if len(record_people) < 2 or not fresh:
                continue
            for one in fresh:
                if id(one) in told or one.record is None:
                    continue
                told.add(id(one))
                others = [
                    f"ligne {other.record.line}" if other.record else f"identifiant {other.key}"
                    for other in record_people
                    if other is not one
                ]
                self.book.notice(
                    one.record,
                    "namesake",
                    f"{one} a le même nom qu’un autre médecin ({', '.join(others[:3])}). Vérifiez "
                    "que ce sont deux personnes.",
                )

    # wishes, pairs, travel

    def _read_preferences(self) -> None:
        book, tally = self.book, self.book.tally(PREFERENCES)
        for doctor_key, centre_key, kind in CentrePreference.objects.values_list(
            "doctor__key", "centre__key", "kind"
        ):
            self.wishes[doctor_key, centre_key].add(PreferenceKind(kind))
        for record in book.records(PREFERENCES):
            if book.is_ghost(record):
                continue
            person, place, kind = book.person(record), book.place(record), record.get("kind")
            if kind is EMPTY and not record.is_unread("kind"):
                book.wrong(
                    record, "kind", None, "l’avis manque", "Écrivez refusé, préféré ou connu."
                )
            if person is None or place is None or kind is EMPTY:
                continue
            held = self.wishes[person.key, place.key]
            if kind in held:
                tally.keep()
                continue
            if {PreferenceKind.REFUSED, PreferenceKind.PREFERRED} <= {*held, kind}:
                book.wrong(
                    record,
                    "kind",
                    kind.label,
                    f"contredit un autre souhait : {person} ne peut pas à la fois souhaiter et "
                    f"refuser {place.name}",
                    "Gardez un seul avis, ou changez l’autre sur la fiche du médecin.",
                )
                continue
            held.add(kind)
            self.wishes_changed.setdefault(person.key, (person, record))
            tally.add(f"{person} : {place.name}, {kind.label}")

    def _read_pairs(self) -> None:
        book, tally = self.book, self.book.tally(PAIRS)
        known = {
            frozenset(keys)
            for keys in Companionship.objects.values_list("first__key", "second__key")
        }
        for record in book.records(PAIRS):
            first, second = book.person(record, "doctor_a"), book.person(record, "doctor_b")
            if first is None or second is None:
                continue
            if first is second:
                book.wrong(
                    record,
                    "doctor_b",
                    record.get("doctor_b"),
                    "fait un binôme avec soi-même",
                    "Écrivez un autre médecin, ou retirez cette ligne.",
                )
                continue
            couple = frozenset({first.key, second.key})
            if couple in known:
                tally.keep()
                continue
            known.add(couple)
            self.new_pairs.append((first, second, record))
            tally.add(f"{first} et {second}")

    def _read_travel(self) -> None:
        book, tally = self.book, self.book.tally(TRAVEL)
        known = {
            (doctor_key, centre_key): minutes
            for doctor_key, centre_key, minutes in TravelTime.objects.values_list(
                "doctor__key", "centre__key", "minutes"
            )
        }
        told: dict[tuple[str, str], int] = {}
        for record in book.records(TRAVEL):
            if book.is_ghost(record):
                continue
            person, place, minutes = book.person(record), book.place(record), record.get("minutes")
            if minutes is EMPTY and not record.is_unread("minutes"):
                book.wrong(record, "minutes", None, "la durée manque", "Écrivez des minutes.")
            if person is None or place is None or minutes is EMPTY:
                continue
            key = (person.key, place.key)
            if key in told:
                book.wrong(
                    record,
                    "minutes",
                    minutes,
                    f"répète un trajet déjà à la ligne {told[key]}",
                    "Gardez une seule des deux lignes.",
                )
                continue
            told[key] = record.line
            if known.get(key) == minutes:
                tally.keep()
                continue
            self.travel[key] = (person, place, minutes)
            words = f"{person} – {place.name} : {minutes} min"
            if key in known:
                tally.change(words)
            else:
                tally.add(words)

    # writing

    def write(self, *, by: Actor, now: datetime) -> None:
        """Write what was read, through the services of the doctors."""
        practices = {practice.code: practice for practice in Practice.objects.all()}
        people = {
            id(person): person
            for person in self.book.people.by_key.values()
            if person.record is not None
        }
        for person in people.values():
            with refused_at(person.record):
                self._write_person(person, by=by, now=now)
        for key, person in self.levels_changed.items():
            levels = {
                practices[code]: PracticeLevel(level) for code, level in self.levels[key].items()
            }
            with refused_at(person.record):
                doctors.set_practices(person.row(), levels=levels, by=by, now=now)
        wishes_of: dict[str, dict[Centre, set[PreferenceKind]]] = defaultdict(dict)
        for (doctor_key, centre_key), kinds in self.wishes.items():
            if kinds and doctor_key in self.wishes_changed:
                wishes_of[doctor_key][self.book.places.by_key[centre_key].row()] = kinds
        for key, (person, record) in self.wishes_changed.items():
            wishes = wishes_of[key]
            with refused_at(record):
                doctors.set_preferences(person.row(), wishes=wishes, by=by, now=now)
        for first, second, record in self.new_pairs:
            with refused_at(record):
                doctors.pair(first.row(), companion=second.row(), by=by, now=now)
        if self.travel:
            doctors.set_travel_times(
                [(one.row(), place.row(), minutes) for one, place, minutes in self.travel.values()],
                by=by,
                now=now,
            )

    def _write_person(self, person: Person, *, by: Actor, now: datetime) -> None:
        if person.doctor is not None:
            if person.changes:
                doctors.edit_doctor(person.doctor, changes=person.changes, by=by, now=now)
            return
        fields = dict(person.changes)
        if not person.key.startswith("\x00"):
            fields["key"] = person.key
        person.doctor = doctors.add_doctor(fields.pop("last_name"), by=by, now=now, **fields)


def _once(people: list[Person], person: Person) -> None:
    if not any(one is person for one in people):
        people.append(person)


def _heading(column: str) -> str:
    """Give the French heading of a column."""
    if column.startswith(ACT_COLUMN):
        return column.removeprefix(ACT_COLUMN)
    return DOCTORS.heading(column)


def _with_home(person: Person) -> str:
    home = person.changes.get("home")
    return person.name if home is None else f"{person.name}, {home}"


def _changes(doctor: Doctor, said: dict[str, Any]) -> dict[str, Any]:
    """Keep what differs from the row; an address in other letters is the same address."""
    changes = {
        name: value
        for name, value in said.items()
        if getattr(doctor, "home_id" if name == "home" else name)
        != (value.pk if name == "home" else value)
    }
    if "home" in changes and "latitude" in said:  # the position that is said, not the commune's
        changes |= {name: said[name] for name in ("latitude", "longitude")}
    if changes.get("email") == doctor.email.lower():
        changes.pop("email", None)
    return changes
