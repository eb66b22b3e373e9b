"""What changes the rota. One subject, then named arguments; each act leaves an audit entry.

Every writer takes the turn first (`turn.take_turn`): writers come one after the other.
"""

from __future__ import annotations

from relais.rota.services.acceptance import (
    Acceptance,
    RunOutdatedRefusal,
    RunOverRefusal,
    Skipped,
    accept_run,
)
from relais.rota.services.feeds import open_feed, read_feed, revoke_feed
from relais.rota.services.holds import HoldRefusal, expire_holds, hold, keep, release
from relais.rota.services.imports import Placement, note_missions, note_offers
from relais.rota.services.leaving import LeavingRefusal, ask_to_leave, stay_after_all
from relais.rota.services.missions import (
    SameDoctorRefusal,
    WeekOverRefusal,
    annotate,
    cancel,
    confirm,
    decline,
    invite,
    lock,
    mark_ready,
    place,
    place_pair,
    reopen,
    replace,
    unconfirm,
    unlock,
    unready,
)
from relais.rota.services.offers import (
    Offered,
    PastWeekRefusal,
    WeekPromisedRefusal,
    offer_weeks,
    withdraw_weeks,
)
from relais.rota.services.radar import radar_is_stale, refresh_radar
from relais.rota.services.refusals import (
    DoctorElsewhereRefusal,
    LineWeekHeldRefusal,
    LineWeekTakenRefusal,
    MoveRefusal,
    RuleRefusal,
)
from relais.rota.services.reminders import WordRefusal, give_word, note_reminders
from relais.rota.services.repairs import AppliedRepair, RepairOutdatedRefusal, accept_repair
from relais.rota.services.runs import (
    RunPendingRefusal,
    RunStateRefusal,
    RunWeeksRefusal,
    discard_run,
    fail_silent_runs,
    start_run,
    stop_run,
)
from relais.rota.services.searches import (
    Question,
    SearchOverRefusal,
    answer,
    ask,
    close_search,
    find_ask,
    keep_for,
    open_search,
)
from relais.rota.services.seasons import SeasonRefusal, close_season, open_season
from relais.rota.services.sets import (
    DuoRefusal,
    OfferSetRefusal,
    answer_duo,
    ask_duo,
    offer_among,
    require_no_mission_together,
    weeks_from,
    withdraw_set,
)
from relais.rota.services.sharing import SharingRefusal, end_share, share_week

__all__ = [
    "Acceptance",
    "AppliedRepair",
    "DoctorElsewhereRefusal",
    "DuoRefusal",
    "HoldRefusal",
    "LeavingRefusal",
    "LineWeekHeldRefusal",
    "LineWeekTakenRefusal",
    "MoveRefusal",
    "OfferSetRefusal",
    "Offered",
    "PastWeekRefusal",
    "Placement",
    "Question",
    "RepairOutdatedRefusal",
    "RuleRefusal",
    "RunOutdatedRefusal",
    "RunOverRefusal",
    "RunPendingRefusal",
    "RunStateRefusal",
    "RunWeeksRefusal",
    "SameDoctorRefusal",
    "SearchOverRefusal",
    "SeasonRefusal",
    "SharingRefusal",
    "Skipped",
    "WeekOverRefusal",
    "WeekPromisedRefusal",
    "WordRefusal",
    "accept_repair",
    "accept_run",
    "annotate",
    "answer",
    "answer_duo",
    "ask",
    "ask_duo",
    "ask_to_leave",
    "cancel",
    "close_search",
    "close_season",
    "confirm",
    "decline",
    "discard_run",
    "end_share",
    "expire_holds",
    "fail_silent_runs",
    "find_ask",
    "give_word",
    "hold",
    "invite",
    "keep",
    "keep_for",
    "lock",
    "mark_ready",
    "note_missions",
    "note_offers",
    "note_reminders",
    "offer_among",
    "offer_weeks",
    "open_feed",
    "open_search",
    "open_season",
    "place",
    "place_pair",
    "radar_is_stale",
    "read_feed",
    "refresh_radar",
    "release",
    "reopen",
    "replace",
    "require_no_mission_together",
    "revoke_feed",
    "share_week",
    "start_run",
    "stay_after_all",
    "stop_run",
    "unconfirm",
    "unlock",
    "unready",
    "weeks_from",
    "withdraw_set",
    "withdraw_weeks",
]
