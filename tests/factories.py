"""Small rows for tests: plain functions, each gives one saved row that is valid by itself.

Nothing is written to the audit and no service is called: a test that is about a service calls it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

from relais.accounts.models import RoleGrant, User
from relais.accounts.states import Role
from relais.agenda.models import (
    Appointment,
    CallTask,
    Opening,
    PlaceOffer,
    Reason,
    WaitEntry,
)
from relais.core.actors import Actor
from relais.doctors.models import Doctor, Interest, Letter
from relais.network.models import Centre, Closure, Coordination, Line, Practice, PracticeNeed
from relais.network.states import ClosureReason
from relais.patients.models import ExceptionalAccess, KnownAt, Merge, Person, Proxy
from relais.premises.models import Car, Incident, Lodging
from relais.rota.models import CalendarFeed, Mission, Offer, PlannedMission, PlanRun, Standby
from relais.rota.states import ChangeKind, MissionState, OfferSource, RunState
from relais.stays.models import CarDay, RoomNight, Stay, WelcomeVersion
from relais.territory.models import Commune

NOW = datetime(2027, 1, 6, 9, 30, tzinfo=UTC)  # a Wednesday
TODAY = NOW.date()
MONDAY = date(2027, 1, 11)  # the Monday after NOW
PASSWORD = "une phrase longue et calme"

_numbers = count(1)


def monday(weeks_later: int = 0) -> date:
    """Give MONDAY, some weeks later."""
    return MONDAY + timedelta(weeks=weeks_later)


def by(user: User | None = None) -> Actor:
    """Name who acts in a test."""
    if user is None:
        return Actor(key="system:test", label="essai", source="127.0.0.1")
    return Actor(key=f"user:{user.pk}", label=user.name, source="127.0.0.1")


def user(*roles: Role, **fields: Any) -> User:
    """Make someone who can sign in, with roles; without a password unless one is given."""
    number = next(_numbers)
    password = fields.pop("password", None)
    made = User(**{"email": f"personne{number}@exemple.fr", "name": f"Personne {number}", **fields})
    made.set_password(password)
    made.save()
    for role in roles:
        RoleGrant.objects.create(user=made, role=role, granted_at=NOW)
    return made


def commune(**fields: Any) -> Commune:
    """Make a commune."""
    number = next(_numbers)
    name = fields.pop("name", f"Ville {number}")
    return Commune.objects.create(
        **{
            "code": f"{number:05d}",
            "name": name,
            "department": "23",
            "latitude": 46.1,
            "longitude": 1.9,
            "population": 1500,
            "search_name": name.lower(),
            **fields,
        }
    )


def centre(*, lines: int = 1, **fields: Any) -> Centre:
    """Make a centre with some lines that are always active."""
    number = next(_numbers)
    made = Centre.objects.create(
        **{
            "key": f"centre-{number}",
            "name": f"Centre {number}",
            "latitude": 46.1,
            "longitude": 1.9,
            "opens_on": date(2023, 1, 2),
            **fields,
        }
    )
    for line_number in range(1, lines + 1):
        Line.objects.create(centre=made, number=line_number)
    return made


def line(centre_: Centre | None = None, **fields: Any) -> Line:
    """Make a line, of a new centre unless one is given; its number follows those that exist."""
    place = centre_ or centre(lines=0)
    number = fields.pop("number", place.lines.count() + 1)
    return Line.objects.create(centre=place, number=number, **fields)


def closure(centre_: Centre | None = None, **fields: Any) -> Closure:
    """Close a centre (or the whole network) for the week of MONDAY."""
    return Closure.objects.create(
        **{
            "centre": centre_,
            "first_on": MONDAY,
            "last_on": MONDAY + timedelta(days=6),
            "reason": ClosureReason.OTHER,
            **fields,
        }
    )


def practice(**fields: Any) -> Practice:
    """Make an act."""
    number = next(_numbers)
    return Practice.objects.create(
        **{"code": f"acte-{number}", "label": f"acte {number}", **fields}
    )


def practice_need(centre_: Centre, practice_: Practice, *, every_weeks: int = 4) -> PracticeNeed:
    """Ask for an act at a centre."""
    return PracticeNeed.objects.create(centre=centre_, practice=practice_, every_weeks=every_weeks)


def coordination(user_: User, centre_: Centre, **fields: Any) -> Coordination:
    """Make someone coordinate a centre since 2023."""
    return Coordination.objects.create(
        **{"user": user_, "centre": centre_, "since_on": date(2023, 1, 2), **fields}
    )


def coordinator(*centres: Centre, **fields: Any) -> User:
    """Make someone with the coordinator's role, at some centres."""
    made = user(Role.COORDINATOR, **fields)
    for place in centres:
        coordination(made, place)
    return made


