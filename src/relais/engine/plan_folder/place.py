"""Several files put into a folder together: one finds the old ones or the new ones, whole.

The files are first written and flushed in a hidden folder beside the target. Where the target does
not exist, one rename shows them. Where it exists, the two folders change places in one step
(renameat2 of Linux); files of others that lay in the old one are linked into the new one before.
Where no such exchange is possible (other systems, a folder that is in use as the current one, that
holds folders of others or is a mount point), the files are renamed over the old ones one by one,
each whole.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping, Set
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # not on this system: leftovers of a killed run then stay until removed by hand
    fcntl = None  # type: ignore[assignment]

type Writer = Callable[[IO[bytes]], None]

_MARK = ".relais-"
_MOST_FOREIGN_FILES = 200
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_NO_EXCHANGE = {
    errno.ENOSYS,
    errno.EINVAL,
    errno.ENOTSUP,
    errno.EBUSY,
    errno.EXDEV,
    errno.EPERM,
    errno.EACCES,
    errno.EMLINK,
}
_NOT_BESIDE = {errno.EACCES, errno.EPERM, errno.EROFS}


def put_files(
    folder: Path, writers: Mapping[str, Writer], *, remove: Set[str] = frozenset()
) -> None:
    """Write files into `folder` together, in their order, and take away those named in `remove`.

    Other files of the folder are kept. Raises OSError when it cannot be done: the folder is then as
    it was, unless the error came between two renames of the last resort told above.
    """
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    with _staging(folder) as staging:
        for name, write in writers.items():
            with (staging / name).open("wb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
        _flush_folder(staging)
        if not folder.exists():
            os.rename(staging, folder)
        elif not _exchange(staging, folder, ours=writers.keys() | remove):
            _one_by_one(staging, folder, writers.keys(), remove)
            _flush_folder(folder)
    with contextlib.suppress(OSError):  # a parent that may not be read was written all the same
        _flush_folder(folder.parent)


def check_writable(folder: Path) -> None:
    """Make sure, before a long search, that files can be put into `folder`. Raises OSError."""
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
    with _staging(folder):
        return


@contextlib.contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    """Make a hidden folder beside the target, or inside it where its parent may not be written."""
    made = _made_beside(folder.parent, folder.name)
    if made is None:
        made = folder / f"{_MARK}{secrets.token_hex(6)}"
        made.mkdir()
    held = _hold(made)
    try:
        yield made
    finally:
        if held is not None:
            os.close(held)
        shutil.rmtree(made, ignore_errors=True)


def _made_beside(parent: Path, name: str) -> Path | None:
    made = parent / f".{name}{_MARK}{secrets.token_hex(6)}"
    try:
        made.mkdir()
    except OSError as error:
        if error.errno in _NOT_BESIDE and (parent / name).is_dir():
            return None
        raise
    return made


def _hold(folder: Path) -> int | None:
    """Lock a folder as long as its run lives, so that another run does not sweep it away."""
    if fcntl is None:
        return None
    held = os.open(folder, os.O_RDONLY)
    with contextlib.suppress(OSError):
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return held


def _sweep(folder: Path) -> None:
    """Take away what a killed run left: hidden folders of ours that no living run holds."""
    if fcntl is None:
        return
    left = [*folder.parent.glob(f".{_escaped(folder.name)}{_MARK}*"), *folder.glob(f"{_MARK}*")]
    for leftover in left:
        with contextlib.suppress(OSError):
            held = os.open(leftover, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(leftover, ignore_errors=True)
            finally:
                os.close(held)


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _exchange(staging: Path, folder: Path, *, ours: Set[str]) -> bool:
    """Let two folders change places in one step. False, and nothing changed, where it cannot be."""
    if staging.parent == folder or _is_current(folder) or os.path.ismount(folder):
        return False
    entries = list(os.scandir(folder))
    foreign = [entry for entry in entries if entry.name not in ours]
    if len(foreign) > _MOST_FOREIGN_FILES or any(
        not entry.is_file(follow_symlinks=False) for entry in entries
    ):
        return False
    try:
        for entry in foreign:
            os.link(entry.path, staging / entry.name, follow_symlinks=False)
        staging.chmod(stat.S_IMODE(folder.stat().st_mode))
        _flush_folder(staging)
        _renameat2(staging, folder)
    except OSError as error:
        for entry in foreign:
            (staging / entry.name).unlink(missing_ok=True)
        if error.errno not in _NO_EXCHANGE:
            raise
        return False
    for entry in os.scandir(staging):  # the old folder now: what came into it meanwhile is kept too
        if entry.name not in ours and not (folder / entry.name).exists():
            os.rename(entry.path, folder / entry.name)
    return True


def _is_current(folder: Path) -> bool:
    with contextlib.suppress(OSError):
        return folder.samefile(Path.cwd())
    return False


def _renameat2(one: Path, other: Path) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    function = getattr(library, "renameat2", None)
    if function is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    done = function(
        ctypes.c_int(_AT_FDCWD),
        ctypes.c_char_p(os.fsencode(one)),
        ctypes.c_int(_AT_FDCWD),
        ctypes.c_char_p(os.fsencode(other)),
        ctypes.c_uint(_RENAME_EXCHANGE),
    )
    if done != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(other))


def _one_by_one(staging: Path, folder: Path, names: Set[str], remove: Set[str]) -> None:
    for name in names:
        os.replace(staging / name, folder / name)
    for name in remove - names:
        (folder / name).unlink(missing_ok=True)


def _flush_folder(folder: Path) -> None:
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:  # some network disks cannot
            raise
    finally:
        os.close(held)
