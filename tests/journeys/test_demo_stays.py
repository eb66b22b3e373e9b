"""The houses of the demonstration obey every rule, and leave one thing to settle."""

from __future__ import annotations

import pytest

from relais.engine.weeks import WEEK
from relais.journeys.demo.stays import lend_houses, tell_the_stays
from relais.premises.models import Car, Lodging
from relais.stays import planning
from relais.stays.models import Stay, WelcomeVersion
from tests import factories
from tests.factories import MONDAY, NOW, TODAY, by


@pytest.mark.once
@pytest.mark.django_db
def test_each_line_has_a_house_and_a_car_and_one_house_closes() -> None:
    small, large = factories.centre(name="Petit"), factories.centre(name="Grand", lines=2)
    centres = {"grand": large, "petit": small}
    lend_houses(centres, this_monday=MONDAY - WEEK, by=by(), now=NOW)
    assert (Lodging.objects.count(), Car.objects.count(), WelcomeVersion.objects.count()) == (
        3,
        3,
        2,
    )
    for centre in (small, large):
        for line in centre.lines.all():
            factories.mission(line_=line)
            factories.mission(line_=line, monday=factories.monday(1))
    tell_the_stays(MONDAY - WEEK, troubled=large, by=by(), now=NOW)
    stays = Stay.objects.all()
    assert stays.count() == 6
    assert stays.filter(lodging=None).count() == stays.filter(car=None).count() == 0
    assert stays.filter(arrives_at=None).count() == 1
    found = planning.conflicts([small, large], first=MONDAY, last=MONDAY + 4 * WEEK, today=TODAY)
    assert len(found) == 1
    assert "chaudière" not in found[0].sentence
    assert "est indisponible" in found[0].sentence
