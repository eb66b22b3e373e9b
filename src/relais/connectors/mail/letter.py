"""From a message to what travels: text, HTML made from it, a calendar when there is one.

The same message is the same letter at every try, to the byte: Message-ID, date and boundaries come
from the delivery, so a copy can be told from a new letter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from html import escape
from typing import Final

from django.core import signing

from relais.outbox.models import Delivery, Message
from relais.outbox.services import Letter
from relais.outbox.states import Kind
from relais.outbox.wording import Piece, blocks, one_line

STOP_PATH: Final = "/messages/arret/{token}/"
PREFERENCES_PATH: Final = "/compte/messages/preferences/"
_SALT: Final = "relais.outbox.stop"
_METHOD: Final = re.compile(r"^METHOD:([A-Z]+)\s*$", re.MULTILINE)

_PAPER, _INK, _SOFT, _EARTH = "#fbf7ef", "#17353a", "#4a6367", "#8a3f1d"
_FONT = "font-family:'Atkinson Hyperlegible Next',Verdana,Arial,sans-serif"


@dataclass(frozen=True, slots=True)
class House:
    """Who writes: the network, the sender's address, and where links lead (no slash at the end)."""

    name: str
    sender: str
    site: str
    contact: str


def stop_token(kind: str, *, key: str) -> str:
    """Make the secret of the address by which a person stops requests, without signing in."""
    return signing.Signer(salt=_SALT).sign_object([kind, key], compress=False)


def read_stop_token(token: str) -> tuple[str, str] | None:
    """Give the person of such a secret, None when we did not make it."""
    try:
        kind, key = signing.Signer(salt=_SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(kind), str(key)


def stop_address(message: Message, house: House) -> str:
    """Give the address that stops requests to the person of a message."""
    token = stop_token(message.recipient_kind, key=message.recipient_key)
    return house.site + STOP_PATH.format(token=token)


def message_id(delivery: Delivery, house: House) -> str:
    """Give the Message-ID of a delivery, the same at every try."""
    return f"<{delivery.reference}@{_host(house)}>"


def compose(letter: Letter, house: House) -> EmailMessage:
    """Write the whole letter. Raises ValueError for an address that is none."""
    message, delivery = letter.message, letter.delivery
    is_request = message.kind == Kind.REQUEST
    stop = stop_address(message, house) if is_request else ""
    mail = EmailMessage()
    mail["Subject"] = one_line(message.subject)
    mail["From"] = Address(one_line(house.name), addr_spec=parseaddr(house.sender)[1])
    mail["To"] = Address(one_line(message.recipient_name), addr_spec=delivery.address)
    mail["Date"] = message.posted_at
    mail["Message-ID"] = message_id(delivery, house)
    mail["Auto-Submitted"] = "auto-generated"
    if house.contact:
        mail["Reply-To"] = one_line(house.contact)
    if stop:
        mail["List-Unsubscribe"] = f"<{stop}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail["Precedence"] = "bulk"
    mail.set_content(plain_words(letter.text, house, stop=stop), cte="quoted-printable")
    mail.add_alternative(
        html_words(letter.text, house, subject=message.subject, stop=stop),
        subtype="html",
        cte="quoted-printable",
    )
    if message.calendar:
        _join_calendar(mail, message.calendar)
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{delivery.reference}_{number}")
    return mail


def _join_calendar(mail: EmailMessage, calendar: str) -> None:
    """Join a calendar twice: as words of the letter, for programs that act on it, and as a file."""
    found = _METHOD.search(calendar.replace("\r\n", "\n"))
    method = found[1] if found else "PUBLISH"
    mail.add_alternative(
        calendar,
        subtype="calendar",
        params={"method": method},
        cte="quoted-printable",
        charset="utf-8",
    )
    mail.add_attachment(
        calendar.encode(), maintype="application", subtype="ics", filename="mission.ics"
    )


def plain_words(text: str, house: House, *, stop: str) -> str:
    """Write the letter without HTML."""
    end = [f"-- \n{house.name}", f"Choisir les messages que vous recevez : {_chosen(house)}"]
    if stop:
        end.append(f"Ne plus recevoir de demandes : {stop}")
    return f"{text}\n\n" + "\n".join(end) + "\n"


def html_words(text: str, house: House, *, subject: str, stop: str) -> str:
    """Write the letter in HTML that mail programs read: inline style, no picture, no script."""
    parts = []
    for block in blocks(text):
        if block.kind == "button":
            label, address = escape(block.lines[0][0].words), escape(block.address)
            parts.append(
                f'<p style="margin:24px 0"><a href="{address}" style="background:{_EARTH};'
                "color:#ffffff;padding:12px 20px;border-radius:4px;text-decoration:none;"
                f'display:inline-block;font-weight:bold">{label}</a></p>'
            )
        elif block.kind == "list":
            items = "".join(f"<li>{_pieces(line)}</li>" for line in block.lines)
            parts.append(f'<ul style="margin:0 0 16px;padding-left:20px">{items}</ul>')
        else:
            lines = "<br>".join(_pieces(line) for line in block.lines)
            parts.append(f'<p style="margin:0 0 16px">{lines}</p>')
    end = f'<a href="{escape(_chosen(house))}" style="color:{_SOFT}">Choisir les messages</a>'
    if stop:
        end += f' · <a href="{escape(stop)}" style="color:{_SOFT}">Ne plus recevoir de demandes</a>'
    return (
        f'<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(subject)}</title></head>"
        f'<body style="margin:0;background:{_PAPER};color:{_INK};{_FONT};font-size:16px;'
        'line-height:1.5"><div style="max-width:560px;margin:0 auto;padding:24px">'
        f'<p style="margin:0 0 24px;font-weight:bold">{escape(house.name)}</p>'
        f"{''.join(parts)}"
        f'<p style="margin:32px 0 0;padding-top:12px;border-top:1px solid #d8cfbd;color:{_SOFT};'
        f'font-size:13px">{end}</p></div></body></html>'
    )


def _pieces(line: tuple[Piece, ...]) -> str:
    return "".join(
        f'<a href="{escape(one.address)}" style="color:{_EARTH}">{escape(one.words)}</a>'
        if one.address
        else escape(one.words)
        for one in line
    )


def _chosen(house: House) -> str:
    return house.site + PREFERENCES_PATH


def _host(house: House) -> str:
    return parseaddr(house.sender)[1].rpartition("@")[2] or "relais.invalid"
