"""Talking to an SMS gateway over HTTP, as docs/formats/sms-gateway.md tells."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email.message import Message
from http.client import HTTPException
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, Request, build_opener

from relais.connectors.sms.gsm7 import fits, plain, segments
from relais.outbox.services import Letter, NobodyKnows, Receipt, Refused, TryLater

TIMEOUT_SECONDS: Final = 20
LONGEST_ANSWER: Final = 64_000  # bytes
LONGEST_WAIT: Final = timedelta(hours=6)
_LATER: Final = frozenset({408, 425, 429, 503})  # by the protocol: nothing was taken
_ALREADY: Final = 409
_UNKNOWN: Final = 404
_NOT_ALLOWED: Final = frozenset({401, 403})


class _NoRedirect(HTTPRedirectHandler):
    """A gateway that sends us elsewhere would take the token along: refuse."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Follow nothing."""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: dict[str, Any]
    wait: timedelta | None


class _NoAnswer(Exception):
    """The gateway did not answer. `reached`: it may have read what we sent."""

    def __init__(self, reached: bool) -> None:
        super().__init__()
        self.reached = reached


@dataclass
class SmsWay:
    """An SMS gateway. `answers_lookups`: it can be asked whether it has a reference.

    With lookups nothing is sent twice and nothing lost; without, an SMS whose fate is not known is
    never sent again by itself (`repeats` is false): a person decides.
    """

    address: str
    token: str
    sender: str = ""
    answers_lookups: bool = True
    timeout_seconds: float = TIMEOUT_SECONDS
    repeats: bool = False

    def send(self, letter: Letter, hand_over: Callable[[], None]) -> Receipt:
        """Hand an SMS to the gateway. Raises Refused, TryLater, NobodyKnows."""
        text = plain(letter.sms)
        parts = segments(text)
        body = {
            "reference": letter.delivery.reference,
            "to": letter.delivery.address,
            "text": text,
            "encoding": "gsm7" if fits(text) else "ucs2",
            "segments": parts,
        }
        if self.sender:
            body["from"] = self.sender
        hand_over()
        try:
            answer = self._ask("POST", "/messages", body)
        except _NoAnswer as failure:
            if failure.reached:
                raise NobodyKnows("La passerelle SMS n’a pas répondu à temps.") from None
            raise TryLater("La passerelle SMS ne répond pas.") from None
        if answer.status in (200, 201, 202, _ALREADY):
            return Receipt("Accepté par la passerelle SMS.", segments=parts)
        raise _no(answer)

    def is_known(self, letter: Letter) -> bool | None:
        """Ask the gateway whether it has the SMS; None when it answers no such question."""
        if not self.answers_lookups:
            return None
        path = f"/messages/{quote(letter.delivery.reference, safe='')}"
        try:
            answer = self._ask("GET", path, None)
        except _NoAnswer:
            raise TryLater("La passerelle SMS ne répond pas.") from None
        if answer.status == _UNKNOWN:
            return False
        if answer.status == 200:
            return True
        raise TryLater("La passerelle SMS ne dit pas si elle a le message.", answer.wait)

    def close(self) -> None:
        """Each request is a conversation of its own: nothing to end."""

    def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> _Answer:
        """Send one request. Raises _NoAnswer when no whole answer comes back."""
        request = Request(  # noqa: S310 - the address is ours, its scheme checked in the settings
            f"{self.address}{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={
                "Authorization": f"Bearer {self.token}",
                "Accept": "application/json",
                "Content-Type": "application/json",
            },
        )
        if body is not None:
            request.add_header("Idempotency-Key", str(body["reference"]))
        try:
            with build_opener(_NoRedirect()).open(request, timeout=self.timeout_seconds) as answer:
                return _Answer(answer.status, _object(answer.read(LONGEST_ANSWER)), None)
        except HTTPError as error:
            with error:
                return _Answer(
                    error.code, _object(error.read(LONGEST_ANSWER)), _wait(error.headers)
                )
        except (OSError, HTTPException) as error:
            # Refused at the door: nothing was read. Anything else may have come after our words.
            reason = getattr(error, "reason", error)
            raise _NoAnswer(reached=not isinstance(reason, ConnectionRefusedError)) from None


def _no(answer: _Answer) -> Exception:
    """Turn an answer that is not a yes into what it means."""
    reason = str(answer.body.get("reason", ""))[:120]
    if answer.status in _LATER:
        wait = answer.wait
        return TryLater(f"La passerelle SMS demande d’attendre ({answer.status}).", wait)
    if answer.status in _NOT_ALLOWED:
        return TryLater("La passerelle SMS n’accepte pas notre clé.")
    if answer.status >= 500:
        return NobodyKnows(f"La passerelle SMS a une panne ({answer.status}).")
    said = f" : {reason}" if reason else ""
    return Refused(f"La passerelle SMS refuse ce message ({answer.status}){said}.")


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _wait(headers: Message[str, str]) -> timedelta | None:
    seconds = headers.get("Retry-After", "")
    if not seconds.isascii() or not seconds.isdigit() or len(seconds) > 6:
        return None
    return min(timedelta(seconds=int(seconds)), LONGEST_WAIT)
