"""Shared calendars behind secret addresses."""

from __future__ import annotations

from datetime import timedelta

import icalendar
import pytest
from django.test import Client
from django.urls import reverse

from relais.accounts.models import RoleGrant
from relais.core.models import AuditEntry
from relais.rota import services
from relais.rota.models import CalendarFeed, Mission
from relais.rota.states import MissionState
from tests import factories
from tests.factories import NOW, by, monday

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_january")]


def events(content: bytes) -> list[icalendar.Event]:
    """Read the events of a calendar."""
    return list(icalendar.Calendar.from_ical(content).walk("VEVENT"))


def opened(owner: object, user: object) -> str:
    """Open a calendar and give its address."""
    _, token = services.open_feed(owner, user=user, by=by(), now=NOW)  # type: ignore[arg-type]
    return reverse("feed", args=[token])


def test_a_doctor_reads_her_missions_and_no_other(client: Client) -> None:
    doctor, user = factories.doctor_user()
    place = factories.centre(name="Centre du Morvan", lines=2)
    first, second = place.lines.order_by("number")
    factories.mission(doctor, first, monday=monday(1))
    factories.mission(doctor, second, monday=monday(3), state=MissionState.PROPOSED)
    factories.mission(factories.doctor(), second, monday=monday(1))
    answer = client.get(opened(doctor, user))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert [
        (str(one["SUMMARY"]), one["DTSTART"].dt.date(), str(one["STATUS"]))
        for one in events(answer.content)
    ] == [
        ("Mission : Centre du Morvan", monday(1), "CONFIRMED"),
        ("Mission : Centre du Morvan", monday(3), "TENTATIVE"),
    ]


def test_a_cancelled_mission_says_so_to_the_calendar(client: Client) -> None:
    doctor, user = factories.doctor_user()
    factories.mission(doctor, state=MissionState.CANCELLED)
    [event] = events(client.get(opened(doctor, user)).content)
    assert str(event["STATUS"]) == "CANCELLED"


def test_a_centre_reads_the_names_of_who_said_yes_and_nothing_more(client: Client) -> None:
    place = factories.centre(name="Centre du Morvan", lines=2)
    first, second = place.lines.order_by("number")
    doctor = factories.doctor(
        first_name="Claire", last_name="Aubry", phone="0611223344", brings_family=True
    )
    factories.mission(doctor, first, note="appeler le soir")
    factories.mission(factories.doctor(), second, state=MissionState.INVITED)
    factories.mission(factories.doctor(), factories.line())
    content = client.get(opened(place, factories.coordinator(place))).content
    assert [str(one["SUMMARY"]) for one in events(content)] == ["Dr Claire Aubry, ligne 1"]
    text = content.decode()
    assert "0611223344" not in text
    assert "famille" not in text
    assert "soir" not in text


def test_an_unknown_address_gives_nothing(client: Client) -> None:
    assert client.get(reverse("feed", args=["x" * 43])).status_code == 404


def test_changing_the_address_closes_the_old_one(client: Client) -> None:
    doctor, user = factories.doctor_user()
    old = opened(doctor, user)
    new = opened(doctor, user)
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200


def test_the_address_closes_with_the_account(client: Client) -> None:
    doctor, user = factories.doctor_user()
    address = opened(doctor, user)
    user.is_active = False
    user.save()
    assert client.get(address).status_code == 404


def test_the_address_closes_with_the_role(client: Client) -> None:
    doctor, user = factories.doctor_user()
    address = opened(doctor, user)
    RoleGrant.objects.filter(user=user).delete()
    assert client.get(address).status_code == 404


def test_a_centre_s_address_closes_with_the_coordination(client: Client) -> None:
    place = factories.centre()
    user = factories.user()
    RoleGrant.objects.create(user=user, role="coordinator", granted_at=NOW)
    run = factories.coordination(user, place)
    address = opened(place, user)
    assert client.get(address).status_code == 200
    run.until_on = NOW.date()
    run.save()
    assert client.get(address).status_code == 404


def test_an_unchanged_calendar_is_not_sent_again(client: Client) -> None:
    doctor, user = factories.doctor_user()
    mission = factories.mission(doctor)
    address = opened(doctor, user)
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    Mission.objects.filter(pk=mission.pk).update(
        sequence=1, changed_at=NOW + timedelta(minutes=5), state=MissionState.READY
    )
    changed = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]
    later = client.get(address, headers={"If-Modified-Since": changed["Last-Modified"]})
    assert later.status_code == 304


def test_the_address_is_shown_once_and_never_kept(client: Client) -> None:
    _, user = factories.doctor_user()
    client.force_login(user)
    page = client.post(reverse("doctor_calendar"), {"act": "open"})
    text = page.content.decode()
    address = text.split('value="http')[1].split('"')[0]
    token = address.rsplit("/", 1)[1].removesuffix(".ics")
    assert client.get(reverse("feed", args=[token])).status_code == 200
    assert "webcal://" in text
    assert "no-store" in page["Cache-Control"]
    assert token not in client.get(reverse("doctor_calendar")).content.decode()
    assert not CalendarFeed.objects.filter(token_hash=token).exists()
    assert not AuditEntry.objects.filter(details__icontains=token).exists()


def test_closing_the_address_stops_the_calendar(client: Client) -> None:
    doctor, user = factories.doctor_user()
    address = opened(doctor, user)
    client.force_login(user)
    answer = client.post(reverse("doctor_calendar"), {"act": "close"})
    assert answer.status_code == 302
    assert client.get(address).status_code == 404


def test_a_coordinator_opens_the_calendar_of_her_centre_only(client: Client) -> None:
    mine, other = factories.centre(), factories.centre()
    client.force_login(factories.coordinator(mine))
    assert client.post(reverse("centre_calendar", args=[mine.pk])).status_code == 200
    assert client.post(reverse("centre_calendar", args=[other.pk])).status_code == 404
    assert CalendarFeed.objects.get().centre == mine
