"""Secret addresses of calendars, and who may see and answer a mission."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from relais.accounts.states import Role
from relais.rota import permissions, services
from relais.rota.models import CalendarFeed
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db
ACT = {"by": factories.by(), "now": NOW}


def test_a_feed_opens_once_and_only_its_hash_is_kept() -> None:
    doctor, user = factories.doctor_user()
    feed, token = services.open_feed(doctor, user=user, **ACT)
    assert len(token) == 43
    assert token not in str(CalendarFeed.objects.values().get())
    assert services.read_feed(token, now=NOW) == feed
    feed.refresh_from_db()
    assert feed.last_read_at == NOW
    assert services.read_feed(token + "x", now=NOW) is None


def test_asking_again_changes_the_address_and_revoking_closes_it() -> None:
    doctor, user = factories.doctor_user()
    _, old = services.open_feed(doctor, user=user, **ACT)
    feed, token = services.open_feed(doctor, user=user, **ACT)
    _, centre_token = services.open_feed(factories.centre(), user=user, **ACT)
    assert services.read_feed(old, now=NOW) is None
    services.revoke_feed(feed, **ACT)
    services.revoke_feed(feed, **ACT)
    assert services.read_feed(token, now=NOW) is None
    assert services.read_feed(centre_token, now=NOW) is not None


def test_a_feed_is_of_a_doctor_or_of_a_centre() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.feed(doctor=factories.doctor(), centre=factories.centre())


def test_who_may_read_and_answer_a_mission() -> None:
    doctor, own = factories.doctor_user()
    mission = factories.mission(doctor)
    stranger = factories.doctor_user()[1]
    here = factories.coordinator(mission.line.centre)
    elsewhere = factories.coordinator(factories.centre())
    people = {
        "own": own,
        "stranger": stranger,
        "planner": factories.user(Role.PLANNER),
        "director": factories.user(Role.DIRECTOR),
        "here": here,
        "elsewhere": elsewhere,
        "nobody": factories.user(),
    }
    reads = {n for n, u in people.items() if permissions.may_read(u, mission, today=TODAY)}
    answers = {n for n, u in people.items() if permissions.may_answer(u, mission)}
    changes = {n for n, u in people.items() if permissions.may_change(u)}
    assert reads == {"own", "planner", "director", "here"}
    assert answers == {"own", "planner"}
    assert changes == {"planner"}
