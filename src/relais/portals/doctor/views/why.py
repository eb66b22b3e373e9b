"""Why a week that the doctor offered is not hers."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from relais.accounts.states import Right
from relais.core import formats
from relais.doctors.models import Doctor
from relais.engine.weeks import is_monday
from relais.portals.doctor.gates import as_doctor
from relais.portals.doctor.weeks import YEAR
from relais.portals.gates import PersonRequest
from relais.rota import explaining


@as_doctor(Right.OFFERS_OWN)
def why_not_me(request: PersonRequest, doctor: Doctor, day: str) -> HttpResponse:
    """Say why, in a sentence that names no other doctor."""
    today = timezone.localdate()
    try:
        monday = date.fromisoformat(day)
    except ValueError as error:
        raise Http404 from error
    if not is_monday(monday) or not today < monday <= today + YEAR:
        raise Http404
    page = {
        "week": formats.week_label(monday, today=today),
        "sentence_told": explaining.why_not_me(doctor, monday=monday, today=today),
    }
    return render(request, "doctor/why.html", page)
