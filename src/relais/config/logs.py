"""The journal of the program: what opens an account or a calendar never stands in it."""

from __future__ import annotations

import logging
import re
from typing import Final

# Addresses that end with a secret: sign-in links and shared calendars.
SECRET_ADDRESS: Final = re.compile(r"(/(?:agenda|compte/entrer/lien)/)[^/\s?#'\"<>)]+")
HIDDEN: Final = r"\1[…]"


class DiscreetFormatter(logging.Formatter):
    """Write a line, with tracebacks, without the secrets of addresses."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the line, then take the secrets out of it."""
        return SECRET_ADDRESS.sub(HIDDEN, super().format(record))
