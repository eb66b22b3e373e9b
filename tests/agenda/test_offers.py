"""A freed place goes to the next in order, is kept, expires, goes on; nobody loses a rank."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from relais.agenda import services
from relais.agenda.list_states import CallKind, ListKind, OfferState, PlaceState
from relais.agenda.models import Appointment, CallTask, FreedPlace, PlaceOffer, WaitEntry
from relais.agenda.queries import double_bookings, tick_faults
from relais.agenda.services.lists import ListRefusal
from relais.agenda.services.offering import OfferOverRefusal
from relais.agenda.states import AppointmentState, CancelledBy
from relais.core.models import AuditEntry
from relais.network.models import Line
from relais.outbox.models import Message
from relais.patients.models import Person
from tests import factories
from tests.factories import MONDAY, NOW, by

pytestmark = pytest.mark.django_db


class Lists:
    """A centre open on two Mondays, a full place, and people who wait."""

    def __init__(self) -> None:
        self.centre = factories.centre(name="Centre du Morvan")
        self.line = Line.objects.select_related("centre__commune").get(centre=self.centre)
        factories.opening(self.centre)
        self.reason = factories.reason()
        self.now = NOW
        self.number = 0

    def book(self, hour: int, *, weeks: int = 0, patient: Person | None = None) -> Appointment:
        self.number += 1
        starts = datetime.combine(MONDAY, time(hour), tzinfo=UTC) + timedelta(weeks=weeks)
        return services.book(
            self.line,
            starts_at=starts,
            minutes=30,
            reason=self.reason,
            patient=patient or factories.patient(self.centre),
            request_key=f"book-{self.number}",
            by=by(),
            now=self.now,
        )

    def waits(self, *, days: float = 1, person: Person | None = None, **said: Any) -> WaitEntry:
        return services.join(
            person or factories.patient(self.centre, email="a@exemple.fr"),
            **{
                "centre": self.centre,
                "kind": ListKind.EARLIER,
                "reason": self.reason,
                "since": NOW - timedelta(days=days),
                "by": by(),
                "now": self.now,
                **said,
            },
        )

    def free(self, row: Appointment) -> None:
        services.cancel(
            row,
            cancelled_by=CancelledBy.PATIENT,
            request_key=f"free-{row.pk}",
            by=by(),
            now=self.now,
        )

    def work(self) -> int:
        return services.offer_freed_places(self.now, by=by())

    def open_offer(self) -> PlaceOffer:
        return PlaceOffer.objects.get(state=OfferState.OPEN)


@pytest.fixture
def lists() -> Lists:
    return Lists()


def test_a_freed_place_is_offered_once_to_who_waits_longest(lists: Lists) -> None:
    row = lists.book(9)
    lists.waits(days=2)
    first = lists.waits(days=5)
    lists.free(row)
    assert (lists.work(), lists.work()) == (1, 0)
    offer = lists.open_offer()
    assert (offer.entry, offer.rank, offer.channel) == (first, 1, "email")
    kept = offer.appointment
    assert kept is not None
    assert (kept.state, kept.patient, kept.tick) == (
        AppointmentState.HELD,
        first.person,
        row.tick,
    )
    message = Message.objects.get(template="place_offer")
    assert "/place/" not in message.text
    assert message.recipient_key == str(first.person.pk)


def test_yes_gives_the_place_and_gives_the_later_appointment_back(lists: Lists) -> None:
    later = lists.book(9, weeks=1)
    entry = lists.waits(person=later.patient, appointment=later)
    early = lists.book(9)
    lists.free(early)
    lists.work()
    offer = services.accept(lists.open_offer(), by=by(), now=lists.now)
    services.accept(offer, by=by(), now=lists.now)
    entry.refresh_from_db()
    later.refresh_from_db()
    assert (entry.state, later.state) == ("served", "cancelled")
    kept = Appointment.objects.get(pk=offer.appointment_id)
    assert (kept.state, kept.starts_at) == ("booked", early.starts_at)
    assert FreedPlace.objects.get(tick=early.tick).state == PlaceState.FILLED
    assert (tick_faults(), double_bookings()) == ((), ())
    lists.work()  # the later one is a freed place now, and nobody waits any more
    assert FreedPlace.objects.get(tick=later.tick).state == PlaceState.NOBODY
    assert AuditEntry.objects.filter(verb="agenda.offer_accepted").count() == 1


def test_no_leaves_the_rank_and_the_place_goes_on_to_the_next(lists: Lists) -> None:
    first, second = lists.waits(days=5), lists.waits(days=2)
    lists.free(lists.book(9))
    lists.work()
    services.refuse(lists.open_offer(), by=by(), now=lists.now)
    lists.work()
    assert lists.open_offer().entry == second
    first.refresh_from_db()
    assert (first.state, first.refusals, first.since) == ("waiting", 1, NOW - timedelta(days=5))
    lists.free(lists.book(10))
    lists.work()
    offers = PlaceOffer.objects.filter(state=OfferState.OPEN).order_by("place__tick")
    assert [offer.entry for offer in offers] == [second, first]


def test_silence_ends_goes_on_and_the_second_one_asks_for_a_call(lists: Lists) -> None:
    first = lists.waits(days=5)
    lists.free(lists.book(9))
    lists.work()
    offer = lists.open_offer()
    lists.now = offer.expires_at
    with pytest.raises(OfferOverRefusal):
        services.accept(offer, by=by(), now=lists.now)
    lists.work()
    offer.refresh_from_db()
    assert offer.state == OfferState.SILENT
    assert FreedPlace.objects.get().state == PlaceState.NOBODY
    assert not CallTask.objects.filter(kind=CallKind.SILENCE).exists()
    lists.free(lists.book(10))
    lists.work()
    lists.now = lists.open_offer().expires_at
    lists.work()
    lists.work()
    assert CallTask.objects.get(kind=CallKind.SILENCE).person == first.person
    first.refresh_from_db()
    assert (first.state, first.silences) == ("waiting", 2)


def test_who_has_neither_mobile_nor_email_is_called(lists: Lists) -> None:
    person = factories.patient(lists.centre, phone="03 86 00 00 00")
    lists.waits(person=person)
    lists.free(lists.book(9))
    lists.work()
    offer = lists.open_offer()
    call = CallTask.objects.get(kind=CallKind.OFFER)
    assert (offer.channel, call.offer, call.person) == ("phone", offer, person)
    assert not Message.objects.exists()
    services.accept(offer, by=by(), now=lists.now)
    call.refresh_from_db()
    assert call.result == "useless"


def test_who_says_nothing_by_mail_is_called_before_the_time_is_over(lists: Lists) -> None:
    lists.waits()
    lists.free(lists.book(9))
    lists.work()
    offer = lists.open_offer()
    lists.now = offer.offered_at + (offer.expires_at - offer.offered_at) * 0.6
    lists.work()
    lists.work()
    offer.refresh_from_db()
    assert offer.channel == "phone"
    assert CallTask.objects.filter(offer=offer).count() == 1


def test_a_place_that_somebody_took_meanwhile_or_that_is_too_near_is_not_offered(
    lists: Lists,
) -> None:
    lists.waits()
    lists.free(lists.book(9))
    lists.book(9)
    lists.work()
    assert FreedPlace.objects.get().state == PlaceState.TAKEN
    lists.now = datetime.combine(MONDAY, time(9, 45), tzinfo=UTC)
    lists.free(lists.book(10))
    assert lists.work() == 0
    states = FreedPlace.objects.order_by("tick").values_list("state", flat=True)
    assert list(states) == [PlaceState.TAKEN, PlaceState.PAST]
    assert not PlaceOffer.objects.exists()


def test_the_two_lists_are_not_mixed(lists: Lists) -> None:
    waiting = lists.waits(kind=ListKind.ADMISSION, reason=None)
    lists.free(lists.book(9))
    assert lists.work() == 0
    assert services.offer_admissions(lists.centre, count=3, by=by(), now=lists.now) == 1
    offer = lists.open_offer()
    assert (offer.entry, offer.appointment) == (waiting, None)
    services.accept(offer, by=by(), now=lists.now)
    waiting.refresh_from_db()
    assert waiting.state == "accepted"
    assert CallTask.objects.get().kind == CallKind.ADMITTED
    with pytest.raises(ListRefusal):
        services.offer_admissions(lists.centre, count=0, by=by(), now=lists.now)


def test_a_person_waits_once_a_list_and_leaves_once(lists: Lists) -> None:
    entry = lists.waits()
    assert lists.waits(person=entry.person) == entry
    services.leave(entry, why="ne vient plus", by=by(), now=lists.now)
    services.leave(entry, why="ne vient plus", by=by(), now=lists.now)
    assert AuditEntry.objects.filter(verb="agenda.list_left").count() == 1
    assert lists.waits(person=entry.person) != entry
    with pytest.raises(ListRefusal):
        services.set_class(entry, urgency=0, why=" ", by=by(), now=lists.now)
    services.set_class(entry, urgency=0, why="le médecin", by=by(), now=lists.now)
    assert WaitEntry.objects.get(pk=entry.pk).urgency == 0
