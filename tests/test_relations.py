"""Foreign keys and reverse names look down, like imports (contracts do not see them)."""

from __future__ import annotations

import tomllib
from pathlib import Path

from django.apps import apps
from django.db.models import Field, ForeignObjectRel

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


def floors() -> dict[str, int]:
    """Read the floors from the import contract: a higher number may look at a lower one."""
    contracts = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(c["layers"] for c in contracts if c["name"].startswith("the floors"))
    heights = {}
    for height, layer in enumerate(reversed(layers)):
        for name in layer.split("|"):
            heights[name.strip().strip("()")] = height
    return heights


def floor_of(model_module: str) -> str | None:
    """Name the floor of a model's module, None outside the product."""
    parts = model_module.split(".")
    return parts[1] if parts[0] == "relais" else None


def looks_up(source: str, target: str, heights: dict[str, int]) -> bool:
    """Say whether a relation from one floor to another goes up or sideways."""
    return source != target and heights[target] >= heights[source]


def relations() -> list[tuple[str, Field, str, str]]:
    """List every relation of the product's models with its two floors."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        source = floor_of(model.__module__)
        if source is None:
            continue
        for field in model._meta.get_fields():
            if isinstance(field, ForeignObjectRel) or not field.is_relation:
                continue
            related = field.related_model
            target = floor_of(related.__module__) if related else None
            if target is not None:
                found.append((f"{model.__name__}.{field.name}", field, source, target))
    return found


def test_no_relation_goes_up() -> None:
    heights = floors()
    assert [
        name for name, _, source, target in relations() if looks_up(source, target, heights)
    ] == []


def test_across_modules_no_reverse_name() -> None:
    visible = [
        name
        for name, field, source, target in relations()
        if source != target and not field.remote_field.hidden
    ]
    assert visible == []


def test_the_rule_catches_a_relation_that_goes_up() -> None:
    heights = floors()
    assert looks_up("network", "rota", heights) is True
    assert looks_up("doctors", "directory", heights) is True
    assert looks_up("rota", "network", heights) is False
    assert len(relations()) > 15
