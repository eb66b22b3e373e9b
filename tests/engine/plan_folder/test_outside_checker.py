"""The judge written from the format alone accepts the engine's plans and sees every fault."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.plan_folder.folders import SOUND, Files, drawn, longer, put
from tests.engine.plan_folder.plans import answered
from tests.outside_checker import check

EXAMPLE = Path(__file__).parents[3] / "examples" / "plan-2027"
FIRST_DRAWN, DRAWN_EACH, TESTS = 1, 5, 8


@pytest.mark.parametrize("seed", range(FIRST_DRAWN, FIRST_DRAWN + TESTS * DRAWN_EACH, DRAWN_EACH))
def test_plans_of_drawn_folders_are_accepted(seed: int, tmp_path: Path) -> None:
    for number in range(seed, seed + DRAWN_EACH):
        folder, out = tmp_path / str(number), tmp_path / str(number) / "out"
        answered(folder, drawn(number), out)
        assert check(folder, out) == [], f"seed {number}"


@pytest.mark.parametrize("seed", [162, 216, 319, 333])
def test_a_small_plan_is_proven_to_the_last_unit_of_cost(seed: int, tmp_path: Path) -> None:
    summary = answered(tmp_path, drawn(seed), tmp_path / "out")
    assert (summary.cost_bound, summary.proven_optimal) == (summary.cost, True)


def _some(text: str, wanted: Callable[[list[str]], bool]) -> str:
    header, *lines = text.splitlines()
    return "\n".join([header, *(line for line in lines if wanted(line.split(",")))]) + "\n"


def test_the_example_scaled_down_is_accepted(tmp_path: Path) -> None:
    files: Files = {path.name: path.read_text(encoding="utf-8") for path in EXAMPLE.glob("*.*")}
    texts = {name: str(content) for name, content in files.items()}
    kept = {f"D{number:04d}" for number in range(1, 300)}
    weeks = "2027-03-01"  # the first eight Mondays
    files["plan.toml"] = texts["plan.toml"].replace("weeks = 52", "weeks = 8", 1)
    for name in ("doctors.csv", "offers.csv", "preferences.csv", "travel.csv"):
        files[name] = _some(texts[name], lambda row: row[0] in kept)
    files["pairs.csv"] = _some(texts["pairs.csv"], lambda row: {row[0], row[1]} <= kept)
    files["missions.csv"] = _some(
        texts["missions.csv"], lambda row: row[0] in kept and row[2] < weeks
    )
    summary = answered(tmp_path, files, tmp_path / "out")
    assert check(tmp_path, tmp_path / "out") == []
    assert summary.proven_optimal


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a sound folder with its answer in `out`."""
    folder = tmp_path_factory.mktemp("sound")
    answered(folder, SOUND, folder / "out")
    assert check(folder, folder / "out") == []
    return folder


