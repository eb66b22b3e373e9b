"""Two acts at the same moment never hold the same room or car."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from relais.rota.models import Mission
from relais.stays import services
from relais.stays.models import CarDay, RoomNight, Stay
from tests import factories
from tests.factories import NOW, by

pytestmark = pytest.mark.django_db(transaction=True)
LINES = 4


def test_confirmations_at_once_share_out_one_house_and_one_car() -> None:
    centre = factories.centre(lines=LINES)
    factories.lodging(centre)
    factories.car(centre)
    missions = [factories.mission(line_=line).pk for line in centre.lines.order_by("number")]
    gate = Barrier(LINES)

    def prepare(pk: int) -> None:
        try:
            mission = Mission.objects.select_related("doctor", "line__centre").get(pk=pk)
            gate.wait()
            services.prepare(mission, by=by(), now=NOW)
            services.prepare(mission, by=by(), now=NOW)  # the double click
        finally:
            connection.close()

    with ThreadPoolExecutor(LINES) as pool:
        list(pool.map(prepare, missions))
    assert Stay.objects.count() == LINES
    assert Stay.objects.exclude(lodging=None).count() == 1
    assert Stay.objects.exclude(car=None).count() == 1
    assert (RoomNight.objects.count(), CarDay.objects.count()) == (2 * 6, 7)
