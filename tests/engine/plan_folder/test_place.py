"""Files come into a folder together: killed or full, one finds the old answer or the new one."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest

from relais.engine.plan_folder import place
from relais.engine.plan_folder.place import check_writable, put_files

OLD = {"a.csv": b"old a", "b.csv": b"old b", "gone.csv": b"old"}
NEW = {"a.csv": b"new a", "b.csv": b"new b"}


def _writers(contents: dict[str, bytes]) -> dict[str, Callable[[IO[bytes]], None]]:
    def write(content: bytes) -> Callable[[IO[bytes]], None]:
        return lambda file: file.write(content) and None

    return {name: write(content) for name, content in contents.items()}


def _inside(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def _put_new(folder: Path) -> None:
    put_files(folder, _writers(NEW), remove={"gone.csv"})


def test_a_new_folder_appears_with_all_its_files(tmp_path: Path) -> None:
    _put_new(tmp_path / "deep" / "out")
    assert _inside(tmp_path / "deep" / "out") == NEW
    assert os.listdir(tmp_path / "deep") == ["out"]


def test_an_old_folder_is_replaced_and_files_of_others_are_kept(tmp_path: Path) -> None:
    out = tmp_path / "out"
    put_files(out, _writers(OLD))
    (out / "mine.txt").write_bytes(b"mine")
    out.chmod(0o750)
    _put_new(out)
    assert _inside(out) == NEW | {"mine.txt": b"mine"}
    assert os.listdir(tmp_path) == ["out"]
    assert out.stat().st_mode & 0o777 == 0o750


def test_folders_of_others_are_kept(tmp_path: Path) -> None:
    out = tmp_path / "out"
    put_files(out, _writers(OLD))
    (out / "sub").mkdir()
    (out / "sub" / "mine.txt").write_bytes(b"mine")
    _put_new(out)
    assert _inside(out) == NEW
    assert (out / "sub" / "mine.txt").read_bytes() == b"mine"
    assert os.listdir(tmp_path) == ["out"]


def test_a_folder_in_the_place_of_a_file_is_never_destroyed(tmp_path: Path) -> None:
    (tmp_path / "out" / "b.csv").mkdir(parents=True)
    (tmp_path / "out" / "b.csv" / "mine.txt").write_bytes(b"mine")
    with pytest.raises(IsADirectoryError):
        _put_new(tmp_path / "out")
    assert (tmp_path / "out" / "b.csv" / "mine.txt").read_bytes() == b"mine"


def test_the_folder_one_stands_in_stays_the_same_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    put_files(out, _writers(OLD))
    monkeypatch.chdir(out)
    _put_new(Path("."))
    assert sorted(os.listdir(".")) == ["a.csv", "b.csv"]
    assert _inside(out) == NEW


def test_a_link_to_a_folder_is_followed(tmp_path: Path) -> None:
    put_files(tmp_path / "real", _writers(OLD))
    (tmp_path / "link").symlink_to(tmp_path / "real")
    _put_new(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert _inside(tmp_path / "real") == NEW


def test_without_an_exchange_of_folders_the_files_are_replaced_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    put_files(out, _writers(OLD))
    (out / "mine.txt").write_bytes(b"mine")

    def refuse(one: Path, other: Path) -> None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr(place, "_renameat2", refuse)
    _put_new(out)
    assert _inside(out) == NEW | {"mine.txt": b"mine"}


@pytest.mark.parametrize("step", ["write", "fsync", "link", "rename"])
def test_a_full_disk_leaves_the_old_answer_whole(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    put_files(out, _writers(OLD))
    (out / "mine.txt").write_bytes(b"mine")

    def full(*_words: Any, **_named: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    writers = _writers(NEW)
    if step == "write":
        writers["b.csv"] = full
    elif step == "rename":
        monkeypatch.setattr(place, "_renameat2", full)
    else:
        monkeypatch.setattr(place.os, step, full)
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        put_files(out, writers, remove={"gone.csv"})
    monkeypatch.undo()
    assert _inside(out) == OLD | {"mine.txt": b"mine"}
    assert os.listdir(tmp_path) == ["out"]


_KILLED = """
    import json, os, signal, sys
    from pathlib import Path
    from relais.engine.plan_folder.place import put_files

    os.fsync = lambda held: None  # a kill loses nothing that was written, unlike a power cut
    OLD = {"a.csv": b"old", "b.csv": b"old", "gone.csv": b"old", "mine.txt": b"mine"}
    NEW = {"a.csv": b"new", "b.csv": b"new"}
    out = Path(sys.argv[1])

    def put(contents, remove=frozenset()):
        def writer(content):
            return lambda file: file.write(content) and None
        put_files(out, {name: writer(text) for name, text in contents.items()}, remove=remove)

    def put_until(moment):
        left = moment
        def watch(frame, event, argument):
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        sys.setprofile(watch)
        put(NEW, {"gone.csv"})
        os._exit(0)

    found, moment, ended = {"old": 0, "new": 0, "mixed": 0}, 0, None
    while ended != 0:
        put(OLD)
        moment += 7
        child = os.fork()
        if child == 0:
            put_until(moment)
        ended = os.waitpid(child, 0)[1]
        inside = {path.name: path.read_bytes() for path in out.iterdir()}
        kept = NEW | {"mine.txt": b"mine"}
        found["old" if inside == OLD else "new" if inside == kept else "mixed"] += 1
    put(NEW)
    print(json.dumps(found | {"beside": os.listdir(out.parent)}))
"""


def test_a_kill_at_any_moment_leaves_the_old_or_the_new_answer_whole(tmp_path: Path) -> None:
    """Kill a run after 7, 14, 21… calls and returns of its work, until it comes to its end."""
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(_KILLED), str(tmp_path / "here" / "out")],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr.decode()
    found = json.loads(ended.stdout)
    assert found["mixed"] == 0
    assert found["old"] > 20
    assert found["new"] > 3
    assert found["beside"] == ["out"]  # what killed runs left is swept away


def test_a_folder_that_cannot_be_written_is_told_before_the_search(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotADirectoryError):
        check_writable(tmp_path / "file")
    with pytest.raises((NotADirectoryError, FileExistsError)):
        check_writable(tmp_path / "file" / "out")
    check_writable(tmp_path / "new" / "out")
    assert os.listdir(tmp_path / "new") == []
