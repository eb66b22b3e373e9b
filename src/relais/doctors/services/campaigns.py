"""Campaigns: opened, corrected."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from relais.core import audit
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.doctors.models import Campaign


class CampaignRefusal(Refusal):
    """This campaign cannot be written so."""


@transaction.atomic
def write_campaign(
    campaign: Campaign | None,
    *,
    code: str,
    name: str,
    channel: str,
    starts_on: date,
    ends_on: date | None,
    text: str,
    contacts: int | None,
    cost_eur: Decimal | None,
    by: Actor,
    now: datetime,
) -> Campaign:
    """Write a new campaign, or correct one. Raises CampaignRefusal when its code is taken."""
    row = Campaign(made_at=now) if campaign is None else campaign
    if campaign is not None and campaign.code != code:
        raise CampaignRefusal("Le code d’une campagne ne change plus : son lien circule.")
    if ends_on is not None and ends_on < starts_on:
        raise CampaignRefusal("La fin vient avant le début.")
    row.code, row.name, row.channel, row.text = code, name, channel, text
    row.starts_on, row.ends_on, row.contacts, row.cost_eur = starts_on, ends_on, contacts, cost_eur
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise CampaignRefusal("Ce code sert déjà à une autre campagne.") from error
    verb = "doctors.campaign_opened" if campaign is None else "doctors.campaign_corrected"
    audit.record(row, verb=verb, by=by, at=now, details={"label": code})
    return row
