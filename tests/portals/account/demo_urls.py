"""All addresses, as the demonstration has them."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from relais.config.urls import urlpatterns as always
from relais.portals.account.urls import demo_addresses

urlpatterns: list[URLPattern | URLResolver] = [
    path("compte/", include(demo_addresses(is_demo=True))),
    *always,
]
