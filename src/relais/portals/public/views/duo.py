"""The page behind the link of a duo: would you come with a colleague?"""

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
from relais.journeys import offering
from relais.portals.gates import needs, source_of

ANSWERS: Final = {"yes": True, "no": False}


@needs(Right.ANYONE)
@never_cache
@sensitive_variables("token")
def duo(request: HttpRequest, token: str) -> HttpResponse:
    """Show who asks and for when, and hear the answer. Opening the link changes nothing."""
    asked = offering.find_duo(token, today=timezone.localdate())
    if asked is None:
        raise Http404
    refusal = ""
    agrees = ANSWERS.get(request.POST.get("answer", ""))
    if request.method == "POST" and agrees is not None:
        who = Actor(
            key=f"doctor:{asked.companion_id}",
            label=f"{asked.companion} (lien reçu)",
            source=source_of(request),
        )
        try:
            offering.answer_duo(asked, agrees=agrees, by=who, now=timezone.now())
        except Refusal as no:
            refusal = no.sentence
        else:
            return redirect("public_duo", token)
    shown = render(
        request,
        "public/duo.html",
        {"asked": asked, "refusal": refusal},
        status=422 if refusal else 200,
    )
    shown["Referrer-Policy"] = "no-referrer"
    shown["X-Robots-Tag"] = "noindex"
    return shown
