"""What an import says before and after it is done: counts, examples, mistakes, notices."""

from __future__ import annotations

from dataclasses import dataclass, field

from relais.core.errors import Refusal
from relais.core.formats import number, plural
from relais.engine.plan_folder.errors import Findings, Mistake, summarised

EXAMPLES = 3
MISTAKES_SHOWN = 200
NOTICES_EACH = 5


@dataclass
class Tally:
    """What happens to the rows of one kind of table."""

    title: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    added_examples: list[str] = field(default_factory=list)
    changed_examples: list[str] = field(default_factory=list)

    def add(self, example: str) -> None:
        """Count a new row."""
        self.added += 1
        if len(self.added_examples) < EXAMPLES:
            self.added_examples.append(example)

    def change(self, example: str) -> None:
        """Count a row that changes."""
        self.changed += 1
        if len(self.changed_examples) < EXAMPLES:
            self.changed_examples.append(example)

    def keep(self) -> None:
        """Count a row that says what is known already."""
        self.unchanged += 1


@dataclass(frozen=True, slots=True)
class TableReport:
    """The same, to show."""

    title: str
    added: int
    changed: int
    unchanged: int
    added_examples: tuple[str, ...]
    changed_examples: tuple[str, ...]

    @property
    def new_words(self) -> str:
        """Say what is written: « 38 ajouts, 2 changements »."""
        parts = [
            plural(count, word)
            for count, word in ((self.added, "ajout"), (self.changed, "changement"))
            if count
        ]
        return ", ".join(parts) or "rien de nouveau"

    @property
    def words(self) -> str:
        """Say it whole: « 38 ajouts, 2 changements, 900 sans changement »."""
        same = f"{number(self.unchanged)} sans changement"
        return f"{self.new_words}, {same}" if self.unchanged else self.new_words


@dataclass(frozen=True, slots=True)
class SheetReport:
    """One table as it was understood: where it stands, what it holds, how it was read."""

    source: str
    title: str
    rows: int
    read_as: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import will do, or did. `token` is empty when it cannot be done.

    `mistakes` are the first `MISTAKES_SHOWN` of `mistake_count`.
    """

    sheets: tuple[SheetReport, ...]
    tables: tuple[TableReport, ...]
    mistakes: tuple[Mistake, ...]
    mistake_count: int
    notices: tuple[str, ...]
    token: str = ""
    is_done: bool = False

    @property
    def is_sound(self) -> bool:
        """Say whether nothing forbids the import."""
        return self.mistake_count == 0

    @property
    def changes_something(self) -> bool:
        """Say whether a row is added or changed."""
        return any(table.added or table.changed for table in self.tables)

    @property
    def hidden_mistakes(self) -> int:
        """Count the mistakes that are not shown."""
        return self.mistake_count - len(self.mistakes)

    @property
    def headline(self) -> str:
        """Say the whole in one sentence."""
        if not self.is_sound:
            count = plural(self.mistake_count, "erreur")
            return f"{count} à corriger. Rien n’est écrit."
        if not self.changes_something:
            return "Tout est déjà là : rien ne change."
        said = " ; ".join(
            f"{table.title.lower()} : {table.new_words}"
            for table in self.tables
            if table.added or table.changed
        )
        return f"{'Importé' if self.is_done else 'À importer'} : {said}."


class ImportMistakesRefusal(Refusal):
    """The files are not sound (any more): the report says why."""

    def __init__(self, report: ImportReport) -> None:
        super().__init__(f"{report.headline} Corrigez les tableaux, puis envoyez-les de nouveau.")
        self.report = report


def report_of(
    *,
    sheets: tuple[SheetReport, ...],
    tallies: tuple[Tally, ...],
    findings: Findings,
    headings: dict[tuple[str, str], str],
) -> ImportReport:
    """Make the report from what was found; columns are called as the file calls them."""
    mistakes = [
        Mistake(
            one.file,
            one.line,
            None if one.column is None else headings.get((one.file, one.column), one.column),
            one.value,
            one.wrong,
            one.remedy,
        )
        for one in sorted_mistakes(findings, [sheet.source for sheet in sheets])
    ]
    return ImportReport(
        sheets=sheets,
        tables=tuple(
            TableReport(
                tally.title,
                tally.added,
                tally.changed,
                tally.unchanged,
                tuple(tally.added_examples),
                tuple(tally.changed_examples),
            )
            for tally in tallies
            if tally.added or tally.changed or tally.unchanged
        ),
        mistakes=tuple(mistakes[:MISTAKES_SHOWN]),
        mistake_count=len(mistakes) + findings.untold,
        notices=tuple(summarised(findings.notices, each=NOTICES_EACH)),
    )


def sorted_mistakes(findings: Findings, sources: list[str]) -> list[Mistake]:
    """Put mistakes in the order of the files and lines."""
    place = {source: index for index, source in enumerate(sources)}
    return sorted(
        findings.mistakes,
        key=lambda one: (place.get(one.file, -1), one.file, one.line or 0),
    )
