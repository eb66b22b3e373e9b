"""Prints the rules as a page, from the rows of `cases` and the sentences that trying them gave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from relais.rota import states
from relais.rota.states import MissionState, PlanningRule
from tests.rules.cases import ACTS, ALLOWED, FORBIDDEN, MOVES, NO, STATES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "rules.md"
VERBS = {
    "invite": states.INVITE,
    "confirm": states.CONFIRM,
    "mark_ready": states.MARK_READY,
    "decline": states.DECLINE,
    "cancel": states.CANCEL,
    "unconfirm": states.UNCONFIRM,
    "unready": states.UNREADY,
    "reopen": states.REOPEN,
}


def page(sentences: Mapping[PlanningRule, str]) -> str:
    """Write the page; `sentences`: what the product says when a planning rule is not kept."""
    moves = [
        [VERBS[verb].label, *(_label(becomes.get(state)) for state in STATES)]
        for verb, becomes in MOVES.items()
    ]
    beyond = [[f"`{rule}`", rule.label, sentences[rule]] for rule in PlanningRule]
    people = [
        [person, *("yes" if act in allowed else NO for act in ACTS)]
        for person, allowed in ALLOWED.items()
    ]
    return "\n".join(
        [
            "# The rules of the rota",
            "",
            "Printed from `tests/rules`, which tries every row: `python -m pytest tests/rules`.",
            "When a rule changes, `RELAIS_WRITE_RULES=1` makes that command write this page again.",
            "",
            "## The life of a mission",
            "",
            "What a move makes of a mission, by its state before. Elsewhere the move is refused. A",
            "mission that is proposed, invited, confirmed or ready holds its line-week and its",
            "doctor. « en cours » and « faite » follow from the day. A week that is over is not",
            "asked, declined or reopened any more; it can still be set right (confirm, cancel).",
            "",
            *_table(["move", *(state.label for state in STATES)], moves),
            "",
            "## What the database refuses, whoever asks",
            "",
            *(f"- {what}" for what in FORBIDDEN),
            "",
            "## What the planning rules refuse",
            "",
            "A plan never breaks them. A planner who places a mission by hand may, with a reason:",
            "the reason and the rules stay in the audit, the mission is locked.",
            "",
            *_table(["rule", "in words", "what the screen says when it is not kept"], beyond),
            "",
            "## Who may do what with a mission",
            "",
            *_table(["who", *ACTS], people),
            "",
        ]
    )


def _label(state: MissionState | None) -> str:
    return NO if state is None else state.label


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(cells)} |" for cells in lines]
