"""What an import reads, adds, changes and leaves alone."""

from __future__ import annotations

from datetime import date

import pytest

from relais.core.models import AuditEntry
from relais.doctors.models import (
    CentrePreference,
    Companionship,
    Doctor,
    DoctorPractice,
    TravelTime,
)
from relais.journeys.spreadsheets import GivenFile
from relais.network.models import Centre, Closure, Line, PracticeNeed
from relais.network.states import ClosureReason
from relais.rota.models import Mission, Offer
from relais.rota.states import MissionState, OfferSource
from tests import factories
from tests.factories import MONDAY, monday
from tests.journeys.tables import ajain, counts, csv, load, mistakes, preview, xlsx, zipped

pytestmark = pytest.mark.django_db

DOCTOR = "D1;Abadie;Paul;46,2;2,0"
HEADING = "identifiant;nom;prénom;latitude;longitude"


def test_a_doctor_is_read_with_french_headings_and_french_cells() -> None:
    place = ajain()
    load(
        csv(
            "Mes médecins 2027.csv",
            "Nom;Prénom;E-mail;Tél;N° RPPS;Statut;Commune;Missions par an;Écart en semaines;"
            "Trajet max;En famille;Animal;Plain-pied;Pionnier;Papiers prêts le;"
            "Missions déjà faites;Dans le collectif depuis;Note",
            "Abadie;Élise;Elise@Exemple.FR;06 12 34 56 78;9990 000 0011;remplaçante;ajain;2;6;"
            "3 h 30;oui;x;non;1;04/02/2027;3;2024-05-06;Rappeler le soir",
        )
    )
    doctor = Doctor.objects.get()
    assert {
        "first_name": "Élise",
        "last_name": "Abadie",
        "email": "elise@exemple.fr",
        "phone": "06 12 34 56 78",
        "rpps": "99900000011",
        "status": "substitute",
        "home_id": place.pk,
        "latitude": place.latitude,
        "max_missions": 2,
        "min_gap_weeks": 6,
        "max_travel_minutes": 210,
        "brings_family": True,
        "brings_pet": True,
        "needs_step_free": False,
        "is_pioneer": True,
        "ready_on": date(2027, 2, 4),
        "missions_before": 3,
        "joined_on": date(2024, 5, 6),
        "note": "Rappeler le soir",
    }.items() <= vars(doctor).items()
    assert doctor.key.startswith("m-")


def test_a_plan_folder_is_read_as_it_is_even_zipped() -> None:
    load(
        zipped(
            "dossier.zip",
            csv("dossier/plan.toml", "first_monday = 2027-01-04"),
            csv("dossier/centres.csv", "centre,name,latitude,longitude,lines", "c1,Un,46.1,1.9,2"),
            csv(
                "dossier/doctors.csv",
                "doctor,latitude,longitude,max_missions,first_mission,practices",
                "d1,46,2,3,1,sutures|gynaecology",
                "d2,46,2,1,0,",
            ),
            csv("dossier/offers.csv", "doctor,monday", "d1,2027-01-11"),
            csv("dossier/closures.csv", "centre,monday", "c1,2027-02-01"),
            csv("dossier/preferences.csv", "doctor,centre,kind", "d1,c1,known", "d2,c1,refused"),
            csv("dossier/needs.csv", "centre,practice,every_weeks", "c1,sutures,4"),
            csv("dossier/pairs.csv", "doctor_a,doctor_b", "d2,d1"),
            csv("dossier/missions.csv", "doctor,centre,monday,status", "d1,c1,2027-01-18,locked"),
            csv("dossier/travel.csv", "doctor,centre,minutes", "d1,c1,95"),
            csv("dossier/out/holes.csv", "centre,monday,missing,because", "c1,2027-01-11,1,x"),
        )
    )
    first, second = Doctor.objects.order_by("key")
    assert (first.key, first.last_name, first.missions_before) == ("d1", "d1", 0)
    assert second.missions_before == 1
    assert list(
        DoctorPractice.objects.values_list("practice_id", "level").order_by("practice")
    ) == [
        ("gynaecology", "yes"),
        ("sutures", "yes"),
    ]
    assert Offer.objects.values_list("doctor__key", "monday", "source").get() == (
        "d1",
        MONDAY,
        OfferSource.IMPORT,
    )
    assert Closure.objects.values_list("first_on", "last_on").get() == (
        date(2027, 2, 1),
        date(2027, 2, 7),
    )
    assert sorted(CentrePreference.objects.values_list("doctor__key", "kind")) == [
        ("d1", "known"),
        ("d2", "refused"),
    ]
    assert PracticeNeed.objects.get().every_weeks == 4
    assert Companionship.objects.count() == 1
    assert TravelTime.objects.get().minutes == 95
    mission = Mission.objects.get()
    assert (mission.line.number, mission.state, mission.is_locked, mission.travel_minutes) == (
        1,
        MissionState.CONFIRMED,
        True,
        95,
    )
    assert Line.objects.count() == 2


