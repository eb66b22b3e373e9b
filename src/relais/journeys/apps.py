"""The journeys application."""

from django.apps import AppConfig


class JourneysConfig(AppConfig):
    """See the docstring of the package."""

    name = "relais.journeys"
    verbose_name = "Parcours"
