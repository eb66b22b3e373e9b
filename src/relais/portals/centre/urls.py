"""Addresses of the centre portal."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from relais.portals.centre import desk_urls, patient_urls
from relais.portals.centre.views import appointments, calendar, day, home, openings, week

_ROW = "<int:pk>/rendez-vous/<str:appointment>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="centre_home"),
    *patient_urls.urlpatterns,
    *desk_urls.urlpatterns,
    path("", include("relais.portals.centre.stay_urls")),
    path("journee/", day.agenda, name="centre_agenda"),
    path("<int:pk>/agenda/", calendar.calendar, name="centre_calendar"),
    path("<int:pk>/semaine-type/", day.prepare, name="centre_prepare"),
    path("<int:pk>/ouvertures/", openings.openings, name="centre_openings"),
    path("<int:pk>/ouvertures/date/", openings.exception, name="centre_exception"),
    path("<int:pk>/jour/<str:day>/", day.day, name="centre_day"),
    path("<int:pk>/jour/<str:day>/semaine/", day.week, name="centre_day_week"),
    path("<int:pk>/jour/<str:day>/chercher/", day.find, name="centre_find"),
    path("<int:pk>/jour/<str:day>/nouveau/", appointments.new_patient, name="centre_new_patient"),
    path("<int:pk>/jour/<str:day>/<str:person>/", appointments.book, name="centre_book"),
    path(_ROW, appointments.appointment, name="centre_appointment"),
    path(f"{_ROW}changer/", appointments.move, name="centre_move"),
    path(f"{_ROW}annuler/", appointments.cancel, name="centre_cancel"),
    path(f"{_ROW}defaire/", appointments.undo, name="centre_undo"),
    path("<int:pk>/<str:day>/", week.week, name="centre_week"),
]
