"""Reading the RELAIS_* variables: typed, with safe defaults, secrets also from files."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


class MisconfiguredError(Exception):
    """The environment cannot be run with; the text is one sentence a technician can act on."""


def env_text(name: str, default: str = "") -> str:
    """Read a variable, or the file that `NAME_FILE` points to (so containers get secrets)."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise MisconfiguredError(
                f"{name}_FILE désigne « {path} », qui ne se lit pas ({error})."
            ) from error
    return os.environ.get(name, default)


def env_flag(name: str, *, default: bool = False) -> bool:
    """Read a yes/no variable: 1, true, yes, oui or 0, false, no, non."""
    text = env_text(name).strip().lower()
    if not text:
        return default
    if text in {"1", "true", "yes", "oui"}:
        return True
    if text in {"0", "false", "no", "non"}:
        return False
    raise MisconfiguredError(f"{name} vaut « {text} » : écrivez 1 ou 0.")


def env_int(name: str, default: int) -> int:
    """Read a whole number."""
    text = env_text(name).strip()
    try:
        return int(text) if text else default
    except ValueError:
        raise MisconfiguredError(f"{name} vaut « {text} » : écrivez un nombre entier.") from None


def env_list(name: str, default: list[str]) -> list[str]:
    """Read a comma-separated list."""
    text = env_text(name)
    return [item.strip() for item in text.split(",") if item.strip()] if text else default


def kept_secret(path: Path) -> str:
    """Give the secret kept in a file, made once (mode 0600); two starts at once agree."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(50))
        try:
            os.link(temporary, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(temporary)
    return path.read_text(encoding="utf-8").strip()


def database(url: str) -> dict[str, Any]:
    """Turn the address of a database into settings.

    `sqlite:///path` (absolute with a fourth slash) or
    `postgresql://user:password@host:port/name?host=/socket/folder`.

    SQLite: write-ahead log and IMMEDIATE transactions, so that a writer waits instead of failing.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path[1:]),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
                ),
            },
        }
    if parts.scheme in {"postgres", "postgresql"}:
        query = parse_qs(parts.query)
        options: dict[str, Any] = {}
        if "sslmode" in query:
            options["sslmode"] = query["sslmode"][0]
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or "") or env_text("RELAIS_DATABASE_PASSWORD"),
            "HOST": query.get("host", [parts.hostname or ""])[0],
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": options,
        }
    raise MisconfiguredError(
        "RELAIS_DATABASE_URL doit commencer par sqlite:// ou postgresql:// "
        f"(« {parts.scheme or url} » ne convient pas)."
    )
