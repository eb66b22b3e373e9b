"""Noting now and then where people are signed in, so that they can see it and end it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse

NOTED_EVERY_SECONDS: Final = 300
_NOTED_AT: Final = "sessions_noted_at"


def note_again(request: HttpRequest) -> None:
    """Make the next page note the session: its key has just changed."""
    request.session.pop(_NOTED_AT, None)


class SessionNotes:
    """Note the device and the address of a session every few minutes, not at every page.

    The session is saved with it, so that it expires SESSION_COOKIE_AGE after the last visit.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session = request.session
        if (
            session.session_key
            and time.time() - session.get(_NOTED_AT, 0) > NOTED_EVERY_SECONDS
            and request.user.is_authenticated
        ):
            session[_NOTED_AT] = time.time()
            UserSession.objects.create_from_request(request)
        return self.get_response(request)
