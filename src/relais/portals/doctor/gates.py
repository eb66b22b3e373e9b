"""The doctor portal's own gate: the right, and the file of the doctor who signed in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from relais.accounts.states import Right
from relais.doctors.models import Doctor
from relais.doctors.queries import doctor_of
from relais.portals.gates import OpenView, PersonRequest, needs

type DoctorView[**P] = Callable[Concatenate[PersonRequest, Doctor, P], HttpResponseBase]


def as_doctor[**P](right: Right) -> Callable[[DoctorView[P]], OpenView[P]]:
    """Let people with `right` pass and give the view their own file; say so when they have none.

    Who has left the collective opens nothing here any more, even with an open account.
    """

    def gate(view: DoctorView[P]) -> OpenView[P]:
        @wraps(view)
        def with_file(
            request: PersonRequest, /, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            doctor = doctor_of(request.user)
            if doctor is None:
                return render(request, "doctor/no_file.html")
            if doctor.left_on is not None and doctor.left_on <= timezone.localdate():
                return render(request, "doctor/left.html", {"doctor": doctor}, status=403)
            return view(request, doctor, *args, **kwargs)

        return needs(right)(with_file)

    return gate
