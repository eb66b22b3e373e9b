"""The pages shown when something is refused, missing, asked too often or broken."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the page is not for this person."""
    return render(request, "errors/403.html", status=403)


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form was opened too long ago, or in a browser that keeps no cookie."""
    return render(request, "errors/form_too_old.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that nothing stands at this address."""
    return render(request, "errors/404.html", status=404)


def too_many(request: HttpRequest) -> HttpResponse:
    """Ask to wait: the same thing was asked too often in a short time."""
    return render(request, "errors/429.html", status=429)


def broken(request: HttpRequest) -> HttpResponse:
    """Say that something broke, without touching the database."""
    page = {"network_name": settings.NETWORK_NAME}
    return render(None, "errors/500.html", page, status=500)
