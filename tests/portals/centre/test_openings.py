"""A coordinator paints the week of her centre; what it breaks is told before it is done."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from relais.agenda import services
from relais.agenda.models import Opening
from relais.core.models import AuditEntry
from tests import factories
from tests.factories import MONDAY, NOW, by

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_january")]


class Page:
    """A coordinator signed in, a centre of two lines with the usual week."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.centre = factories.centre(name="Centre du Morvan", lines=2)
        services.prepare_centre(self.centre, by=by(), now=NOW)
        client.force_login(factories.coordinator(self.centre))
        self.address = reverse("centre_openings", args=[self.centre.pk])
        self.dates = reverse("centre_exception", args=[self.centre.pk])

    def week(self, weekday: int, **said: Any) -> list[tuple[str, str, str]]:
        rows = Opening.objects.filter(centre=self.centre, weekday=weekday, **said)
        return [
            (f"{row.starts:%H:%M}", f"{row.ends:%H:%M}", row.kind)
            for row in rows.order_by("starts")
        ]


@pytest.fixture
def page(client: Client) -> Page:
    return Page(client)


def test_ticked_half_hours_are_painted_over_and_what_touches_is_joined(page: Page) -> None:
    before = page.week(5, line=None)
    answer = page.client.post(
        page.address,
        {"kind": "home_visit", "cells": ["5.1200", "5.1230", "5.1000"], "released": "08:00"},
    )
    assert answer.headers["Location"] == page.address
    assert before == [("08:30", "10:30", "planned"), ("10:30", "12:00", "same_day")]
    assert page.week(5, line=None) == [
        ("08:30", "10:00", "planned"),
        ("10:00", "10:30", "home_visit"),
        ("10:30", "12:00", "same_day"),
        ("12:00", "13:00", "home_visit"),
    ]
    shown = page.client.get(page.address).text
    assert "samedi 12:30, visites" in shown
    assert page.week(0, line=None)[0] == ("08:30", "10:30", "planned")


def test_exact_hours_on_several_days_and_rubbing_out(page: Page) -> None:
    said = {"kind": "same_day", "released": "07:30", "days": [0, 5], "starts": "08:00"}
    page.client.post(page.address, {**said, "ends": "08:25"})
    assert [page.week(day, line=None)[0] for day in (0, 5)] == [("08:00", "08:25", "same_day")] * 2
    assert Opening.objects.filter(released=time(7, 30)).count() == 2
    page.client.post(page.address, {"kind": "rub", "days": [5], "starts": "07:00", "ends": "20:00"})
    assert page.week(5, line=None) == []
    wrong = page.client.post(page.address, {**said, "ends": "07:00"})
    assert (wrong.status_code, "La fin vient après le début." in wrong.text) == (422, True)
    nothing = page.client.post(page.address, {"kind": "planned"})
    assert (nothing.status_code, "Choisissez au moins une case" in nothing.text) == (422, True)


def test_a_line_has_a_week_of_its_own_over_the_centre_s(page: Page) -> None:
    second = page.centre.lines.get(number=2)
    page.client.post(page.address, {"kind": "closed", "cells": ["0.0830"], "ligne": "2"})
    assert page.week(0, line=second) == [("08:30", "09:00", "closed")]
    assert page.week(0, line=None)[0] == ("08:30", "10:30", "planned")
    assert "lundi 08:30, fermé" in page.client.get(f"{page.address}?ligne=2").text
    assert page.client.get(f"{page.address}?ligne=7").status_code == 404


def test_what_a_change_breaks_is_told_before_and_done_on_demand(page: Page) -> None:
    line = page.centre.lines.select_related("centre__commune").get(number=1)
    row = factories.appointment(line, factories.patient(page.centre))
    services.load_reasons(NOW, by=by())
    week = page.week(MONDAY.weekday(), line=None)
    audited = AuditEntry.objects.count()
    said = {"kind": "rub", "days": [0], "starts": "07:00", "ends": "20:00"}
    asked = page.client.post(page.address, said)
    assert "1 rendez-vous à revoir" in asked.text.replace("\u00a0", " ")
    assert "hors des heures d’ouverture" in asked.text
    assert page.week(0, line=None) == week
    assert AuditEntry.objects.count() == audited  # what was tried left nothing
    page.client.post(page.address, {**said, "anyway": "1"})
    assert page.week(0, line=None) == []
    row.refresh_from_db()
    assert row.state == "booked"


def test_a_closed_half_day_and_a_date_that_opens(page: Page) -> None:
    day = date(2027, 1, 20)
    page.client.post(
        page.dates, {"day": day, "half": "afternoon", "what": "closed", "note": "formation"}
    )
    rows = Opening.objects.filter(day=day)
    assert [(row.starts, row.kind, row.note) for row in rows] == [(time(13), "closed", "formation")]
    shown = page.client.get(page.address).text
    assert "fermé l’après-midi" in shown
    sunday = {"day": date(2027, 1, 24), "half": "day", "what": "planned"}
    assert page.client.post(page.dates, sunday).status_code == 422
    page.client.post(page.dates, {**sunday, "opens": "09:00", "closes": "11:00"})
    assert Opening.objects.filter(day=date(2027, 1, 24), kind="planned").count() == 1
    page.client.post(page.dates, {"day": day, "half": "day", "what": "rub"})
    assert not Opening.objects.filter(day=day).exists()
    past = page.client.post(page.dates, {"day": "2020-01-01", "half": "day", "what": "closed"})
    assert (past.status_code, "Choisissez une date à venir." in past.text) == (422, True)


def test_only_those_who_coordinate_the_centre_paint_it(page: Page, client: Client) -> None:
    client.force_login(factories.coordinator(factories.centre(key="autre")))
    for address in (page.address, page.dates):
        assert client.post(address, {"kind": "rub"}).status_code == 404
    assert len(page.week(0, line=None)) == 7
