"""What changes lodgings and cars. The audit names fields, never an access code nor a telephone."""

from relais.premises.services.cars import add_car, close_car, edit_car, open_car
from relais.premises.services.incidents import (
    note_incident,
    read_incident_photo,
    settle_incident,
)
from relais.premises.services.lodgings import (
    CodeRefusal,
    add_lodging,
    add_photo,
    close_lodging,
    edit_lodging,
    open_lodging,
    read_code,
    read_photo,
    remove_photo,
    set_code,
)
from relais.premises.services.writing import PremisesRefusal, most_photo_bytes

__all__ = [
    "CodeRefusal",
    "PremisesRefusal",
    "add_car",
    "add_lodging",
    "add_photo",
    "close_car",
    "close_lodging",
    "edit_car",
    "edit_lodging",
    "most_photo_bytes",
    "note_incident",
    "open_car",
    "open_lodging",
    "read_code",
    "read_incident_photo",
    "read_photo",
    "remove_photo",
    "set_code",
    "settle_incident",
]
