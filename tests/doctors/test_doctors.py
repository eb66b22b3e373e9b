"""Doctors' files: opened, changed, found, gathered."""

from __future__ import annotations

import pytest

from relais.accounts.states import Role
from relais.core.models import AuditEntry
from relais.doctors import permissions, queries, services
from relais.doctors.models import CentrePreference, Companionship, Doctor, DoctorPractice
from relais.doctors.states import DoctorStatus, PracticeLevel, PreferenceKind
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db
ACT = {"by": factories.by(), "now": NOW}


def add(last_name="Le Goff", **fields):
    fields = {"first_name": "Jeanne", "latitude": 48.0, "longitude": -3.0, **fields}
    return services.add_doctor(last_name, **fields, **ACT)


def test_a_new_file_gets_a_key_and_the_place_of_its_home() -> None:
    town = factories.commune(latitude=44.25, longitude=5.0)
    doctor = services.add_doctor("Durand", first_name="Éloïse", home=town, **ACT)
    assert (doctor.latitude, doctor.longitude) == (44.25, 5.0)
    assert doctor.key.startswith("m-")
    assert AuditEntry.objects.get().verb == "doctors.added"


def test_wrong_fields_are_refused_in_words() -> None:
    with pytest.raises(services.DoctorRefusal) as refusal:
        services.add_doctor("Durand", **ACT)
    assert refusal.value.sentence.startswith("Indiquez la commune du domicile")
    with pytest.raises(services.DoctorRefusal) as refusal:
        add(rpps="12")
    assert refusal.value.sentence == "RPPS : Un numéro RPPS a 11 chiffres."
    add(key="jlg", rpps="10001234567")
    for taken in ({"key": "jlg"}, {"rpps": "10001234567"}):
        with pytest.raises(services.DoctorRefusal):
            add(**taken)
    with pytest.raises(TypeError):
        add(colour="vert")
    assert Doctor.objects.count() == 1


def test_editing_names_fields_and_keeps_personal_values_out_of_the_audit() -> None:
    doctor = add()
    services.edit_doctor(
        doctor,
        changes={"phone": "06 00 00 00 00", "max_missions": 3, "last_name": "Le Bihan"},
        **ACT,
    )
    services.edit_doctor(doctor, changes={"max_missions": 3}, **ACT)
    [_, entry] = AuditEntry.objects.order_by("id")
    assert entry.details == {
        "fields": ["last_name", "max_missions", "phone"],
        "values": {"max_missions": [1, 3]},
    }
    assert list(queries.find_doctors("bihan")) == [doctor]


@pytest.mark.parametrize(
    "text",
    ["legoff", "le goff", "GOFF jeanne", "jeanne le-goff", "JÉANNE", "10001", "jeanne@", "jlg", ""],
)
def test_a_doctor_is_found_by_any_words_of_the_file(text) -> None:
    doctor = add(key="jlg", rpps="10001234567", email="jeanne@exemple.fr")
    other = add("Œrsted", first_name="Noël")
    found = list(queries.find_doctors(text))
    assert doctor in found if text != "legoff" else found == []
    assert (other in found) == (text == "")
    assert list(queries.find_doctors("noel oersted")) == [other]


def test_filters_narrow_the_list() -> None:
    town = factories.commune(department="29")
    act = factories.practice(code="sutures")
    doctor = add(home=town, status=DoctorStatus.RETIRED, is_pioneer=True)
    services.set_practices(doctor, levels={act: PracticeLevel.YES}, **ACT)
    other = add("Autre")
    services.set_practices(other, levels={act: PracticeLevel.WITH_HELP}, **ACT)
    gone = add("Parti", left_on=TODAY)
    for filters in (
        {"status": DoctorStatus.RETIRED},
        {"department": "29"},
        {"practice": "sutures"},
        {"is_pioneer": True},
    ):
        assert list(queries.find_doctors("", queries.Filters(**filters))) == [doctor]
    assert list(queries.find_doctors("", queries.Filters(has_account=True))) == []
    assert list(queries.find_doctors()) == [other, doctor]
    everybody = queries.Filters(include_left=True)
    assert list(queries.find_doctors("", everybody)) == [other, doctor, gone]


