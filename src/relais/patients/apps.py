"""The patients application."""

from django.apps import AppConfig


class PatientsConfig(AppConfig):
    """See the docstring of the package."""

    name = "relais.patients"
    verbose_name = "Patients"
