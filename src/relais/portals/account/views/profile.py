"""One's own account: who I am here, how I am protected, where I am signed in."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.logout import logout as end_this_session
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.core.internal import ratelimit
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from relais.accounts import permissions, queries, services, tasks
from relais.accounts.states import Right, Role
from relais.portals.account.adapter import AccountAdapter
from relais.portals.account.forms import PasswordForm
from relais.portals.account.sessions import note_again
from relais.portals.errors import too_many
from relais.portals.gates import PersonRequest, actor, needs, source_of

PASSWORD_LIMITS = {"password": "10/10m/user"}


def _factors(request: PersonRequest) -> dict[str, Any]:
    """Tell which second factors the person has."""
    found = list(Authenticator.objects.filter(user_id=request.user.pk).order_by("pk"))
    kind = Authenticator.Type
    codes = next((one for one in found if one.type == kind.RECOVERY_CODES), None)
    return {
        "totp": next((one for one in found if one.type == kind.TOTP), None),
        "passkeys": [one for one in found if one.type == kind.WEBAUTHN],
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
        "is_protected": any(one.type != kind.RECOVERY_CODES for one in found),
        "is_duty": permissions.must_have_second_factor(request.user),
    }


@needs(Right.ACCOUNT_OWN)
def profile(request: PersonRequest) -> HttpResponseBase:
    """Show one's own account on one page."""
    page = {
        "roles": [role.label for role in Role if role in permissions.roles_of(request.user)],
        "sessions": queries.sessions_of(request.user, here=request.session.session_key or ""),
        **_factors(request),
    }
    return render(request, "account/profile.html", page)


@needs(Right.ACCOUNT_OWN)
def second_factor(request: PersonRequest) -> HttpResponseBase:
    """Explain the second factor, and let the person add or take away one."""
    return render(request, "account/second_factor.html", _factors(request))


@needs(Right.ACCOUNT_OWN)
def sessions(request: PersonRequest) -> HttpResponseBase:
    """Show where one is signed in; end all other sessions, or all of them."""
    here = request.session.session_key or ""
    if request.method == "POST":
        everywhere = "everywhere" in request.POST
        services.end_sessions(
            request.user,
            by=actor(request),
            now=timezone.now(),
            keep="" if everywhere else here,
        )
        if everywhere:
            end_this_session(request, show_message=False)
            messages.success(request, "Vous êtes déconnecté partout.")
            return redirect("account_login")
        messages.success(request, "Les autres appareils sont déconnectés.")
        return redirect("account_sessions")
    page = {"sessions": queries.sessions_of(request.user, here=here)}
    return render(request, "account/sessions.html", page)


@needs(Right.ACCOUNT_OWN)
@never_cache
@sensitive_post_parameters()
def password(request: PersonRequest) -> HttpResponseBase:
    """Choose a password. Who forgot the former one enters by link, then comes here."""
    user = request.user
    proven = _has_just_proven(request)
    if not user.has_usable_password() and not proven:
        return render(request, "account/password_needs_link.html")
    asks_present = user.has_usable_password() and not proven
    form = PasswordForm(request.POST or None, user=user, asks_present=asks_present)
    if request.method == "POST":
        if not ratelimit.consume(request, app="relais", action="password", config=PASSWORD_LIMITS):
            return too_many(request)
        if form.is_valid():
            present = form.cleaned_data.get("present", "")
            if asks_present and not user.check_password(present):
                form.add_error("present", AccountAdapter.error_messages["incorrect_password"])
            else:
                return _set_password(request, form.cleaned_data["new"])
    page = {"form": form, "has_one": user.has_usable_password()}
    return render(request, "account/password.html", page, status=422 if form.errors else 200)


def _set_password(request: PersonRequest, new: str) -> HttpResponseBase:
    user = request.user
    notice = "password_changed" if user.has_usable_password() else "password_set"
    services.set_password(
        user,
        password=new,
        by=actor(request),
        now=timezone.now(),
        keep=request.session.session_key or "",
    )
    update_session_auth_hash(request, user)
    note_again(request)
    tasks.mail_notice.enqueue(user.pk, notice, source_of(request))
    messages.success(
        request, "Votre mot de passe est enregistré. Vos autres appareils sont déconnectés."
    )
    return redirect("account_profile")


def _has_just_proven(request: HttpRequest) -> bool:
    """Say whether the person proved who they are a moment ago: by a link, or by a second factor."""
    minutes = settings.SIGN_IN_LINK_MINUTES
    records = get_authentication_records(request, request.user)
    by_link = any(
        record.get("method") == "link" and time.time() - record["at"] < minutes * 60
        for record in records
    )
    by_factor = any(record.get("reauthenticated") for record in records)
    return by_link or (by_factor and did_recently_reauthenticate(request))
