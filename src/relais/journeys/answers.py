"""What an answer by SMS sets off, text by text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction

from relais.connectors.sms import Received, Report
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.journeys import relay, reminding, searching
from relais.outbox import services as outbox
from relais.outbox.models import IncomingSms, Message
from relais.outbox.states import Meaning
from relais.rota.models import Ask, Mission
from relais.rota.states import AnswerKind, AskOutcome, MissionState

type Answer = Callable[[Message, bool, Actor, datetime], str]

KEPT: Final = "Oui par SMS : la semaine est gardée. À confirmer par son lien, ou d’ici."
NOT_KEPT: Final = "Oui par SMS, mais la semaine a déjà quelqu’un. À confirmer pour une réserve."
NOBODY_WAITS: Final = "Personne n’a dit ce que cette réponse déclenche : à lire."


def answer_invitation(message: Message, yes: bool, by: Actor, now: datetime) -> str:
    """Confirm or decline the mission of an invitation; gives the sentence for the log."""
    pk = message.about.partition(":")[2]
    mission = Mission.objects.select_related("doctor", "line__centre").filter(pk=pk).first()
    if mission is None or str(mission.doctor_id) != message.recipient_key:
        raise Refusal("La mission n’est plus celle de cette personne.")
    if yes:
        relay.confirm(mission, by=by, now=now)
        return "Mission confirmée."
    relay.decline(mission, by=by, now=now)
    return "Mission déclinée."


def answer_request(message: Message, yes: bool, by: Actor, now: datetime) -> str:
    """Hear the answer to « pourriez-vous venir ? »; gives the sentence for the log."""
    pk = message.about.partition(":")[2]
    ask = Ask.objects.filter(search_id=pk, doctor_id=message.recipient_key).first()
    if ask is None:
        raise Refusal("Cette demande n’existe plus.")
    heard = searching.answer(ask, kind=AnswerKind.YES if yes else AnswerKind.NO, by=by, now=now)
    return f"Réponse notée : {AskOutcome(heard.outcome).label}."


def answer_still_agreed(message: Message, yes: bool, by: Actor, now: datetime) -> str:
    """Hear the answer to « toujours d’accord ? »; gives the sentence for the log."""
    pk = message.about.partition(":")[2]
    mission = Mission.objects.select_related("doctor", "line__centre").filter(pk=pk).first()
    if mission is None or str(mission.doctor_id) != message.recipient_key:
        raise Refusal("La mission n’est plus celle de cette personne.")
    return reminding.answer_by_sms(mission, yes=yes, by=by, now=now)


def keep_invitation(message: Message, by: Actor, now: datetime) -> str:
    """Keep the week of an invitation: the mission holds it, and still waits for its link."""
    pk = message.about.partition(":")[2]
    waiting = Mission.objects.select_related("doctor__user", "line__centre")
    mission = waiting.filter(pk=pk, state=MissionState.INVITED).first()
    if mission is None or str(mission.doctor_id) != message.recipient_key:
        raise Refusal("La mission n’est plus celle de cette personne.")
    relay.ask_to_confirm(mission, by=by, now=now)
    return KEPT


def keep_request(message: Message, by: Actor, now: datetime) -> str:
    """Keep an empty week for who says yes: an invitation with its link follows."""
    pk = message.about.partition(":")[2]
    ask = Ask.objects.filter(search_id=pk, doctor_id=message.recipient_key).first()
    if ask is None:
        raise Refusal("Cette demande n’existe plus.")
    kept = searching.keep(ask, by=by, now=now)
    return KEPT if kept else NOT_KEPT


# A text that `asks` and is not here is read by a person.
ANSWERS: Final[Mapping[str, Answer]] = {
    relay.INVITATION: answer_invitation,
    searching.TEMPLATE: answer_request,
    reminding.STILL_AGREED: answer_still_agreed,
}

# What a yes does while nothing proves who sent it (docs/messages.md, « A yes by SMS »).
KEEPS: Final[Mapping[str, Callable[[Message, Actor, datetime], str]]] = {
    relay.INVITATION: keep_invitation,
    searching.TEMPLATE: keep_request,
}


@transaction.atomic
def hear(call: Received | Report, *, by: Actor, now: datetime) -> None:
    """Act on what the SMS gateway told: an answer, STOP, a report. Told twice, done once."""
    if isinstance(call, Report):
        outbox.note_report(call.reference, arrived=call.arrived, said=call.said, now=now)
        return
    arrived = outbox.receive_sms(
        call.gateway_id, number=call.number, text=call.text, by=by, now=now
    )
    if arrived.question is None or not arrived.is_new:
        return
    question, sms = arrived.question, arrived.sms
    act = ANSWERS.get(question.template)
    who = Actor(
        key=f"{question.recipient_kind}:{question.recipient_key}",
        label=question.recipient_name,
        source="SMS",
    )
    if act is None:
        outbox.note_answer(sms, outcome=NOBODY_WAITS, done=False, by=who, now=now)
        return
    keep = None if settings.SMS_PROVES_SENDER else KEEPS.get(question.template)
    try:
        with transaction.atomic():
            if keep is not None and sms.meaning == Meaning.YES:
                outcome = keep(question, who, now)
                outbox.note_answer(sms, outcome=outcome, done=False, by=who, now=now)
                return
            outcome = act(question, sms.meaning == Meaning.YES, who, now)
    except Refusal as refusal:
        outbox.note_answer(sms, outcome=refusal.sentence, done=False, by=who, now=now)
    else:
        outbox.note_answer(sms, outcome=outcome, done=True, by=who, now=now)


def to_confirm(sms: IncomingSms) -> bool:
    """Say whether the team can confirm with one click the yes that an SMS holds."""
    return (
        sms.settled_at is None
        and sms.meaning == Meaning.YES
        and sms.delivery is not None
        and sms.delivery.message.template in KEEPS
    )


@transaction.atomic
def confirm_yes(sms: IncomingSms, *, by: Actor, now: datetime) -> str:
    """Confirm a yes by SMS, once a person of the team knows from whom it came.

    Raises Refusal when it is settled already, or when the week went to somebody else.
    """
    locked = IncomingSms.objects.select_for_update(of=("self",)).get(pk=sms.pk)
    if not to_confirm(locked) or locked.delivery is None:
        raise Refusal("Ce SMS est déjà réglé.")
    question = locked.delivery.message
    outcome = ANSWERS[question.template](question, True, by, now)
    outbox.note_answer(locked, outcome=outcome, done=True, by=by, now=now)
    return outcome
