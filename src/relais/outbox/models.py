"""Messages, the ways they take, their texts, what people chose, what came back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from relais.outbox.states import OPEN, TROUBLED, Channel, DeliveryState, Kind, Meaning


class TextVersion(models.Model):
    """What the office made of a text of the catalogue; version 0 is the one that is shipped.

    Versions are only added: a message names the one it was written with.
    """

    template = models.SlugField("modèle", max_length=60)
    number = models.PositiveIntegerField("version")
    subject = models.CharField("objet", max_length=150)
    text = models.TextField("texte")
    sms = models.TextField("SMS", blank=True)
    written_at = models.DateTimeField("écrit le")
    written_by = models.CharField("écrit par", max_length=200)

    class Meta:
        verbose_name = "version d’un modèle de message"
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="outbox_text_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="outbox_text_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.template}, version {self.number}"


class Message(models.Model):
    """One thing said to one person, whatever the ways it takes.

    The recipient is `recipient_kind` and `recipient_key` (« doctor », « 12 »), never a foreign key:
    this floor knows no doctor and no patient. `about` names what it speaks of (« rota.mission:12 »)
    and `version` which state of it: the four together are sent once, for ever. `text` and `sms` are
    the words as decided when it was posted; a secret (a personal link) stands there as « {lien} »,
    its value in `secrets` until the message has left. `erased_at`: words and addresses are gone.
    """

    recipient_kind = models.CharField(max_length=20)
    recipient_key = models.CharField(max_length=40)
    recipient_name = models.CharField("destinataire", max_length=200)
    time_zone = models.CharField(max_length=40)
    department = models.CharField(max_length=3, blank=True)
    template = models.SlugField("modèle", max_length=60)
    kind = models.CharField("nature", max_length=10, choices=Kind)
    text_version = models.PositiveIntegerField("version du texte")
    about = models.CharField("au sujet de", max_length=80)
    version = models.PositiveIntegerField("version")
    subject = models.CharField("objet", max_length=250)
    text = models.TextField("texte")
    sms = models.TextField("SMS", blank=True)
    page = models.CharField("page", max_length=200, blank=True)
    secrets = models.JSONField(default=dict)
    calendar = models.TextField("événement d’agenda", blank=True)
    is_urgent = models.BooleanField("urgent", default=False)
    asks = models.BooleanField("attend oui ou non", default=False)
    posted_at = models.DateTimeField("écrit le", db_index=True)
    posted_by = models.CharField("à la demande de", max_length=200)
    not_before = models.DateTimeField("pas avant")
    give_up_at = models.DateTimeField("inutile après")
    cancelled_at = models.DateTimeField("annulé le", null=True, blank=True)
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)
    read_at = models.DateTimeField("lu le", null=True, blank=True)
    erased_at = models.DateTimeField("effacé le", null=True, blank=True)

    class Meta:
        verbose_name = "message"
        constraints = [
            models.UniqueConstraint(
                fields=["recipient_kind", "recipient_key", "template", "about", "version"],
                name="outbox_message_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["recipient_kind", "recipient_key", "-posted_at"], name="outbox_of_person"
            ),
            models.Index(fields=["about"], name="outbox_about"),
        ]

    def __str__(self) -> str:
        return f"« {self.subject} » à {self.recipient_name}"


class Delivery(models.Model):
    """One way of a message: where to, where it stands, who is at it.

    A worker takes it for a while (`claim`, `claimed_until`); `handed_at` is written just before the
    words go over to the other side, and taken back when they were refused. Found with `handed_at`
    after its time is over, nobody knows whether they went: docs/decisions/0008.
    `reference` is the same at every try (Message-ID, key of the gateway).
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField("voie", max_length=5, choices=Channel)
    address = models.CharField("adresse", max_length=254, blank=True)
    reference = models.CharField("référence", max_length=60, unique=True)
    state = models.CharField("état", max_length=12, choices=DeliveryState)
    because = models.CharField("raison", max_length=300, blank=True)
    due_at = models.DateTimeField("à envoyer à partir de")
    give_up_at = models.DateTimeField("inutile après")
    tries = models.PositiveSmallIntegerField("essais", default=0)
    segments = models.PositiveSmallIntegerField("SMS facturés", default=0)
    claim = models.CharField(max_length=32, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    handed_at = models.DateTimeField("remis le", null=True, blank=True)
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)
    delivered_at = models.DateTimeField("reçu le", null=True, blank=True)
    settled_at = models.DateTimeField("réglé le", null=True, blank=True)
    settled_by = models.CharField("réglé par", max_length=200, blank=True)

    class Meta:
        verbose_name = "envoi"
        constraints = [
            models.UniqueConstraint(fields=["message", "channel"], name="outbox_delivery_once"),
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values), name="outbox_delivery_state_known"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="outbox_open", condition=Q(state__in=OPEN)),
            models.Index(
                fields=["state"],
                name="outbox_troubled",
                condition=Q(state__in=TROUBLED, settled_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message} par {self.get_channel_display()}"


class Attempt(models.Model):
    """One try of a delivery that ended, and how."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField("date")
    outcome = models.CharField("issue", max_length=300)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.outcome}"


class Preference(models.Model):
    """What a person chose about messages. No row: e-mail and SMS, and the usual limit."""

    recipient_kind = models.CharField(max_length=20)
    recipient_key = models.CharField(max_length=40)
    by_email = models.BooleanField("par courriel", default=True)
    by_sms = models.BooleanField("par SMS", default=True)
    requests_a_month = models.PositiveSmallIntegerField(
        "sollicitations par mois, au plus", null=True, blank=True
    )
    paused_until = models.DateField("pas de sollicitation jusqu’au", null=True, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = "préférences de messages"
        constraints = [
            models.UniqueConstraint(
                fields=["recipient_kind", "recipient_key"], name="outbox_preference_once"
            ),
        ]

    def __str__(self) -> str:
        return f"préférences de {self.recipient_kind} {self.recipient_key}"


class StoppedNumber(models.Model):
    """A telephone number that answered STOP: no SMS goes there, whoever's it is."""

    number = models.CharField("numéro", max_length=20, primary_key=True)
    stopped_at = models.DateTimeField("depuis le")

    class Meta:
        verbose_name = "numéro qui a dit stop"

    def __str__(self) -> str:
        return f"…{self.number[-4:]}"


class IncomingSms(models.Model):
    """An SMS that came in. `delivery` is the one it answers, when that is clear."""

    gateway_id = models.CharField(max_length=100, unique=True)
    number = models.CharField("de", max_length=20, db_index=True)
    text = models.TextField("texte")
    meaning = models.CharField("sens", max_length=5, choices=Meaning)
    received_at = models.DateTimeField("reçu le")
    delivery = models.ForeignKey(
        Delivery, on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    outcome = models.CharField("suite", max_length=300, blank=True)
    settled_at = models.DateTimeField("réglé le", null=True, blank=True)
    settled_by = models.CharField("réglé par", max_length=200, blank=True)

    class Meta:
        verbose_name = "SMS reçu"

    def __str__(self) -> str:
        return f"SMS de …{self.number[-4:]}"
