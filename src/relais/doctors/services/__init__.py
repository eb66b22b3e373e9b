"""What changes a doctor's file and its papers."""

from relais.doctors.services.files import (
    EDITABLE,
    DoctorRefusal,
    add_doctor,
    edit_doctor,
    pair,
    set_practices,
    set_preferences,
    set_travel_time,
    set_travel_times,
    unpair,
)
from relais.doctors.services.papers import (
    PaperRefusal,
    accept_paper,
    ask_paper_again,
    give_paper,
    open_checklist,
    read_paper,
    require_papers,
)

__all__ = [
    "EDITABLE",
    "DoctorRefusal",
    "PaperRefusal",
    "accept_paper",
    "add_doctor",
    "ask_paper_again",
    "edit_doctor",
    "give_paper",
    "open_checklist",
    "pair",
    "read_paper",
    "require_papers",
    "set_practices",
    "set_preferences",
    "set_travel_time",
    "set_travel_times",
    "unpair",
]
