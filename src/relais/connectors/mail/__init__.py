"""E-mail: the letter that a message makes, and the dialogue with the mail server."""

from relais.connectors.mail.letter import (
    PREFERENCES_PATH,
    STOP_PATH,
    House,
    compose,
    read_stop_token,
    stop_token,
)
from relais.connectors.mail.way import MailWay

__all__ = [
    "PREFERENCES_PATH",
    "STOP_PATH",
    "House",
    "MailWay",
    "compose",
    "read_stop_token",
    "stop_token",
]
