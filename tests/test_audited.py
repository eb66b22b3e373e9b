"""Whatever writes to the database writes in the audit, or stands below with the reason why not."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "relais"
WRITES = {
    "aupdate",
    "bulk_create",
    "bulk_update",
    "create",
    "delete",
    "get_or_create",
    "save",
    "update",
    "update_or_create",
}
# « file: function »: who writes the audit in its place, or why nothing is to be told.
EXCUSED = {
    "agenda/services/appointments/giving.py: _stand": "its caller tells what was given (tell)",
    "agenda/services/appointments/ticks.py: _insert": "the callers of `own_ticks` tell the change",
    "agenda/services/appointments/ticks.py: leave_ticks": "its callers tell the change (tell)",
    "agenda/services/appointments/ticks.py: save": "its callers tell the change (tell)",
    "agenda/services/turn.py: lock_days": "a lock, without data",
    "agenda/services/offering/answering.py: _answer": "its callers tell the answer (_recorded)",
    "agenda/services/offering/answering.py: _go_on": "its callers tell the answer (_recorded)",
    "agenda/services/offering/answering.py: _take": "`accept` tells it, and the agenda each change",
    "agenda/services/offering/answering.py: accept": "`_recorded` tells it",
    "agenda/services/offering/answering.py: end_silent_offers": "`_recorded` tells it",
    "agenda/services/offering/answering.py: refuse": "`_recorded` tells it",
    "agenda/services/offering/freed.py: _offer_next": "`write_offer` tells it",
    "agenda/services/offering/freed.py: find_freed": "the change that freed the place is told",
    "agenda/services/offering/telling.py: climb": "the message or the call is told",
    "accounts/services.py: forget_expired": "what expired opens nothing any more",
    "accounts/services.py: use_link": "the sign-in that follows is told (note_sign_in)",
    "booking/services/asking.py: _send_code": "`ask` tells it; the log keeps each code",
    "booking/services/asking.py: end": "its callers tell how a request ended",
    "booking/services/keeping.py: forget_old_requests": "`drop` tells; the rest names nobody",
    "booking/services/limits.py: take_turn": "a lock, without data",
    "core/audit.py: record": "this is the audit",
    "core/seals.py: _seal_once": "this seals the audit",
    "doctors/services/files.py: _save": "its callers tell what changed",
    "doctors/services/interests.py: _forget": "its callers tell that a name was erased",
    "doctors/services/interests.py: count_link": "the link itself stands in the log of messages",
    "doctors/services/papers.py: _follow": "its callers tell the first week with the paper",
    "journeys/duties.py: forget_old_jobs": "a queue, not data of the network",
    "journeys/duties.py: send_lost_letters": "a queue; the letter itself is told",
    "journeys/readiness.py: daily_round": "what the round changes is told one by one",
    "journeys/spreadsheets/importing.py: _claim": "`apply` tells what was imported",
    "journeys/spreadsheets/importing.py: _keep": "a preview changes nothing",
    "journeys/spreadsheets/importing.py: forget_old_imports": "a preview changes nothing",
    "network/services.py: _save": "its callers tell what changed",
    "outbox/services/log.py: close_question": "an answer is told by what it sets off",
    "outbox/services/log.py: close_questions": "an answer is told by what it sets off",
    "outbox/services/log.py: mark_read": "one's own page, opened",
    "outbox/services/log.py: note_answer": "the SMS that came in is told (receive_sms)",
    "outbox/services/log.py: note_report": "a step of the message, which its log shows",
    "outbox/services/posting.py: _write": "the act that causes a message is told; the log keeps it",
    "outbox/services/posting.py: cancel": "the act that calls messages back is told",
    "outbox/services/sending.py: _again": "a step of the message, which its log shows",
    "outbox/services/sending.py: _claim": "a step of the message, which its log shows",
    "outbox/services/sending.py: _doubt": "a step of the message, which its log shows",
    "outbox/services/sending.py: _end": "a step of the message, which its log shows",
    "outbox/services/sending.py: _hand_over": "a step of the message, which the log shows",
    "outbox/services/sending.py: _put_back": "a step of the message, which its log shows",
    "outbox/services/sending.py: forget_old": "old words are erased as the parameters say",
    "outbox/services/sending.py: give_up": "a step of the message, which its log shows",
    "outbox/services/sending.py: withhold_sms": "its caller tells what was stopped",
    "patients/services/merging.py: _move_rows": "`merge` tells it on both files",
    "rota/services/acceptance.py: _claim": "`accept_run` tells what was accepted",
    "rota/services/acceptance.py: _replace_standbys": "`accept_run` tells what was accepted",
    "rota/services/feeds.py: read_feed": "when a calendar was last read",
    "rota/services/missions.py: _create": "its callers tell who was placed",
    "rota/services/missions.py: _refuse_held": "`place` tells that a planner insisted, and why",
    "rota/services/holds.py: _beyond_her_set": "`keep` tells the choice itself",
    "rota/services/radar.py: refresh_radar": "figures worked out from what is told already",
    "rota/services/runs.py: begin_run": "`start_run` told it; the end is told",
    "rota/services/runs.py: note_progress": "a sign of life every few seconds",
    "premises/services/writing.py: keep": "its callers tell what changed",
    "stays/services/booking.py: choose": "its callers tell what was chosen",
    "stays/services/booking.py: choose_car": "its callers tell what was chosen",
    "stays/services/booking.py: choose_lodging": "its callers tell what was chosen",
    "stays/services/booking.py: hold_car": "its callers tell what is held",
    "stays/services/booking.py: hold_rooms": "its callers tell what is held",
    "stays/services/travel.py: _follow_car": "`set_travel` tells what follows",
    "stays/services/travel.py: _follow_lodging": "`set_travel` tells what follows",
    "rota/services/turn.py: take_turn": "a lock, without data",
}


RAW_WRITE = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM)\s")


def is_write(call: ast.Call) -> bool:
    """Say whether a call is a write of the ORM, or of SQL written out.

    A set's `update` takes no keywords; a statement named from elsewhere is not seen.
    """
    if isinstance(call.func, ast.Attribute) and call.func.attr == "execute":
        return bool(call.args) and bool(RAW_WRITE.search(ast.unparse(call.args[0])))
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in WRITES:
        return False
    if call.func.attr == "update":
        return bool(call.keywords) and "environ" not in ast.unparse(call.func)
    return "session." not in ast.unparse(call.func)


def unaudited() -> set[str]:
    found = set()
    for path in PACKAGE.rglob("*.py"):
        place = path.relative_to(PACKAGE)
        if place.parts[0] == "engine" or "migrations" in place.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                calls = [one for one in ast.walk(node) if isinstance(one, ast.Call)]
                records = any(ast.unparse(one.func).endswith("audit.record") for one in calls)
                if not records and any(map(is_write, calls)):
                    found.add(f"{place.as_posix()}: {node.name}")
    return found


def test_every_write_is_audited_or_excused() -> None:
    assert unaudited() - set(EXCUSED) == set()


def test_no_excuse_outlives_its_function() -> None:
    assert set(EXCUSED) - unaudited() == set()
