"""The doctors application."""

from django.apps import AppConfig


class DoctorsConfig(AppConfig):
    """See the docstring of the package."""

    name = "relais.doctors"
    verbose_name = "Médecins"
