"""Doors without signing in: stop requests by a link of a letter, and what the SMS gateway tells."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from relais.accounts.states import Right
from relais.connectors.mail import read_stop_token
from relais.connectors.sms import NotBelieved, NotUnderstood, read_call
from relais.core.actors import Actor
from relais.journeys import answers
from relais.outbox import services
from relais.portals.gates import needs, source_of

TIMESTAMP, SIGNATURE = "X-Relais-Timestamp", "X-Relais-Signature"


@csrf_exempt  # mail programs post here in one click (RFC 8058): the signed address is the proof
@needs(Right.ANYONE)
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ask before stopping requests to the person of a letter, then stop them."""
    person = read_stop_token(token)
    if person is None:
        raise Http404
    if request.method == "POST":
        kind, key = person
        who = Actor(key=f"{kind}:{key}", label="la personne elle-même", source=source_of(request))
        services.stop_requests(kind, key=key, by=who, now=timezone.now())
    answer = render(request, "public/messages_stop.html", {"done": request.method == "POST"})
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer


@csrf_exempt  # a program calls: its signature is the proof
@needs(Right.ANYONE)
@require_POST
def sms(request: HttpRequest) -> HttpResponse:
    """Hear what the SMS gateway tells; docs/formats/sms-gateway.md."""
    now = timezone.now()
    try:
        call = read_call(
            request.body,
            timestamp=request.headers.get(TIMESTAMP, ""),
            signed=request.headers.get(SIGNATURE, ""),
            secret=settings.SMS_SECRET,
            now=now,
        )
    except NotBelieved:
        raise Http404 from None  # to whoever guesses, nothing stands here
    except NotUnderstood:
        return HttpResponse(status=422)
    if call is not None:
        gateway = Actor(key="system:sms", label="passerelle SMS", source=source_of(request))
        answers.hear(call, by=gateway, now=now)
    return HttpResponse(status=204)
