"""Other processes that work on the database of a test."""

from __future__ import annotations

import os

from django.db import connection


def database_url() -> str:
    """Give the address of this test's database to another process."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    host = settings["HOST"]
    return (
        f"postgresql://{settings['USER']}@:{settings['PORT']}/{settings['NAME']}?host={host}"
        if host.startswith("/")
        else f"postgresql://{settings['USER']}@{host}:{settings['PORT']}/{settings['NAME']}"
    )


def environment() -> dict[str, str]:
    """Give the environment of a process that shares this test's database."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "relais.config.settings",
        "RELAIS_DEBUG": "1",
        "RELAIS_DATABASE_URL": database_url(),
        "RELAIS_DATABASE_PASSWORD": str(connection.settings_dict["PASSWORD"] or ""),
    }
