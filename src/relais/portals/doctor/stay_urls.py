"""Addresses of a doctor's stays."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from relais.portals.doctor.views import stay

urlpatterns: list[URLPattern | URLResolver] = [
    path("", stay.stays_list, name="doctor_stays"),
    path("telephone.js", stay.telephone, name="doctor_stay_telephone"),
    path("<int:pk>/", stay.stay, name="doctor_stay"),
    path("<int:pk>/arrivee/", stay.arrival, name="doctor_stay_arrival"),
    path("<int:pk>/voyage/", stay.travel, name="doctor_stay_travel"),
    path("<int:pk>/code/", stay.code, name="doctor_stay_code"),
    path("<int:pk>/souci/", stay.incident, name="doctor_stay_incident"),
    path("<int:pk>/compteur/", stay.kilometres, name="doctor_stay_kilometres"),
    path("<int:pk>/livret/", stay.pack, name="doctor_stay_pack"),
    path("<int:pk>/livret.pdf", stay.pack_file, name="doctor_stay_file"),
    path("<int:pk>/photo/<int:picture>/", stay.photo, name="doctor_stay_photo"),
    path("<int:pk>/poche/", stay.pocket, name="doctor_stay_pocket"),
]
