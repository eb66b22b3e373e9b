"""What goes out comes back the same; an import is done whole, once, or not at all."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist

from relais.core.errors import Refusal
from relais.core.models import AuditEntry
from relais.doctors import services as doctors
from relais.doctors.models import Companionship, Doctor, DoctorPractice, TravelTime
from relais.engine.plan_folder.read import read_folder
from relais.engine.rota.problem import Problem
from relais.journeys import spreadsheets
from relais.journeys.models import PreparedImport
from relais.journeys.spreadsheets import Export, GivenFile, ImportGoneRefusal, ImportMistakesRefusal
from relais.network.models import Centre, Closure, Line, Practice, PracticeNeed
from relais.rota import planning
from relais.rota import services as rota
from relais.rota.models import Mission, Offer, Standby
from relais.rota.states import MissionState
from tests import factories
from tests.factories import MONDAY, NOW, TODAY, monday
from tests.journeys.tables import ACT, ajain, counts, csv, load, mistakes, preview

pytestmark = pytest.mark.django_db
WEEKS = 8
EXAMPLES = Path(__file__).parents[2] / "examples"


def empty() -> None:
    """Empty every table that the exports hold."""
    for model in (Mission, Standby, Offer, Companionship, TravelTime, DoctorPractice, Doctor):
        model.objects.all().delete()
    for model in (PracticeNeed, Closure, Line, Centre, Practice):
        model.objects.all().delete()


def a_network() -> None:
    """Make a network in which every table has something to say."""
    place = ajain()
    first = factories.centre(
        key="c1", name="=Ajain", commune=place, lines=2, finess="230000001", address="1, rue Haute"
    )
    second = factories.centre(key="c2", name="Bellac", opens_on=None, family_places=0)
    factories.closure(first, first_on=monday(2), last_on=monday(2) + timedelta(days=6))
    sutures = factories.practice(code="sutures", label="sutures")
    factories.practice(code="frottis", label="gynécologie")
    factories.practice_need(second, sutures, every_weeks=3)
    people = [
        factories.doctor(
            key=f"D{number}",
            last_name=f"Abadie {number}",
            missions_before=number,
            max_travel_minutes=None if number % 2 else 300,
            brings_pet=number == 3,
            ready_on=None if number == 1 else date(2024, 2, 29),
            home=place if number == 2 else None,
            phone="+33 6 12 34 56 78",
            rpps="99900000011" if number == 4 else "",
            note="ligne 1\n=ligne 2" if number == 4 else "",
        )
        for number in range(6)
    ]
    for number, person in enumerate(people):
        for week in range(number, WEEKS, 2):
            factories.offer(person, monday=monday(week))
    doctors.set_practices(people[0], levels={sutures: "yes"}, **ACT)
    doctors.set_practices(people[1], levels={sutures: "with_help"}, **ACT)
    doctors.set_preferences(people[0], wishes={first: ["preferred", "known"]}, **ACT)
    doctors.set_preferences(people[1], wishes={first: ["refused"], second: ["known"]}, **ACT)
    doctors.pair(people[4], companion=people[2], **ACT)
    doctors.set_travel_time(people[5], centre=second, minutes=77, **ACT)
    line, other = first.lines.order_by("number")
    factories.mission(people[0], line, monday=monday(0), is_locked=True)
    factories.mission(people[1], other, monday=monday(1), state=MissionState.PROPOSED)
    factories.mission(people[3], line, monday=monday(3), state=MissionState.INVITED)
    factories.mission(people[5], line, monday=monday(6), state=MissionState.DECLINED)


def folder_of(tmp_path: Path, export: Export) -> Path:
    folder = tmp_path / export.name
    zipfile.ZipFile(io.BytesIO(export.content)).extractall(folder)
    return folder


def same_order(problem: Problem) -> dict[str, Any]:
    """Give the parts of a problem in a form that compares; past missions only by their week."""
    parts = {one.name: getattr(problem, one.name) for one in dataclasses.fields(problem)}
    parts["offers"] = problem.offers.tolist()
    parts["travel"] = dict(problem.travel)
    parts["needs"] = sorted(problem.needs, key=lambda need: (need.centre, need.practice))
    parts["missions"] = sorted(
        (one.week, one.centre if one.week >= 0 else 0, one.doctor, one.status)
        for one in problem.missions
    )
    return parts


def folder(first: date = MONDAY, weeks: int = WEEKS) -> Export:
    return spreadsheets.export_folder(first, weeks=weeks, **ACT)


def test_a_plan_folder_holds_the_problem_that_the_web_plans(tmp_path: Path) -> None:
    a_network()
    third = Doctor.objects.get(key="D2")
    factories.mission(third, Line.objects.get(centre__key="c2"), monday=monday(-3))
    Line.objects.filter(number=2).update(starts_on=monday(2))
    bridge = planning.problem_for(MONDAY, weeks=WEEKS, standby_depth=2, today=TODAY)
    keys = dict(Doctor.objects.values_list("pk", "key"))
    people = [  # the web calls its doctors by name, for sentences
        doctor if number is None else dataclasses.replace(doctor, id=keys[number])
        for number, doctor in zip(bridge.index.doctor_ids, bridge.problem.doctors, strict=True)
    ]
    assert any(doctor.id.startswith("place absente") for doctor in people)
    problem = dataclasses.replace(bridge.problem, doctors=tuple(people))
    read = read_folder(folder_of(tmp_path, folder()))
    assert read.warnings == ()
    first, second = read.problem.centres
    assert first.name == "'=Ajain"  # a spreadsheet must not compute it
    centres = (dataclasses.replace(first, name="=Ajain"), second)
    assert same_order(dataclasses.replace(read.problem, centres=centres)) == same_order(problem)


def test_missions_after_the_last_week_leave_their_gap_in_the_offers(tmp_path: Path) -> None:
    doctor = factories.doctor(key="D1", min_gap_weeks=3, max_missions=9)
    line = factories.line()
    for week in range(5):
        factories.offer(doctor, monday=monday(week))
    factories.mission(doctor, line, monday=monday(5))
    read = read_folder(folder_of(tmp_path, folder(weeks=5)))
    assert read.problem.offers.tolist() == [[0, 0], [0, 1], [0, 2]]


def test_a_plan_folder_imported_into_an_empty_network_goes_out_alike() -> None:
    a_network()
    export = folder()
    empty()
    load(GivenFile(export.name, export.content))
    assert Doctor.objects.get(key="D4").last_name == "D4"
    assert folder().content == export.content


def test_the_workbook_imported_into_an_empty_network_goes_out_alike() -> None:
    a_network()
    factories.closure(None, first_on=date(2027, 12, 20), last_on=date(2028, 1, 2), note="fêtes")
    Line.objects.filter(number=2).update(starts_on=date(2025, 1, 6), ends_on=date(2028, 1, 3))
    export = spreadsheets.export_xlsx(with_contacts=True, **ACT)
    assert counts(preview(GivenFile("complet.xlsx", export.content)))["Missions"] == (0, 0, 3)
    assert preview(GivenFile("complet.xlsx", export.content)).changes_something is False
    empty()
    load(GivenFile("complet.xlsx", export.content))
    again = spreadsheets.export_xlsx(with_contacts=True, **ACT)
    assert again.content == export.content
    assert Doctor.objects.get(key="D4").note == "ligne 1\n=ligne 2"
    assert Centre.objects.get(key="c1").name == "=Ajain"


def test_what_is_personal_goes_out_only_when_asked_and_is_told() -> None:
    a_network()
    for export, personal in (
        (spreadsheets.export_xlsx(**ACT), False),
        (spreadsheets.export_xlsx(with_contacts=True, **ACT), True),
        (folder(), False),
    ):
        parts = zipfile.ZipFile(io.BytesIO(export.content))
        text = b"".join(parts.read(name) for name in parts.namelist())
        for words in (b"+33 6 12 34 56 78", b"@exemple.fr", b"99900000011", b"=ligne 2"):
            assert (words in text) is personal
        assert (b"Abadie" in text) is (not export.name.endswith(".zip"))
    told = AuditEntry.objects.filter(verb="tables.exported").order_by("pk")
    assert [(entry.actor, entry.details.get("with_contacts")) for entry in told] == [
        ("system:test", False),
        ("system:test", True),
        ("system:test", None),
    ]
    assert told[2].details == {
        "what": "plan_folder",
        "first_monday": "2027-01-11",
        "weeks": 8,
        "rows": export.rows,
    }


# -- whole, once, or not at all --------------------------------------------------------------------


def everything() -> dict[str, int]:
    models = (Doctor, Centre, Line, Offer, Mission, Practice, AuditEntry, PreparedImport)
    return {model.__name__: model.objects.count() for model in models}


WHOLE = (
    csv("centres.csv", "identifiant;nom;latitude;longitude;lignes", "c1;Ajain;46;2;1"),
    csv("medecins.csv", "identifiant;nom;latitude;longitude;pratiques", "D1;Un;46;2;sutures"),
    csv("offres.csv", "médecin;lundi", "D1;11/01/2027"),
    csv("missions.csv", "médecin;centre;lundi;état", "D1;c1;18/01/2027;confirmée"),
)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (doctors, "add_doctor"),
        (doctors, "set_practices"),
        (rota, "note_offers"),
        (rota, "note_missions"),
    ],
)
def test_a_failure_in_the_middle_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str
) -> None:
    token = preview(*WHOLE).token
    before = everything()
    real: Callable[..., Any] = getattr(module, name)

    def fails_after(*words: Any, **named: Any) -> None:
        real(*words, **named)
        raise ObjectDoesNotExist("injected")

    monkeypatch.setattr(module, name, fails_after)
    with pytest.raises(ObjectDoesNotExist):
        spreadsheets.apply(token, **ACT)
    assert everything() == before
    monkeypatch.undo()
    spreadsheets.apply(token, **ACT)
    assert (Doctor.objects.count(), Mission.objects.count()) == (1, 1)


def test_a_refusal_names_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    token = preview(*WHOLE).token

    def refuses(*_: Any, **__: Any) -> None:
        raise doctors.DoctorRefusal("Non.")

    monkeypatch.setattr(doctors, "add_doctor", refuses)
    with pytest.raises(Refusal) as refusal:
        spreadsheets.apply(token, **ACT)
    assert refusal.value.sentence == "medecins.csv, ligne 2 : Non."


def test_an_import_is_done_once_by_who_prepared_it_within_a_day() -> None:
    token = preview(*WHOLE).token
    other = {"by": factories.by(factories.user()), "now": NOW}
    late = {"by": factories.by(), "now": NOW + timedelta(hours=25)}
    for act in (other, late):
        with pytest.raises(ImportGoneRefusal):
            spreadsheets.apply(token, **act)
    spreadsheets.apply(token, **ACT)
    for asked in (token, "", "x"):
        with pytest.raises(ImportGoneRefusal):
            spreadsheets.apply(asked, **ACT)
    assert Doctor.objects.count() == 1
    assert PreparedImport.objects.count() == 0


def test_files_that_nobody_imports_are_forgotten_and_few_are_kept() -> None:
    for _ in range(8):
        preview(*WHOLE)
    assert PreparedImport.objects.count() == 5
    assert spreadsheets.forget_old_imports(NOW + timedelta(hours=23)) == 0
    assert spreadsheets.forget_old_imports(NOW + timedelta(hours=25)) == 5


def test_data_that_changed_since_the_preview_are_read_again() -> None:
    first, second = preview(*WHOLE).token, preview(*WHOLE).token
    spreadsheets.apply(first, **ACT)
    assert spreadsheets.apply(second, **ACT).changes_something is False
    third = preview(csv("offres.csv", "médecin;lundi", "D1;25/01/2027")).token
    Mission.objects.all().delete()
    Offer.objects.all().delete()
    Doctor.objects.all().delete()
    with pytest.raises(ImportMistakesRefusal) as refusal:
        spreadsheets.apply(third, **ACT)
    assert refusal.value.report.mistakes[0].line == 2


# -- the example -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["import-medecins.xlsx", "import-medecins.csv"])
def test_the_example_is_corrected_from_its_messages_then_imported(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    import make_import_medecins as example

    for number, (town, department) in enumerate(
        [town.removesuffix(")").split(" (") for town in example.TOWNS]
        + [["Saint-Sauveur", "31"], ["Saint-Sauveur", "38"]]
    ):
        search_name = town.lower().replace("é", "e").replace("-", " ")
        factories.commune(
            code=f"{department}{number:03d}",
            name=town,
            department=department,
            search_name=search_name,
        )
    made = example.workbook() if name.endswith("xlsx") else example.table()
    assert (EXAMPLES / name).read_bytes() == made
    report = preview(GivenFile(name, made))
    assert report.mistake_count == 14
    assert [(one.line, one.column) for one in report.mistakes] == [
        (4, "N° RPPS"),
        (7, "Commune"),
        (10, "Commune"),
        (13, "E-mail"),
        (16, "Papiers prêts le"),
        (19, "Papiers prêts le"),
        (22, "Statut"),
        (25, "Missions par an"),
        (28, "En famille"),
        (31, "Nom"),
        (34, "Trajet max"),
        (37, "Pratique : sutures"),
        (39, "N° RPPS"),
        (41, "E-mail"),
    ]
    mended = (
        example.workbook(with_mistakes=False)
        if name.endswith("xlsx")
        else example.table(with_mistakes=False)
    )
    load(GivenFile(name, mended))
    assert Doctor.objects.count() == 40
    assert Doctor.objects.get(rpps="99900000011").phone == "0612000001"
    assert Offer.objects.count() == (54 if name.endswith("xlsx") else 0)


def test_big_tables_are_read_and_written_in_bulk(django_assert_max_num_queries: Any) -> None:
    people = [f"D{number};Nom {number};46;2" for number in range(300)]
    offers = [f"D{number};{day:%d/%m/%Y}" for number in range(300) for day in map(monday, range(9))]
    files = (
        csv("medecins.csv", "identifiant;nom;latitude;longitude", *people),
        csv("offres.csv", "médecin;lundi", *offers),
    )
    with django_assert_max_num_queries(30):
        report = preview(*files)
    assert counts(report) == {"Médecins": (300, 0, 0), "Semaines offertes": (2700, 0, 0)}
    spreadsheets.apply(report.token, **ACT)
    assert (Doctor.objects.count(), Offer.objects.count()) == (300, 2700)
    assert AuditEntry.objects.filter(verb="rota.weeks_noted").count() == 1


def test_too_much_is_refused_in_words() -> None:
    huge = GivenFile("medecins.csv", b"x" * (21 * 1024 * 1024))
    assert mistakes(huge) == ["fichiers : l’ensemble dépasse 20 Mo. Envoyez-les en plusieurs fois."]
