"""The territory application."""

from django.apps import AppConfig


class TerritoryConfig(AppConfig):
    """See the docstring of the package."""

    name = "relais.territory"
    verbose_name = "Territoires"
