"""Handing a letter to the mail server that the settings name.

The words go over at one precise point of the dialogue (RFC 5321 3.3): after DATA was answered 354
and until the final dot is answered. Only there can a crash leave a doubt; everything before is
known not to have left. What is in doubt is handed over again with the same Message-ID.
"""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable
from dataclasses import dataclass, field
from email import policy as policies
from email.message import EmailMessage, Message
from typing import Any, Final

from django.core.mail import EmailMessage as DjangoMessage
from django.core.mail import mailers
from django.core.mail.backends.smtp import EmailBackend

from relais.connectors.mail.letter import House, compose
from relais.outbox.services import Letter, NobodyKnows, Receipt, Refused, TryLater

_GO_ON: Final = 354
_DOTS: Final = re.compile(rb"(?m)^\.")
# SMTP says « for good » by the hundreds, and 5.7.x, 4.x.x by the enhanced codes (RFC 3463).
_FOR_GOOD: Final = range(500, 600)
# The server's own trouble, not the address: log-in, TLS, sender refused for now.
_OUR_TROUBLE: Final = frozenset({421, 451, 452, 454, 503, 530, 534, 535, 538})
# Said to a recipient: nobody lives there, or the box is closed. Others of the 500s may be a policy
# of the hour, and are tried again.
_NOBODY_THERE: Final = frozenset({550, 551, 553, 501, 521, 556})


class _Ready(DjangoMessage):
    """A letter that is written already, for Django's other ways (file, memory)."""

    def __init__(self, written: EmailMessage) -> None:
        super().__init__(
            subject=str(written["Subject"]),
            from_email=str(written["From"]),
            to=[str(written["To"])],
        )
        self.written = written

    def message(self, *, policy: Any = None) -> Any:
        """Give the letter as it is."""
        return self.written


@dataclass
class MailWay:
    """The mail server. Its one conversation serves all letters of a round."""

    house: House
    repeats: bool = True
    _backend: Any = field(default=None, repr=False)

    def send(self, letter: Letter, hand_over: Callable[[], None]) -> Receipt:
        """Hand a letter over. Raises Refused, TryLater, NobodyKnows."""
        try:
            written = compose(letter, self.house)
        except (ValueError, IndexError):
            raise Refused("L’adresse électronique n’en est pas une.") from None
        backend = self._backend or mailers.default
        self._backend = backend
        if not isinstance(backend, EmailBackend):
            hand_over()
            backend.send_messages([_Ready(written)])
            return Receipt("Déposé.")
        server = self._server(backend)
        self._introduce(server, written, letter.delivery.address)
        return self._words(server, written, hand_over)

    def is_known(self, letter: Letter) -> bool | None:
        """A mail server cannot be asked."""
        return None

    def close(self) -> None:
        """Say good-bye to the server; what it answers does not matter any more."""
        backend, self._backend = self._backend, None
        if isinstance(backend, EmailBackend) and backend.connection is not None:
            _drop(backend)

    def _server(self, backend: EmailBackend) -> smtplib.SMTP:
        try:
            backend.open()
        except OSError as failure:  # the network, and all that smtplib raises
            raise TryLater(f"Le serveur de courriel ne répond pas{_code(failure)}.") from None
        server = backend.connection
        assert isinstance(server, smtplib.SMTP)
        return server

    def _introduce(self, server: smtplib.SMTP, written: EmailMessage, address: str) -> None:
        """Say from whom and to whom, and wait for « go on »."""
        sender = written["From"].addresses[0].addr_spec
        try:
            server.ehlo_or_helo_if_needed()
            steps: tuple[Callable[[], tuple[int, bytes]], ...] = (
                lambda: server.mail(sender),
                lambda: server.rcpt(address),
                lambda: server.docmd("DATA"),
            )
            for number, step in enumerate(steps):
                code, said = step()
                if code in (250, 251, _GO_ON):
                    continue
                self._start_over(server)
                if number == 1 and code in _NOBODY_THERE:
                    raise Refused(f"Le serveur refuse cette adresse ({code} {_words_of(said)}).")
                raise TryLater(f"Le serveur de courriel dit « plus tard » ({code}).")
        except (OSError, UnicodeError) as failure:
            self._hang_up()
            if isinstance(failure, UnicodeError):
                raise Refused("Cette adresse a des signes que le serveur ne lit pas.") from None
            raise TryLater(f"Le serveur de courriel a raccroché{_code(failure)}.") from None

    def _words(
        self, server: smtplib.SMTP, written: EmailMessage, hand_over: Callable[[], None]
    ) -> Receipt:
        try:
            hand_over()
        except BaseException:
            self._hang_up()  # without the final dot the server forgets what was begun
            raise
        try:
            server.send(_bytes(written))
            code, said = server.getreply()
        except OSError:
            self._hang_up()
            raise NobodyKnows("Le serveur a raccroché sans dire s’il avait la lettre.") from None
        if code == 250:
            return Receipt(f"Accepté par le serveur de courriel ({_words_of(said)}).")
        self._start_over(server)
        if code in _FOR_GOOD:
            raise Refused(f"Le serveur refuse cette lettre ({code} {_words_of(said)}).")
        raise TryLater(f"Le serveur de courriel dit « plus tard » ({code}).")

    def _start_over(self, server: smtplib.SMTP) -> None:
        try:
            server.rset()
        except OSError:
            self._hang_up()

    def _hang_up(self) -> None:
        """Leave without a word: the next letter opens a new conversation."""
        backend = self._backend
        if isinstance(backend, EmailBackend) and backend.connection is not None:
            backend.connection.close()
            backend.connection = None


def _drop(backend: EmailBackend) -> None:
    try:
        backend.close()
    except OSError:
        backend.connection = None


def _bytes(written: Message) -> bytes:
    """Write a letter as it travels: line ends, doubled first dots, and the final one."""
    words = written.as_bytes(policy=policies.SMTP)
    words = _DOTS.sub(b"..", words)
    return words + (b"" if words.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _code(failure: OSError) -> str:
    code = getattr(failure, "smtp_code", None)
    return f" ({code})" if code else ""


def _words_of(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(text.split())[:120]
