"""After a mission: thanks with a true figure, the transfers of expenses, the table for payslips."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.utils.timezone import localdate

from relais.agenda.models import Appointment
from relais.agenda.states import AppointmentState
from relais.connectors import sepa
from relais.connectors.spreadsheets import Sheet
from relais.core import formats
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.engine import expenses as engine
from relais.engine.weeks import LAST_DAY, WEEK
from relais.journeys.recipients import of_doctor
from relais.journeys.relay import about, words
from relais.outbox import services as outbox
from relais.outbox.models import Message
from relais.rota.models import Mission
from relais.rota.states import FIRM
from relais.stays import services as stays
from relais.stays.models import TransferBatch
from relais.stays.services import Payment

AFTER_PATH: Final = "/medecin/apres/{pk}/"
THANKS: Final = "after_mission"
WORKER: Final = Actor.system("worker")
_LATE: Final = timedelta(days=14)  # thanks that come later help nobody


def thanks_words(mission: Mission) -> str:
    """Say what a week gave: people received, from the agenda, else weeks covered; 2 queries."""
    seen = Appointment.objects.filter(
        line=mission.line,
        day__gte=mission.monday,
        day__lte=mission.monday + LAST_DAY,
        state=AppointmentState.DONE,
    ).count()
    if seen:
        received = formats.agree(seen, "a été reçue", "ont été reçues")
        return f"Cette semaine-là, {formats.plural(seen, 'personne')} {received} au centre."
    done = Mission.objects.filter(
        line__centre=mission.line.centre, state__in=FIRM, monday__lte=mission.monday
    ).count()
    rank = "première" if done <= 1 else f"{done}e"
    return f"C’est la {rank} semaine tenue à ce centre."


def thank(now: datetime) -> int:
    """Write to the doctors whose week ended, from the Monday after on; count the missions.

    Called again, it writes nothing new: a mission is thanked once.
    """
    today = localdate(now)
    over = Mission.objects.filter(
        state__in=FIRM, monday__lte=today - WEEK, monday__gt=today - WEEK - _LATE
    ).select_related("doctor__user", "line__centre")
    told = outbox_told([about(one) for one in over])
    waiting = [one for one in over if about(one) not in told]
    outbox.post_many(
        [
            outbox.Posting(
                recipient=of_doctor(one.doctor),
                template=THANKS,
                about=about(one),
                values={
                    **words(one, now=now),
                    "done": thanks_words(one),
                    "link": settings.SITE_ADDRESS + AFTER_PATH.format(pk=one.pk),
                },
                give_up_at=now + _LATE,
                page=AFTER_PATH.format(pk=one.pk),
            )
            for one in waiting
        ],
        by=WORKER,
        now=now,
    )
    return len(waiting)


def outbox_told(things: Sequence[str]) -> set[str]:
    """Give those of some missions whose doctor was thanked already. 1 query."""
    return set(
        Message.objects.filter(about__in=things, template=THANKS).values_list("about", flat=True)
    )


def make_transfers(*, pay_on: date, by: Actor, now: datetime) -> TransferBatch:
    """Make the file that pays the accepted expenses. Raises Refusal without the network's account.

    Raises what `stays.make_batch` raises.
    """
    iban = engine.plain_iban(settings.PAYER_IBAN)
    if not engine.is_iban(iban):
        raise Refusal(
            "Le compte du réseau n’est pas réglé (RELAIS_PAYER_IBAN) : demandez-le à la personne "
            "qui installe relais."
        )
    if pay_on < localdate(now):
        raise Refusal("Cette date est passée.")
    payer = sepa.Account(settings.NETWORK_NAME, iban, settings.PAYER_BIC)

    def write(message_id: str, payments: Sequence[Payment]) -> bytes:
        return sepa.write_file(
            sepa.TransferFile(
                message_id,
                now,
                pay_on,
                payer,
                [
                    sepa.Transfer(
                        one.reference,
                        sepa.Account(one.holder, one.iban, one.bic),
                        one.amount_eur,
                        f"Frais de mission {settings.NETWORK_NAME}",
                    )
                    for one in payments
                ],
            )
        )

    return stays.make_batch(write=write, pay_on=pay_on, by=by, now=now)


def payslip_table(month: date) -> Sheet:
    """Write the missions that began in a month, for who makes the payslips. 1 query.

    docs/formats/payslips.md tells the columns. No account number, no expense stands in it.
    """
    first = month.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    missions = (
        Mission.objects.filter(state__in=FIRM, monday__gte=first, monday__lt=after)
        .select_related("doctor", "line__centre")
        .order_by("doctor__last_name", "doctor__first_name", "monday", "pk")
    )
    return Sheet(
        "paie",
        (
            "mission",
            "identifiant",
            "nom",
            "prénom",
            "RPPS",
            "statut",
            "centre",
            "premier jour",
            "dernier jour",
        ),
        [
            (
                one.pk,
                one.doctor.key,
                one.doctor.last_name,
                one.doctor.first_name,
                one.doctor.rpps,
                one.doctor.get_status_display(),
                one.line.centre.name,
                one.monday,
                one.monday + LAST_DAY,
            )
            for one in missions
        ],
    )
