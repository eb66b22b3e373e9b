"""The rules of the house that no import contract can see, and for each a breach it catches."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from relais.accounts.states import Right

SOURCE = Path(__file__).resolve().parent.parent / "src" / "relais"

DOORS = ("portals", "api")
MAY_SPEAK_HTTP = (*DOORS, "config")
DJANGO_DOORS = (
    "django.http",
    "django.forms",
    "django.shortcuts",
    "django.urls",
    "django.views",
    "django.template",
)
SIGNALS = ("django.dispatch", "django.db.models.signals", "django.core.signals")
WRITES = {
    "save",
    "delete",
    "create",
    "bulk_create",
    "bulk_update",
    "update",
    "get_or_create",
    "update_or_create",
}
# Write names that are not writes: the receivers on which a door may call them.
NOT_A_WRITE = {"params", "query", "context", "headers", "session", "initial", "data", "attrs"}
CLOCK = {"now", "today", "localdate", "localtime", "utcnow", "time"}
CLOCK_OWNERS = {"datetime", "date", "timezone", "time"}


def sources(*below: str) -> list[Path]:
    """List the product's Python files (migrations left out), optionally below some folders."""
    roots = [SOURCE / name for name in below] if below else [SOURCE]
    found = [path for root in roots for path in root.rglob("*.py")]
    return sorted(path for path in found if "migrations" not in path.parts)


def parsed(path: Path) -> ast.Module:
    """Parse a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def place(path: Path, node: ast.AST) -> str:
    """Name a line of code."""
    return f"{path.relative_to(SOURCE)}:{getattr(node, 'lineno', 0)}"


def imports(tree: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Give every imported name in full, wherever it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node


def within(name: str, packages: tuple[str, ...]) -> bool:
    """Say whether a dotted name is one of the packages or below one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def hidden_wires(path: Path, tree: ast.AST) -> list[str]:
    """Find signals."""
    return [place(path, node) for name, node in imports(tree) if within(name, SIGNALS)]


def doors_below(path: Path, tree: ast.AST) -> list[str]:
    """Find HTTP below the doors."""
    first = path.relative_to(SOURCE).parts[0]
    if first in MAY_SPEAK_HTTP or path.name == "admin.py" or "templatetags" in path.parts:
        return []
    return [place(path, node) for name, node in imports(tree) if within(name, DJANGO_DOORS)]


def writes_at_the_door(path: Path, tree: ast.AST) -> list[str]:
    """Find calls that write from a portal or the api."""
    found = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        receiver = node.func.value
        last = receiver.attr if isinstance(receiver, ast.Attribute) else None
        last = receiver.id if isinstance(receiver, ast.Name) else last
        if node.func.attr in WRITES and last not in NOT_A_WRITE:
            found.append(place(path, node))
    return found


def clock_calls(path: Path, tree: ast.AST) -> list[str]:
    """Find reads of the clock (`time.monotonic`, a stopwatch, is not the time of day)."""
    return [
        place(path, node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCK
        and isinstance(node.func.value, ast.Name | ast.Attribute)
        and (getattr(node.func.value, "id", "") or getattr(node.func.value, "attr", ""))
        in CLOCK_OWNERS
    ]


def crowded_services(path: Path, tree: ast.Module) -> list[str]:
    """Find public services with more than one positional argument."""
    return [
        place(path, node)
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and len(node.args.posonlyargs) + len(node.args.args) > 1
    ]


def undocumented(path: Path, tree: ast.Module) -> list[str]:
    """Find public functions, classes and modules that do not say what they are."""
    found = [] if ast.get_docstring(tree) or not tree.body else [place(path, tree)]
    for node in tree.body:
        if (
            isinstance(node, ast.FunctionDef | ast.ClassDef)
            and not node.name.startswith("_")
            and not ast.get_docstring(node)
        ):
            found.append(place(path, node))
    return found


def test_no_signal_anywhere() -> None:
    assert [line for path in sources() for line in hidden_wires(path, parsed(path))] == []


def test_nothing_below_the_doors_speaks_http() -> None:
    assert [line for path in sources() for line in doors_below(path, parsed(path))] == []


def test_doors_never_write() -> None:
    assert [
        line for path in sources(*DOORS) for line in writes_at_the_door(path, parsed(path))
    ] == []


def test_engine_and_services_are_told_the_time() -> None:
    told = [*sources("engine"), *(path for path in sources() if path.name == "services.py")]
    told += [path for path in sources() if "services" in path.parts]
    assert [line for path in told for line in clock_calls(path, parsed(path))] == []


def test_services_take_one_subject_then_named_arguments() -> None:
    services = [path for path in sources() if {"services.py", "services"} & set(path.parts)]
    assert [line for path in services for line in crowded_services(path, parsed(path))] == []


def test_public_names_say_what_they_are() -> None:
    skipped = ("migrations", "management")
    paths = [path for path in sources() if not set(skipped) & set(path.parts)]
    assert [line for path in paths for line in undocumented(path, parsed(path))] == []


def test_no_machine_path_and_no_registry_host_in_the_sources() -> None:
    root = SOURCE.parent.parent
    forbidden = ("/" + "work/", "/" + "root/", "pythonhosted" + ".org", "registry.npmjs" + ".org")
    suffixes = {".py", ".toml", ".lock", ".md", ".html", ".css", ".js", ".txt", ".csv", ".sh"}
    roots = [root / name for name in ("src", "docs", "tests", "bench", "examples")]
    paths = [path for path in root.iterdir() if path.suffix in suffixes]
    for top in roots:
        for folder, inside, names in top.walk():
            inside[:] = [
                one
                for one in inside
                if not one.startswith(".venv") and one not in {"results", "out"}
            ]
            paths += [folder / name for name in names if Path(name).suffix in suffixes]
    found = [
        str(path.relative_to(root))
        for path in paths
        if any(word in path.read_text(encoding="utf-8", errors="replace") for word in forbidden)
    ]
    assert found == []


def addresses(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Walk every address."""
    for pattern in resolver.url_patterns:
        here = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, here)
        else:
            yield here, pattern


def test_every_address_names_its_right() -> None:
    nameless = [
        address
        for address, pattern in addresses(get_resolver())
        if not isinstance(getattr(pattern.callback, "right", None), Right)
    ]
    assert nameless == []


BROKEN_ON_PURPOSE = [
    (hidden_wires, "rota/x.py", "from django.db.models.signals import post_save"),
    (hidden_wires, "rota/x.py", "def f():\n    import django.dispatch"),
    (doors_below, "rota/x.py", "from django.http import HttpRequest"),
    (doors_below, "journeys/x.py", "from django import forms"),
    (writes_at_the_door, "portals/office/x.py", "def f(m):\n    m.save()"),
    (writes_at_the_door, "portals/office/x.py", "Mission.objects.create(a=1)"),
    (clock_calls, "engine/x.py", "from datetime import date\ndate.today()"),
    (clock_calls, "rota/services.py", "from django.utils import timezone\ntimezone.now()"),
    (crowded_services, "rota/services.py", "def confirm(mission, by):\n    pass"),
    (undocumented, "rota/services.py", "def confirm(mission):\n    pass"),
]


@pytest.mark.parametrize(("rule", "name", "code"), BROKEN_ON_PURPOSE)
def test_each_rule_catches_its_breach(rule: object, name: str, code: str) -> None:
    assert callable(rule)
    assert len(rule(SOURCE / name, ast.parse(code))) >= 1
