"""What opening or closing someone's account sets off."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from relais.accounts import services as accounts
from relais.accounts import tasks
from relais.accounts.models import User
from relais.accounts.states import Role
from relais.core import audit
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.doctors.models import Doctor
from relais.network import queries as network_read
from relais.network import services as network


class NoEmailRefusal(Refusal):
    """A doctor without an e-mail address cannot sign in."""


class AccountOpenRefusal(Refusal):
    """The doctor already has an account."""


@transaction.atomic
def open_account(
    email: str,
    *,
    name: str,
    roles: Iterable[Role],
    by: Actor,
    now: datetime,
    sign_in_address: str = "",
) -> User:
    """Open an account; with the address of the sign-in page, tell the person by e-mail."""
    user = accounts.open_account(email, name=name, roles=roles, by=by, now=now)
    if sign_in_address:
        tasks.mail_account_opened.enqueue(user.pk, sign_in_address)
    return user


@transaction.atomic
def open_doctor_account(
    doctor: Doctor, *, by: Actor, now: datetime, sign_in_address: str = ""
) -> User:
    """Let a doctor of the collective sign in with the address of the file."""
    if doctor.user_id is not None:
        raise AccountOpenRefusal(f"{doctor} a déjà un compte.")
    if not doctor.email:
        raise NoEmailRefusal(f"Notez d’abord l’adresse électronique de {doctor}.")
    roles = [Role.DOCTOR, Role.PIONEER] if doctor.is_pioneer else [Role.DOCTOR]
    user = open_account(
        doctor.email,
        name=str(doctor),
        roles=roles,
        by=by,
        now=now,
        sign_in_address=sign_in_address,
    )
    doctor.user = user
    doctor.save(update_fields=["user"])
    audit.record(doctor, verb="doctors.account_linked", by=by, at=now, details={"user": user.pk})
    return user


@transaction.atomic
def remove_second_factors(user: User, *, by: Actor, now: datetime, why: str = "") -> None:
    """Let someone who lost the second factor enter by link again, and tell the person."""
    accounts.remove_second_factors(user, by=by, now=now, why=why)
    tasks.mail_notice.enqueue(user.pk, "second_factors_removed", by.source)


@transaction.atomic
def close_account(user: User, *, by: Actor, now: datetime, why: str = "") -> None:
    """Close an account: sessions end, links open nothing; what the person did stays written.

    Who coordinated centres no longer does: somebody else is to be named there.
    """
    accounts.close_account(user, by=by, now=now, why=why)
    today = localdate(now)
    for coordination in network_read.coordinations_of(user, today=today):
        network.end_coordination(coordination, until_on=today, by=by, now=now)
