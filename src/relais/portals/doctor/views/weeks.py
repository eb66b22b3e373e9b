"""The weeks a doctor offers, ticked on a phone in under a minute."""

from __future__ import annotations

from datetime import date

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from relais.accounts.states import Right
from relais.core.errors import Refusal
from relais.doctors.models import Doctor
from relais.engine.weeks import is_monday
from relais.portals.days import DayField
from relais.portals.doctor import weeks as year
from relais.portals.doctor.gates import as_doctor
from relais.portals.gates import PersonRequest, actor

UNREADABLE = "La page envoyée est incomplète. Rechargez-la et recommencez."


class WeeksForm(forms.Form):
    """Ticked Mondays, and the first and last week that the page showed."""

    first = DayField(widget=forms.HiddenInput)
    last = DayField(widget=forms.HiddenInput)
    weeks = forms.TypedMultipleChoiceField(coerce=date.fromisoformat, required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["weeks"].valid_value = _is_monday_text  # type: ignore[attr-defined]

    def clean_first(self) -> date:
        """Refuse a day that no page shows first."""
        day: date = self.cleaned_data["first"]
        if not is_monday(day):
            raise forms.ValidationError(UNREADABLE)
        return day


def _is_monday_text(value: str) -> bool:
    try:
        return is_monday(date.fromisoformat(value))
    except ValueError:
        return False


@as_doctor(Right.OFFERS_OWN)
def weeks(request: PersonRequest, doctor: Doctor) -> HttpResponseBase:
    """Show the year, tick several weeks at once, or save what is ticked."""
    today = timezone.localdate()
    if request.method != "POST":
        return _page(request, doctor, year.year_of(doctor, today=today))
    form = WeeksForm(request.POST)
    if not form.is_valid():
        return _page(request, doctor, year.year_of(doctor, today=today), sentence=UNREADABLE)
    ticked = set(form.cleaned_data["weeks"])
    if pick := request.POST.get("pick"):
        more = year.year_of(doctor, today=today).ticked_by(pick)
        return _page(
            request, doctor, year.year_of(doctor, today=today, ticked=ticked | more), picked=pick
        )
    try:
        saved = year.keep(
            doctor,
            ticked=ticked,
            first=form.cleaned_data["first"],
            last=form.cleaned_data["last"],
            by=actor(request),
            now=timezone.now(),
            today=today,
        )
    except Refusal as refusal:
        shown = year.year_of(doctor, today=today, ticked=ticked)
        return _page(request, doctor, shown, sentence=refusal.sentence)
    messages.success(request, saved.sentence())
    return redirect("doctor_weeks")


def _page(
    request: PersonRequest,
    doctor: Doctor,
    shown: year.Year,
    *,
    sentence: str = "",
    picked: str = "",
) -> HttpResponse:
    return render(
        request,
        "doctor/weeks.html",
        {"doctor": doctor, "year": shown, "sentence": sentence, "picked": picked},
        status=422 if sentence else 200,
    )
