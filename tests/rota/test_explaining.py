"""Explanations of the rota and of a proposal, from rows to sentences."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from relais.rota import explaining, services
from relais.rota.models import Mission
from relais.rota.services import compute
from relais.rota.states import RunState
from tests import factories
from tests.factories import MONDAY, NOW, TODAY, monday

pytestmark = pytest.mark.django_db


@pytest.fixture
def line():
    return factories.line(factories.centre(name="Nevers", lines=0))


def person(name, **fields):
    return factories.doctor(first_name=name, last_name="Essai", missions_before=1, **fields)


def plain(sentences):
    return [sentence.replace("\u00a0", " ") for sentence in sentences]


def test_a_taken_week_says_why_who_otherwise_and_why_not_another(
    line, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    anne, boris = person("Anne"), person("Boris")
    factories.mission(anne, line)
    factories.offer(anne)
    factories.offer(boris)
    with django_assert_max_num_queries(16):
        told = explaining.explain_week(line, monday=MONDAY, today=TODAY, doctor_id=boris.pk)
    (here,) = told.here
    assert here.doctor_name == str(anne)
    assert here.sentences[-1].startswith(f"Sans {anne}, {boris} viendrait : ")
    assert (told.missing, told.empty) == (0, ())
    assert told.choices == ((boris.pk, str(boris)),)
    assert told.asked is not None
    assert plain(told.asked.sentences)[:2] == [
        f"{boris} arriverait quand tout est pris.",
        f"Pour que {boris} aille à Nevers, voici l’échange le plus simple : prendre la place de "
        f"{anne}.",
    ]


def test_an_empty_week_says_who_could_come(line) -> None:
    far = person("Chloé")
    factories.offer(far, monday=monday(9))
    told = explaining.explain_week(line, monday=MONDAY, today=TODAY)
    assert (told.here, told.missing) == ((), 1)
    assert told.empty[0] == "Aucun médecin ne propose cette semaine."
    assert plain(told.empty)[1].startswith(f"{far} (")
    assert plain(told.empty)[1].endswith("mais pourrait venir : demandez-lui.")


def test_a_doctor_is_told_why_without_a_name(line) -> None:
    anne, boris, nobody = person("Anne"), person("Boris"), person("Zoé")
    factories.mission(anne, line)
    for doctor in (anne, boris):
        factories.offer(doctor)

    def told(doctor, week=0):
        return explaining.why_not_me(doctor, monday=monday(week), today=TODAY)

    assert told(anne) == "Vous venez à Nevers cette semaine-là."
    assert told(boris).startswith("Toutes les places où vous pourriez aller sont prises.")
    assert "Anne" not in told(boris)
    assert told(boris, 3) == "Vous n’avez pas proposé cette semaine."
    assert told(nobody) == "Vous n’avez pas proposé cette semaine."


def test_a_proposal_is_explained_until_the_rota_changes_too_much(line) -> None:
    anne, boris = person("Anne"), person("Boris")
    for doctor in (anne, boris):
        factories.offer(doctor)
    run = services.start_run(
        MONDAY, asked_by=None, weeks=4, standby_depth=0, budget_seconds=20, seed=0,
        by=factories.by(), now=NOW,
    )  # fmt: skip
    assert compute.compute_run(run, clock=lambda: NOW) is RunState.FINISHED
    assert not Mission.objects.filter(monday=MONDAY).exists()

    def explained():
        return explaining.explain_run(run, centre_id=line.centre_id, monday=MONDAY, today=TODAY)

    told = explained()
    assert told is not None
    (here,) = told.here
    assert here.sentences[-1].startswith(f"Sans {here.doctor_name}, ")
    (chosen,) = [one for one in (anne, boris) if str(one) == here.doctor_name]
    services.withdraw_weeks(chosen, mondays={MONDAY}, by=factories.by(), now=NOW)
    assert explained() is None
