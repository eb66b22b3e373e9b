"""The journal of the program: no secret of an address stands in it."""

from __future__ import annotations

import logging
import sys
from logging.config import dictConfig

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver, reverse

from relais.config.logs import DiscreetFormatter, NoRefusals
from tests.test_rights import addresses

SECRET = "Zq3-secret_9"


def written(path: str) -> str:
    try:
        raise ValueError(f"« {path} »")
    except ValueError:
        record = logging.LogRecord(
            "django.request", logging.ERROR, "", 1, "Broken: %s", (path,), sys.exc_info()
        )
    return DiscreetFormatter("%(message)s").format(record)


LINKS = sorted(
    pattern.name or ""
    for _, pattern in addresses(get_resolver())
    if "token" in pattern.pattern.converters
)


@pytest.mark.parametrize("name", LINKS)
def test_a_secret_is_hidden_in_the_line_and_in_its_traceback(name: str) -> None:
    line = written(reverse(name, args=[SECRET]))
    assert SECRET not in line
    assert line.count("[…]") == 2


def test_other_addresses_are_written_whole() -> None:
    assert "/bureau/medecins/12/?page=2" in written("/bureau/medecins/12/?page=2")
    assert "/compte/entrer/?next=/medecin/agenda/" in written(
        "/compte/entrer/?next=/medecin/agenda/"
    )


def test_every_personal_link_is_known() -> None:
    assert {"account_enter", "feed", "public_answer", "patient_cancel"} <= set(LINKS)


@pytest.mark.parametrize(("status", "kept"), [(404, True), (403, True), (422, False), (500, True)])
def test_refusals_do_not_fill_the_journal_and_doors_tried_do(status: int, kept: bool) -> None:
    record = logging.LogRecord("django.request", logging.WARNING, "", 1, "Said", (), None)
    record.status_code = status
    assert NoRefusals().filter(record) is kept


@pytest.mark.django_db
def test_the_settings_write_that_way(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        dictConfig(settings.LOGGING)
        link = reverse("account_enter", args=[SECRET])
        Client().get(reverse("feed", args=[SECRET]))
        Client(enforce_csrf_checks=True).post(link)
    finally:
        logging.getLogger().handlers.clear()
    said = capsys.readouterr().err
    assert SECRET not in said
    assert said.count("/agenda/[…]") == 1
    assert said.count("/compte/entrer/lien/[…]/") == 1
