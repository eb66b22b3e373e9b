"""The rota application."""

from django.apps import AppConfig


class RotaConfig(AppConfig):
    """See the docstring of the package."""

    name = "relais.rota"
    verbose_name = "Planning"
