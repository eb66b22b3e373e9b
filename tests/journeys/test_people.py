"""Opening the account of a doctor, from the file to the letter."""

from __future__ import annotations

import pytest
from django.core import mail

from relais.accounts import permissions
from relais.accounts.states import Role
from relais.core.models import AuditEntry
from relais.journeys import people
from tests import factories
from tests.factories import NOW, by
from tests.tasks import tasks_at_once

pytestmark = pytest.mark.django_db


def test_a_doctor_gets_an_account_linked_to_the_file_and_a_letter() -> None:
    doctor = factories.doctor(first_name="Camille", last_name="Petit", email="Camille@Exemple.fr")
    with tasks_at_once():
        user = people.open_doctor_account(
            doctor, by=by(), now=NOW, sign_in_address="https://relais.test/compte/entrer/"
        )
    doctor.refresh_from_db()
    assert doctor.user == user
    assert (user.name, user.email) == ("Dr Camille Petit", "camille@exemple.fr")
    assert permissions.roles_of(user) == {Role.DOCTOR}
    (letter,) = mail.outbox
    assert letter.to == ["camille@exemple.fr"]
    assert "https://relais.test/compte/entrer/" in letter.body
    assert "doctors.account_linked" in AuditEntry.objects.values_list("verb", flat=True)


def test_a_pioneer_doctor_gets_both_roles() -> None:
    user = people.open_doctor_account(factories.doctor(is_pioneer=True), by=by(), now=NOW)
    assert permissions.roles_of(user) == {Role.DOCTOR, Role.PIONEER}


def test_a_doctor_without_address_or_with_an_account_is_refused() -> None:
    with pytest.raises(people.NoEmailRefusal):
        people.open_doctor_account(factories.doctor(email=""), by=by(), now=NOW)
    doctor, _ = factories.doctor_user()
    with pytest.raises(people.AccountOpenRefusal):
        people.open_doctor_account(doctor, by=by(), now=NOW)


def test_nothing_is_written_when_the_address_is_taken() -> None:
    factories.user(email="pris@exemple.fr")
    doctor = factories.doctor(email="pris@exemple.fr")
    with pytest.raises(people.accounts.EmailTakenRefusal):
        people.open_doctor_account(doctor, by=by(), now=NOW)
    doctor.refresh_from_db()
    assert doctor.user is None
    assert AuditEntry.objects.count() == 0