def doctor(**fields: Any) -> Doctor:
    """Make a doctor without an account, whose papers are ready."""
    number = next(_numbers)
    return Doctor.objects.create(
        **{
            "key": f"medecin-{number}",
            "first_name": "Camille",
            "last_name": f"Dupont {number}",
            "email": f"medecin{number}@exemple.fr",
            "latitude": 45.8,
            "longitude": 3.1,
            "ready_on": date(2024, 1, 1),
            "max_missions": 4,
            **fields,
        }
    )


def doctor_user(**fields: Any) -> tuple[Doctor, User]:
    """Make a doctor who signs in."""
    account = user(Role.DOCTOR)
    return doctor(user=account, **fields), account


def interest(**fields: Any) -> Interest:
    """Make somebody who left a name, to be called on TODAY."""
    number = next(_numbers)
    email = fields.pop("email", f"interet{number}@exemple.fr")
    return Interest.objects.create(
        **{
            "name": "Camille Aubert",
            "contact": email,
            "email": email,
            "status": "retired",
            "came_at": NOW,
            "next_on": TODAY,
            **fields,
        }
    )


def letter(doctor_: Doctor | None = None, **fields: Any) -> Letter:
    """Note a letter that was made; its file is not there."""
    return Letter.objects.create(
        **{
            "doctor": doctor_ or doctor(),
            "kind": "order",
            "about": "network.centre:1",
            "what": "Ajain",
            "text_number": 0,
            "file_name": "0" * 32,
            "sha256": "0" * 64,
            "made_at": NOW,
            "made_by": "essai",
            **fields,
        }
    )


def offer(doctor_: Doctor | None = None, **fields: Any) -> Offer:
    """Note that a doctor can come in the week of MONDAY."""
    return Offer.objects.create(
        **{
            "doctor": doctor_ or doctor(),
            "monday": MONDAY,
            "source": OfferSource.DOCTOR,
            "offered_at": NOW,
            **fields,
        }
    )


def mission(doctor_: Doctor | None = None, line_: Line | None = None, **fields: Any) -> Mission:
    """Put a doctor on a line for the week of MONDAY, confirmed."""
    return Mission.objects.create(
        **{
            "doctor": doctor_ or doctor(),
            "line": line_ or line(),
            "monday": MONDAY,
            "state": MissionState.CONFIRMED,
            "created_at": NOW,
            "changed_at": NOW,
            **fields,
        }
    )


def standby(doctor_: Doctor | None = None, **fields: Any) -> Standby:
    """Promise a doctor to the week of MONDAY."""
    return Standby.objects.create(
        **{"doctor": doctor_ or doctor(), "monday": MONDAY, "created_at": NOW, **fields}
    )


def plan_run(**fields: Any) -> PlanRun:
    """Make a computation whose proposal is ready."""
    return PlanRun.objects.create(
        **{
            "asked_at": NOW,
            "started_at": NOW,
            "finished_at": NOW,
            "state": RunState.FINISHED,
            "first_monday": MONDAY,
            "weeks": 4,
            **fields,
        }
    )


