"""The outbox application."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Messages, their texts, and what people chose to receive."""

    name = "relais.outbox"
    verbose_name = "Messages"
