"""The premises application."""

from django.apps import AppConfig


class PremisesConfig(AppConfig):
    """See the docstring of the package."""

    name = "relais.premises"
    verbose_name = "Logements et voitures"
