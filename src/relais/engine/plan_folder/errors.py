"""What is wrong with a plan folder, said so that a person can mend it: where, what, what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

KEPT_PER_FILE = 1000  # mistakes kept whole for one file; the others are only counted
SHOWN_VALUE = 60  # characters of a faulty value that are shown


def shown(value: str) -> str:
    """Make a faulty value fit to print: short, one line, no character that acts on a screen."""
    short = value if len(value) <= SHOWN_VALUE else value[: SHOWN_VALUE - 1] + "…"
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in short)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing to mend. `line` counts physical lines from the header, which is line 1."""

    file: str
    line: int | None
    column: str | None
    value: str | None
    wrong: str
    remedy: str

    @property
    def place(self) -> str:
        """Say where it is, as « doctors.csv, ligne 12, colonne max_missions »."""
        parts = [self.file]
        if self.line is not None:
            parts.append(f"ligne {self.line}")
        if self.column is not None:
            parts.append(f"colonne {shown(self.column)}")
        return ", ".join(parts)

    def __str__(self) -> str:
        """Say it whole, in French: the place, the value, what is wrong, what to do."""
        value = "" if self.value is None else f"« {shown(self.value)} » "
        return f"{self.place} : {value}{self.wrong}. {self.remedy}".rstrip()


@dataclass(frozen=True, slots=True)
class Notice:
    """Something left out or read otherwise than written. `kind` groups notices of one nature."""

    file: str
    line: int | None
    kind: str
    text: str

    def __str__(self) -> str:
        """Say it in French, with its place."""
        place = self.file if self.line is None else f"{self.file}, ligne {self.line}"
        return f"{place} : {self.text}"


class FolderErrors(Exception):
    """The folder cannot be planned. Carries every mistake found, and the notices beside them."""

    def __init__(
        self, mistakes: Iterable[Mistake], notices: Iterable[Notice] = (), *, untold: int = 0
    ) -> None:
        self.mistakes = tuple(mistakes)
        self.notices = tuple(notices)
        self.untold = untold
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


@dataclass
class Findings:
    """Collects mistakes and notices while files are read."""

    mistakes: list[Mistake] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    untold: int = 0
    incomplete: set[str] = field(default_factory=set)  # files of which some rows could not be taken
    _per_file: Counter[str] = field(default_factory=Counter)

    def mistake(
        self,
        file: str,
        line: int | None,
        column: str | None,
        value: str | None,
        wrong: str,
        remedy: str,
    ) -> None:
        """Keep a mistake, or count it where its file already has very many."""
        self._per_file[file] += 1
        if self._per_file[file] > KEPT_PER_FILE:
            self.untold += 1
            return
        self.mistakes.append(Mistake(file, line, column, value, wrong, remedy))

    def notice(self, file: str, line: int | None, kind: str, text: str) -> None:
        """Keep a notice."""
        self.notices.append(Notice(file, line, kind, text))

    def raise_if_any(self) -> None:
        """Raise FolderErrors when there is a mistake."""
        if self.mistakes:
            raise FolderErrors(self.mistakes, self.notices, untold=self.untold)


def summarised(notices: Iterable[Notice], *, each: int = 3) -> list[str]:
    """Tell notices briefly: the first `each` of a nature in a file, then how many more."""
    groups: dict[tuple[str, str], list[Notice]] = {}
    for notice in notices:
        groups.setdefault((notice.file, notice.kind), []).append(notice)
    told: list[str] = []
    for (file, _kind), members in groups.items():
        told += [str(notice) for notice in members[:each]]
        more = len(members) - each
        if more > 0:
            told.append(f"{file} : et {more} autre{'s' if more > 1 else ''} de même nature.")
    return told
