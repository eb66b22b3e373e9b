"""The gate of every page: a named right, and the person who passes through it.

`@needs(Right.X)` names the right of a view. Nothing opens by forgetting: a view without a named
right is refused by `ClosedByDefaultMiddleware`, and a test walks all addresses.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django_htmx.http import HttpResponseClientRedirect

from relais.accounts import permissions
from relais.accounts.models import User
from relais.accounts.states import Right
from relais.core.actors import Actor


class PersonRequest(HttpRequest):
    """A request that passed a gate: `user` is someone who signed in."""

    user: User


type View[**P] = Callable[Concatenate[PersonRequest, P], HttpResponseBase]
type OpenView[**P] = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def needs[**P](right: Right) -> Callable[[View[P]], OpenView[P]]:
    """Let only people with `right` pass; ask others to sign in, or say that the page is not theirs.

    Scope (which centre, which mission) is asked by the view, of the module's permissions.
    """

    def gate(view: View[P]) -> OpenView[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if right is not Right.ANYONE:
                user = request.user
                if not isinstance(user, User) or not permissions.may_enter(user):
                    return _to_the_door(request)
                if not permissions.may(user, right):
                    raise PermissionDenied
                if right is not Right.ACCOUNT_OWN and permissions.lacks_second_factor(user):
                    return redirect("account_second_factor")
            return view(request, *args, **kwargs)  # type: ignore[arg-type]

        guarded.right = right  # type: ignore[attr-defined]
        return guarded

    return gate


def _to_the_door(request: HttpRequest) -> HttpResponse:
    """Ask to sign in. A piece of a page leads the whole page there, and back to it afterwards."""
    details = getattr(request, "htmx", None)
    if not details:
        return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
    page = details.current_url_abs_path or request.get_full_path()
    return HttpResponseClientRedirect(redirect_to_login(page, settings.LOGIN_URL).url)


class ClosedByDefaultMiddleware:
    """Refuse every view that names no right, whoever asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], *_: object
    ) -> HttpResponse | None:
        if not isinstance(getattr(view, "right", None), Right):
            raise PermissionDenied
        return None


class NothingStaysMiddleware:
    """Keep what someone who signed in was shown out of every cache.

    After signing out on a shared computer, « back » must not show doctors' files again.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control") and SESSION_KEY in request.session:
            response["Cache-Control"] = "private, no-store"
        return response


def source_of(request: HttpRequest) -> str:
    """Give the network address of the person, believing as many proxies as the settings name."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop]
    if settings.TRUSTED_PROXIES and len(hops) >= settings.TRUSTED_PROXIES:
        return hops[-settings.TRUSTED_PROXIES]
    return str(request.META.get("REMOTE_ADDR", ""))


def actor(request: HttpRequest) -> Actor:
    """Name the person of a request, for services and the audit."""
    user = request.user
    if isinstance(user, User):
        return Actor(key=f"user:{user.pk}", label=str(user), source=source_of(request))
    return Actor(key="visitor", label="visiteur", source=source_of(request))
