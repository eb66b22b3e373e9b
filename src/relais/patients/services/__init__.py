"""What changes or opens a patient's file. Each act, and each reading, leaves an audit entry.

Audit details name fields, never what stands in them: the journal is read by people who have no
business with patients.
"""

from __future__ import annotations

from relais.patients.services.files import (
    add_person,
    edit_person,
    make_known,
    mark_checked,
    validate_identity,
)
from relais.patients.services.merging import merge, part
from relais.patients.services.proxies import add_proxy, end_proxy
from relais.patients.services.reading import (
    note_missed_exception,
    note_reading,
    note_search,
    open_exceptionally,
    see_exception,
)
from relais.patients.services.refusals import AlikeRefusal, FullRefusal, PatientRefusal
from relais.patients.services.registering import (
    end_registration,
    note_agreement,
    register,
    send_declaration,
    set_intake,
    sign_declaration,
)

__all__ = [
    "AlikeRefusal",
    "FullRefusal",
    "PatientRefusal",
    "add_person",
    "add_proxy",
    "edit_person",
    "end_proxy",
    "end_registration",
    "make_known",
    "mark_checked",
    "merge",
    "note_agreement",
    "note_missed_exception",
    "note_reading",
    "note_search",
    "open_exceptionally",
    "part",
    "register",
    "see_exception",
    "send_declaration",
    "set_intake",
    "sign_declaration",
    "validate_identity",
]
