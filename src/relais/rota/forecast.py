"""The bridge to the engine's forecast: are there enough ready doctors for the months to come?"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from relais.engine import parameters
from relais.engine.pool import MonthFacts, MonthForecast, Offering, forecast
from relais.engine.weeks import WEEK, monday_of, mondays
from relais.rota.queries import situation as facts
from relais.rota.states import FIRM

WEEKS = 52


def months_ahead(today: date) -> list[MonthForecast]:
    """Forecast the months of the coming 52 weeks, the first and the last in part. 13 queries.

    A week belongs to the month of its Monday. Lines and openings that are planned count from their
    day on.
    """
    first = monday_of(today) + WEEK
    days = mondays(first, WEEKS)
    now = facts.load(first, days[-1], today=today)
    placed = {(one.line_id, one.monday): one for one in now.missions.values()}
    needed, confirmed, awaited = Counter[date](), Counter[date](), Counter[date]()
    lines = list(now.lines.values())
    for monday in days:
        month = monday.replace(day=1)
        for line in lines:
            if not now.is_needed(line, monday):
                continue
            needed[month] += 1
            mission = placed.get((line.pk, monday))
            if mission is not None and mission.state in FIRM:
                confirmed[month] += 1
            elif mission is not None:
                awaited[month] += 1
    unused: dict[int, Counter[date]] = {}
    for doctor_id, monday in now.offers:
        doctor = now.doctors.get(doctor_id)
        if first <= monday <= days[-1] and doctor is not None and now.is_free(doctor, monday):
            unused.setdefault(doctor_id, Counter())[monday.replace(day=1)] += 1
    busy = Counter(
        one.doctor_id for one in now.missions.values() if first <= one.monday <= days[-1]
    )
    offers = [
        Offering(max(0, now.doctors[pk].max_missions - busy[pk]), months)
        for pk, months in sorted(unused.items())
    ]
    far_from = today + timedelta(days=parameters.load("pool")["offers_ahead_days"].value)
    months = []
    for month in sorted({monday.replace(day=1) for monday in days}):
        last = max(monday for monday in days if monday.replace(day=1) == month)
        ready = {
            pk
            for pk, one in now.doctors.items()
            if one.ready_on is not None
            and one.ready_on <= last
            and (one.left_on is None or one.left_on > last)
        }
        idle = sum(pk not in unused and not busy[pk] for pk in ready)
        months.append(
            MonthFacts(
                first_day=month,
                needed=needed[month],
                confirmed=confirmed[month],
                awaited=awaited[month],
                idle=idle,
                ready=len(ready),
                is_far=last >= far_from,
            )
        )
    return forecast(months, offers)
