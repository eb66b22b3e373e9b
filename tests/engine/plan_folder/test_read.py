"""A sound folder becomes the problem it says, with notices where something was left out."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from relais.engine.plan_folder import columns
from relais.engine.plan_folder.errors import FolderErrors, Notice, summarised
from relais.engine.plan_folder.read import read_folder, read_previous, read_tables
from relais.engine.plan_folder.settings import Settings
from relais.engine.rota.problem import Centre, Doctor, GivenMission, Need, Status
from tests.engine.plan_folder.folders import SOUND, Files, changed, longer, put
from tests.engine.plan_folder.plans import planned


def _notices(tmp_path: Path, files: Files) -> list[str]:
    return [str(notice) for notice in read_folder(put(tmp_path / "folder", files)).warnings]


def test_a_sound_folder_is_read_whole(tmp_path: Path) -> None:
    result = read_folder(put(tmp_path, SOUND))
    problem = result.problem
    assert result.warnings == ()
    assert (problem.first_monday, problem.weeks) == (date(2027, 1, 4), 4)
    assert (problem.standby_depth, problem.opening_weeks) == (1, 4)
    assert problem.centres == (
        Centre("ajain", "Ajain", 46.2, 2.0, 2),
        Centre("bu", "Bû,\nEure-et-Loir", 48.8, 1.5, 1, opens_on=date(2026, 1, 1)),
    )
    assert problem.doctors[0] == Doctor(
        "D1", 46.0, 2.0, 4, min_gap_weeks=1, practices=frozenset({"gynaecology", "sutures"})
    )
    assert problem.doctors[3] == Doctor(
        "D4",
        48.0,
        1.1,
        3,
        min_gap_weeks=1,
        max_travel_minutes=400,
        first_mission=True,
        ready_on=date(2027, 1, 11),
    )
    assert problem.offers.tolist() == [[doctor, week] for doctor in range(4) for week in range(4)]
    assert problem.closures == {(1, 3)}
    assert (problem.known, problem.preferred, problem.refused) == ({(0, 0)}, {(0, 0)}, {(1, 1)})
    assert problem.needs == (Need(0, "gynaecology", 2),)
    assert problem.pairs == ((0, 1),)
    assert problem.missions == (
        GivenMission(3, 1, -4, Status.CONFIRMED),
        GivenMission(2, 1, 0, Status.LOCKED),
        GivenMission(3, 1, 2, Status.CONFIRMED),
    )
    assert dict(problem.travel) == {(2, 1): 90}


def test_only_three_files_are_needed_and_everything_else_has_a_default(tmp_path: Path) -> None:
    files: Files = {
        "plan.toml": "first_monday = 2027-01-04",
        "centres.csv": "lines,longitude,latitude,name,centre\n0,1,2,Ajain,ajain",
        "doctors.csv": "doctor,latitude,longitude,max_missions\nD1,2,1,0\n",
    }
    problem = read_folder(put(tmp_path, files)).problem
    assert (problem.weeks, problem.standby_depth, problem.opening_weeks) == (52, 2, 4)
    assert problem.centres == (Centre("ajain", "Ajain", 2, 1, 0),)
    assert problem.doctors == (Doctor("D1", 2, 1, 0, min_gap_weeks=4),)
    assert problem.offers.shape == (0, 2)


def test_a_byte_order_mark_and_crlf_are_accepted(tmp_path: Path) -> None:
    windows: Files = {
        name: b"\xef\xbb\xbf" + str(content).replace("\n", "\r\n").encode()
        for name, content in SOUND.items()
    }
    read = read_folder(put(tmp_path / "windows", windows)).problem
    plain = read_folder(put(tmp_path / "plain", SOUND)).problem
    assert read.centres[0] == plain.centres[0]
    assert read.doctors == plain.doctors
    assert read.missions == plain.missions


def test_zero_is_allowed_where_the_format_says(tmp_path: Path) -> None:
    files = changed("doctors.csv", "D2,46.5,2.5,4,1", "D2,46.5,2.5,0,0")
    files |= {"plan.toml": "first_monday = 2027-01-04\nweeks = 520\nstandby_depth = 0\n"}
    problem = read_folder(put(tmp_path, files)).problem
    assert (problem.doctors[1].max_missions, problem.doctors[1].min_gap_weeks) == (0, 0)
    assert (problem.standby_depth, problem.weeks) == (0, 520)


def test_a_centre_may_open_at_the_end_of_time(tmp_path: Path) -> None:
    files = changed("centres.csv", "2026-01-01", "9999-12-31") | {
        "missions.csv": "doctor,centre,monday,status\n"
    }
    problem, plan = planned(put(tmp_path, files))
    assert not problem.open_weeks[1].any()
    assert plan.score.holes == 0


@pytest.mark.parametrize(
    ("files", "notice"),
    [
        (longer("offers.csv", "D1,2026-12-28"),
         "offers.csv, ligne 18 : l’offre du 2026-12-28 est hors des semaines à planifier, "
         "ignorée."),
        (longer("closures.csv", "bu,2027-02-01"),
         "closures.csv, ligne 3 : la fermeture du 2027-02-01 est hors des semaines à planifier, "
         "ignorée."),
        (longer("offers.csv", "D1,2027-01-04"),
         "offers.csv, ligne 18 : D1 offre deux fois le 2027-01-04, une suffit."),
        (longer("closures.csv", "bu,2027-01-25"),
         "closures.csv, ligne 3 : bu est fermé deux fois le 2027-01-25, une suffit."),
        (longer("pairs.csv", "D2,D1"),
         "pairs.csv, ligne 3 : le binôme D2 et D1 est déjà donné, une fois suffit."),
        (longer("missions.csv", "D3,bu,2027-01-04,locked"),
         "missions.csv, ligne 5 : cette mission est déjà à la ligne 2, une fois suffit."),
        (longer("needs.csv", "ajain,gynaecology,2"),
         "needs.csv, ligne 3 : ce besoin est écrit deux fois, il compte deux fois."),
        (longer("needs.csv", "ajain,surgery,2"),
         "needs.csv, ligne 3 : aucun médecin ne pratique « surgery »."),
        (changed("travel.csv", "minutes\nD3,bu,90", "minutes,why\nD3,bu,90,train"),
         "travel.csv, ligne 1 : la colonne « why » n’est pas connue, elle est ignorée."),
        (changed("travel.csv", "minutes\nD3,bu,90", "minutes,\nD3,bu,90,"),
         "travel.csv, ligne 1 : une colonne sans titre est ignorée."),
        (longer("travel.csv", ",,"), "travel.csv, ligne 3 : ligne sans valeur, ignorée."),
        (SOUND | {"plan.toml": "first_monday = 2027-01-04\nweek = 3\n"},
         "plan.toml, ligne 2 : « week » n’est pas connu, il est ignoré."),
        (SOUND | {"offer.csv": "x"}, "offer.csv : ce fichier n’est pas connu, il n’est pas lu."),
    ],
)  # fmt: skip
def test_what_is_left_out_is_told(files: Files, notice: str, tmp_path: Path) -> None:
    assert _notices(tmp_path, files) == [notice]


def test_blank_lines_and_several_rows_for_a_pair_are_silent(tmp_path: Path) -> None:
    files = longer("preferences.csv", "", "D1,ajain,known", "D1,ajain,refused", "  ")
    problem = read_folder(put(tmp_path, files))
    assert problem.warnings == ()
    assert problem.problem.refused == {(1, 1), (0, 0)}


def test_ids_are_kept_letter_for_letter(tmp_path: Path) -> None:
    files = longer("doctors.csv", "d1,46,2,1,,,,,,,,,", '" É, 9 ",46,2,1,,,,,,,,,')
    files["offers.csv"] = str(files["offers.csv"]) + '" É, 9 ",2027-01-04\n'
    problem = read_folder(put(tmp_path, files)).problem
    assert [doctor.id for doctor in problem.doctors] == [" É, 9 ", "D1", "D2", "D3", "D4", "d1"]
    assert problem.offers[0].tolist() == [0, 0]


def test_lines_are_physical_after_a_cell_that_spans_lines(tmp_path: Path) -> None:
    files = longer("centres.csv", '"x\ny",X,46,2,1,,')
    with pytest.raises(FolderErrors) as caught:
        read_folder(put(tmp_path, files))
    (mistake,) = caught.value.mistakes
    assert (mistake.file, mistake.line, mistake.column) == ("centres.csv", 5, "centre")


def test_many_notices_of_one_nature_are_summed_up() -> None:
    notices = [Notice("offers.csv", line, "outside", "hors.") for line in range(2, 8)]
    assert summarised([*notices, Notice("offers.csv", 9, "again", "deux fois.")]) == [
        "offers.csv, ligne 2 : hors.",
        "offers.csv, ligne 3 : hors.",
        "offers.csv, ligne 4 : hors.",
        "offers.csv : et 3 autres de même nature.",
        "offers.csv, ligne 9 : deux fois.",
    ]


def test_a_sheet_in_memory_may_have_french_headings_and_typed_cells() -> None:
    result = read_tables(
        Settings(date(2027, 1, 4), weeks=2),
        {
            "centres.csv": (
                "reseau.xlsx (Centres)",
                [
                    ["Identifiant", "Nom", "Latitude", "Longitude", "Lignes", "Animaux"],
                    ["ajain", "Ajain", 46.2, 2, 1.0, False],
                ],
            ),
            "doctors.csv": (
                "reseau.xlsx (Médecins)",
                [
                    ["Médecin", "LATITUDE", "longitude", "Missions max", "Prêt le", "Famille"],
                    ["D1", 46, 2.0, 3.0, datetime(2027, 1, 5), True],
                    [None, None, None, None, None, None],
                ],
            ),
            "offers.csv": ("offres", [["médecin", "Semaine du"], ["D1", date(2027, 1, 11)]]),
        },
    )
    assert result.problem.centres == (Centre("ajain", "Ajain", 46.2, 2, 1, pets=False),)
    assert result.problem.doctors == (
        Doctor("D1", 46, 2, 3, ready_on=date(2027, 1, 5), family=True),
    )
    assert result.problem.offers.tolist() == [[0, 1]]


def test_a_mistake_in_a_sheet_names_the_sheet() -> None:
    with pytest.raises(FolderErrors) as caught:
        read_tables(
            Settings(date(2027, 1, 4)),
            {
                "doctors.csv": ("Médecins.xlsx", [["médecin", "latitude"], ["D1", "nord"]]),
                "offers.csv": ("Offres.xlsx", [["médecin", "lundi"], ["D7", "2027-01-05"]]),
            },
        )
    assert [mistake.place for mistake in caught.value.mistakes] == [
        "centres.csv",
        "Médecins.xlsx, ligne 1, colonne longitude",
        "Médecins.xlsx, ligne 1, colonne max_missions",
        "Offres.xlsx, ligne 2, colonne monday",
    ]


def test_every_column_of_every_table_is_named_once_in_both_languages() -> None:
    for table in columns.TABLES:
        names = [column.name for column in table.columns]
        french = [alias for column in table.columns for alias in column.french]
        assert len(set(names)) == len(names)
        assert len(set(french)) == len(french)
        assert all(column.meaning for column in table.columns)


def test_a_previous_plan_gives_hints_for_what_is_still_possible(tmp_path: Path) -> None:
    problem = read_folder(put(tmp_path / "folder", SOUND)).problem
    plan = (
        "doctor,centre,monday,travel_min,status,because\n"
        "D1,ajain,2027-01-11,40,confirmed,Parce que.\n"  # still possible: a hint
        "D2,bu,2027-01-11,40,proposed,Parce que.\n"  # refused since
        "D4,bu,2027-01-18,40,proposed,Parce que.\n"  # confirmed in missions.csv: stays so
        "D9,bu,2027-01-18,40,proposed,Parce que.\n"  # nobody now
        "D1,ajain,2026-12-28,40,locked,Parce que.\n"  # past
    )
    result = read_previous(put(tmp_path / "old", {"plan.csv": plan}), problem)
    assert result.problem.missions == (
        *problem.missions,
        GivenMission(0, 0, 1, Status.PROPOSED),
    )
    assert [notice.line for notice in result.warnings] == [3, 5, 6]


@pytest.mark.parametrize(
    ("plan", "place"),
    [
        ("doctor,centre\nD1,ajain\n", "plan.csv, ligne 1, colonne monday"),
        ("doctor,centre,monday\nD1,ajain,demain\n", "plan.csv, ligne 2, colonne monday"),
        ("", "plan.csv, ligne 1"),
        (None, "plan.csv"),
    ],
)
def test_a_previous_plan_that_cannot_be_read_is_refused(
    plan: str | None, place: str, tmp_path: Path
) -> None:
    problem = read_folder(put(tmp_path / "folder", SOUND)).problem
    old = put(tmp_path / "old", {} if plan is None else {"plan.csv": plan})
    with pytest.raises(FolderErrors) as caught:
        read_previous(old, problem)
    assert [mistake.place for mistake in caught.value.mistakes] == [f"{old}/{place}"]
