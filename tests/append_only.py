"""Emptying the tables that only grow, between two tests that commit.

Django empties every table after such a test, which the triggers refuse. Here, and only in tests,
they are taken away for the time of the emptying, by the owner of the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.db.backends.base.operations import BaseDatabaseOperations

from relais.core import append_only

TABLES = (*append_only.AUDIT_TABLES, "agenda_appointmentchange")


@contextmanager
def emptying_allowed() -> Iterator[None]:
    """Let Django's flush empty the append-only tables."""
    flush: Callable[..., Any] = BaseDatabaseOperations.execute_sql_flush

    def flush_without_triggers(self: BaseDatabaseOperations, sql_list: Any) -> None:
        append_only.unprotect(self.connection, tables=TABLES)
        try:
            flush(self, sql_list)
        finally:
            append_only.protect(self.connection, tables=TABLES)

    with mock.patch.object(BaseDatabaseOperations, "execute_sql_flush", flush_without_triggers):
        yield
