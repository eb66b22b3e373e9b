"""The page behind « toujours d’accord ? »: one tap says yes, another looks for somebody else."""

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
from relais.journeys import leaving, reminding
from relais.portals.gates import needs, source_of
from relais.rota.models import Mission
from relais.rota.queries import reminders

ANSWERS: Final = {"yes": reminding.say_yes, "no": reminding.say_no}


@needs(Right.ANYONE)
@never_cache
@sensitive_variables("token")
def agreement(request: HttpRequest, token: str) -> HttpResponse:
    """Show a mission and hear whether it still stands. Opening the link changes nothing."""
    today = timezone.localdate()
    mission = reminding.find_mission(token, today=today)
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
            return redirect("public_agreement", token)
    question = reminders.last_question(mission)
    page = {
        "mission": mission,
        "centre": mission.line.centre,
        "stands": reminding.is_asked(mission),
        "is_over": mission.monday <= today,
        "is_leaving": mission.leaving_at is not None,
        "is_near": leaving.is_near(mission, now=timezone.now()),
        "said": "" if question is None else question.answer,
        "has_account": mission.doctor.user is not None and mission.doctor.user.is_active,
        "refusal": refusal,
    }
    shown = render(request, "public/agreement.html", page, status=422 if refusal else 200)
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