def test_a_centre_is_read_with_what_only_the_product_has() -> None:
    place = ajain()
    load(
        csv(
            "centres.csv",
            "nom;commune;code postal;FINESS;fuseau;ouverture;lignes;places famille;animaux;"
            "plain-pied;adresse",
            "Centre d’Ajain;Ajain;23380;30000123;Europe/Paris;31/10/2022;2;3;non;oui;1 rue Haute",
        ),
        csv("lignes.csv", "centre;ligne;active à partir du", "Centre d'Ajain;1;31/10/2022"),
        csv(
            "fermetures.csv",
            "centre;premier jour;dernier jour;motif",
            "tous;20/12/2027;02/01/2028;Noël",
        ),
    )
    centre = Centre.objects.get()
    assert (centre.key, centre.commune, centre.finess) == ("centre-dajain", place, "030000123")
    assert (centre.opens_on, centre.family_places, centre.pets_allowed) == (
        date(2022, 10, 31),
        3,
        False,
    )
    assert list(Line.objects.values_list("number", "starts_on").order_by("number")) == [
        (1, date(2022, 10, 31)),
        (2, None),
    ]
    closure = Closure.objects.get()
    assert (closure.centre, closure.reason) == (None, ClosureReason.CHRISTMAS)


def test_known_rows_change_by_key_by_rpps_or_by_address_and_nothing_is_deleted() -> None:
    kept = factories.doctor(key="D0", last_name="Zola")
    factories.doctor(key="D1", last_name="Abadie", phone="01")
    factories.doctor(key="D2", rpps="99900000011", last_name="Baudry")
    factories.doctor(key="D3", email="C.Carlier@exemple.fr", last_name="Carlier")
    report = load(
        csv("a medecins.csv", "identifiant;téléphone", "D1;0611111111"),
        csv("b medecins.csv", "RPPS;missions par an", "99900000011;7"),
        csv("c medecins.csv", "e-mail;famille;nom", "c.carlier@exemple.fr;oui;"),
        csv("d medecins.csv", "identifiant;animal", "D0;non"),
    )
    assert counts(report) == {"Médecins": (0, 3, 1)}
    assert report.tables[0].changed_examples == (
        "Dr Camille Abadie : téléphone",
        "Dr Camille Baudry : missions par an",
        "Dr Camille Carlier : famille",
    )
    assert Doctor.objects.get(key="D1").phone == "0611111111"
    assert Doctor.objects.get(key="D2").max_missions == 7
    assert Doctor.objects.get(key="D3").brings_family is True
    kept.refresh_from_db()
    assert kept.last_name == "Zola"


def test_the_same_tables_again_change_nothing() -> None:
    files = (
        csv("medecins.csv", HEADING, DOCTOR),
        csv("offres.csv", "médecin;lundi", "D1;11/01/2027"),
    )
    load(*files)
    again = preview(*files)
    assert (again.headline, again.token) == ("Tout est déjà là : rien ne change.", "")
    assert counts(again) == {"Médecins": (0, 0, 1), "Semaines offertes": (0, 0, 1)}


