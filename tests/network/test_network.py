"""Centres, lines, closures and coordinators: read, changed, seen by those who may."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from relais.accounts.states import Role
from relais.core.models import AuditEntry
from relais.network import permissions, queries, services
from relais.network.models import Centre, Closure, Coordination, Line, PracticeNeed
from relais.network.states import ClosureReason
from tests import factories
from tests.factories import MONDAY, NOW, TODAY, monday

pytestmark = pytest.mark.django_db
ACT = {"by": factories.by(), "now": NOW}


def verbs():
    return list(AuditEntry.objects.order_by("id").values_list("verb", flat=True))


def test_a_commune_gives_a_new_centre_its_place() -> None:
    town = factories.commune(latitude=45.5, longitude=2.5)
    centre = services.add_centre("ajain", name="Ajain", commune=town, opens_on=MONDAY, **ACT)
    assert (centre.latitude, centre.longitude, centre.lines.count()) == (45.5, 2.5, 0)
    assert verbs() == ["network.centre_added"]


def test_a_centre_without_a_place_or_with_a_known_key_is_refused() -> None:
    town = factories.commune()
    with pytest.raises(services.NetworkRefusal) as refusal:
        services.add_centre("ajain", name="Ajain", **ACT)
    assert refusal.value.sentence.startswith("Indiquez la commune du centre")
    services.add_centre("ajain", name="Ajain", commune=town, **ACT)
    with pytest.raises(services.NetworkRefusal):
        services.add_centre("ajain", name="Ajain", commune=town, **ACT)
    with pytest.raises(services.NetworkRefusal):
        services.add_centre("=1+1", name="Ajain", commune=town, **ACT)
    with pytest.raises(TypeError):
        services.add_centre("b", name="B", commune=town, colour="vert", **ACT)
    assert Centre.objects.count() == 1


def test_editing_says_from_what_to_what_and_nothing_when_nothing_changes() -> None:
    centre = factories.centre(family_places=1)
    services.edit_centre(centre, changes={"family_places": 2}, **ACT)
    services.edit_centre(centre, changes={"family_places": 2}, **ACT)
    assert AuditEntry.objects.get().details == {"family_places": [1, 2]}
    with pytest.raises(services.NetworkRefusal):
        services.edit_centre(centre, changes={"finess": "12"}, **ACT)


def test_lines_are_numbered_and_end() -> None:
    centre = factories.centre()
    line = services.add_line(centre, starts_on=MONDAY, **ACT)
    assert line.number == 2
    services.end_line(line, ends_on=monday(4), **ACT)
    line.refresh_from_db()
    assert [line.is_active(monday(week)) for week in (-1, 0, 3, 4)] == [False, True, True, False]
    for wrong in ({"number": 2}, {"starts_on": MONDAY, "ends_on": MONDAY}):
        with pytest.raises(services.NetworkRefusal):
            services.add_line(centre, **wrong, **ACT)
    assert Line.objects.count() == 2


def test_open_weeks_follow_the_dates_and_the_closures_of_all_five_days(
    django_assert_num_queries,
) -> None:
    whole = factories.centre(opens_on=monday(1), closes_on=monday(5))
    other = factories.centre()
    factories.closure(whole, first_on=monday(2), last_on=monday(2) + timedelta(days=3))
    closure = services.add_closure(
        None,
        first_on=monday(2) + timedelta(days=4),
        last_on=monday(3) + timedelta(days=4),
        reason=ClosureReason.CHRISTMAS,
        **ACT,
    )
    with django_assert_num_queries(1):
        found = queries.open_weeks([whole, other], first_monday=MONDAY, weeks=6)
    assert found == {
        whole.pk: (monday(1), monday(4)),
        other.pk: (monday(0), monday(1), monday(2), monday(4), monday(5)),
    }
    services.remove_closure(closure, **ACT)
    assert Closure.objects.count() == 1
    with pytest.raises(services.NetworkRefusal):
        services.add_closure(
            None, first_on=monday(1), last_on=MONDAY, reason=ClosureReason.OTHER, **ACT
        )


def test_centres_are_listed_with_lines_and_coordinators_of_today(
    django_assert_num_queries,
) -> None:
    for count in (1, 2):
        for _ in range(count):
            centre = factories.centre(name=f"Centre {Centre.objects.count()}", lines=2)
            factories.coordinator(centre, name="Nour")
        with django_assert_num_queries(3):
            rows = queries.centres(today=TODAY)
    assert [row.name for row in rows] == ["Centre 0", "Centre 1", "Centre 2"]
    assert (rows[0].active_lines, rows[0].coordinators, rows[0].is_open) == (2, ("Nour",), True)
    Coordination.objects.update(until_on=TODAY)
    assert queries.centres(today=TODAY, ids=[centre.pk])[0].coordinators == ()


def test_a_coordinator_sees_the_centres_of_today_the_team_all_others_none() -> None:
    mine, other = factories.centre(), factories.centre()
    user = factories.coordinator(mine)
    factories.coordination(user, other, until_on=TODAY)
    assert list(permissions.centres_of(user, TODAY)) == [mine]
    assert permissions.centres_of(factories.user(Role.PLANNER), TODAY).count() == 2
    assert permissions.centres_of(factories.user(Role.DOCTOR), TODAY).count() == 0
    without_role = factories.user()
    factories.coordination(without_role, mine)
    assert permissions.centres_of(without_role, TODAY).count() == 0
    assert permissions.may_see_centre(user, centre=mine, today=TODAY)
    assert not permissions.may_see_centre(user, centre=other, today=TODAY)


def test_a_coordination_is_given_once_and_ends() -> None:
    centre, user = factories.centre(), factories.user(Role.COORDINATOR)
    given = services.assign_coordinator(centre, user=user, since_on=TODAY, **ACT)
    assert services.assign_coordinator(centre, user=user, since_on=TODAY, **ACT) == given
    services.end_coordination(given, until_on=date(2027, 2, 1), **ACT)
    services.assign_coordinator(centre, user=user, since_on=date(2027, 3, 1), **ACT)
    assert Coordination.objects.count() == 2
    assert verbs() == [
        "network.coordinator_assigned",
        "network.coordination_ended",
        "network.coordinator_assigned",
    ]


def test_needs_are_written_whole() -> None:
    centre = factories.centre()
    sutures = services.add_practice("sutures", label="sutures", **ACT)
    gynaecology = services.add_practice("gynaecology", label="gynécologie", **ACT)
    services.set_practice_needs(centre, needs={sutures: 4}, **ACT)
    services.set_practice_needs(centre, needs={gynaecology: 2}, **ACT)
    assert list(PracticeNeed.objects.values_list("practice_id", "every_weeks")) == [
        ("gynaecology", 2)
    ]
    with pytest.raises(services.NetworkRefusal):
        services.set_practice_needs(centre, needs={sutures: 0}, **ACT)
