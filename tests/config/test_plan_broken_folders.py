"""The table of broken folders: each names its place, says what is wrong, and writes nothing."""

# ruff: noqa: E501 - a table is read across

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import pytest

from relais.config.plan_command import WRONG_INPUT, main
from tests.engine.plan_folder.folders import SOUND, Files, changed, longer, put, without


class Broken(NamedTuple):
    """A folder with one mistake, the place that must be named, and words of the message."""

    name: str
    files: Files
    place: str
    says: str


def _text(file: str) -> str:
    content = SOUND[file]
    assert isinstance(content, str)
    return content


def _with(file: str, content: str | bytes) -> Files:
    return SOUND | {file: content}


_C, _D, _O, _T = "centres.csv", "doctors.csv", "offers.csv", "plan.toml"
_FIRST = "first_monday = 2027-01-04"

BROKEN = (
    # files
    Broken("no plan.toml", without(_T), "plan.toml", "fichier obligatoire manque"),
    Broken("no centres.csv", without(_C), _C, "fichier obligatoire manque"),
    Broken("no doctors.csv", without(_D), _D, "fichier obligatoire manque"),
    Broken("empty optional file", _with(_O, ""), "offers.csv, ligne 1", "fichier est vide"),
    Broken("only a blank line", _with(_O, "\n"), "offers.csv, ligne 1, colonne doctor", "manque"),
    # encodings and separators
    Broken("latin-1", _with(_C, _text(_C).encode("latin-1")), "centres.csv, ligne 3", "pas en UTF-8"),
    Broken("UTF-16", _with(_D, _text(_D).encode("utf-16")), "doctors.csv, ligne 1", "UTF-16"),
    Broken("UTF-16 without mark", _with(_D, _text(_D).encode("utf-16-le")), "doctors.csv, ligne 1",
           "caractère nul"),
    Broken("UTF-16 plan.toml", _with(_T, _text(_T).encode("utf-16")), "plan.toml, ligne 1", "UTF-16"),
    Broken("NUL byte", changed(_O, "D2,", "D\0002,"), "offers.csv, ligne 6", "caractère nul"),
    Broken("semicolons", _with(_O, _text(_O).replace(",", ";")), "offers.csv, ligne 1",
           "séparées par le point-virgule"),
    Broken("tabulations", _with(_D, _text(_D).replace(",", "\t")), "doctors.csv, ligne 1",
           "séparées par la tabulation"),
    Broken("one row with semicolons", longer(_O, "D1;2027-01-04"), "offers.csv, ligne 18",
           "1 case au lieu de 2. Séparez les cases par des virgules, pas par le point-virgule"),
    Broken("lone CR line ends", _with(_O, _text(_O).replace("\n", "\r")), "offers.csv, ligne 1",
           "fin de ligne"),
    Broken("quote never closed", longer(_C, '"arnac,Arnac,46,1,1,,'), "centres.csv, ligne 5",
           "guillemets"),
    Broken("text after a quote", longer(_C, 'arnac,"Ar"nac,46,1,1,,'), "centres.csv, ligne 5",
           "guillemets"),
    # headings and rows
    Broken("missing column", changed(_D, ",max_missions,", ",missions,"),
           "doctors.csv, ligne 1, colonne max_missions", "colonne obligatoire manque. Ajoutez"),
    Broken("French heading", changed(_O, "doctor,", "médecin,"), "offers.csv, ligne 1, colonne doctor",
           "Renommez la colonne « médecin » en doctor"),
    Broken("heading in capitals", changed(_O, "doctor,", "Doctor,"),
           "offers.csv, ligne 1, colonne doctor", "Renommez la colonne « Doctor »"),
    Broken("column twice", changed(_O, "doctor,monday", "doctor,monday,monday"),
           "offers.csv, ligne 1, colonne monday", "deux colonnes"),
    Broken("row too short", longer(_O, "D1"), "offers.csv, ligne 18", "1 case au lieu de 2"),
    Broken("row too long", longer(_O, "D1,2027-01-04,x"), "offers.csv, ligne 18", "3 cases au lieu de 2"),
    # plan.toml
    Broken("TOML that cannot be read", changed(_T, "weeks = 4", "weeks = = 4"), "plan.toml, ligne 2",
           "ne se lit pas"),
    Broken("TOML key twice", changed(_T, "weeks = 4", "weeks = 4\nweeks = 5"), "plan.toml, ligne 3",
           "ne se lit pas"),
    Broken("no first_monday", changed(_T, _FIRST, ""), "plan.toml, colonne first_monday", "manque"),
    Broken("first_monday on a Tuesday", changed(_T, _FIRST, "first_monday = 2027-01-05"),
           "plan.toml, ligne 1, colonne first_monday",
           "« 2027-01-05 » est un mardi, pas un lundi. Écrivez le lundi de cette semaine : 2027-01-04"),
    Broken("first_monday in quotes", changed(_T, _FIRST, 'first_monday = "2027-01-04"'),
           "plan.toml, ligne 1, colonne first_monday", "sans guillemets"),
    Broken("first_monday with an hour", changed(_T, _FIRST, "first_monday = 2027-01-04T08:00:00"),
           "plan.toml, ligne 1, colonne first_monday", "pas une date seule"),
    Broken("first_monday at the end of time", changed(_T, _FIRST, "first_monday = 9999-12-27"),
           "plan.toml, ligne 1, colonne first_monday", "trop loin"),
    Broken("0 weeks", changed(_T, "weeks = 4", "weeks = 0"), "plan.toml, ligne 2, colonne weeks",
           "« 0 » est trop petit. Écrivez un nombre de 1 à 520"),
    Broken("521 weeks", changed(_T, "weeks = 4", "weeks = 521"), "plan.toml, ligne 2, colonne weeks",
           "« 521 » est un nombre trop grand. Écrivez un nombre de 1 à 520"),
    Broken("weeks = true", changed(_T, "weeks = 4", "weeks = true"), "plan.toml, ligne 2, colonne weeks",
           "« true » n’est pas un nombre entier"),
    Broken("weeks with a point", changed(_T, "weeks = 4", "weeks = 4.0"), "plan.toml, ligne 2, colonne weeks",
           "« 4.0 » n’est pas un nombre entier"),
    Broken("negative standby_depth", changed(_T, "standby_depth = 1", "standby_depth = -1"),
           "plan.toml, ligne 3, colonne standby_depth", "« -1 » est un nombre négatif"),
    # centres
    Broken("centre twice", longer(_C, "ajain,Encore,46,2,1,,"), "centres.csv, ligne 5, colonne centre",
           "« ajain » est déjà à la ligne 2"),
    Broken("empty centre id", longer(_C, ",Nulle part,46,2,1,,"), "centres.csv, ligne 5, colonne centre",
           "est vide"),
    Broken("no name", changed(_C, "ajain,Ajain,", "ajain,,"), "centres.csv, ligne 2, colonne name",
           "est vide"),
    Broken("latitude 91", changed(_C, "46.2,", "91,"), "centres.csv, ligne 2, colonne latitude",
           "« 91 » n’est pas une latitude. Écrivez un nombre de -90 à 90"),
    Broken("latitude NaN", changed(_C, "46.2,", "nan,"), "centres.csv, ligne 2, colonne latitude",
           "« nan » n’est pas une latitude"),
    Broken("longitude infinite", changed(_C, ",2.0,", ",inf,"), "centres.csv, ligne 2, colonne longitude",
           "« inf » n’est pas une longitude"),
    Broken("decimal comma", changed(_C, "46.2,", '"46,2",'), "centres.csv, ligne 2, colonne latitude",
           "point décimal"),
    Broken("negative lines", changed(_C, "2.0,2,", "2.0,-2,"), "centres.csv, ligne 2, colonne lines",
           "« -2 » est un nombre négatif"),
    Broken("lines one and a half", changed(_C, "2.0,2,", "2.0,1.5,"),
           "centres.csv, ligne 2, colonne lines", "« 1.5 » n’est pas un nombre entier"),
    Broken("lines with an underscore", changed(_C, "2.0,2,", "2.0,1_0,"),
           "centres.csv, ligne 2, colonne lines", "n’est pas un nombre entier"),
    Broken("lines in Arabic digits", changed(_C, "2.0,2,", "2.0,٢,"),
           "centres.csv, ligne 2, colonne lines", "n’est pas un nombre entier"),
    Broken("huge lines", changed(_C, "2.0,2,", f"2.0,{'9' * 5000},"),
           "centres.csv, ligne 2, colonne lines", "trop grand"),
    Broken("opens_on that does not exist", changed(_C, "2026-01-01", "2026-02-30"),
           "centres.csv, ligne 3, colonne opens_on", "« 2026-02-30 » n’existe pas au calendrier"),
    Broken("family_places in words", changed(_C, ",,1\n", ",,une\n"),
           "centres.csv, ligne 2, colonne family_places", "« une » n’est pas un nombre entier"),
    # doctors
    Broken("doctor twice", longer(_D, "D1,46,2,1,,,,,,,,,"), "doctors.csv, ligne 6, colonne doctor",
           "« D1 » est déjà à la ligne 2"),
    Broken("id that is a formula", longer(_D, "=1+1,46,2,1,,,,,,,,,"),
           "doctors.csv, ligne 6, colonne doctor", "commence par =, qu’un tableur prend pour un calcul"),
    Broken("id that begins with @", longer(_D, "@D9,46,2,1,,,,,,,,,"),
           "doctors.csv, ligne 6, colonne doctor", "commence par @"),
    Broken("id with a line break", longer(_D, '"D\n9",46,2,1,,,,,,,,,'),
           "doctors.csv, ligne 6, colonne doctor", "« D\\u000a9 » contient un caractère invisible"),
    Broken("negative max_missions", changed(_D, "2.0,4,1", "2.0,-4,1"),
           "doctors.csv, ligne 2, colonne max_missions", "nombre négatif"),
    Broken("flag in words", changed(_D, "400,1,0", "400,oui,0"),
           "doctors.csv, ligne 5, colonne first_mission", "« oui » n’est ni 0 ni 1"),
    Broken("flag 2", changed(_D, "400,1,0", "400,2,0"), "doctors.csv, ligne 5, colonne first_mission",
           "« 2 » n’est ni 0 ni 1"),
    Broken("French date", changed(_D, "2027-01-11", "11/01/2027"), "doctors.csv, ligne 5, colonne ready_on",
           "« 11/01/2027 » n’est pas une date. Écrivez année-mois-jour"),
    Broken("basic ISO date", changed(_D, "2027-01-11", "20270111"), "doctors.csv, ligne 5, colonne ready_on",
           "n’est pas une date"),
    Broken("negative travel limit", changed(_D, "400,1,0", "-1,1,0"),
           "doctors.csv, ligne 5, colonne max_travel_min", "durée en minutes"),
    # what refers to them
    Broken("offer of nobody", longer(_O, "D9,2027-01-04"), "offers.csv, ligne 18, colonne doctor",
           "« D9 » n’est pas dans doctors.csv"),
    Broken("id with a space", longer(_O, "D1 ,2027-01-04"), "offers.csv, ligne 18, colonne doctor",
           "Retirez les espaces"),
    Broken("offer on a Sunday", longer(_O, "D1,2027-01-10"), "offers.csv, ligne 18, colonne monday",
           "« 2027-01-10 » est un dimanche, pas un lundi. Écrivez le lundi de cette semaine : 2027-01-04"),
    Broken("closure of an unknown centre", longer("closures.csv", "paris,2027-01-04"),
           "closures.csv, ligne 3, colonne centre", "« paris » n’est pas dans centres.csv"),
    Broken("unknown kind", longer("preferences.csv", "D1,bu,loved"),
           "preferences.csv, ligne 5, colonne kind", "Écrivez refused, preferred ou known"),
    Broken("need every 0 weeks", longer("needs.csv", "bu,sutures,0"),
           "needs.csv, ligne 3, colonne every_weeks", "« 0 » est trop petit"),
    Broken("need of no practice", longer("needs.csv", "bu,,2"), "needs.csv, ligne 3, colonne practice",
           "est vide"),
    Broken("pair with oneself", longer("pairs.csv", "D1,D1"), "pairs.csv, ligne 3, colonne doctor_b",
           "binôme avec soi-même"),
    Broken("pair with nobody", longer("pairs.csv", "D1,D9"), "pairs.csv, ligne 3, colonne doctor_b",
           "« D9 » n’est pas dans doctors.csv"),
    Broken("unknown status", longer("missions.csv", "D1,bu,2027-01-04,sure"),
           "missions.csv, ligne 5, colonne status", "Écrivez locked, confirmed ou proposed"),
    Broken("mission with two statuses", longer("missions.csv", "D3,bu,2027-01-04,confirmed"),
           "missions.csv, ligne 5, colonne status", "contredit la ligne 2"),
    Broken("mission after the last week", longer("missions.csv", "D1,bu,2027-02-01,proposed"),
           "missions.csv, ligne 5, colonne monday", "après la dernière semaine"),
    Broken("travel twice", longer("travel.csv", "D3,bu,90"), "travel.csv, ligne 3, colonne minutes",
           "déjà à la ligne 2"),
    Broken("travel with a decimal", longer("travel.csv", "D1,bu,90.5"),
           "travel.csv, ligne 3, colonne minutes", "n’est pas un nombre entier"),
    # locked missions that contradict one another
    Broken("H3 among locked", longer("missions.csv", "D1,bu,2027-01-04,locked", "D2,bu,2027-01-04,locked"),
           "missions.csv, ligne 6, colonne status", "règle H3"),
    Broken("H4 among locked", longer("missions.csv", "D3,ajain,2027-01-04,locked"),
           "missions.csv, ligne 5, colonne status", "règle H4"),
    Broken("H5 among locked",
           changed(_D, "D3,48.0,1.0,4,1", "D3,48.0,1.0,4,4")
           | {"missions.csv": _text("missions.csv") + "D3,bu,2027-01-11,locked\n"},
           "missions.csv, ligne 5, colonne status", "règle H5"),
    Broken("H7 among locked", longer("missions.csv", "D1,ajain,2027-01-04,locked"),
           "missions.csv, ligne 5, colonne status", "règle H7"),
)  # fmt: skip