def planned_mission(run: PlanRun, **fields: Any) -> PlannedMission:
    """Add a line to a proposal."""
    return PlannedMission.objects.create(
        **{
            "run": run,
            "doctor": fields.pop("doctor", None) or doctor(),
            "centre": fields.pop("centre", None) or centre(),
            "monday": MONDAY,
            "change": ChangeKind.ADDED,
            **fields,
        }
    )


def feed(**fields: Any) -> CalendarFeed:
    """Make the shared calendar of a doctor, with a hash that no token has."""
    number = next(_numbers)
    owner = fields.pop("user", None) or user(Role.DOCTOR)
    if "centre" not in fields and "doctor" not in fields:
        fields["doctor"] = doctor(user=owner)
    return CalendarFeed.objects.create(
        **{"user": owner, "token_hash": f"{number:064d}", "created_at": NOW, **fields}
    )


def patient(centre_: Centre | None = None, **fields: Any) -> Person:
    """Make a patient, known at a centre when one is given."""
    number = next(_numbers)
    born_on = fields.pop("born_on", date(1960, 5, 17))
    last, first = fields.pop("birth_name", f"MARTIN {number}"), fields.pop("first_name", "LOUISE")
    made = Person.objects.create(
        **{
            "birth_name": last,
            "first_birth_name": first,
            "sex": "F",
            "birth_written": born_on.isoformat(),
            "born_on": born_on,
            "search_name": f"{last} {first}".lower(),
            "created_at": NOW,
            "changed_at": NOW,
            **fields,
        }
    )
    if centre_ is not None:
        KnownAt.objects.create(person=made, centre=centre_, since_at=NOW)
    return made


def proxy(person: Person, **fields: Any) -> Proxy:
    """Make somebody whom a patient trusts."""
    return Proxy.objects.create(
        **{
            "person": person,
            "name": "Anne Proche",
            "kind": "trusted",
            "since_on": TODAY,
            **fields,
        }
    )


def merge(gone: Person, kept: Person, **fields: Any) -> Merge:
    """Note that a file was merged into another, without anything that moved."""
    Person.objects.filter(pk=gone.pk).update(merged_into=kept)
    return Merge.objects.create(
        **{
            "gone": gone,
            "kept": kept,
            "at": NOW,
            "by": "essai",
            "why": "même pièce d’identité",
            "undo": {
                "fields": {},
                "to_check": False,
                "known": [],
                "known_by_both": [],
                "registrations": [],
                "ended": [],
                "proxies": [],
                "agreements": [],
            },
            **fields,
        }
    )


def exceptional_access(person: Person, user_: User, **fields: Any) -> ExceptionalAccess:
    """Let somebody open a patient's file outside of their scope, for four hours from NOW."""
    return ExceptionalAccess.objects.create(
        **{
            "person": person,
            "user": user_,
            "why": "appel du service des urgences",
            "opened_at": NOW,
            "closes_at": NOW + timedelta(hours=4),
            **fields,
        }
    )


def reason(**fields: Any) -> Reason:
    """Make a reason: a planned consultation of twenty minutes."""
    number = next(_numbers)
    return Reason.objects.create(
        **{
            "code": f"motif-{number}",
            "label": f"Motif {number}",
            "kind": "planned",
            "minutes": 20,
            **fields,
        }
    )


def opening(centre_: Centre, **fields: Any) -> Opening:
    """Open a centre on Mondays from 9 to 12 for planned consultations."""
    when = {} if "day" in fields else {"weekday": 0}
    return Opening.objects.create(
        **{
            "centre": centre_,
            **when,
            "starts": time(9),
            "ends": time(12),
            "kind": "planned",
            **fields,
        }
    )