@pytest.fixture(scope="module")
def scarce(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder in which somebody is missing, with its answer in `out`."""
    folder = tmp_path_factory.mktemp("scarce")
    files = SOUND | {"offers.csv": "doctor,monday\nD4,2027-01-18\nD1,2027-01-04\nD2,2027-01-04\n"}
    assert answered(folder, files, folder / "out").holes_bound_by == "cut"
    assert check(folder, folder / "out") == []
    return folder


def _edited(file: str, old: str, new: str) -> Files:
    content = str(SOUND[file])
    assert old in content
    return {file: content.replace(old, new)}


RULES = (
    ("H1", {"offers.csv": "doctor,monday\n"}),
    ("H1", longer("closures.csv", "ajain,2027-01-04")),
    ("H2", longer("preferences.csv", "D1,ajain,refused")),
    ("H2", _edited("doctors.csv", "D1,46.0,2.0,4,1,,", "D1,46.0,2.0,4,1,30,")),
    ("H3", _edited("centres.csv", "46.2,2.0,2,", "46.2,2.0,1,")),
    ("H4", _edited("doctors.csv", "D1,46.0,2.0,4,", "D1,46.0,2.0,1,")),
    ("H5", _edited("doctors.csv", "D1,46.0,2.0,4,1,", "D1,46.0,2.0,4,3,")),
    ("H6", _edited("doctors.csv", "4,1,,,,,,,,", "4,1,,1,,,,,,")),
    ("H7", {"pairs.csv": "doctor_a,doctor_b\nD1,D3\n"}),
    ("H8", longer("missions.csv", "D4,bu,2027-01-04,locked")),
    (
        "H9",
        _edited("centres.csv", "ajain,Ajain,46.2,2.0,2,,", "ajain,Ajain,46.2,2.0,2,2027-01-04,"),
    ),
    ("H10", _edited("doctors.csv", "D1,46.0,2.0,4,1,,,,,,,,", "D1,46.0,2.0,4,1,,,,,,,2030-01-07,")),
    ("standby", {"offers.csv": "doctor,monday\n"}),
    ("standby", _edited("doctors.csv", "D4,48.0,1.1,3,", "D4,48.0,1.1,0,")),
)


@pytest.mark.parametrize(("rule", "files"), RULES)
def test_a_plan_that_breaks_a_rule_is_seen(
    rule: str, files: Files, answer: Path, tmp_path: Path
) -> None:
    folder = put(tmp_path, SOUND | files)
    assert any(told.startswith(rule) for told in check(folder, answer / "out"))


def test_too_many_families_are_seen(answer: Path, tmp_path: Path) -> None:
    files = _edited("doctors.csv", "4,1,,,,,,,,", "4,1,,,1,,,,,")
    folder = put(tmp_path, SOUND | files)
    assert any("families" in told for told in check(folder, answer / "out"))


def _replace(file: str, old: str, new: str) -> Callable[[Path], None]:
    def change(out: Path) -> None:
        text = (out / file).read_text()
        assert old in text, text
        (out / file).write_text(text.replace(old, new, 1))

    return change


def _say(**figures: object) -> Callable[[Path], None]:
    def change(out: Path) -> None:
        told = json.loads((out / "summary.json").read_text()) | figures
        (out / "summary.json").write_text(json.dumps(told))

    return change


def _the_other_way(out: Path) -> None:
    told = json.loads((out / "summary.json").read_text())
    _say(proven_optimal=not told["proven_optimal"])(out)


FAULTS = (
    ("columns", _replace("plan.csv", "travel_min", "minutes")),
    ("status", _replace("plan.csv", ",locked,", ",proposed,")),
    ("travel", _replace("plan.csv", ",2027-01-04,90,", ",2027-01-04,88,")),
    ("unknown doctor", _replace("plan.csv", "D3,", "D7,")),
    ("H8", _replace("plan.csv", "D3,bu,2027-01-04", "D3,bu,2027-01-11")),
    ("because", _replace("plan.csv", "Mission", "=Mission")),
    ("standby", _replace("standby.csv", "doctor,monday\n", "doctor,monday\nD1,2027-01-04\n")),
    ("holes.csv", _replace("holes.csv", "because\n", "because\nbu,2027-01-04,1,x\n")),
    ("cost is", _say(cost=3)),
    ("standby_missing is", _say(standby_missing=99)),
    ("windows_missed is", _say(windows_missed=99)),
    ("confirmed_moved is", _say(confirmed_moved=1)),
    ("cost_bound", _say(cost_bound=10**9)),
    ("proven_optimal", _the_other_way),
    ("gap", _say(gap=0.5)),
    ("holes_bound_by", _say(holes_bound_by="cut")),
    ("keys", _say(more=1)),
    ("stand alone", _replace("plan.html", "</body>", "<script>1</script></body>")),
    ("without a hole", lambda out: shutil.copy(out / "standby.csv", out / "certificate.csv")),
)


@pytest.mark.parametrize(("says", "fault"), FAULTS, ids=[says for says, _ in FAULTS])
def test_an_answer_with_a_fault_is_seen(
    says: str, fault: Callable[[Path], None], answer: Path, tmp_path: Path
) -> None:
    shutil.copytree(answer / "out", tmp_path / "out")
    fault(tmp_path / "out")
    if says == "without a hole":
        (tmp_path / "out" / "certificate.csv").write_text("centre,monday,doctor\n")
    assert any(says in told for told in check(answer, tmp_path / "out"))


def test_a_certificate_that_does_not_add_up_is_seen(scarce: Path, tmp_path: Path) -> None:
    shutil.copytree(scarce / "out", tmp_path / "out")
    rows = (tmp_path / "out" / "certificate.csv").read_text().splitlines(keepends=True)
    kept = [row for row in rows if row.startswith(("centre,", ",,"))]
    (tmp_path / "out" / "certificate.csv").write_text("".join(kept))
    assert any("proves" in told for told in check(scarce, tmp_path / "out"))


def test_a_hole_that_nobody_told_is_seen(scarce: Path, tmp_path: Path) -> None:
    shutil.copytree(scarce / "out", tmp_path / "out")
    rows = (tmp_path / "out" / "holes.csv").read_text().splitlines(keepends=True)
    (tmp_path / "out" / "holes.csv").write_text("".join(rows[:-1]))
    assert any("holes.csv" in told for told in check(scarce, tmp_path / "out"))
