"""Addresses of the centre portal."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from relais.portals.centre.views import calendar, home, week

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="centre_home"),
    path("<int:pk>/agenda/", calendar.calendar, name="centre_calendar"),
    path("<int:pk>/<str:day>/", week.week, name="centre_week"),
]
