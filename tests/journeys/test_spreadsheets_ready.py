"""A table that says « prête » goes through the gate of the page: papers good to the last day."""

from __future__ import annotations

import pytest

from relais.core.errors import Refusal
from relais.doctors.models import Doctor
from relais.doctors.services import open_checklist
from relais.rota.models import Mission
from relais.rota.states import MissionState
from tests import factories
from tests.factories import NOW, TODAY, by
from tests.journeys.tables import csv, load

pytestmark = pytest.mark.django_db


def asked() -> Doctor:
    doctor = factories.doctor(key="D0")
    factories.centre(key="c1")
    open_checklist(doctor, by=by(), now=NOW, today=TODAY)
    return doctor


def ready(day: str) -> None:
    load(csv("missions.csv", "médecin;centre;lundi;état", f"D0;c1;{day};prête"))


def test_a_new_mission_is_not_ready_without_its_papers() -> None:
    asked()
    with pytest.raises(Refusal, match=r"missions\.csv, ligne 2 : Il manque un papier"):
        ready("11/01/2027")
    assert Mission.objects.count() == 0


def test_a_known_mission_does_not_become_ready_by_a_table() -> None:
    doctor = asked()
    mission = factories.mission(doctor, factories.Centre.objects.get().lines.get())
    with pytest.raises(Refusal, match="Il manque un papier"):
        ready("11/01/2027")
    mission.refresh_from_db()
    assert mission.state == MissionState.CONFIRMED


def test_history_comes_in_as_it_was() -> None:
    asked()
    ready("07/12/2026")
    assert Mission.objects.get().state == MissionState.READY
