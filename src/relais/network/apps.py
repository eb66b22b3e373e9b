"""The network application."""

from django.apps import AppConfig


class NetworkConfig(AppConfig):
    """See the docstring of the package."""

    name = "relais.network"
    verbose_name = "Réseau"
