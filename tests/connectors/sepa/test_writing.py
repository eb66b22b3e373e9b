"""A file of transfers holds what a bank asks: sums, references, signs, the order of the schema."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from relais.connectors.sepa import Account, Transfer, TransferFile, sepa_text, write_file

PAYER = Account("Association Le Relais", "FR7630006000011234567890189", "AGRIFRPP")
FILE = TransferFile(
    "RELAIS-2027-1",
    datetime(2027, 1, 18, 9, 30, tzinfo=UTC),
    date(2027, 1, 19),
    PAYER,
    [
        Transfer("E-1", Account("Zoé Lœuf", "DE89370400440532013000"), Decimal("84.10"), "Frais"),
        Transfer("E-2", Account("Léa Ménard", "FR1420041010050500013M02606"), Decimal("0.95"), "T"),
    ],
)
NS = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"}


def _names(node: ET.Element) -> list[str]:
    return [child.tag.partition("}")[2] for child in node]


def _one(root: ET.Element, path: str) -> ET.Element:
    found = root.find(path, NS)
    assert found is not None, path
    return found


def test_sums_counts_and_references_agree_everywhere() -> None:
    root = ET.fromstring(write_file(FILE))
    for place in ("GrpHdr", "PmtInf"):
        assert _one(root, f".//p:{place}/p:NbOfTxs").text == "2"
        assert _one(root, f".//p:{place}/p:CtrlSum").text == "85.05"
    assert [one.text for one in root.findall(".//p:EndToEndId", NS)] == ["E-1", "E-2"]
    assert [one.attrib for one in root.findall(".//p:InstdAmt", NS)] == [{"Ccy": "EUR"}] * 2


def test_elements_stand_in_the_order_of_the_schema() -> None:
    root = ET.fromstring(write_file(FILE))
    assert _names(_one(root, ".//p:GrpHdr")) == [
        "MsgId",
        "CreDtTm",
        "NbOfTxs",
        "CtrlSum",
        "InitgPty",
    ]
    assert _names(_one(root, ".//p:PmtInf")) == [
        "PmtInfId", "PmtMtd", "BtchBookg", "NbOfTxs", "CtrlSum", "PmtTpInf", "ReqdExctnDt", "Dbtr",
        "DbtrAcct", "DbtrAgt", "ChrgBr", "CdtTrfTxInf", "CdtTrfTxInf",
    ]  # fmt: skip
    assert _names(_one(root, ".//p:CdtTrfTxInf")) == ["PmtId", "Amt", "Cdtr", "CdtrAcct", "RmtInf"]


def test_a_bank_without_bic_is_not_provided_for_the_payer_and_left_out_for_others() -> None:
    root = ET.fromstring(write_file(replace(FILE, payer=replace(PAYER, bic=""))))
    assert _one(root, ".//p:DbtrAgt//p:Id").text == "NOTPROVIDED"
    assert root.find(".//p:CdtrAgt", NS) is None


def test_words_keep_to_the_signs_of_sepa() -> None:
    assert sepa_text("Zoé Lœuf & fils // « été » /", 70) == "Zoe Loeuf fils / ete"
    assert sepa_text("x" * 200, 70) == "x" * 70
    names = [one.text for one in ET.fromstring(write_file(FILE)).findall(".//p:Cdtr/p:Nm", NS)]
    assert names == ["Zoe Loeuf", "Lea Menard"]


@pytest.mark.parametrize(
    "transfers",
    [
        [],
        [replace(FILE.transfers[0], amount_eur=Decimal(0))],
        [replace(FILE.transfers[0], amount_eur=Decimal("1.001"))],
        [FILE.transfers[0], FILE.transfers[0]],
        [replace(FILE.transfers[0], reference="é")],
    ],
)
def test_a_file_that_no_bank_takes_is_not_written(transfers: list[Transfer]) -> None:
    with pytest.raises(ValueError, match=r"transfer|amount|decimals|reference"):
        write_file(replace(FILE, transfers=transfers))
