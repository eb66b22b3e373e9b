"""What the SMS gateway tells us: an SMS that came in, a report of delivery.

A call is believed when its signature is that of its body and its hour, made with the shared secret;
and when it is not older than a few minutes, so that a copy of it opens nothing later.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

FRESH_FOR: Final = timedelta(minutes=10)
LONGEST_CALL: Final = 20_000  # bytes
_LONGEST_ID: Final = 100
ARRIVED: Final = frozenset({"delivered"})
LOST: Final = {
    "failed": "L’opérateur n’a pas pu remettre le SMS.",
    "expired": "Le téléphone est resté éteint trop longtemps.",
    "rejected": "L’opérateur a refusé le SMS.",
}


class NotBelieved(Exception):
    """The call is not signed by the gateway, or too old."""


class NotUnderstood(Exception):
    """The call is signed and says nothing we know."""


@dataclass(frozen=True, slots=True)
class Received:
    """An SMS that came in."""

    gateway_id: str
    number: str
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """What became of an SMS of ours; `said` is a French sentence when it did not arrive."""

    reference: str
    arrived: bool
    said: str


def signature(body: bytes, *, timestamp: str, secret: str) -> str:
    """Sign a call: hexadecimal HMAC-SHA256 of « timestamp.body »."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def read_call(
    body: bytes, *, timestamp: str, signed: str, secret: str, now: datetime
) -> Received | Report | None:
    """Read a call of the gateway; None for a report on the way that needs nothing.

    Raises NotBelieved, NotUnderstood.
    """
    if not secret or len(body) > LONGEST_CALL or not (timestamp.isascii() and timestamp.isdigit()):
        raise NotBelieved
    expected = signature(body, timestamp=timestamp, secret=secret)
    if not hmac.compare_digest(expected.encode(), signed.encode("utf-8", "replace")):
        raise NotBelieved
    if len(timestamp) > 12 or abs(now.timestamp() - int(timestamp)) > FRESH_FOR.total_seconds():
        raise NotBelieved
    try:
        call = json.loads(body)
    except ValueError:
        raise NotUnderstood from None
    if not isinstance(call, dict):
        raise NotUnderstood
    if call.get("kind") == "received":
        return Received(_text(call, "id"), _text(call, "from"), str(call.get("text", "")))
    if call.get("kind") == "report":
        status = call.get("status")
        reference = _text(call, "reference")
        if status in ARRIVED:
            return Report(reference, True, "")
        if status in LOST:
            return Report(reference, False, LOST[str(status)])
        return None
    raise NotUnderstood


def _text(call: dict[str, object], key: str) -> str:
    value = call.get(key)
    if not isinstance(value, str) or not value or len(value) > _LONGEST_ID:
        raise NotUnderstood
    return value
