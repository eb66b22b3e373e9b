"""Offering weeks in words: some among several, as last year, with a colleague."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from relais.doctors.models import Companionship
from relais.journeys import offering
from relais.outbox.models import Message
from relais.rota import services as rota
from relais.rota.models import DuoAsk, Offer, OfferSet
from relais.rota.services import DuoRefusal, OfferSetRefusal, RuleRefusal
from tests import factories
from tests.factories import TODAY, by, monday

pytestmark = pytest.mark.django_db
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)
MARCH = (date(2027, 3, 1), date(2027, 3, 31))


@pytest.fixture(autouse=True)
def _in_january(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock of the views."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def _offer(doctor, span=MARCH, at_most: int = 1, **more: object) -> OfferSet:
    return offering.offer(
        doctor,
        first_on=span[0],
        last_on=span[1],
        at_most=at_most,
        **more,  # type: ignore[arg-type]
        by=by(),
        now=NOW,
    )


def test_any_week_of_march_offers_its_five_weeks_and_takes_one() -> None:
    doctor = factories.doctor(max_missions=3, min_gap_weeks=1)
    made = _offer(doctor)
    assert [one.monday.day for one in made.offers.order_by("monday")] == [1, 8, 15, 22, 29]
    line = factories.line()
    rota.place(line, doctor=doctor, monday=date(2027, 3, 8), by=by(), now=NOW)
    with pytest.raises(RuleRefusal, match=r"a proposé 1.semaine parmi celles"):
        rota.place(line, doctor=doctor, monday=date(2027, 3, 22), by=by(), now=NOW)


def test_said_twice_it_is_one_set() -> None:
    doctor = factories.doctor()
    assert _offer(doctor) == _offer(doctor)
    assert (OfferSet.objects.count(), Offer.objects.count()) == (1, 5)


def test_a_set_with_more_weeks_than_days_is_refused_in_words() -> None:
    with pytest.raises(OfferSetRefusal, match=r"Il n’y a que 5.semaines libres"):
        _offer(factories.doctor(), at_most=6)
    with pytest.raises(OfferSetRefusal, match=r"Échangez-les"):
        _offer(factories.doctor(), (MARCH[1], MARCH[0]))
    with pytest.raises(OfferSetRefusal, match=r"Aucune semaine à venir"):
        _offer(factories.doctor(), (date(2026, 3, 1), date(2026, 3, 31)))


def test_what_is_promised_stays_out_of_a_new_set_and_of_its_withdrawal() -> None:
    doctor = factories.doctor(max_missions=3)
    factories.offer(doctor, monday=date(2027, 3, 8))
    factories.mission(doctor, monday=date(2027, 3, 8))
    made = _offer(doctor)
    assert made.offers.count() == 4
    assert rota.withdraw_set(made, by=by(), now=NOW) == 4
    assert list(Offer.objects.values_list("monday", flat=True)) == [date(2027, 3, 8)]
    assert OfferSet.objects.count() == 0


def test_last_year_comes_again_with_its_sets_in_two_taps(client: Client) -> None:
    doctor, user = factories.doctor_user()
    factories.offer(doctor, monday=monday(-50))
    old = OfferSet.objects.create(
        doctor=doctor,
        kind="span",
        first_on=monday(-40),
        last_on=monday(-36),
        at_most=1,
        made_at=NOW,
    )
    for week in (-40, -38, -36):
        factories.offer(doctor, monday=monday(week), among=old)
    client.force_login(user)
    home = client.get(reverse("doctor_home")).content.decode()
    assert "Proposer comme l’an dernier (4\xa0semaines)" in home
    assert client.post(reverse("doctor_again")).status_code == 302
    new = OfferSet.objects.exclude(pk=old.pk).get()
    assert sorted(new.offers.values_list("monday", flat=True)) == [
        monday(12),
        monday(14),
        monday(16),
    ]
    assert Offer.objects.filter(monday=monday(2), among=None).exists()
    assert offering.offer_again(doctor, by=by(), now=NOW).count == 0


def test_from_the_page_with_family_and_not_in_reserve(client: Client) -> None:
    doctor, user = factories.doctor_user()
    client.force_login(user)
    page = client.get(reverse("doctor_offer"), {"mois": "2027-03"}).content.decode()
    assert 'value="2027-03-01"' in page
    said = {
        "at_most": "2",
        "first_on": "2027-03-01",
        "last_on": "2027-03-31",
        "company": "family",
        "max_travel_minutes": "120",
    }
    assert client.post(reverse("doctor_offer"), said).status_code == 302
    doctor.refresh_from_db()
    assert (doctor.brings_family, doctor.max_travel_minutes) == (True, 120)
    assert set(Offer.objects.values_list("may_stand_by", flat=True)) == {False}
    shown = client.get(reverse("doctor_offer")).content.decode()
    assert "2\xa0semaines de mars 2027" in shown
    made = OfferSet.objects.get()
    client.post(reverse("doctor_offer_withdraw", args=[made.pk]))
    assert Offer.objects.count() == 0


def test_a_duo_offers_nothing_until_the_colleague_agrees(client: Client) -> None:
    doctor, colleague = factories.doctor(), factories.doctor(email="amie@exemple.fr")
    said = {"first_on": MARCH[0], "last_on": MARCH[1], "at_most": 1, "by": by(), "now": NOW}
    offering.ask_duo(doctor, email="Amie@exemple.fr", **said)  # type: ignore[arg-type]
    assert Offer.objects.count() == 0
    message = Message.objects.get(template="duo_request")
    assert message.recipient_key == str(colleague.pk)
    path = offering.duo_path(DuoAsk.objects.get())
    assert client.get(path).status_code == 200
    assert DuoAsk.objects.get().answered_at is None
    for _ in range(2):  # a double click
        assert client.post(path, {"answer": "yes"}).status_code == 302
    assert Companionship.objects.count() == 1
    assert sorted(Offer.objects.values_list("doctor_id", flat=True)) == sorted(
        [doctor.pk] * 5 + [colleague.pk] * 5
    )
    assert Message.objects.filter(template="duo_answered").count() == 1
    assert client.post(path, {"answer": "no"}).status_code == 422


def test_nobody_learns_from_a_duo_who_is_in_the_collective(client: Client) -> None:
    _, user = factories.doctor_user()
    known = factories.doctor(email="amie@exemple.fr")
    client.force_login(user)
    pages = []
    for email in (known.email, "inconnue@exemple.fr"):
        said = {
            "at_most": "1",
            "first_on": "2027-03-01",
            "last_on": "2027-03-31",
            "company": "colleague",
            "colleague": email,
        }
        done = client.post(reverse("doctor_offer"), said, follow=True)
        pages.append("Si cette adresse est celle d’un médecin" in done.content.decode())
    assert pages == [True, True]


def test_who_is_expected_alone_forms_no_duo() -> None:
    doctor, colleague = factories.doctor(), factories.doctor(email="amie@exemple.fr")
    factories.mission(doctor, monday=monday(20))
    with pytest.raises(DuoRefusal, match=r"a déjà une mission la semaine du lundi 31.mai"):
        offering.ask_duo(
            doctor,
            email=colleague.email,
            first_on=MARCH[0],
            last_on=MARCH[1],
            at_most=1,
            by=by(),
            now=NOW,
        )


def test_a_foreign_or_broken_link_opens_nothing(client: Client) -> None:
    assert client.get("/r/duo/n-importe-quoi/").status_code == 404
    assert client.get("/r/accord/n-importe-quoi/").status_code == 404
