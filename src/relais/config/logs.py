"""The journal of the program: what opens an account or a calendar never stands in it."""

from __future__ import annotations

import logging
import re
from typing import Final

# Addresses that hold a secret: sign-in links, shared calendars, links of letters to one person.
SECRET_ADDRESS: Final = re.compile(
    r"(/(?:agenda|compte/entrer/lien|venir/suivi|r/(?:mission|duo|accord)|r|rdv|place"
    r"|messages/arret)/)[^/\s?#'\"<>)]+"
)
HIDDEN: Final = r"\1[…]"


# The answer to what the rules forbid: a sentence for the person, nothing for the journal.
REFUSED: Final = 422


class NoRefusals(logging.Filter):
    """Leave out the lines of refusals: when everybody calls on a Monday they would fill the disk.

    Pages not found or forbidden stay: they tell of somebody who tries doors.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether the line is kept."""
        return getattr(record, "status_code", None) != REFUSED


class DiscreetFormatter(logging.Formatter):
    """Write a line, with tracebacks, without the secrets of addresses."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the line, then take the secrets out of it."""
        return SECRET_ADDRESS.sub(HIDDEN, super().format(record))
