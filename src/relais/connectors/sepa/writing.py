"""Write a file of credit transfers: pain.001.001.03, one payment block, euros, SEPA character set.

After the EPC's implementation guidelines for customers (EPC132-08): service level SEPA, charges
shared (SLEV), end-to-end reference of 35 signs, remittance of 140, NOTPROVIDED without a BIC.
docs/formats/sepa-transfers.md tells each element.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from xml.etree import ElementTree as ET

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"
_NAME, _ID, _WORDS = 70, 35, 140  # longest texts of the EPC's rules
_ALLOWED: Final = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")  # the SEPA character set (EPC217-08)
_LETTERS: Final = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "’": "'"})
_MOST: Final = Decimal("999999999.99")


@dataclass(frozen=True, slots=True)
class Account:
    """Who holds an account. `bic` may be empty."""

    name: str
    iban: str
    bic: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money to one account: a reference of its own, euros, and what the statement says."""

    reference: str
    to: Account
    amount_eur: Decimal
    words: str


@dataclass(frozen=True, slots=True)
class TransferFile:
    """A batch: its id, unique for ever with the payer's bank, when it was made, when to pay."""

    message_id: str
    made_at: datetime
    pay_on: date
    payer: Account
    transfers: Sequence[Transfer]


def sepa_text(text: str, most: int) -> str:
    """Write a text in the SEPA character set, at most so many signs: accents go, others are spaces.

    It neither begins with a slash nor holds two in a row, as the rules ask.
    """
    bare = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    plain = "".join(sign for sign in bare if not unicodedata.combining(sign))
    plain = re.sub(r"/{2,}", "/", _ALLOWED.sub(" ", plain))
    return " ".join(plain.split()).strip("/ ")[:most].strip("/ ")


def write_file(batch: TransferFile) -> bytes:
    """Write the file. Raises ValueError for a batch that no bank would take."""
    if not batch.transfers:
        raise ValueError("a file needs a transfer")
    for one in batch.transfers:
        if not Decimal("0.01") <= one.amount_eur <= _MOST:
            raise ValueError(f"no amount to transfer: {one.amount_eur}")
        if one.amount_eur != one.amount_eur.quantize(Decimal("0.01")):
            raise ValueError(f"more than two decimals: {one.amount_eur}")
    references = [one.reference for one in batch.transfers]
    if len(set(references)) < len(references):
        raise ValueError("two transfers have one reference")
    total = f"{sum(one.amount_eur for one in batch.transfers):.2f}"
    count = str(len(batch.transfers))
    root = ET.Element("Document", {"xmlns": NAMESPACE})
    message = ET.SubElement(root, "CstmrCdtTrfInitn")
    head = ET.SubElement(message, "GrpHdr")
    _add(head, "MsgId", _id(batch.message_id))
    _add(head, "CreDtTm", batch.made_at.strftime("%Y-%m-%dT%H:%M:%S"))
    _add(head, "NbOfTxs", count)
    _add(head, "CtrlSum", total)
    _add(ET.SubElement(head, "InitgPty"), "Nm", _name(batch.payer))
    block = ET.SubElement(message, "PmtInf")
    _add(block, "PmtInfId", _id(batch.message_id))
    _add(block, "PmtMtd", "TRF")
    _add(block, "BtchBookg", "true")
    _add(block, "NbOfTxs", count)
    _add(block, "CtrlSum", total)
    kind = ET.SubElement(block, "PmtTpInf")
    _add(ET.SubElement(kind, "SvcLvl"), "Cd", "SEPA")
    _add(block, "ReqdExctnDt", batch.pay_on.isoformat())
    _add(ET.SubElement(block, "Dbtr"), "Nm", _name(batch.payer))
    _account(block, "DbtrAcct", batch.payer)
    _bank(block, "DbtrAgt", batch.payer, always=True)
    _add(block, "ChrgBr", "SLEV")
    for one in batch.transfers:
        row = ET.SubElement(block, "CdtTrfTxInf")
        _add(ET.SubElement(row, "PmtId"), "EndToEndId", _id(one.reference))
        amount = ET.SubElement(ET.SubElement(row, "Amt"), "InstdAmt", {"Ccy": "EUR"})
        amount.text = f"{one.amount_eur:.2f}"
        _bank(row, "CdtrAgt", one.to, always=False)
        _add(ET.SubElement(row, "Cdtr"), "Nm", _name(one.to))
        _account(row, "CdtrAcct", one.to)
        _add(ET.SubElement(row, "RmtInf"), "Ustrd", sepa_text(one.words, _WORDS) or "Frais")
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="UTF-8", xml_declaration=True)) + b"\n"


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text


def _id(text: str) -> str:
    if not text or sepa_text(text, _ID) != text:
        raise ValueError(f"no reference: {text!r}")
    return text


def _name(account: Account) -> str:
    name = sepa_text(account.name, _NAME)
    if not name:
        raise ValueError("a name is needed")
    return name


def _account(parent: ET.Element, name: str, account: Account) -> None:
    _add(ET.SubElement(ET.SubElement(parent, name), "Id"), "IBAN", account.iban)


def _bank(parent: ET.Element, name: str, account: Account, *, always: bool) -> None:
    if not (account.bic or always):
        return
    bank = ET.SubElement(ET.SubElement(parent, name), "FinInstnId")
    if account.bic:
        _add(bank, "BIC", account.bic)
    else:
        _add(ET.SubElement(bank, "Othr"), "Id", "NOTPROVIDED")
