"""Addresses of the patient portal. None carries a name, a birth date or a number."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from relais.portals.patient.views import asking, centres, mine, offers

urlpatterns: list[URLPattern | URLResolver] = [
    path("rendez-vous/", centres.centres, name="patient_centres"),
    path("rendez-vous/code/", asking.code, name="patient_code"),
    path("rendez-vous/code/encore/", asking.again, name="patient_code_again"),
    path("rendez-vous/code/abandon/", asking.give_up, name="patient_give_up"),
    path("rendez-vous/<int:pk>/", centres.centre, name="patient_centre"),
    path("rendez-vous/<int:pk>/rien/", centres.nothing, name="patient_nothing"),
    path("rendez-vous/<int:pk>/demande/", asking.ask, name="patient_ask"),
    path("rdv/<str:token>/", mine.appointment, name="patient_appointment"),
    path("rdv/<str:token>/annuler/", mine.cancel, name="patient_cancel"),
    path("rdv/<str:token>/plus-tot/", mine.earlier, name="patient_earlier"),
    path("rdv/<str:token>/changer/", mine.move, name="patient_move"),
    path("place/<str:token>/", offers.offer, name="patient_offer"),
    path("place/<str:token>/repondre/", offers.answer, name="patient_offer_answer"),
]
