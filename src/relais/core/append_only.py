"""Tables that only grow: triggers by which the database refuses UPDATE, DELETE and TRUNCATE.

Written for SQLite and PostgreSQL. A migration that rebuilds one of these tables on SQLite loses its
triggers and must call `protect` again; `audit verify` says so when it was forgotten.
Nothing at run time can switch the triggers off short of owning the tables (docs/decisions/0005).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

AUDIT_TABLES: Final = ("core_auditentry", "core_auditseal", "core_sealedentry")
_KEY_OF: Final = {
    "core_auditentry": "id",
    "core_auditseal": "number",
    "core_sealedentry": "entry_id",
}
_FUNCTION: Final = "relais_refuse_change"


def protect(connection: BaseDatabaseWrapper, *, tables: Iterable[str] = AUDIT_TABLES) -> None:
    """Put the triggers in place; does nothing more when they are there."""
    statements = []
    if connection.vendor == "postgresql":
        statements.append(
            f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$"
            " BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME"
            " USING ERRCODE = 'restrict_violation'; END $$"
        )
    for table in tables:
        statements += _drops(connection.vendor, table) + _creations(connection.vendor, table)
    _run(connection, statements)


def unprotect(connection: BaseDatabaseWrapper, *, tables: Iterable[str] = AUDIT_TABLES) -> None:
    """Take the triggers away: for undoing the migration and for tests, never for the product."""
    _run(connection, [drop for table in tables for drop in _drops(connection.vendor, table)])


def unprotected(
    connection: BaseDatabaseWrapper, *, tables: Iterable[str] = AUDIT_TABLES
) -> list[str]:
    """Name the triggers that should be there and are not, or are switched off."""
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {row[0] for row in cursor.fetchall()}
    return sorted(
        name
        for table in tables
        for name in _triggers(connection.vendor, table)
        if name not in present
    )


def _triggers(vendor: str, table: str) -> dict[str, str]:
    """Give the name of each trigger of a table, and what it waits for."""
    if vendor == "postgresql":
        return {
            f"{table}_kept": f"BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW",
            f"{table}_not_emptied": f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT",
        }
    key = _KEY_OF.get(table, "id")
    return {
        f"{table}_no_update": f"BEFORE UPDATE ON {table}",
        f"{table}_no_delete": f"BEFORE DELETE ON {table}",
        # INSERT OR REPLACE takes the old row out without waking the DELETE trigger.
        f"{table}_no_replace": (
            f"BEFORE INSERT ON {table} WHEN EXISTS"  # noqa: S608 (names from this file)
            f" (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"
        ),
    }


def _creations(vendor: str, table: str) -> list[str]:
    if vendor == "postgresql":
        return [
            f"CREATE TRIGGER {name} {event} EXECUTE FUNCTION {_FUNCTION}()"
            for name, event in _triggers(vendor, table).items()
        ]
    return [
        f"CREATE TRIGGER {name} {event} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for name, event in _triggers(vendor, table).items()
    ]


def _drops(vendor: str, table: str) -> list[str]:
    where = f" ON {table}" if vendor == "postgresql" else ""
    return [f"DROP TRIGGER IF EXISTS {name}{where}" for name in _triggers(vendor, table)]


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
