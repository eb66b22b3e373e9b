"""Addresses of the patients' files at the desk. None carries a name."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from relais.portals.centre.views import patient_acts, patient_files, patient_lists

_FILE = "patient/<str:person>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("patients/", patient_lists.entrance, name="centre_patients_entrance"),
    path("ouverture/", patient_lists.exception, name="centre_exception"),
    path("<int:pk>/patients/", patient_lists.patients, name="centre_patients"),
    path("<int:pk>/patients/nouveau/", patient_lists.new, name="centre_patient_new"),
    path("<int:pk>/patients/verifier/", patient_lists.to_check, name="centre_patients_check"),
    path("<int:pk>/page-publique/", patient_lists.online, name="centre_online"),
    path(_FILE, patient_files.file, name="centre_patient"),
    path(f"{_FILE}modifier/", patient_files.edit, name="centre_patient_edit"),
    path(f"{_FILE}lectures/", patient_files.readings, name="centre_patient_readings"),
    path(f"{_FILE}declaration.pdf", patient_files.declaration, name="centre_patient_declaration"),
    path(f"{_FILE}reunir/<str:other>/", patient_files.merge, name="centre_patient_merge"),
    path(f"{_FILE}separer/<int:merge>/", patient_acts.part, name="centre_patient_part"),
    path(f"{_FILE}verifiee/", patient_acts.checked, name="centre_patient_checked"),
    path(f"{_FILE}identite/", patient_acts.identity, name="centre_patient_identity"),
    path(f"{_FILE}inscrire/", patient_acts.register, name="centre_patient_register"),
    path(f"{_FILE}attendre/", patient_acts.wait, name="centre_patient_wait"),
    path(f"{_FILE}fin/", patient_acts.end, name="centre_patient_end"),
    path(f"{_FILE}signee/", patient_acts.signed, name="centre_patient_signed"),
    path(f"{_FILE}transmise/", patient_acts.sent, name="centre_patient_sent"),
    path(f"{_FILE}representant/", patient_acts.proxy, name="centre_patient_proxy"),
    path(
        f"{_FILE}representant/<int:proxy>/fin/",
        patient_acts.end_proxy,
        name="centre_patient_end_proxy",
    ),
    path(f"{_FILE}accord/", patient_acts.agreement, name="centre_patient_agreement"),
]