@pytest.mark.parametrize("case", BROKEN, ids=[case.name for case in BROKEN])
def test_a_broken_folder_names_its_mistake_and_writes_nothing(
    case: Broken, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = put(tmp_path / "folder", case.files)
    out = tmp_path / "out"

    assert main([str(folder), "--out", str(out)]) == WRONG_INPUT

    told = capsys.readouterr().err
    matching = [line for line in told.splitlines() if line.startswith(f"{case.place} : ")]
    assert any(case.says in line for line in matching), told
    assert told.rstrip().endswith("rien n’a été écrit.")
    assert sorted(os.listdir(tmp_path)) == ["folder"]
    assert sorted(os.listdir(folder)) == sorted(case.files)


def test_one_mistake_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number, case in enumerate(BROKEN):
        if case.name.startswith(("H3", "only a blank")):
            continue
        main([str(put(tmp_path / str(number), case.files))])
        assert "Une erreur : rien" in capsys.readouterr().err, case.name


def test_every_mistake_of_a_folder_is_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = longer(_O, "D9,2027-01-04", "D1,2027-01-05", "D2,soon") | {"needs.csv": "centre\n"}
    assert main([str(put(tmp_path / "folder", files))]) == WRONG_INPUT
    told = capsys.readouterr().err.splitlines()
    assert [line.partition(" : ")[0] for line in told] == [
        "offers.csv, ligne 18, colonne doctor",
        "offers.csv, ligne 19, colonne monday",
        "offers.csv, ligne 20, colonne monday",
        "needs.csv, ligne 1, colonne practice",
        "needs.csv, ligne 1, colonne every_weeks",
        "5 erreurs",
    ]


def test_an_unreadable_doctor_does_not_make_others_unknown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = changed(_D, "D1,46.0,2.0,4", "D1,46.0,2.0,many")
    assert main([str(put(tmp_path / "folder", files))]) == WRONG_INPUT
    assert "Une erreur" in capsys.readouterr().err


def test_a_folder_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nowhere")]) == WRONG_INPUT
    assert "ce dossier n’existe pas" in capsys.readouterr().err


def test_a_folder_that_is_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "plan.toml").write_text(_FIRST)
    assert main([str(tmp_path / "plan.toml")]) == WRONG_INPUT
    assert "ce n’est pas un dossier" in capsys.readouterr().err


