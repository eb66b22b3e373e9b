"""The core application."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Words without domain."""

    name = "relais.core"
    verbose_name = "Socle"
