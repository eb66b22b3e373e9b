"""From a name left on a page to a doctor with an account, and everybody who writes meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils.timezone import localdate

from relais.accounts.models import User
from relais.accounts.states import Role
from relais.core.models import AuditEntry
from relais.doctors import queries, services
from relais.doctors.models import Call, Doctor, Interest, Paper
from relais.doctors.services import InterestRefusal
from relais.doctors.states import BestTime, CallOutcome, DoctorStatus, InterestState
from relais.engine import joining as engine
from relais.journeys import joining
from relais.journeys.joining import AlreadyRefusal
from relais.outbox.models import Message
from relais.rota.states import MissionState
from relais.territory.models import Commune
from tests import factories
from tests.factories import by

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 1, 6, 9, tzinfo=UTC)  # a Wednesday
TODAY = localdate(NOW)
DAY = timedelta(days=1)


def shows(contact: str = "Elle@Exemple.fr", *, now: datetime = NOW, **fields: Any) -> None:
    joining.show_interest(
        fields.pop("name", "Camille Aubert"),
        contact=contact,
        status=DoctorStatus.RETIRED,
        source=fields.pop("source", "congres-2027"),
        by=by(),
        now=now,
    )


def called(interest: Interest, outcome: CallOutcome, **fields: Any) -> Call:
    said = {"next_on": None, "words": "", "now": NOW, "today": TODAY, **fields}
    return services.note_call(interest, outcome=outcome, by=by(), **said)


def home() -> Commune:
    return Commune.objects.get_or_create(
        code="23002",
        defaults={
            "name": "Ajain",
            "department": "23",
            "latitude": 46.2,
            "longitude": 2.0,
            "search_name": "ajain",
        },
    )[0]


def accepts(interest: Interest, **fields: Any) -> Doctor:
    said = {
        "first_name": "Camille",
        "last_name": "Aubert",
        "email": interest.email,
        "home": home(),
        "rpps": "",
        **fields,
    }
    return joining.accept(interest, by=by(), now=NOW, **said)


def templates() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("template", flat=True))


def test_a_name_goes_to_the_call_list_and_a_link_leaves() -> None:
    shows()
    interest = Interest.objects.get()
    assert (interest.email, interest.phone, interest.source) == (
        "elle@exemple.fr",
        "",
        "congres-2027",
    )
    assert interest.next_on == datetime(2027, 1, 8).date()  # two working days later
    message = Message.objects.get()
    assert (message.template, message.recipient_kind) == ("interest_link", "interest")
    assert "{lien}" in message.text  # the link itself is kept apart until it has left
    token = message.secrets["lien"].rstrip("/").rpartition("/")[2]
    found = joining.follow(token)
    assert found is not None
    assert (found.interest, found.is_expired) == (interest, False)


def test_who_posts_twice_is_one_person_and_a_mailbox_is_not_filled() -> None:
    for _ in range(6):
        shows()
    shows("elle@exemple.fr", source="ami")
    assert Interest.objects.get().source == "congres-2027"  # the first source stays
    assert len(templates()) == engine.parameter("links_a_day")
    shows(now=NOW + DAY + timedelta(minutes=1))
    assert len(templates()) == engine.parameter("links_a_day") + 1


def test_a_telephone_number_is_one_person_however_it_is_written(settings: Any) -> None:
    settings.SMS_GATEWAY = "http://127.0.0.1:9"
    shows("06 12 34 56 78")
    shows("+33612345678")
    interest = Interest.objects.get()
    assert (interest.contact, interest.email) == ("+33612345678", "")
    assert {one.deliveries.get().channel for one in Message.objects.all()} == {"sms"}


@pytest.mark.parametrize("contact", ["05 55 00 00 00", "06 12 34 56 78"])
def test_a_number_without_a_way_to_write_is_only_called(contact: str) -> None:
    shows(contact)
    assert (Interest.objects.count(), templates()) == (1, [])


@pytest.mark.parametrize("contact", ["elle@exemple.fr", "06 12 34 56 78"])
def test_who_is_in_the_collective_gets_the_way_in_and_no_second_file(contact: str) -> None:
    factories.doctor(email="Elle@exemple.fr", phone="0612345678")
    shows(contact)
    assert Interest.objects.count() == 0
    assert templates() == ["interest_known"]


def test_a_coordinator_who_writes_gets_the_way_in() -> None:
    factories.user(Role.COORDINATOR, email="elle@exemple.fr")
    shows()
    assert (Interest.objects.count(), templates()) == (0, ["interest_known"])


def test_a_link_grows_old_and_a_false_one_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    shows()
    token = joining.token_of(Interest.objects.get())
    for false in ("", "x" * 43, token[:-1], f"{token}a", "a:b:c"):
        assert joining.follow(false) is None
    late = (datetime.now(UTC) + engine.parameter("link_days") * DAY + DAY).timestamp()
    monkeypatch.setattr("django.core.signing.time.time", lambda: late)
    found = joining.follow(token)
    assert found is not None
    assert found.is_expired is True


def test_calls_lead_to_the_next_one_or_to_an_end() -> None:
    shows()
    interest = Interest.objects.get()
    called(interest, CallOutcome.NO_ANSWER)
    (row,) = queries.interests()
    assert (row.state, row.tries, row.last_outcome) == (InterestState.NEW, 1, "no_answer")
    assert row.next_on == datetime(2027, 1, 11).date()
    called(interest, CallOutcome.REACHED, next_on=TODAY + 5 * DAY, words="  Viendrait en mai ")
    row = queries.interests().get()
    assert (row.state, row.next_on) == (InterestState.TALKING, TODAY + 5 * DAY)
    assert "mai" not in str(list(AuditEntry.objects.values_list("details", "why")))
    assert queries.count_to_call(today=TODAY) == 0
    assert queries.count_to_call(today=TODAY + 5 * DAY) == 1
    called(interest, CallOutcome.NO)
    assert queries.interests().count() == 0
    with pytest.raises(InterestRefusal, match="plus être appelée"):
        called(interest, CallOutcome.REACHED)


@pytest.mark.parametrize(
    "wrong", [{"next_on": TODAY - DAY}, {"words": "Elle est malade en ce moment"}]
)
def test_a_day_gone_by_and_a_health_word_are_refused(wrong: dict[str, Any]) -> None:
    shows()
    with pytest.raises(InterestRefusal):
        called(Interest.objects.get(), CallOutcome.REACHED, **wrong)


def test_who_comes_back_after_a_no_is_called_again() -> None:
    shows()
    called(Interest.objects.get(), CallOutcome.NO)
    shows(now=NOW + 30 * DAY)
    assert Interest.objects.get().state == InterestState.NEW


def test_acceptance_opens_file_account_and_checklist_and_welcomes() -> None:
    shows()
    doctor = accepts(Interest.objects.get())
    interest = Interest.objects.get()
    assert (interest.state, interest.doctor) == (InterestState.ACCEPTED, doctor)
    assert (doctor.status, doctor.joined_on) == (DoctorStatus.RETIRED, TODAY)
    assert User.objects.get().email == "elle@exemple.fr"
    assert Paper.objects.filter(doctor=doctor).count() > 5
    assert templates()[-1] == "interest_accepted"
    with pytest.raises(AlreadyRefusal):
        accepts(interest)
    shows()  # who writes once more gets the way in
    assert templates()[-1] == "interest_known"


def test_acceptance_wants_an_address_and_leaves_nothing_half_done() -> None:
    shows("06 12 34 56 78")
    interest = Interest.objects.get()
    with pytest.raises(Exception, match="adresse électronique"):
        accepts(interest)
    assert (Doctor.objects.count(), Paper.objects.count()) == (0, 0)
    services.complete_interest(
        interest,
        email="elle@exemple.fr",
        phone=interest.phone,
        best_time=BestTime.EVENING,
        by=by(),
        now=NOW,
    )
    assert accepts(Interest.objects.get()).phone == "06 12 34 56 78"


def test_who_had_left_comes_back_to_the_same_file() -> None:
    before = factories.doctor(email="elle@exemple.fr", left_on=TODAY - 100 * DAY)
    shows()
    assert accepts(Interest.objects.get()) == before
    assert Doctor.objects.get().left_on is None


def test_who_asks_is_forgotten_at_once_and_the_figures_stay() -> None:
    shows()
    interest = Interest.objects.get()
    called(interest, CallOutcome.REACHED, words="Viendrait en mai")
    token = joining.token_of(interest)
    services.withdraw_interest(interest, by=by(), now=NOW)
    gone = Interest.objects.get()
    assert (gone.name, gone.email, gone.phone) == ("", "", "")
    assert Call.objects.get().words == ""
    assert joining.follow(token) is None
    assert [line.interested for line in queries.by_source()] == [1]
    assert "Aubert" not in str(list(AuditEntry.objects.values_list("subject_label", "details")))


def test_who_did_not_join_is_forgotten_a_year_later() -> None:
    shows()
    called(Interest.objects.get(), CallOutcome.NO)
    soon, late = (NOW + (engine.parameter("kept_days") + more) * DAY for more in (0, 1))
    assert services.forget_old_interests(by=by(), now=soon) == 0
    assert services.forget_old_interests(by=by(), now=late) == 1
    assert services.forget_old_interests(by=by(), now=late) == 0
    assert Interest.objects.get().name == ""


def test_conversion_is_told_by_source(django_assert_num_queries: Any) -> None:
    shows()
    shows("lui@exemple.fr")
    shows("autre@exemple.fr", source="")
    doctor = accepts(Interest.objects.get(contact="elle@exemple.fr"))
    factories.mission(doctor, monday=factories.MONDAY, state=MissionState.READY)
    Doctor.objects.update(ready_on=TODAY)
    with django_assert_num_queries(4):
        found = joining.conversion(now=datetime(2028, 1, 1, tzinfo=UTC))
    assert [
        (one.source, one.interested, one.reached, one.accepted, one.ready, one.came)
        for one in found
    ] == [("congres-2027", 2, 1, 1, 1, 1), ("", 1, 0, 0, 0, 0)]