def test_cells_of_a_workbook_are_typed() -> None:
    load(
        xlsx(
            "classeur.xlsx",
            Médecins=[
                ("identifiant", "Nom", "latitude", "longitude", "RPPS", "Téléphone", "Prêt le"),
                ("D1", "Abadie", 46.2, 2, 1.0005000000e10, 612345678, date(2027, 3, 1)),
            ],
            Semaines_offertes=[("Médecin", "Semaine du"), ("D1", MONDAY)],
        )
    )
    doctor = Doctor.objects.get()
    assert (doctor.rpps, doctor.phone, doctor.ready_on) == (
        "10005000000",
        "0612345678",
        date(2027, 3, 1),
    )
    assert Offer.objects.get().monday == MONDAY


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_any_french_computer_writes_the_csv(encoding: str, separator: str) -> None:
    lines = [
        f"identifiant{separator}nom{separator}commune",
        f"D1{separator}Lefèvre{separator}ajain",
    ]
    ajain()
    load(csv("medecins.csv", *lines, encoding=encoding))
    assert Doctor.objects.get().last_name == "Lefèvre"


def test_weeks_come_in_as_crosses_too() -> None:
    doctor = factories.doctor(key="D1", first_name="Paul", last_name="Abadie")
    load(
        csv(
            "disponibilités.csv",
            "Nom;Prénom;11/01/2027;lundi 18 janvier 2027;2027-01-25",
            "ABADIE;Paul;x;;oui",
        )
    )
    assert sorted(Offer.objects.filter(doctor=doctor).values_list("monday", flat=True)) == [
        MONDAY,
        monday(2),
    ]


def test_acts_come_in_by_column_or_by_list_and_add_to_what_is_known() -> None:
    sutures = factories.practice(code="sutures", label="sutures")
    doctor = factories.doctor(key="D1")
    DoctorPractice.objects.create(doctor=doctor, practice=sutures, level="no")
    load(
        csv("medecins.csv", "identifiant;Pratique : frottis;sutures", "D1;avec aide;oui"),
        csv("medecins b.csv", "identifiant;nom;latitude;longitude;pratiques;ne pratique pas"),
    )
    assert sorted(DoctorPractice.objects.values_list("practice_id", "level")) == [
        ("frottis", "with_help"),
        ("sutures", "yes"),
    ]


def test_a_doctor_is_named_by_key_rpps_address_or_name() -> None:
    factories.doctor(
        key="D1",
        first_name="Élise",
        last_name="Abadie",
        rpps="99900000011",
        email="elise@exemple.fr",
    )
    load(
        csv(
            "offres.csv",
            "médecin;lundi",
            "D1;11/01/2027",
            "999 0000 0011;18/01/2027",
            "Elise@exemple.fr;25/01/2027",
            "Dr Elise ABADIE;01/02/2027",
            "Abadie Élise;08/02/2027",
        )
    )
    assert Offer.objects.filter(doctor__key="D1").count() == 5


def test_missions_take_the_free_line_move_forward_and_never_back() -> None:
    centre = factories.centre(key="c1", lines=2)
    first, second, third = (factories.doctor(key=f"D{number}") for number in range(3))
    lines = list(centre.lines.order_by("number"))
    factories.mission(first, lines[0], state=MissionState.PROPOSED)
    done = factories.mission(second, lines[0], monday=monday(1), state=MissionState.READY)
    report = load(
        csv(
            "missions.csv",
            "médecin;centre;lundi;état",
            "D0;c1;11/01/2027;confirmée",
            "D1;c1;18/01/2027;proposée",
            "D2;c1;11/01/2027;verrouillée",
            "D2;c1;28/12/2026;verrouillée",
        )
    )
    assert counts(report) == {"Missions": (2, 1, 1)}
    assert report.notices == (
        f"missions.csv, ligne 3 : la mission de {second} est déjà prête, elle le reste.",
    )
    assert Mission.objects.get(doctor=first).state == MissionState.CONFIRMED
    done.refresh_from_db()
    assert done.state == MissionState.READY
    assert list(
        Mission.objects.filter(doctor=third)
        .order_by("monday")
        .values_list("line__number", "state", "is_locked")
    ) == [(1, "confirmed", False), (2, "confirmed", True)]


def test_the_audit_tells_who_was_added_and_that_tables_came_in() -> None:
    load(
        csv("medecins.csv", HEADING, DOCTOR),
        csv("offres.csv", "médecin;lundi", "D1;11/01/2027", "D1;18/01/2027"),
    )
    entries = {entry.verb: entry.details for entry in AuditEntry.objects.all()}
    assert entries["doctors.added"] == {"key": "D1"}
    assert entries["rota.weeks_noted"] == {
        "offers": 2,
        "doctors": 1,
        "first": "2027-01-11",
        "last": "2027-01-18",
        "source": "import",
    }
    assert entries["tables.imported"] == {
        "tables": ["medecins.csv", "offres.csv"],
        "counts": {"Médecins": [1, 0, 0], "Semaines offertes": [2, 0, 0]},
    }


