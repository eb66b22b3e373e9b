"""What changes the agenda. Each act is one transaction, with its history row and audit entry.

Writers of a line's day come one after the other (`turn.lock_days`); the keys of the ticks make a
double booking impossible even for a writer that would forget to (docs/engine/agenda.md).
"""

from __future__ import annotations

from relais.agenda.services.appointments import (
    book,
    cancel,
    confirm_hold,
    expire_holds,
    hold,
    move,
    release,
    resize,
    restore,
    undo,
)
from relais.agenda.services.lists import (
    ListRefusal,
    join,
    leave,
    note_refused,
    set_class,
    take_over_lists,
)
from relais.agenda.services.mark import mark
from relais.agenda.services.merging import give_back, take_over
from relais.agenda.services.offering import (
    OfferOverRefusal,
    accept,
    offer_admissions,
    offer_freed_places,
    refuse,
)
from relais.agenda.services.openings import (
    except_day,
    load_reasons,
    paint_week,
    prepare_centre,
    set_doctor_agenda,
    set_reason,
)
from relais.agenda.services.painting import Stroke, except_half, paint_strokes, try_out
from relais.agenda.services.reading import note_day_read
from relais.agenda.services.refusals import (
    AgendaRefusal,
    BusyRefusal,
    ChangedMeanwhileRefusal,
    NotOpenRefusal,
    PatientTakenRefusal,
    PlaceTakenRefusal,
    PracticeRefusal,
)

__all__ = [
    "AgendaRefusal",
    "BusyRefusal",
    "ChangedMeanwhileRefusal",
    "ListRefusal",
    "NotOpenRefusal",
    "OfferOverRefusal",
    "PatientTakenRefusal",
    "PlaceTakenRefusal",
    "PracticeRefusal",
    "Stroke",
    "accept",
    "book",
    "cancel",
    "confirm_hold",
    "except_day",
    "except_half",
    "expire_holds",
    "give_back",
    "hold",
    "join",
    "leave",
    "load_reasons",
    "mark",
    "move",
    "note_day_read",
    "note_refused",
    "offer_admissions",
    "offer_freed_places",
    "paint_strokes",
    "paint_week",
    "prepare_centre",
    "refuse",
    "release",
    "resize",
    "restore",
    "set_class",
    "set_doctor_agenda",
    "set_reason",
    "take_over",
    "take_over_lists",
    "try_out",
    "undo",
]