@pytest.mark.parametrize("file", ["plan.toml", "centres.csv", "offers.csv"])
def test_a_file_that_is_a_folder(
    file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = put(tmp_path / "folder", without(file))
    (folder / file).mkdir()
    assert main([str(folder)]) == WRONG_INPUT
    assert f"{file}, n’est pas" not in (told := capsys.readouterr().err)
    assert f"{file} : n’est pas un fichier ordinaire" in told


def test_a_pipe_in_place_of_a_file_is_not_waited_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = put(tmp_path / "folder", without("offers.csv"))
    os.mkfifo(folder / "offers.csv")
    assert main([str(folder)]) == WRONG_INPUT
    assert "offers.csv : n’est pas un fichier ordinaire" in capsys.readouterr().err


def test_a_line_without_end_stops_the_reading(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = put(tmp_path / "folder", SOUND)
    with (folder / "offers.csv").open("wb") as file:
        file.truncate(3_000_000_000)  # a sparse file: three gigabytes of NUL on one line
    assert main([str(folder)]) == WRONG_INPUT
    assert "offers.csv, ligne 1 : " in capsys.readouterr().err


def test_very_many_mistakes_are_counted_and_few_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = longer(_O, *(f"X{number},2027-01-04" for number in range(5000)))
    assert main([str(put(tmp_path / "folder", files))]) == WRONG_INPUT
    told = capsys.readouterr().err.splitlines()
    assert told[-2:] == ["… et 4900 autres.", "5000 erreurs : rien n’a été écrit."]
    assert len(told) == 102
