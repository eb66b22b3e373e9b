"""All addresses: one folder a portal."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("relais.portals.public.urls")),
    path("", include("relais.portals.patient.urls")),
    path("compte/", include("relais.portals.account.urls")),
    path("medecin/", include("relais.portals.doctor.urls")),
    path("centre/", include("relais.portals.centre.urls")),
    path("bureau/", include("relais.portals.office.urls")),
]

handler403 = "relais.portals.errors.forbidden"
handler404 = "relais.portals.errors.not_found"
handler429 = "relais.portals.errors.too_many"  # asked by allauth
handler500 = "relais.portals.errors.broken"
