"""The door: asking for a link, entering with it, and where a person goes then."""

from __future__ import annotations

from typing import Final

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.logout import logout
from allauth.account.utils import perform_login
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables

from relais.accounts import permissions, services, tasks
from relais.accounts.models import User
from relais.accounts.states import Right, Role
from relais.core.errors import Refusal
from relais.portals.account.forms import LinkForm
from relais.portals.errors import too_many
from relais.portals.gates import PersonRequest, needs, source_of

# How many links one network address and one e-mail address may ask for; how many one may try.
LINK_LIMITS: Final = {"ask": "20/h/ip,5/h/key", "try": "30/10m/ip"}

# The first page of each role, the most telling first.
HOMES: Final = (
    (Role.PLANNER, "office_board"),
    (Role.DIRECTOR, "office_board"),
    (Role.ADMINISTRATOR, "office_people"),
    (Role.COORDINATOR, "centre_home"),
    (Role.DOCTOR, "doctor_home"),
    (Role.PIONEER, "doctor_home"),
)


@needs(Right.ANYONE)
@never_cache
def login(request: HttpRequest) -> HttpResponseBase:
    """Ask for the address that the link goes to; a passkey and a password are the other ways in."""
    wanted = safe_next(request)
    if isinstance(request.user, User) and permissions.may_enter(request.user):
        return redirect(wanted or "home")
    form = LinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = services.clean_email(form.cleaned_data["email"])
        if not ratelimit.consume(
            request, app="relais", action="ask", config=LINK_LIMITS, key=email
        ):
            return too_many(request)
        tasks.mail_sign_in_link.enqueue(email, _link_address(request, wanted), source_of(request))
        return redirect("account_link_sent")
    status = 422 if form.errors else 200
    return render(request, "account/login.html", {"form": form, "next": wanted}, status=status)


@needs(Right.ANYONE)
def link_sent(request: HttpRequest) -> HttpResponseBase:
    """Say to look into the mailbox; the same words whether the address is known or not."""
    return render(request, "account/link_sent.html", {"minutes": settings.SIGN_IN_LINK_MINUTES})


@needs(Right.ANYONE)
@never_cache
@sensitive_variables("token")
def enter(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show whom the link lets in and one button; only the button spends the link.

    Programs that read mail before people do open every link: opening alone changes nothing.
    """
    if not ratelimit.consume(
        request, app="relais", action="try", config=LINK_LIMITS, limit_get=True
    ):
        return too_many(request)
    now = timezone.now()
    try:
        if request.method == "POST":
            return _enter(request, user=services.use_link(token, now=now))
        link = services.find_link(token, now=now)
    except Refusal as refusal:
        if request.user.is_authenticated and not isinstance(refusal, services.AccountClosedRefusal):
            messages.info(request, "Vous êtes déjà dans votre compte.")
            return redirect(safe_next(request) or "home")
        page = {"refusal": refusal, "next": safe_next(request)}
        return render(request, "account/link_refused.html", page, status=422)
    page = {
        "link": link,
        "next": safe_next(request),
        "other": request.user if request.user.is_authenticated else None,
    }
    return render(request, "account/enter.html", page)


def _enter(request: HttpRequest, *, user: User) -> HttpResponseBase:
    """Begin the sign-in of the person; a second factor is asked for when there is one."""
    wanted = safe_next(request)
    logout(request, show_message=False)
    record_authentication(request, user, "link")
    response: HttpResponseBase = perform_login(request, user, redirect_url=wanted or None)
    return response


@needs(Right.ANYONE)
def closed(request: HttpRequest) -> HttpResponseBase:
    """Say that the account is closed."""
    return render(request, "account/closed.html")


@needs(Right.ACCOUNT_OWN)
def home(request: PersonRequest) -> HttpResponseBase:
    """Lead a person to the first page of her main role."""
    roles = permissions.roles_of(request.user)
    for role, name in HOMES:
        if role in roles:
            try:
                return redirect(reverse(name))
            except NoReverseMatch:
                continue
    return redirect("account_profile")


def safe_next(request: HttpRequest) -> str:
    """Give the page that a person came for, when it is one of ours; otherwise nothing."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts=None, require_https=request.is_secure()
    )
    return wanted if ours else ""


def _link_address(request: HttpRequest, wanted: str) -> str:
    """Give the address of a link, with the place where its secret goes."""
    path = reverse("account_enter", args=[tasks.TOKEN_PLACE])
    address = request.build_absolute_uri(path)
    return f"{address}?{urlencode({'next': wanted})}" if wanted else address