def test_the_list_costs_the_same_for_one_and_for_three(django_assert_num_queries) -> None:
    for count in (1, 2):
        for _ in range(count):
            add(home=factories.commune())
        with django_assert_num_queries(3):
            rows = queries.with_practices(queries.find_doctors())
            assert all(str(row.home) and list(row.practices.all()) == [] for row in rows)


@pytest.mark.parametrize(
    ("rpps", "doubtful"),
    [
        ("", False),
        ("10001234561", True),
        ("10001234567", False),
        ("10100000013", True),
        ("1000123456", True),
        ("1000123456x", True),
    ],
)
def test_the_check_digit_of_an_rpps_warns(rpps, doubtful) -> None:
    if len(rpps) == 11 and rpps.isdigit():  # the slow way: sum of digits, every second doubled
        doubled = [int(d) if i % 2 == 0 else int(d) * 2 for i, d in enumerate(rpps[::-1])]
        doubtful = sum(sum(map(int, str(value))) for value in doubled) % 10 != 0
    assert bool(queries.rpps_warning(rpps)) is doubtful


def test_wishes_are_written_whole_and_do_not_contradict_one_another() -> None:
    doctor, one, other = add(), factories.centre(), factories.centre()
    services.set_preferences(
        doctor,
        wishes={one: {PreferenceKind.PREFERRED, PreferenceKind.KNOWN}, other: set()},
        **ACT,
    )
    services.set_preferences(doctor, wishes={other: {PreferenceKind.REFUSED}}, **ACT)
    assert list(CentrePreference.objects.values_list("centre_id", "kind")) == [
        (other.pk, "refused")
    ]
    with pytest.raises(services.DoctorRefusal):
        services.set_preferences(
            doctor, wishes={one: {PreferenceKind.PREFERRED, PreferenceKind.REFUSED}}, **ACT
        )


def test_two_doctors_are_paired_once_whatever_the_order() -> None:
    one, other = add(), add("Autre")
    services.pair(other, companion=one, **ACT)
    services.pair(one, companion=other, **ACT)
    assert Companionship.objects.values_list("first_id", "second_id").get() == (one.pk, other.pk)
    with pytest.raises(services.DoctorRefusal):
        services.pair(one, companion=one, **ACT)
    services.unpair(other, companion=one, **ACT)
    assert Companionship.objects.count() == 0


def test_the_file_gathers_everything_in_four_queries(django_assert_num_queries) -> None:
    doctor, centre = add(rpps="10001234567"), factories.centre()
    services.set_practices(doctor, levels={factories.practice(): PracticeLevel.NO}, **ACT)
    services.set_preferences(doctor, wishes={centre: {PreferenceKind.KNOWN}}, **ACT)
    services.set_travel_time(doctor, centre=centre, minutes=50, **ACT)
    companion = add("Autre")
    services.pair(doctor, companion=companion, **ACT)
    with django_assert_num_queries(4):
        found = queries.file_of(doctor)
    assert [one.level for one in found.practices] == ["no"]
    assert [one.centre for one in found.preferences[PreferenceKind.KNOWN]] == [centre]
    assert found.companions == (companion,)
    assert [one.minutes for one in found.travel_times] == [50]
    services.set_travel_time(doctor, centre=centre, minutes=None, **ACT)
    services.set_practices(doctor, levels={}, **ACT)
    assert (queries.file_of(doctor).travel_times, DoctorPractice.objects.count()) == ((), 0)


def test_who_reads_a_file_and_who_writes_wishes() -> None:
    doctor, own = factories.doctor_user()
    _, stranger = factories.doctor_user()
    planner, director = factories.user(Role.PLANNER), factories.user(Role.DIRECTOR)
    people = (own, stranger, planner, director)
    assert [permissions.may_read(user, doctor) for user in people] == [True, False, True, True]
    assert [permissions.may_edit_wishes(user, doctor) for user in people] == [
        True,
        False,
        True,
        False,
    ]
    assert queries.doctor_of(own) == doctor
    assert queries.doctor_of(planner) is None
