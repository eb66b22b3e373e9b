"""Addresses of the public portal."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from relais.portals.public.views import answers, feeds, home, messages, pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="public_home"),
    path("mentions/", pages.legal, name="public_legal"),
    path("favicon.ico", pages.favicon, name="public_favicon"),
    path("robots.txt", pages.robots, name="public_robots"),
    path("manifest.webmanifest", pages.manifest, name="public_manifest"),
    path("r/<str:token>/", answers.answer, name="public_answer"),
    path("messages/arret/<str:token>/", messages.stop, name="messages_stop"),
    path("messages/sms/", messages.sms, name="messages_sms"),
    path("agenda/<str:token>.ics", feeds.feed, name="feed"),
]
