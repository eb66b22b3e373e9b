"""The agenda application."""

from django.apps import AppConfig


class AgendaConfig(AppConfig):
    """See the docstring of the package."""

    name = "relais.agenda"
    verbose_name = "Agenda"
