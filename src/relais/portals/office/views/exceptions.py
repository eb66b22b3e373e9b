"""The files that were opened outside of the usual scope: the pioneers read every reason."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from relais.accounts.states import Right
from relais.patients import queries, services
from relais.patients.models import ExceptionalAccess
from relais.portals.gates import PersonRequest, actor, needs

SEEN_SHOWN: Final = 30


@needs(Right.EXCEPTIONS_READ)
def exceptions(request: PersonRequest) -> HttpResponse:
    """List the openings to read, then the latest that were read. No patient is named."""
    return render(
        request,
        "office/exceptions.html",
        {
            "waiting": queries.exceptions_to_see(now=timezone.now()),
            "seen": queries.exceptions_seen()[:SEEN_SHOWN],
        },
    )


@needs(Right.EXCEPTIONS_READ)
@require_POST
def see(request: PersonRequest, access: int) -> HttpResponseBase:
    """Note that an opening was read."""
    row = get_object_or_404(ExceptionalAccess, pk=access)
    services.see_exception(row, user=request.user, by=actor(request), now=timezone.now())
    return redirect("office_exceptions")
