"""The doctor's missions in the agenda of a telephone."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.urls import reverse

from relais.accounts.states import Right
from relais.doctors.models import Doctor
from relais.portals.doctor.gates import as_doctor
from relais.portals.feeds import feed_page
from relais.portals.gates import PersonRequest


@as_doctor(Right.MISSIONS_OWN)
def calendar(request: PersonRequest, doctor: Doctor) -> HttpResponseBase:
    """Open, change or close the address of the doctor's calendar."""
    return feed_page(
        request,
        doctor,
        what="Vos missions, avec le lieu et les jours.",
        back=reverse("doctor_home"),
        back_label="Mes missions",
    )
