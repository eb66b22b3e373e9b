"""The campaign by which some of the interested people of the demonstration came."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from relais.core.actors import Actor
from relais.doctors import services as doctors

CODE: Final = "congres-d-automne"  # the source of people in `joining.py`
BEGAN: Final = timedelta(days=72)
LASTED: Final = timedelta(days=2)


def tell_of_a_campaign(*, by: Actor, now: datetime) -> None:
    """Open the campaign with what it reached and cost."""
    first = (now - BEGAN).date()
    doctors.write_campaign(
        None,
        code=CODE,
        name="Congrès d’automne des généralistes",
        channel="Congrès",
        starts_on=first,
        ends_on=first + LASTED,
        text="Une semaine par an suffit. Venez en parler au stand du réseau.",
        contacts=420,
        cost_eur=Decimal(1800),
        by=by,
        now=now,
    )
