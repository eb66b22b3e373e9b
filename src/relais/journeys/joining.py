"""From first interest to a file: three fields, a link, calls, and the day the team says welcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils.timezone import localdate

from relais.accounts import queries as accounts
from relais.connectors.ics import WEEK_LAST_DAY
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.doctors import queries as doctors_read
from relais.doctors import services as doctors
from relais.doctors.models import Doctor, Interest
from relais.doctors.states import DoctorStatus
from relais.engine import joining
from relais.journeys import people
from relais.journeys.recipients import of_doctor, of_user
from relais.outbox import queries as messages
from relais.outbox import services as outbox
from relais.outbox.recipients import Recipient
from relais.rota.models import Mission
from relais.rota.states import FIRM
from relais.territory.models import Commune

KIND: Final = "interest"
FOLLOW_PATH: Final = "/venir/suivi/{token}/"
ENTER_PATH: Final = "/compte/entrer/?next=/medecin/papiers/"
LINK, KNOWN, ACCEPTED = "interest_link", "interest_known", "interest_accepted"
_SALT: Final = "relais.journeys.interest"
_WORTH: Final = timedelta(days=2)  # who waits for a link has asked for another by then
_A_DAY: Final = timedelta(days=1)


class AlreadyRefusal(Refusal):
    """The person has a file already."""


@transaction.atomic
def show_interest(
    name: str,
    *,
    contact: str,
    status: DoctorStatus,
    source: str = "",
    by: Actor,
    now: datetime,
) -> None:
    """Hear that somebody would like to come, and write back.

    A stranger goes to the call list and gets a link; a doctor of the collective, or who has an
    account, gets the way in instead. Nothing of it shows on the page: the answer is the same.
    Raises InterestRefusal for a contact that is neither an address nor a number.
    """
    known, kind = doctors_read.contact_of(contact)
    doctor = doctors_read.doctor_at(known, kind=kind) if kind else None
    if doctor is not None and doctor.left_on is None:
        _tell_known(of_doctor(doctor), by=by, now=now)
        return
    user = accounts.find_user(known) if kind == "email" else None
    if user is not None and doctor is None:
        _tell_known(of_user(user), by=by, now=now)
        return
    today = localdate(now)
    interest, _ = doctors.show_interest(
        name, contact=contact, status=status, source=source, by=by, now=now, today=today
    )
    send_link(interest, by=by, now=now)


@transaction.atomic
def send_link(interest: Interest, *, by: Actor, now: datetime) -> bool:
    """Send somebody a link to her own request; no more of them a day than the parameters say.

    Gives whether one was written: not to a number that takes no SMS.
    """
    recipient = of_interest(interest)
    if not recipient.email and not (recipient.mobile and settings.SMS_GATEWAY):
        return False  # the team has the number, and calls
    about = f"doctors.interest:{interest.pk}"
    sent = messages.about(about).filter(posted_at__gt=now - _A_DAY).count()
    if sent >= joining.parameter("links_a_day"):
        return False
    number = doctors.count_link(interest)
    outbox.post(
        recipient,
        template=LINK,
        about=about,
        version=number,
        values={
            "name": interest.name,
            "network": settings.NETWORK_NAME,
            "contact": settings.NETWORK_CONTACT,
            "link": settings.SITE_ADDRESS + FOLLOW_PATH.format(token=token_of(interest)),
            "days": str(joining.parameter("link_days")),
        },
        give_up_at=now + _WORTH,
        by=by,
        now=now,
    )
    return True


def of_interest(interest: Interest) -> Recipient:
    """Give the card of somebody interested."""
    return Recipient(
        kind=KIND,
        key=str(interest.pk),
        name=interest.name,
        email=interest.email,
        phone=interest.phone,
    )


def token_of(interest: Interest) -> str:
    """Make the secret of a link: signed, dated, worth the days of the parameters."""
    return signing.TimestampSigner(salt=_SALT).sign_object([interest.pk], compress=False)


@dataclass(frozen=True, slots=True)
class Followed:
    """What a link opens: whose request it is, and whether the link is too old."""

    interest: Interest
    is_expired: bool


def follow(token: str) -> Followed | None:
    """Give the request behind a link; None when we did not make it, or the person is forgotten."""
    signer = signing.TimestampSigner(salt=_SALT)
    try:
        (pk,) = signer.unsign_object(token)
        fresh = True
        try:
            signer.unsign(token, max_age=timedelta(days=joining.parameter("link_days")))
        except signing.SignatureExpired:
            fresh = False
    except (signing.BadSignature, ValueError, TypeError):
        return None
    interest = Interest.objects.select_related("doctor__user").filter(pk=pk).first()
    if interest is None or not interest.name:
        return None
    return Followed(interest, is_expired=not fresh)


@transaction.atomic
def accept(
    interest: Interest,
    *,
    first_name: str,
    last_name: str,
    email: str,
    home: Commune,
    rpps: str,
    by: Actor,
    now: datetime,
) -> Doctor:
    """Welcome somebody into the collective: file, account, checklist of papers, and a letter.

    Who had left comes back to the same file. Raises AlreadyRefusal when somebody with this address
    is in the collective, and what opening a file or an account raises.
    """
    today = localdate(now)
    known = doctors_read.doctor_at(email.strip().lower(), kind="email")
    fields = {"status": interest.status, "home": home, "rpps": rpps, "phone": interest.phone}
    if known is not None and known.left_on is None:
        raise AlreadyRefusal(f"{known} a déjà une fiche avec cette adresse : ouvrez-la.")
    if known is not None:
        doctor = doctors.edit_doctor(known, changes={**fields, "left_on": None}, by=by, now=now)
    else:
        doctor = doctors.add_doctor(
            last_name,
            first_name=first_name,
            email=email.strip().lower(),
            joined_on=today,
            by=by,
            now=now,
            **fields,
        )
    if doctor.user_id is None:
        people.open_doctor_account(doctor, by=by, now=now)
    doctors.open_checklist(doctor, by=by, now=now, today=today)
    doctors.accept_interest(interest, doctor=doctor, by=by, now=now)
    outbox.cancel(f"doctors.interest:{interest.pk}", now=now)
    outbox.post(
        of_doctor(doctor),
        template=ACCEPTED,
        about=f"doctors.doctor:{doctor.pk}",
        values={
            "name": str(doctor),
            "network": settings.NETWORK_NAME,
            "link": settings.SITE_ADDRESS + ENTER_PATH,
        },
        give_up_at=now + timedelta(days=joining.parameter("link_days")),
        page="/medecin/papiers/",
        by=by,
        now=now,
    )
    return doctor


@dataclass(frozen=True, slots=True)
class Conversion:
    """What one source brought: people, then how far they came."""

    source: str
    interested: int
    reached: int
    accepted: int
    ready: int
    came: int


def conversion(*, now: datetime) -> Sequence[Conversion]:
    """Tell what each source brought, from interest to a first mission done; 4 queries."""
    today = localdate(now)
    lines = doctors_read.by_source()
    everybody = [pk for line in lines for pk in line.doctor_ids]
    ready = set(
        Doctor.objects.filter(pk__in=everybody, ready_on__lte=today).values_list("pk", flat=True)
    )
    over = today - WEEK_LAST_DAY
    missions = Mission.objects.filter(doctor__in=everybody, state__in=FIRM, monday__lt=over)
    came = set(missions.values_list("doctor_id", flat=True))
    return [
        Conversion(
            line.source,
            line.interested,
            line.reached,
            line.accepted,
            sum(pk in ready for pk in line.doctor_ids),
            sum(pk in came for pk in line.doctor_ids),
        )
        for line in lines
    ]


def _tell_known(recipient: Recipient, *, by: Actor, now: datetime) -> None:
    """Write to who is known already, once a day."""
    outbox.post(
        recipient,
        template=KNOWN,
        about=f"accounts.door:{localdate(now).isoformat()}",
        values={
            "name": recipient.name,
            "network": settings.NETWORK_NAME,
            "contact": settings.NETWORK_CONTACT,
            "link": settings.SITE_ADDRESS + "/compte/entrer/",
        },
        give_up_at=now + _WORTH,
        by=by,
        now=now,
    )
