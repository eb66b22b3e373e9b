"""The portals application."""

from django.apps import AppConfig


class PortalsConfig(AppConfig):
    """See the docstring of the package."""

    name = "relais.portals"
    verbose_name = "Portails"
