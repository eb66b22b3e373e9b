"""Offering weeks in words: « une semaine entre … et … », as last year, with a colleague."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from relais.accounts.states import Right
from relais.core import formats
from relais.core.errors import Refusal
from relais.doctors.models import Companionship, Doctor
from relais.journeys import offering
from relais.portals.days import DayField
from relais.portals.doctor import sets
from relais.portals.doctor.forms import TRAVEL_CHOICES
from relais.portals.doctor.gates import as_doctor
from relais.portals.gates import PersonRequest, actor
from relais.rota import services as rota
from relais.rota.models import OfferSet

MOST_WEEKS: Final = 12
MONTHS_SHOWN: Final = 12
MONTH: Final = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
ALONE, FAMILY, COLLEAGUE = "alone", "family", "colleague"
COMPANY: Final = (
    (ALONE, "je viens sans ma famille"),
    (FAMILY, "je viens en famille"),
    (COLLEAGUE, "je viens avec un collègue médecin"),
)


class OfferForm(forms.Form):
    """« n semaines entre deux dates », with whom, how far, and whether as a reserve."""

    at_most = forms.TypedChoiceField(
        label="Combien de semaines parmi celles-là",
        coerce=int,
        initial=1,
        choices=[(count, formats.plural(count, "semaine")) for count in range(1, MOST_WEEKS + 1)],
    )
    first_on = DayField(label="Entre le", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    last_on = DayField(label="et le", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    company = forms.ChoiceField(
        label="Avec qui", choices=COMPANY, widget=forms.RadioSelect, initial=ALONE
    )
    colleague = forms.EmailField(
        label="Adresse électronique de ce collègue",
        required=False,
        help_text="S’il est du collectif, il reçoit un message. Rien sans son accord.",
    )
    max_travel_minutes = forms.TypedChoiceField(
        label="Trajet depuis chez vous, au plus",
        required=False,
        coerce=int,
        empty_value=None,
        help_text="Vaut pour toutes vos semaines.",
        choices=[
            ("", "peu importe"),
            *((one, formats.hours_minutes(one)) for one in TRAVEL_CHOICES),
        ],
    )
    may_stand_by = forms.BooleanField(
        label="Je peux être en réserve une de ces semaines",
        required=False,
        initial=True,
        help_text="On ne vous appelle que si un médecin manque.",
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the colleague's address where a colleague comes too."""
        found = super().clean() or {}
        if found.get("company") == COLLEAGUE and not found.get("colleague"):
            self.add_error("colleague", "Indiquez l’adresse de votre collègue.")
        return found


@dataclass(frozen=True, slots=True)
class MonthLink:
    """A month that fills the two dates in one tap."""

    key: str
    name: str
    is_chosen: bool


@as_doctor(Right.OFFERS_OWN)
def offer(request: PersonRequest, doctor: Doctor) -> HttpResponseBase:
    """Show the form and what is offered so already; note an offer."""
    today = timezone.localdate()
    chosen = request.GET.get("mois", "")
    form = OfferForm(request.POST or None, initial=_initial(doctor, chosen, today))
    sentence = ""
    if request.method == "POST" and form.is_valid():
        try:
            said = _note(request, doctor, form.cleaned_data)
        except Refusal as refusal:
            sentence = refusal.sentence
        else:
            messages.success(request, said)
            return redirect("doctor_offer")
    return render(
        request,
        "doctor/offer.html",
        {
            "form": form,
            "sentence": sentence,
            "months": _months(chosen, today),
            "sets": sets.sets_of(doctor, today=today),
            "duo": sets.duo_of(doctor),
            "again": offering.last_year(doctor, today=today).count,
        },
        status=422 if sentence or form.errors else 200,
    )


@as_doctor(Right.OFFERS_OWN)
def withdraw(request: PersonRequest, doctor: Doctor, pk: int) -> HttpResponseBase:
    """Take a set back."""
    made = get_object_or_404(OfferSet, pk=pk, doctor=doctor)
    if request.method == "POST":
        rota.withdraw_set(made, by=actor(request), now=timezone.now())
        messages.success(request, "C’est noté : ces semaines ne sont plus proposées.")
    return redirect("doctor_offer")


@as_doctor(Right.OFFERS_OWN)
def again(request: PersonRequest, doctor: Doctor) -> HttpResponseBase:
    """Show last year's weeks a year later; offer them with one button."""
    today = timezone.localdate()
    if request.method == "POST":
        done = offering.offer_again(doctor, by=actor(request), now=timezone.now())
        words = formats.plural(done.count, "semaine proposée", "semaines proposées")
        said = f"Merci. {words} comme l’an dernier."
        messages.success(request, said if done.count else "Vos semaines étaient déjà notées.")
        return redirect("doctor_home")
    return render(
        request,
        "doctor/again.html",
        {"again": offering.last_year(doctor, today=today)},
    )


@as_doctor(Right.OFFERS_OWN)
def end_duo(request: PersonRequest, doctor: Doctor, pk: int) -> HttpResponseBase:
    """Come alone again."""
    companion = get_object_or_404(Doctor, pk=pk)
    first, second = sorted((doctor.pk, companion.pk))
    if not Companionship.objects.filter(first=first, second=second).exists():
        raise Http404
    if request.method == "POST":
        try:
            offering.end_duo(doctor, companion=companion, by=actor(request), now=timezone.now())
        except Refusal as refusal:
            messages.error(request, refusal.sentence)
        else:
            messages.success(request, "C’est noté : vous venez de nouveau chacun de votre côté.")
    return redirect("doctor_offer")


def _note(request: PersonRequest, doctor: Doctor, said: dict[str, Any]) -> str:
    by, now = actor(request), timezone.now()
    span = {"first_on": said["first_on"], "last_on": said["last_on"], "at_most": said["at_most"]}
    if said["company"] == COLLEAGUE:
        offering.ask_duo(doctor, email=said["colleague"], **span, by=by, now=now)
        return (
            "Si cette adresse est celle d’un médecin du collectif, il vient de recevoir votre "
            "proposition. Vos semaines seront proposées quand il aura dit oui."
        )
    habits = {
        "max_travel_minutes": said["max_travel_minutes"],
        "brings_family": said["company"] == FAMILY,
    }
    changed = {name: value for name, value in habits.items() if getattr(doctor, name) != value}
    offering.offer(
        doctor, **span, may_stand_by=said["may_stand_by"], habits=changed, by=by, now=now
    )
    count = formats.plural(said["at_most"], "semaine")
    period = formats.period_words(said["first_on"], said["last_on"], today=timezone.localdate())
    return f"Merci. {count} {formats.agree(said['at_most'], 'notée')} : {period}."


def _initial(doctor: Doctor, month: str, today: date) -> dict[str, Any]:
    initial: dict[str, Any] = {
        "company": FAMILY if doctor.brings_family else ALONE,
        "max_travel_minutes": doctor.max_travel_minutes,
    }
    if MONTH.fullmatch(month):
        year, number = (int(part) for part in month.split("-"))
        initial["first_on"] = date(year, number, 1)
        initial["last_on"] = date(year, number, monthrange(year, number)[1])
    return initial


def _months(chosen: str, today: date) -> list[MonthLink]:
    found = []
    year, number = today.year, today.month
    for _ in range(MONTHS_SHOWN):
        year, number = (year + 1, 1) if number == MONTHS_SHOWN else (year, number + 1)
        key = f"{year}-{number:02d}"
        found.append(MonthLink(key, formats.month_words(date(year, number, 1)), key == chosen))
    return found
