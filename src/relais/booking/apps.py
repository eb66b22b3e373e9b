"""The booking application."""

from django.apps import AppConfig


class BookingConfig(AppConfig):
    """See the docstring of the package."""

    name = "relais.booking"
    verbose_name = "Rendez-vous en ligne"
