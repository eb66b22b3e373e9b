"""Columns that hold a Monday."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


def on_monday(name: str, *, column: str = "monday") -> models.CheckConstraint:
    """Make the constraint that a column is a Monday, on SQLite and PostgreSQL."""
    return models.CheckConstraint(condition=Q(**{f"{column}__iso_week_day": 1}), name=name)
