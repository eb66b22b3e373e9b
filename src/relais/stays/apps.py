"""The stays application."""

from django.apps import AppConfig


class StaysConfig(AppConfig):
    """See the docstring of the package."""

    name = "relais.stays"
    verbose_name = "Séjours"
