"""Accounts: who may enter, and what each may do."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from relais.accounts import permissions, queries, services
from relais.accounts.models import User
from relais.accounts.states import RIGHT_MEANINGS, RIGHTS_OF, Right, Role
from relais.core.errors import Refusal
from relais.core.formats import agree
from relais.doctors.models import Doctor
from relais.journeys import people as journeys
from relais.portals.gates import PersonRequest, actor, needs
from relais.portals.office.forms.people import (
    NameForm,
    OpenAccountForm,
    PeopleFilterForm,
    RolesForm,
    WhyForm,
)

ACCOUNTS_A_PAGE = 50

# What each role opens, in words, for whoever gives it.
ROLE_MEANINGS = [
    (role.label, [RIGHT_MEANINGS[right] for right in RIGHT_MEANINGS if right in RIGHTS_OF[role]])
    for role in Role
]


@needs(Right.USERS_MANAGE)
def people(request: PersonRequest) -> HttpResponse:
    """List the accounts."""
    form = PeopleFilterForm(request.GET or None)
    found = queries.people(**form.wanted())
    query = request.GET.copy()
    query.pop("page", None)
    accounts = Paginator(found, ACCOUNTS_A_PAGE).get_page(request.GET.get("page"))
    page = {
        "form": form,
        "page": accounts,
        "nobody_plans": not queries.people(role=Role.PLANNER).exists(),
        "query": f"{query.urlencode()}&" if query else "",
        "rows": [{"user": user, "roles": _role_words(user)} for user in accounts],
    }
    return render(request, "office/people.html", page)


@needs(Right.USERS_MANAGE)
def open_account(request: PersonRequest) -> HttpResponse:
    """Open an account; the person is told by e-mail."""
    form = OpenAccountForm(request.POST or None)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            user = journeys.open_account(
                form.cleaned_data["email"],
                name=form.cleaned_data["name"],
                roles=form.cleaned_data["roles"],
                by=actor(request),
                now=timezone.now(),
                sign_in_address=_sign_in_address(request),
            )
        except Refusal as no:
            refusal = no.sentence
        else:
            messages.success(request, f"Le compte de {user} est ouvert. Un courriel l’en prévient.")
            return redirect("office_person", user.pk)
    page = {"form": form, "refusal": refusal, "meanings": ROLE_MEANINGS}
    status = 422 if refusal or form.errors else 200
    return render(request, "office/person_open.html", page, status=status)


@needs(Right.DOCTORS_INVITE)
def open_doctor_account(request: PersonRequest, pk: int) -> HttpResponse:
    """Let a doctor of the collective sign in; the doctor is told by e-mail."""
    doctor = get_object_or_404(Doctor, pk=pk)
    refusal = ""
    if request.method == "POST":
        try:
            journeys.open_doctor_account(
                doctor,
                by=actor(request),
                now=timezone.now(),
                sign_in_address=_sign_in_address(request),
            )
        except Refusal as no:
            refusal = no.sentence
        else:
            messages.success(
                request, f"Le compte de {doctor} est ouvert. Un courriel l’en prévient."
            )
            return redirect("office_doctor", doctor.pk)
    page = {"doctor": doctor, "refusal": refusal}
    return render(request, "office/doctor_account.html", page, status=422 if refusal else 200)


@needs(Right.USERS_MANAGE)
def person(request: PersonRequest, pk: int) -> HttpResponse:
    """Show an account; change its name and its roles."""
    user = get_object_or_404(User, pk=pk)
    held = sorted(role.value for role in permissions.roles_of(user))
    names = NameForm(request.POST if "name" in request.POST else None, initial={"name": user.name})
    wants_roles = request.method == "POST" and "name" not in request.POST
    roles = RolesForm(request.POST if wants_roles else None, initial={"roles": held})
    refusal = ""
    form = names if names.is_bound else roles
    if form.is_bound and form.is_valid():
        try:
            if form is names:
                services.rename(
                    user,
                    name=names.cleaned_data["name"],
                    by=actor(request),
                    now=timezone.now(),
                )
            else:
                services.set_roles(
                    user,
                    roles=roles.cleaned_data["roles"],
                    by=actor(request),
                    now=timezone.now(),
                )
        except Refusal as no:
            refusal = no.sentence
        else:
            messages.success(request, "C’est enregistré.")
            return redirect("office_person", user.pk)
    page = {
        "person": user,
        "names": names,
        "roles": roles,
        "role_words": _role_words(user),
        "refusal": refusal,
        "has_second_factor": permissions.has_second_factor(user),
        "must_have_second_factor": permissions.must_have_second_factor(user),
        "sessions": queries.sessions_of(user, here=request.session.session_key or ""),
        "meanings": ROLE_MEANINGS,
    }
    return render(
        request, "office/person.html", page, status=422 if refusal or form.errors else 200
    )


@needs(Right.USERS_MANAGE)
def close_account(request: PersonRequest, pk: int) -> HttpResponse:
    """Say what closing an account does, then close it."""
    user = get_object_or_404(User, pk=pk)
    form = WhyForm(request.POST or None)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            journeys.close_account(
                user, by=actor(request), now=timezone.now(), why=form.cleaned_data["why"]
            )
        except Refusal as no:
            refusal = no.sentence
        else:
            messages.success(request, f"Le compte de {user} est fermé.")
            return redirect("office_person", user.pk)
    devices = len(queries.sessions_of(user, here=""))
    page = {
        "person": user,
        "form": form,
        "refusal": refusal,
        "devices": devices,
        "will_be": agree(devices, "sera déconnecté", "seront déconnectés"),
    }
    status = 422 if refusal or form.errors else 200
    return render(request, "office/person_close.html", page, status=status)


@needs(Right.USERS_MANAGE)
def remove_second_factors(request: PersonRequest, pk: int) -> HttpResponse:
    """Say what taking the second factor away does, then do it (lost telephone)."""
    user = get_object_or_404(User, pk=pk)
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        journeys.remove_second_factors(
            user, by=actor(request), now=timezone.now(), why=form.cleaned_data["why"]
        )
        messages.success(request, f"La double vérification de {user} est retirée.")
        return redirect("office_person", user.pk)
    page = {
        "person": user,
        "form": form,
        "is_duty": permissions.must_have_second_factor(user),
    }
    return render(request, "office/person_factors.html", page, status=422 if form.errors else 200)


@needs(Right.USERS_MANAGE)
def reopen_account(request: PersonRequest, pk: int) -> HttpResponse:
    """Open a closed account again."""
    user = get_object_or_404(User, pk=pk)
    if request.method == "POST":
        services.reopen_account(user, by=actor(request), now=timezone.now())
        messages.success(request, f"Le compte de {user} est rouvert, avec les rôles qu’il avait.")
    return redirect("office_person", user.pk)


@needs(Right.USERS_MANAGE)
def end_sessions(request: PersonRequest, pk: int) -> HttpResponse:
    """Sign someone out everywhere."""
    user = get_object_or_404(User, pk=pk)
    if request.method == "POST":
        services.end_sessions(user, by=actor(request), now=timezone.now())
        messages.success(request, f"{user} est déconnecté partout.")
    return redirect("office_person", user.pk)


def _role_words(user: User) -> str:
    held = permissions.roles_of(user)
    return ", ".join(role.label for role in Role if role in held)


def _sign_in_address(request: PersonRequest) -> str:
    return request.build_absolute_uri(reverse("account_login"))
