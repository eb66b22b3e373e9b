"""Addresses of the doctor portal."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from relais.portals.doctor.views import (
    calendar,
    choosing,
    home,
    joining,
    mission,
    offering,
    papers,
    preferences,
    weeks,
    why,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="doctor_home"),
    path("semaines/", weeks.weeks, name="doctor_weeks"),
    path("semaines/au-choix/", offering.offer, name="doctor_offer"),
    path("semaines/au-choix/<int:pk>/retirer/", offering.withdraw, name="doctor_offer_withdraw"),
    path("semaines/an-dernier/", offering.again, name="doctor_again"),
    path("semaines/a-deux/<int:pk>/fin/", offering.end_duo, name="doctor_end_duo"),
    path("choisir/", choosing.choose, name="doctor_choose"),
    path("choisir/<int:pk>/garder/", choosing.keep, name="doctor_keep"),
    path("choisir/<int:pk>/rendre/", choosing.release, name="doctor_release"),
    path("choisir/<int:line_id>/<str:day>/", choosing.hold, name="doctor_hold"),
    path("semaines/<str:day>/pourquoi/", why.why_not_me, name="doctor_why"),
    path("preferences/", preferences.preferences, name="doctor_preferences"),
    path("preferences/communes/", preferences.communes, name="doctor_communes"),
    path("papiers/", papers.papers, name="doctor_papers"),
    path("papiers/<slug:code>/", papers.give, name="doctor_paper"),
    path("papiers/<slug:code>/fichier/", papers.read, name="doctor_paper_file"),
    path("charte/", joining.charter, name="doctor_charter"),
    path("pratique/", joining.practice, name="doctor_practice"),
    path("documents/<int:pk>/", joining.letter, name="doctor_letter"),
    path("apres/", include("relais.portals.doctor.after_urls")),
    path("sejours/", include("relais.portals.doctor.stay_urls")),
    path("agenda/", calendar.calendar, name="doctor_calendar"),
    path("missions/<int:pk>/", mission.mission, name="doctor_mission"),
    path("missions/<int:pk>/<str:act>/", mission.answer, name="doctor_answer"),
]