def test_places_that_only_the_planner_invented_stay_outside() -> None:
    load(
        csv("centres.csv", "centre,name,latitude,longitude,lines", "c1,Un,46.1,1.9,2"),
        csv(
            "doctors.csv",
            "doctor,latitude,longitude,max_missions,first_mission",
            "place absente c1 0 0,46,2,1,0",
        ),
        csv(
            "missions.csv",
            "doctor,centre,monday,status",
            "place absente c1 0 0,c1,2027-01-11,locked",
        ),
        csv("travel.csv", "doctor,centre,minutes", "place absente c1 0 0,c1,0"),
        csv("preferences.csv", "doctor,centre,kind", "place absente c1 0 0,c1,known"),
    )
    assert (Doctor.objects.count(), Mission.objects.count(), Centre.objects.count()) == (0, 0, 1)


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("Feuille1", "identifiant;nom;prénom;latitude;longitude"),
        ("export", "Nom;Prénom;E-mail;RPPS"),
        ("offres des médecins", "médecin;lundi"),
        ("tableau", "médecin;centre;lundi;état"),
        ("tableau", "médecin;11/01/2027;18/01/2027"),
    ],
)
def test_a_table_is_recognised_by_its_name_or_its_headings(name: str, heading: str) -> None:
    report = preview(csv(f"{name}.csv", heading, ";" * heading.count(";") + "."))
    assert [mistake for mistake in report.mistakes if "on ne sait pas" in mistake.wrong] == []
    assert len(report.sheets) == 1


def test_what_is_not_recognised_is_refused_politely() -> None:
    assert mistakes(csv("divers.csv", "couleur;taille", "bleu;3")) == [
        "divers.csv : on ne sait pas ce que contient ce tableau. Donnez à la feuille ou au fichier "
        "l’un de ces noms : Actes, Centres, Lignes, Fermetures, Besoins, Médecins, Souhaits, "
        "Binômes, Trajets, Semaines offertes, Missions."
    ]
    assert mistakes(GivenFile("photo.jpg", b"\x89PNG\x00\x01")) == [
        "photo.jpg : « photo.jpg » n’est ni un fichier CSV ni un classeur XLSX. Enregistrez-le au "
        "format XLSX."
    ]
    assert mistakes(GivenFile("vide.zip", b"PK\x05\x06" + b"\0" * 18)) == [
        "vide.zip : cette archive ne contient aucun tableau. Mettez-y des CSV ou des XLSX."
    ]


def test_acts_are_known_by_code_or_by_name_and_never_confused() -> None:
    factories.practice(code="gynaecology", label="gynécologie")
    assert preview(csv("actes.csv", "acte", "Gynécologie")).changes_something is True
    assert counts(preview(csv("actes.csv", "acte", "gynécologie"))) == {"Actes": (0, 0, 1)}
    load(csv("actes.csv", "code;acte", "gynaecology;frottis", "sutures;sutures"))
    assert mistakes(csv("actes.csv", "code;acte", "sutures;frottis", "sutures;points")) == [
        "actes.csv, ligne 2, colonne acte : « frottis » est déjà le nom de l’acte gynaecology. "
        "Choisissez un autre nom, ou retirez cette ligne.",
        "actes.csv, ligne 3, colonne code : « sutures » est déjà à la ligne 2. Gardez une seule "
        "ligne par acte.",
    ]


def test_a_position_that_is_said_goes_before_that_of_the_commune() -> None:
    ajain()
    file = csv("medecins.csv", "identifiant;nom;commune;latitude;longitude", "D1;A;Ajain;45;2")
    doctor = factories.doctor(key="D1", last_name="A", latitude=45.0, longitude=2.0)
    load(file)
    doctor.refresh_from_db()
    assert (doctor.home_id, doctor.latitude, doctor.longitude) == ("23002", 45.0, 2.0)
    assert preview(file).changes_something is False
