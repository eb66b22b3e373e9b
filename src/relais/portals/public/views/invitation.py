"""The page behind the link of an invitation, for a doctor who has no account: yes, or not now."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables

from relais.accounts.states import Right
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.journeys import invitations, relay
from relais.portals.gates import needs, source_of
from relais.rota.models import Mission
from relais.rota.states import FIRM, MissionState

ANSWERS: Final = {"yes": relay.confirm, "no": relay.decline}
OPEN: Final = (MissionState.PROPOSED, MissionState.INVITED)


@needs(Right.ANYONE)
@never_cache
@sensitive_variables("token")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show a mission and hear its answer. Opening the link changes nothing."""
    mission = invitations.find_mission(token, today=timezone.localdate())
    if mission is None:
        raise Http404
    refusal = ""
    answer = ANSWERS.get(request.POST.get("answer", ""))
    if request.method == "POST" and answer is not None:
        try:
            answer(mission, by=_who(request, mission), now=timezone.now())
        except Refusal as no:
            refusal = no.sentence
        else:
            return redirect("public_invitation", token)
    page = {
        "mission": mission,
        "centre": mission.line.centre,
        "is_open": mission.state in OPEN,
        "said_yes": mission.state in FIRM,
        "has_account": not invitations.needs_no_account(mission),
        "refusal": refusal,
    }
    shown = render(request, "public/invitation.html", page, status=422 if refusal else 200)
    shown["Referrer-Policy"] = "no-referrer"
    shown["X-Robots-Tag"] = "noindex"
    return shown


def _who(request: HttpRequest, mission: Mission) -> Actor:
    """Name the doctor behind the link as the one who acts."""
    return Actor(
        key=f"doctor:{mission.doctor_id}",
        label=f"{mission.doctor} (lien reçu)",
        source=source_of(request),
    )
