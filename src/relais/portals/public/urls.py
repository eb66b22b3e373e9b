"""Addresses of the public portal."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from relais.portals.public.views import (
    agreement,
    answers,
    duo,
    feeds,
    home,
    invitation,
    joining,
    messages,
    pages,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="public_home"),
    path("mentions/", pages.legal, name="public_legal"),
    path("favicon.ico", pages.favicon, name="public_favicon"),
    path("robots.txt", pages.robots, name="public_robots"),
    path("manifest.webmanifest", pages.manifest, name="public_manifest"),
    path("venir/", joining.interest, name="public_interest"),
    path("venir/merci/", joining.thanks, name="public_interest_thanks"),
    path("venir/suivi/<str:token>/", joining.follow, name="public_interest_follow"),
    path("r/mission/<str:token>/", invitation.invitation, name="public_invitation"),
    path("r/duo/<str:token>/", duo.duo, name="public_duo"),
    path("r/accord/<str:token>/", agreement.agreement, name="public_agreement"),
    path("r/<str:token>/", answers.answer, name="public_answer"),
    path("messages/arret/<str:token>/", messages.stop, name="messages_stop"),
    path("messages/sms/", messages.sms, name="messages_sms"),
    path("agenda/<str:token>.ics", feeds.feed, name="feed"),
]