def appointment(line_: Line, patient_: Person, **fields: Any) -> Appointment:
    """Put a patient on a line at ten (in Paris, in winter) on MONDAY for twenty minutes.

    Without ticks: tests of the guarantee book through the services.
    """
    starts_at = fields.pop("starts_at", datetime.combine(MONDAY, time(9), tzinfo=UTC))
    return Appointment.objects.create(
        **{
            "line": line_,
            "patient": patient_,
            "reason": fields.pop("reason", None) or reason(),
            "day": starts_at.date(),
            "starts_at": starts_at,
            "tick": int(starts_at.timestamp()) // 300,
            "ticks": 4,
            "state": "booked",
            "channel": "centre",
            "made_by": "essai",
            "created_at": NOW,
            "changed_at": NOW,
            **fields,
        }
    )


def lodging(centre_: Centre, **fields: Any) -> Lodging:
    """Make a house of two bedrooms for four, where one enters with a code (none is noted)."""
    number = next(_numbers)
    return Lodging.objects.create(
        **{
            "centre": centre_,
            "name": f"Gîte {number}",
            "address": "1 rue du Moulin",
            "bedrooms": 2,
            "capacity": 4,
            "keys_where": "dans la boîte à clés",
            **fields,
        }
    )


def car(centre_: Centre, **fields: Any) -> Car:
    """Make a car of five seats."""
    number = next(_numbers)
    return Car.objects.create(
        **{"centre": centre_, "name": f"Clio {number}", "keys_where": "à l’accueil", **fields}
    )


def stay(mission_: Mission, **fields: Any) -> Stay:
    """Make the stay of a mission in a new house, with a new car, from Sunday to Saturday."""
    place = mission_.line.centre
    house = fields.pop("lodging", None) or lodging(place)
    vehicle = fields.pop("car", None) or car(place)
    made = Stay.objects.create(
        **{
            "mission": mission_,
            "lodging": house,
            "car": vehicle,
            "arrives_on": mission_.monday - timedelta(days=1),
            "leaves_on": mission_.monday + timedelta(days=5),
            "prepared_at": NOW,
            "changed_at": NOW,
            **fields,
        }
    )
    days = [
        made.arrives_on + timedelta(days=shift)
        for shift in range((made.leaves_on - made.arrives_on).days + 1)
    ]
    RoomNight.objects.bulk_create(
        RoomNight(stay=made, lodging=house, room=room, night=day)
        for room in range(1, house.bedrooms + 1)
        for day in days[:-1]
    )
    CarDay.objects.bulk_create(CarDay(stay=made, car=vehicle, day=day) for day in days)
    return made


def incident(lodging_: Lodging | None, **fields: Any) -> Incident:
    """Note something to repair in a house."""
    return Incident.objects.create(
        **{"lodging": lodging_, "text": "volet cassé", "noted_at": NOW, **fields}
    )


def welcome(centre_: Centre, **fields: Any) -> WelcomeVersion:
    """Publish the first version of a welcome pack."""
    return WelcomeVersion.objects.create(
        **{
            "centre": centre_,
            "number": 1,
            "sections": {"house": "Bienvenue.", "night": "- la voisine : 05 55 00 00 01"},
            "published_at": NOW,
            "published_by": "essai",
            **fields,
        }
    )


def wait_entry(centre_: Centre, person: Person, **fields: Any) -> WaitEntry:
    """Put somebody on the admission list of a centre."""
    return WaitEntry.objects.create(
        **{"kind": "admission", "centre": centre_, "person": person, "since": NOW, **fields}
    )


def place_offer(entry: WaitEntry, **fields: Any) -> PlaceOffer:
    """Offer an admission for a day."""
    return PlaceOffer.objects.create(
        **{
            "entry": entry,
            "channel": "email",
            "offered_at": NOW,
            "expires_at": NOW + timedelta(days=1),
            **fields,
        }
    )


def call_task(entry: WaitEntry, **fields: Any) -> CallTask:
    """Ask for a call about a request on a list."""
    return CallTask.objects.create(
        **{
            "centre": entry.centre,
            "person": entry.person,
            "kind": "silence",
            "about": f"agenda.entry:{entry.pk}",
            "entry": entry,
            "due_at": NOW,
            **fields,
        }
    )
