"""Places of a centre, declarations, agreements, files that look alike, files parted again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from relais.agenda import services as agenda
from relais.agenda.list_states import ListKind
from relais.agenda.models import Appointment
from relais.agenda.queries import tick_faults, waits_of
from relais.agenda.services import PatientTakenRefusal
from relais.journeys import patients as journeys
from relais.network.models import Centre
from relais.patients import queries, services, texts
from relais.patients.models import KnownAt, Merge, Person, Registration
from relais.patients.states import Agreement, CameBy, Consent, Protection, ProxyKind
from tests import factories
from tests.factories import MONDAY, NOW, TODAY, by

pytestmark = pytest.mark.django_db

TRAITS: dict[str, Any] = {
    "birth_name": "Prévôt",
    "first_birth_name": "Éloïse",
    "sex": "F",
    "birth_written": "1950-04-12",
}
WHY = "même pièce d’identité lue au guichet"


@pytest.fixture
def centre() -> Centre:
    return factories.centre()


def add(centre: Centre, **fields: Any) -> Person:
    return services.add_person(centre, by=by(), now=NOW, **{**TRAITS, **fields})


def register(person: Person, centre: Centre, **said: Any) -> Registration:
    return services.register(
        person,
        **{
            "centre": centre,
            "consent": Consent.SIGNED,
            "consent_by": "elle-même",
            "today": TODAY,
            "by": by(),
            "now": NOW,
            **said,
        },
    )


def test_the_places_of_a_centre_are_those_of_its_lines(centre: Centre) -> None:
    usual = queries.capacity(centre, today=TODAY)
    assert (usual.total, usual.left, usual.is_own, usual.is_open) == (1250, 1250, False, True)
    factories.line(centre)
    services.set_intake(centre, per_line=2, is_open=True, by=by(), now=NOW)
    for number in range(3):
        register(add(centre, birth_written=f"195{number}-01-01"), centre)
    now = queries.capacity(centre, today=TODAY)
    assert (now.lines, now.total, now.registered, now.left) == (2, 4, 3, 1)
    assert not now.is_nearly_full


def test_a_full_centre_registers_only_when_somebody_says_so(centre: Centre) -> None:
    services.set_intake(centre, per_line=1, is_open=True, by=by(), now=NOW)
    register(add(centre), centre)
    more = add(centre, birth_written="1951-01-01")
    with pytest.raises(services.FullRefusal, match="1 patients pour 1 places"):
        register(more, centre)
    register(more, centre, beyond=True)
    assert queries.capacity(centre, today=TODAY).left == -1
    services.set_intake(centre, per_line=None, is_open=False, by=by(), now=NOW)
    with pytest.raises(services.FullRefusal, match="n’inscrit plus"):
        register(add(centre, birth_written="1952-01-01"), centre)
    with pytest.raises(services.PatientRefusal):
        services.set_intake(centre, per_line=100_000, is_open=True, by=by(), now=NOW)


@pytest.mark.parametrize(
    ("protection", "kind", "may"),
    [
        (Protection.NONE, None, True),
        (Protection.CURATORSHIP, None, True),
        (Protection.GUARDIANSHIP, None, False),
        (Protection.GUARDIANSHIP, ProxyKind.HELPER, False),
        (Protection.GUARDIANSHIP, ProxyKind.GUARDIAN, True),
        (Protection.FAMILY, ProxyKind.EMPOWERED, True),
        (Protection.MANDATE, ProxyKind.TRUSTED, False),
    ],
)
def test_who_protects_an_adult_is_known_before_a_registration(
    centre: Centre, protection: Protection, kind: ProxyKind | None, may: bool
) -> None:
    person = add(centre, protection=protection)
    if kind is not None:
        services.add_proxy(person, name="Anne", kind=kind, today=TODAY, by=by(), now=NOW)
    if may:
        assert register(person, centre).centre == centre
    else:
        with pytest.raises(services.PatientRefusal, match="protège ce patient"):
            register(person, centre)


def test_a_declaration_is_signed_then_sent_and_waits_on_a_list(centre: Centre) -> None:
    row = register(add(centre), centre)
    said: dict[str, Any] = {"today": TODAY, "by": by(), "now": NOW}
    assert list(queries.declarations_waiting(centre)) == [row]
    with pytest.raises(services.PatientRefusal, match="pas encore signée"):
        services.send_declaration(row, **said)
    for wrong in (TODAY + timedelta(days=1), TODAY - timedelta(days=1)):
        with pytest.raises(services.PatientRefusal):
            services.sign_declaration(row, signed_on=wrong, **said)
    services.sign_declaration(row, signed_on=TODAY, **said)
    services.send_declaration(row, **said)
    services.send_declaration(row, **said)
    row.refresh_from_db()
    assert (row.signed_on, row.sent_on) == (TODAY, TODAY)
    assert list(queries.declarations_waiting(centre)) == []
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.update(signed_on=None)


def test_the_declaration_carries_what_was_typed_and_runs_none_of_it(centre: Centre) -> None:
    nasty = '#panic("x") $1/0$ [*]'
    person = add(centre, used_name=nasty, address=f"= titre\n# {nasty}")
    drawn = journeys.draw_declaration(register(person, centre), today=TODAY, by=by(), now=NOW)
    assert drawn.startswith(b"%PDF-")
    assert len(drawn) > 5_000


def test_what_was_agreed_is_kept_with_the_version_that_was_read(centre: Centre) -> None:
    person = add(centre)
    assert queries.accepts_messages(person)
    for number, agrees in enumerate((True, False)):
        services.note_agreement(
            person,
            kind=Agreement.MESSAGES,
            agrees=agrees,
            how=Consent.SPOKEN,
            said_by="elle-même",
            today=TODAY,
            by=by(),
            now=NOW + timedelta(minutes=number),
        )
    last = queries.agreements_of(person)[Agreement.MESSAGES]
    assert (last.agrees, last.version) == (False, 1)
    assert not queries.accepts_messages(person)
    assert person.agreements.count() == 2
    assert "SMS" in texts.version(Agreement.MESSAGES, 1).words


def test_every_kind_of_agreement_has_words(centre: Centre) -> None:
    for kind in (*Agreement.values, texts.REGISTRATION):
        assert texts.current(kind, today=TODAY).words
    with pytest.raises(ValueError, match="no text"):
        texts.current("autre", today=TODAY)
    with pytest.raises(ValueError, match="no version"):
        texts.version(texts.REGISTRATION, 99)


def test_a_file_opened_online_waits_for_the_desk(centre: Centre) -> None:
    person = add(centre, came_by=CameBy.ONLINE)
    add(centre, birth_written="1960-01-01")
    assert list(queries.to_check(centre)) == [person]
    services.mark_checked(person, by=by(), now=NOW)
    services.mark_checked(person, by=by(), now=NOW)
    assert list(queries.to_check(centre)) == []


def test_pairs_that_look_alike_are_found_in_one_query(
    centre: Centre, django_assert_num_queries: Any
) -> None:
    one, two = add(centre), add(centre, used_name="Durand")
    add(centre, first_birth_name="Paul", sex="M")  # a twin brother
    add(factories.centre())  # another centre
    with django_assert_num_queries(1):
        found = queries.likely_pairs(centre)
    assert [(pair.one, pair.other) for pair in found] == [(one, two)]


def test_a_person_is_found_by_exact_traits_only(centre: Centre) -> None:
    person = add(centre, used_name="Durand")
    everyone = Person.objects.all()
    day = date(1950, 4, 12)

    def found(name: str, first: str, born: date = day) -> tuple[Person, ...]:
        return queries.exactly(name=name, first_name=first, born_on=born, among=everyone)

    assert found("prevot", "Eloïse") == found("DURAND", "eloise") == (person,)
    assert found("prevo", "Eloise") == found("Prévôt", "El") == found("", "") == ()
    assert found("Prévôt", "Éloïse", date(1950, 4, 13)) == ()


@pytest.fixture
def pair(centre: Centre) -> tuple[Person, Person]:
    """Two files of one person: the second knows more."""
    elsewhere = factories.centre()
    kept, gone = add(centre), add(centre, phone="0601020304", used_name="Leroux")
    services.make_known(gone, centre=elsewhere, by=by(), now=NOW)
    register(kept, centre)
    register(gone, elsewhere)
    services.add_proxy(gone, name="Anne", kind=ProxyKind.TRUSTED, today=TODAY, by=by(), now=NOW)
    return kept, gone


def books(person: Person, *, hour: int = 9) -> Appointment:
    line = factories.line(factories.centre())
    factories.opening(line.centre, weekday=1)
    factories.mission(None, line)
    at = NOW.replace(day=12, hour=hour, minute=0)
    return agenda.book(
        line,
        starts_at=at,
        minutes=20,
        reason=factories.reason(),
        patient=person,
        request_key=f"{person.pk}-{hour}-{line.pk}",
        by=by(),
        now=NOW,
    )


def facts(person: Person) -> dict[str, Any]:
    person.refresh_from_db()
    names = ("phone", "used_name", "search_name", "merged_into", "commune", "protection")
    return {
        **{name: getattr(person, name) for name in names},
        "known": set(KnownAt.objects.filter(person=person).values_list("centre_id", flat=True)),
        "registrations": set(
            Registration.objects.filter(person=person).values_list("centre_id", "until_on")
        ),
        "proxies": person.proxies.count(),
        "appointments": Appointment.objects.filter(patient=person).count(),
    }


def test_files_that_were_merged_are_parted_as_they_were(pair: tuple[Person, Person]) -> None:
    kept, gone = pair
    books(gone)
    before = facts(kept), facts(gone)
    journeys.merge_people(gone, into=kept, why=WHY, by=by(), now=NOW)
    merged = facts(kept)
    assert (merged["phone"], merged["proxies"], merged["appointments"]) == ("0601020304", 1, 1)
    merge = Merge.objects.get()
    assert queries.merges_of(kept) == (merge,)
    journeys.part_people(merge, why="ce sont deux cousines", by=by(), now=NOW)
    assert (facts(kept), facts(gone)) == before
    assert tick_faults() == ()
    assert queries.merges_of(kept) == ()
    with pytest.raises(services.PatientRefusal, match="déjà séparées"):
        journeys.part_people(merge, why="ce sont deux cousines", by=by(), now=NOW)


def test_a_place_on_a_list_goes_to_the_kept_file(pair: tuple[Person, Person]) -> None:
    kept, gone = pair
    centre = factories.centre()
    agenda.join(gone, centre=centre, kind=ListKind.ADMISSION, by=by(), now=NOW)
    journeys.merge_people(gone, into=kept, why=WHY, by=by(), now=NOW)
    assert [row.centre for row in waits_of(kept)] == [centre]


def test_what_changed_since_the_merge_stays_when_files_are_parted(
    pair: tuple[Person, Person],
) -> None:
    kept, gone = pair
    journeys.merge_people(gone, into=kept, why=WHY, by=by(), now=NOW)
    kept.refresh_from_db()
    services.edit_person(kept, changes={"phone": "0699999999"}, by=by(), now=NOW)
    journeys.part_people(Merge.objects.get(), why="ce sont deux cousines", by=by(), now=NOW)
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.phone, gone.phone) == ("0699999999", "0601020304")
    assert kept.used_name == ""


def test_two_files_with_one_hour_in_common_are_not_merged(pair: tuple[Person, Person]) -> None:
    kept, gone = pair
    for person in pair:
        books(person)
    with pytest.raises(PatientTakenRefusal):
        journeys.merge_people(gone, into=kept, why=WHY, by=by(), now=NOW)
    gone.refresh_from_db()
    assert (gone.merged_into, Merge.objects.count()) == (None, 0)


def test_parting_asks_why_and_leaves_all_as_it_is_without(pair: tuple[Person, Person]) -> None:
    kept, gone = pair
    journeys.merge_people(gone, into=kept, why=WHY, by=by(), now=NOW)
    before = facts(kept)
    with pytest.raises(services.PatientRefusal, match="deux personnes"):
        journeys.part_people(Merge.objects.get(), why="non", by=by(), now=NOW)
    assert facts(kept) == before


def test_a_patient_is_told_every_reading_even_those_of_the_merged_file(
    pair: tuple[Person, Person],
) -> None:
    kept, gone = pair
    services.note_reading(gone, by=by(), now=NOW, why="fiche")
    services.note_search([gone, kept], by=by(), now=NOW)
    services.note_search([add(factories.centre())], by=by(), now=NOW)
    agenda.note_day_read(
        factories.centre(),
        first=MONDAY,
        last=MONDAY,
        appointments=[books(kept)],
        by=by(),
        now=NOW,
    )
    journeys.merge_people(gone, into=kept, why=WHY, by=by(), now=NOW)
    verbs = [row.verb for row in queries.readings_of(kept)]
    assert verbs.count("patients.read") == 1
    assert verbs.count("patients.searched") == 1
    assert verbs.count("agenda.day_read") == 1
    assert verbs.count("patients.merged") == 2
