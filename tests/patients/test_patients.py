"""Who a patient is, who answers for them, who may open the file, and what is told of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from relais.core.models import AuditEntry
from relais.network.models import Centre
from relais.patients import permissions, queries, services
from relais.patients.models import KnownAt, Person, Registration
from relais.patients.states import Consent, Proof, ProxyKind
from relais.rota.states import MissionState
from tests import factories
from tests.factories import MONDAY, NOW, TODAY, by

pytestmark = pytest.mark.django_db

TRAITS: dict[str, Any] = {
    "birth_name": "Prévôt-Œuvre",
    "first_birth_name": "Éloïse",
    "used_name": "Durand",
    "sex": "F",
    "birth_written": "1950-04-12",
    "birth_place": "23030",
}


@pytest.fixture
def centre() -> Centre:
    return factories.centre()


def add(centre: Centre, **fields: Any) -> Person:
    return services.add_person(centre, by=by(), now=NOW, **{**TRAITS, **fields})


def verbs() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("verb", flat=True))


def test_a_file_keeps_the_traits_of_the_national_identity(centre: Centre) -> None:
    person = add(centre)
    assert (person.birth_name, person.first_birth_name) == ("PREVOT-OEUVRE", "ELOISE")
    assert (person.name, person.identity) == ("Eloise DURAND", "provisional")
    assert person.formal_name == "DURAND Eloise, née ou né PREVOT-OEUVRE"
    assert person.search_name == "durand prevot oeuvre eloise"
    assert person.born_on == date(1950, 4, 12)
    assert KnownAt.objects.get().centre == centre


def test_unknown_and_lunar_birth_dates_are_kept_as_written(centre: Centre) -> None:
    written = ["1950-00-00", "1965-02-30", "1950-04-00"]
    people = [add(centre, birth_written=one) for one in written]
    assert [(one.birth_written, one.born_on) for one in people] == [
        ("1950-00-00", date(1950, 12, 31)),
        ("1965-02-30", date(1965, 2, 28)),
        ("1950-04-00", date(1950, 4, 1)),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"birth_name": "  "},
        {"birth_written": "12/04/1950"},
        {"birth_written": "2030-01-01"},
        {"birth_place": "Paris"},
        {"sex": "X"},
        {"email": "nulle part"},
    ],
)
def test_a_wrong_trait_is_refused(centre: Centre, wrong: dict[str, str]) -> None:
    with pytest.raises(services.PatientRefusal):
        add(centre, **wrong)
    assert Person.objects.count() == 0


def test_an_identity_is_validated_on_a_paper_and_never_qualified(centre: Centre) -> None:
    person = add(centre)
    with pytest.raises(services.PatientRefusal):
        services.validate_identity(person, proof=Proof.NONE, by=by(), now=NOW)
    services.validate_identity(person, proof=Proof.PASSPORT, by=by(), now=NOW)
    assert (person.identity, person.identity_proof) == ("validated", "passport")
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.update(identity="qualified")
    services.edit_person(person, changes={"phone": "0601020304"}, by=by(), now=NOW)
    assert person.identity == "validated"
    services.edit_person(person, changes={"birth_name": "Autre"}, by=by(), now=NOW)
    assert person.identity == "provisional"


def test_three_letters_find_without_accents_and_a_date_too(centre: Centre) -> None:
    person = add(centre)
    other = add(centre, birth_name="Dupré", used_name="", birth_written="1960-01-04")
    everyone = Person.objects.all()
    found = {
        text: queries.find(text, among=everyone)
        for text in ("dup", "DÙR", "elo", "prév œuv", "du", "4/1/1960", "dup 4/1/1960", "dup eli")
    }
    assert found == {
        "dup": (other,),
        "DÙR": (person,),
        "elo": (other, person),
        "prév œuv": (person,),
        "du": (),
        "4/1/1960": (other,),
        "dup 4/1/1960": (other,),
        "dup eli": (),
    }


def test_a_search_costs_one_query(centre: Centre, django_assert_num_queries: Any) -> None:
    add(centre)
    with django_assert_num_queries(1):
        queries.find("dur", among=Person.objects.all())


def test_the_long_term_flag_ends_on_its_day(centre: Centre) -> None:
    person = add(centre, has_long_term=True, long_term_until=date(2027, 6, 1))
    days = [date(2027, 6, 1), date(2027, 6, 2)]
    assert [queries.has_long_term(person, on=day) for day in days] == [True, False]
    assert list(queries.long_term_ends(until=days[0], among=Person.objects.all())) == [person]
    services.edit_person(person, changes={"has_long_term": False}, by=by(), now=NOW)
    assert (person.has_long_term, person.long_term_until) == (False, None)


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


def test_one_registers_with_one_centre_at_a_time(centre: Centre) -> None:
    person, other = add(centre), factories.centre()
    first = register(person, centre)
    assert register(person, centre) == first
    later = TODAY + timedelta(days=30)
    second = register(person, other, today=later)
    first.refresh_from_db()
    assert (first.until_on, queries.registration_of(person)) == (later, second)
    assert queries.registered_at([person]) == {person.pk: other.pk}
    with pytest.raises(services.PatientRefusal):
        register(add(centre), centre, consent_by=" ")


@pytest.mark.parametrize(("years", "needed"), [(15, True), (16, True), (17, True), (18, False)])
def test_a_parent_chooses_or_agrees_before_eighteen(
    centre: Centre, years: int, needed: bool
) -> None:
    born = date(TODAY.year - years, TODAY.month, TODAY.day)
    child = add(centre, birth_written=born.isoformat())
    if needed:
        with pytest.raises(services.PatientRefusal):
            register(child, centre)
        proxy = services.add_proxy(
            child, name="Anne Durand", kind=ProxyKind.PARENT, today=TODAY, by=by(), now=NOW
        )
        assert proxy.until_on == date(born.year + 18, born.month, born.day)
        assert queries.proxies_of(child, today=TODAY) == (proxy,)
    assert register(child, centre).centre == centre


def test_nobody_is_the_parent_of_an_adult(centre: Centre) -> None:
    with pytest.raises(services.PatientRefusal):
        services.add_proxy(
            add(centre), name="Anne", kind=ProxyKind.PARENT, today=TODAY, by=by(), now=NOW
        )


def test_alike_files_are_shown_most_alike_first(centre: Centre) -> None:
    person = add(centre)
    twin = add(centre)
    typo = add(centre, birth_written="1950-12-04", phone="")
    add(centre, birth_name="Autre", used_name="", birth_written="1980-01-01")
    found = queries.possible_twins(person, among=Person.objects.all())
    assert [one.person for one in found] == [twin]
    services.edit_person(person, changes={"phone": "06 01 02 03 04"}, by=by(), now=NOW)
    services.edit_person(typo, changes={"phone": "+33601020304"}, by=by(), now=NOW)
    found = queries.possible_twins(person, among=Person.objects.all())
    assert [one.person for one in found] == [twin, typo]


def test_merging_keeps_what_was_known_and_leads_to_the_kept_file(centre: Centre) -> None:
    kept, gone = add(centre), add(centre, used_name="Leroux", phone="0601020304")
    elsewhere = factories.centre()
    services.make_known(gone, centre=elsewhere, by=by(), now=NOW)
    register(gone, elsewhere)
    said: dict[str, Any] = {"into": kept, "by": by(), "now": NOW}
    with pytest.raises(services.PatientRefusal):
        services.merge(gone, why="oui", **said)
    merged = services.merge(gone, why="même pièce d’identité lue au guichet", **said)
    assert (merged.pk, merged.phone) == (kept.pk, "0601020304")
    assert queries.registration_of(kept) == Registration.objects.get()
    assert set(KnownAt.objects.filter(person=kept).values_list("centre_id", flat=True)) == {
        centre.pk,
        elsewhere.pk,
    }
    everyone = Person.objects.filter(merged_into__isnull=True)
    assert queries.find("ler", among=everyone) == (merged,)
    assert queries.by_address(gone.public_id, among=everyone) == merged
    with pytest.raises(services.PatientRefusal):
        services.merge(gone, why="même pièce d’identité lue au guichet", **said)
    assert verbs().count("patients.merged") == 2


def test_a_coordinator_opens_the_patients_of_her_centres(centre: Centre) -> None:
    mine, theirs = add(centre), add(factories.centre())
    user = factories.coordinator(centre)
    seen = [permissions.may_read(user, person=one, now=NOW, today=TODAY) for one in (mine, theirs)]
    assert seen == [True, False]
    assert permissions.may_edit(user, person=mine, today=TODAY)
    assert permissions.may_book(user, centre=centre, today=TODAY)


def test_a_director_opens_no_patient(centre: Centre) -> None:
    from relais.accounts.states import Role

    for role in Role:
        user = factories.user(role)
        assert not permissions.may_read(user, person=add(centre), now=NOW, today=TODAY)


@pytest.mark.parametrize(
    ("days", "opens"),
    [(-4, False), (-3, True), (0, True), (5, True), (9, True), (10, False)],
)
def test_a_doctor_opens_files_from_the_friday_before_to_the_wednesday_after(
    centre: Centre, days: int, opens: bool
) -> None:
    doctor, user = factories.doctor_user()
    factories.mission(doctor, centre.lines.get())
    person, today = add(centre), MONDAY + timedelta(days=days)
    assert permissions.may_read(user, person=person, now=NOW, today=today) is opens
    assert not permissions.may_edit(user, person=person, today=today)
    day = MONDAY + timedelta(days=2)
    assert permissions.may_read_day(user, centre=centre, day=day, today=today) is opens
    other_week = day + timedelta(days=7)
    assert not permissions.may_read_day(user, centre=centre, day=other_week, today=today)


def test_a_doctor_who_has_not_said_yes_opens_nothing(centre: Centre) -> None:
    doctor, user = factories.doctor_user()
    factories.mission(doctor, centre.lines.get(), state=MissionState.INVITED)
    assert not permissions.may_read(user, person=add(centre), now=NOW, today=MONDAY)


def test_an_exception_opens_one_file_for_four_hours_with_a_reason(centre: Centre) -> None:
    from relais.accounts.states import Role

    _, user = factories.doctor_user()
    person, other = add(centre), add(centre)
    with pytest.raises(services.PatientRefusal):
        services.open_exceptionally(person, user=user, why="vite", by=by(user), now=NOW)
    access = services.open_exceptionally(
        person, user=user, why="appel du SAMU pour ce patient", by=by(user), now=NOW
    )
    moments = [NOW, NOW + timedelta(hours=3, minutes=59), NOW + timedelta(hours=4)]
    assert [
        permissions.may_read(user, person=person, now=moment, today=TODAY) for moment in moments
    ] == [True, True, False]
    assert not permissions.may_read(user, person=other, now=NOW, today=TODAY)
    assert queries.exceptions_to_see(now=NOW) == (access,)
    pioneer = factories.user(Role.PIONEER)
    services.see_exception(access, user=pioneer, by=by(pioneer), now=NOW)
    assert queries.exceptions_to_see(now=NOW) == ()


def test_every_reading_is_told_and_names_nobody(centre: Centre) -> None:
    person = add(centre)
    services.note_reading(person, by=by(), now=NOW, why="fiche")
    services.note_search([person], by=by(), now=NOW)
    assert verbs() == ["patients.added", "patients.read", "patients.searched"]
    assert [one.verb for one in queries.readers_of(person)] == ["patients.read", "patients.added"]
    entries = AuditEntry.objects.all()
    told = " ".join(f"{one.subject_label} {one.details}" for one in entries).lower()
    assert "durand" not in told
    assert "eloise" not in told
    assert AuditEntry.objects.last().details == {"patients": [person.pk]}  # type: ignore[union-attr]


def test_addresses_carry_random_identifiers(centre: Centre) -> None:
    ids = {add(centre).public_id for _ in range(20)}
    assert (len(ids), {len(one) for one in ids}) == (20, {16})
