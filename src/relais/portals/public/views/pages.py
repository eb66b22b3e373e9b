"""Pages and files that say who speaks here: legal notice, robots, manifest."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse

from relais.accounts.states import Right
from relais.portals.gates import needs

PAPER = "#fbf7ef"  # --paper of tokens.css


@needs(Right.ANYONE)
def legal(request: HttpRequest) -> HttpResponse:
    """Say who answers for the site, what is kept, and how accessible it is."""
    return render(request, "public/legal.html")


@needs(Right.ANYONE)
def robots(request: HttpRequest) -> HttpResponse:
    """Let search engines read the open pages only."""
    closed = ("/compte/", "/medecin/", "/centre/", "/bureau/", "/agenda/", "/r/", "/rdv/")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@needs(Right.ANYONE)
def favicon(request: HttpRequest) -> HttpResponse:
    """Answer programs that ask for the mark at its old address."""
    return redirect(static("img/app.svg"))


@needs(Right.ANYONE)
def manifest(request: HttpRequest) -> JsonResponse:
    """Name the network on a telephone's screen."""
    return JsonResponse(
        {
            "name": settings.NETWORK_NAME,
            "short_name": settings.NETWORK_NAME,
            "lang": "fr",
            "start_url": reverse("public_home"),
            "display": "browser",
            "background_color": PAPER,
            "theme_color": PAPER,
            "icons": [
                {"src": static("img/app.svg"), "sizes": "any", "type": "image/svg+xml"},
            ],
        },
        content_type="application/manifest+json",
    )
