"""The accounts application."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """See the docstring of the package."""

    name = "relais.accounts"
    verbose_name = "Comptes"
