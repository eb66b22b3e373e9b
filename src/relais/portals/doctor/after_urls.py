"""Addresses of the page that follows a mission."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from relais.portals.doctor.views import after

urlpatterns: list[URLPattern | URLResolver] = [
    path("<int:pk>/", after.after, name="doctor_after"),
    path("<int:pk>/avis/", after.feedback, name="doctor_after_feedback"),
    path("<int:pk>/frais/", after.expense, name="doctor_after_expense"),
    path("<int:pk>/frais/<int:expense>/", after.receipt, name="doctor_after_receipt"),
    path("<int:pk>/compte/", after.account, name="doctor_after_account"),
    path("<int:pk>/encore/", after.again, name="doctor_after_again"),
]
