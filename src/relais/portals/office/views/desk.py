"""The planner's desk: what to act on first, the months to come, how much people were asked."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from relais.accounts.states import Right
from relais.connectors import spreadsheets as files
from relais.core.errors import Refusal
from relais.doctors import queries as doctors
from relais.doctors import services
from relais.doctors.models import Campaign
from relais.engine import messages as message_rules
from relais.engine.weeks import WEEK, monday_of
from relais.journeys import joining
from relais.network import permissions as network
from relais.outbox import queries as outbox
from relais.portals.gates import PersonRequest, actor, needs
from relais.portals.office.desk_sheet import (
    campaign_rows,
    cohort_table,
    forecast_table,
    headline,
    month_row,
    quarter_words,
)
from relais.portals.office.forms.desk import CampaignForm
from relais.portals.office.radar_sheet import sheet, watch_from
from relais.rota import forecast as bridge
from relais.rota import queries as rota

_NEAR_WEEKS: Final = 12
_SHOWN: Final = 12
_PEOPLE_SHOWN: Final = 100


@needs(Right.ROTA_READ)
def desk(request: PersonRequest) -> HttpResponse:
    """Put together what needs an act, in the order to act."""
    today = timezone.localdate()
    centres = list(network.centres_of(request.user, today))
    read = rota.radar(
        today,
        centre_ids=[one.pk for one in centres],
        weeks=_NEAR_WEEKS,
        least=watch_from(),
        most=_SHOWN,
    )
    mine = {one.pk for one in centres}
    page = {
        "sheet": None if read is None else sheet(read, asked=_NEAR_WEEKS, today=today),
        "near": today + _NEAR_WEEKS * WEEK,
        "searches": [one for one in rota.running_searches() if one.line.centre_id in mine],
        "leaving": rota.asking_to_leave(monday_of(today)),
        "holds": rota.weeks_held(monday_of(today)),
        "papers": doctors.papers_to_check().count(),
        "calls": doctors.count_to_call(today=today),
        "troubles": outbox.count_troubles(),
    }
    return render(request, "office/desk.html", page)


@needs(Right.ROTA_READ)
def forecast(request: PersonRequest) -> HttpResponse:
    """Show the weeks that will be missing, month by month; the same as a table."""
    rows = [month_row(one) for one in bridge.months_ahead(timezone.localdate())]
    if "csv" in request.GET:
        return _table(forecast_table(rows), "prevision.csv")
    page = {"rows": rows, "headline": headline(rows)}
    return render(request, "office/forecast.html", page)


@needs(Right.ROTA_READ)
def hard_weeks(request: PersonRequest) -> HttpResponse:
    """Show how August, Christmas and the holidays are shared."""
    found = rota.hard_weeks_shared(timezone.localdate())
    page = {"found": found, "shares": found.shares[:_PEOPLE_SHOWN]}
    return render(request, "office/hard_weeks.html", page)


@needs(Right.MESSAGES_READ)
def solicited(request: PersonRequest) -> HttpResponse:
    """Show who was asked how often lately, and who is left in peace."""
    now, today = timezone.now(), timezone.localdate()
    people = outbox.solicited(now=now, today=today)
    page = {
        "people": people[:_PEOPLE_SHOWN],
        "count": len(people),
        "requests": sum(one.count for one in people),
        "in_peace": sum(one.left == 0 for one in people),
        "doctors": doctors.count_in_collective(),
        "usual": message_rules.requests_left(0, allowed=None),
    }
    return render(request, "office/solicited.html", page)


@needs(Right.ROTA_READ)
def cohorts(request: PersonRequest) -> HttpResponse:
    """Show who came back, by the quarter of the first mission; the same as a table."""
    found = rota.cohorts(timezone.localdate())
    if "csv" in request.GET:
        return _table(cohort_table(found), "retours.csv")
    rows = [(quarter_words(one), one) for one in found]
    return render(request, "office/cohorts.html", {"rows": rows})


@needs(Right.INTERESTS_CALL)
def campaigns(request: PersonRequest) -> HttpResponse:
    """List the campaigns with what each brought."""
    rows = campaign_rows(
        doctors.campaigns(),
        conversions=joining.conversion(now=timezone.now()),
        address=settings.SITE_ADDRESS + reverse("public_interest"),
    )
    return render(request, "office/campaigns.html", {"rows": rows})


@needs(Right.INTERESTS_CALL)
def campaign(request: PersonRequest, pk: int | None = None) -> HttpResponse:
    """Write a new campaign, or correct one."""
    found = None if pk is None else get_object_or_404(Campaign, pk=pk)
    form = CampaignForm(request.POST or None, initial=_initial(found))
    if request.method == "POST" and form.is_valid():
        try:
            services.write_campaign(
                found, **form.cleaned_data, by=actor(request), now=timezone.now()
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, "La campagne est enregistrée.")
            return redirect("office_campaigns")
    page = {"form": form, "campaign": found}
    return render(request, "office/campaign.html", page, status=422 if form.errors else 200)


def _initial(found: Campaign | None) -> dict[str, object]:
    if found is None:
        return {}
    return {name: getattr(found, name) for name in CampaignForm.base_fields}


def _table(content: files.Sheet, name: str) -> HttpResponse:
    body = files.csv_bytes(content, for_excel=True)
    response = HttpResponse(body, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
