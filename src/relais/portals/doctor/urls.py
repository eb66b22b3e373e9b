"""Addresses of the doctor portal."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from relais.portals.doctor.views import (
    calendar,
    home,
    joining,
    mission,
    papers,
    preferences,
    weeks,
    why,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="doctor_home"),
    path("semaines/", weeks.weeks, name="doctor_weeks"),
    path("semaines/<str:day>/pourquoi/", why.why_not_me, name="doctor_why"),
    path("preferences/", preferences.preferences, name="doctor_preferences"),
    path("preferences/communes/", preferences.communes, name="doctor_communes"),
    path("papiers/", papers.papers, name="doctor_papers"),
    path("papiers/<slug:code>/", papers.give, name="doctor_paper"),
    path("papiers/<slug:code>/fichier/", papers.read, name="doctor_paper_file"),
    path("charte/", joining.charter, name="doctor_charter"),
    path("pratique/", joining.practice, name="doctor_practice"),
    path("documents/<int:pk>/", joining.letter, name="doctor_letter"),
    path("agenda/", calendar.calendar, name="doctor_calendar"),
    path("missions/<int:pk>/", mission.mission, name="doctor_mission"),
    path("missions/<int:pk>/<str:act>/", mission.answer, name="doctor_answer"),
]
