"""The journal of the program: no secret of an address stands in it."""

from __future__ import annotations

import logging
import sys
from logging.config import dictConfig

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from relais.config.logs import DiscreetFormatter

SECRET = "Zq3-secret_9"


def written(path: str) -> str:
    try:
        raise ValueError(f"« {path} »")
    except ValueError:
        record = logging.LogRecord(
            "django.request", logging.ERROR, "", 1, "Broken: %s", (path,), sys.exc_info()
        )
    return DiscreetFormatter("%(message)s").format(record)


@pytest.mark.parametrize("name", ["account_enter", "feed"])
def test_a_secret_is_hidden_in_the_line_and_in_its_traceback(name: str) -> None:
    line = written(reverse(name, args=[SECRET]))
    assert SECRET not in line
    assert line.count("[…]") == 2


def test_other_addresses_are_written_whole() -> None:
    assert "/bureau/medecins/12/?page=2" in written("/bureau/medecins/12/?page=2")
    assert "/compte/entrer/?next=/medecin/agenda/" in written(
        "/compte/entrer/?next=/medecin/agenda/"
    )


@pytest.mark.django_db
def test_the_settings_write_that_way(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        dictConfig(settings.LOGGING)
        link = reverse("account_enter", args=[SECRET])
        Client().get(link)
        Client(enforce_csrf_checks=True).post(link)
    finally:
        logging.getLogger().handlers.clear()
    said = capsys.readouterr().err
    assert SECRET not in said
    assert said.count("/compte/entrer/lien/[…]/") == 2
