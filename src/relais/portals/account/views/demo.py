"""« Entrer comme… »: in the demonstration, a click changes the person.

It cannot exist elsewhere.
"""

from __future__ import annotations

from typing import Final

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.logout import logout
from allauth.account.utils import perform_login
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from relais.accounts import queries
from relais.accounts.models import User
from relais.accounts.states import Right, Role
from relais.portals.gates import needs

PEOPLE_SHOWN: Final = 4  # people of each role on the page
PROMISES: Final = {
    Role.PLANNER: "voir l’année, chercher qui placer, lancer un calcul de planning",
    Role.COORDINATOR: "savoir qui vient dans son centre",
    Role.DOCTOR: "proposer ses semaines, confirmer une mission",
    Role.DIRECTOR: "suivre le réseau",
    Role.PIONEER: "aider aux ouvertures",
    Role.ADMINISTRATOR: "ouvrir les comptes, lire le journal",
    Role.TOWN: "suivre son centre",
}


@needs(Right.ANYONE)
def choose(request: HttpRequest) -> HttpResponseBase:
    """List some people of each role."""
    _only_in_the_demo()
    people = queries.fictional_people(per_role=PEOPLE_SHOWN)
    groups = [
        {"role": role, "promise": PROMISES[role], "people": people[role]}
        for role in PROMISES
        if people[role]
    ]
    return render(request, "account/demo.html", {"groups": groups})


@needs(Right.ANYONE)
def enter_as(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Become a person of the demonstration, whoever one was before."""
    _only_in_the_demo()
    if request.method != "POST":
        return redirect("account_demo")
    user = get_object_or_404(User, pk=pk, is_active=True, is_fictional=True)
    logout(request, show_message=False)
    record_authentication(request, user, "demo")
    response: HttpResponseBase = perform_login(request, user)
    return response


def _only_in_the_demo() -> None:
    """Answer as if nothing stood here, unless this is the demonstration."""
    if not settings.DEMO or settings.PRODUCTION:
        raise Http404
