"""The home of a doctor: the next mission, and what is needed."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from relais.accounts.states import Right
from relais.doctors.models import Doctor
from relais.engine.weeks import WEEK, monday_of
from relais.journeys import offering
from relais.portals.doctor import cards
from relais.portals.doctor.gates import as_doctor
from relais.portals.gates import PersonRequest
from relais.rota import queries as rota
from relais.rota.queries import choosing, sharing


@as_doctor(Right.MISSIONS_OWN)
def home(request: PersonRequest, doctor: Doctor) -> HttpResponse:
    """Show one card per mission to come, the weeks offered, and what was done."""
    today = timezone.localdate()
    coming, before = cards.split(doctor, today=today)
    next_monday = monday_of(today) + WEEK
    taken = {mission.monday for mission in coming}
    offered = [
        offer.monday
        for offer in rota.offers_of(doctor, since=next_monday)
        if offer.monday not in taken
    ]
    shown = cards.cards(doctor, coming, today=today) if coming else []
    return render(
        request,
        "doctor/home.html",
        {
            "doctor": doctor,
            "cards": shown,
            "awaiting": next((card.key for card in shown if card.awaits_answer), ""),
            "before": [
                (mission, rota.week_state(mission.state, mission.monday, today=today))
                for mission in before
            ],
            "offered": offered,
            "held": choosing.held_by(doctor, now=timezone.now()),
            "again": offering.last_year(doctor, today=today).count,
            "shares": [
                (one, sharing.days_words(one, first_doctor=str(one.mission.doctor), today=today))
                for one in sharing.shares_of(doctor, since=today)
            ],
            "standbys": rota.standbys_of(doctor, since=next_monday),
        },
    )
