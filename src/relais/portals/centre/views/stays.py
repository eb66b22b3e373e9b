"""Who sleeps where over the weeks, and one stay: its lodging, its car, its keys."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from relais.accounts.permissions import may
from relais.accounts.states import Right
from relais.core.errors import Refusal
from relais.engine.weeks import WEEK, monday_of, mondays
from relais.journeys import staying
from relais.portals.centre.views.scope import my_centres, my_stay
from relais.portals.gates import PersonRequest, actor, needs
from relais.portals.stay_forms import KilometresForm, TravelForm
from relais.premises.models import Car, Lodging
from relais.premises.queries import open_incidents
from relais.rota.models import Mission
from relais.rota.states import FIRM
from relais.stays import planning
from relais.stays import queries as stays_read
from relais.stays import services as stays
from relais.stays.models import Stay

SHOWN_WEEKS: Final = 6
CONFLICT_WEEKS: Final = 12


@needs(Right.STAYS_READ)
def overview(request: PersonRequest) -> HttpResponse:
    """Show the houses and cars of some centres, week by week, and what does not fit."""
    today = timezone.localdate()
    mine = my_centres(request)
    chosen = request.GET.get("centre", "")
    centres = [centre for centre in mine if chosen in ("", str(centre.pk))] or mine
    first = monday_of(today)
    found = planning.conflicts(
        centres, first=today, last=first + CONFLICT_WEEKS * WEEK, today=today
    )
    return render(
        request,
        "centre/stays.html",
        {
            "mine": mine,
            "centres": centres,
            "centre": centres[0] if len(centres) == 1 else None,
            "chosen": chosen,
            "weeks": mondays(first, SHOWN_WEEKS),
            "rows": stays_read.overview(centres, first_monday=first, weeks=SHOWN_WEEKS),
            "conflicts": found,
            "troubled_houses": _troubled(found, cars=False),
            "troubled_cars": _troubled(found, cars=True),
            "incidents": open_incidents(centre_ids=[centre.pk for centre in centres]),
        },
    )


def _troubled(found: Iterable[planning.Conflict], *, cars: bool) -> set[int]:
    """Give the stays whose house, or whose car, does not fit."""
    return {one.stay.pk for one in found if one.stay is not None and one.is_about_car is cars}


@needs(Right.STAYS_READ)
def stay(request: PersonRequest, stay: int) -> HttpResponse:
    """Show one stay."""
    return _page(request, my_stay(request, stay))


@needs(Right.STAYS_EDIT)
@require_POST
def prepare(request: PersonRequest, mission: int) -> HttpResponse:
    """Prepare the stay of a confirmed mission that has none."""
    row = get_object_or_404(
        Mission.objects.select_related("doctor", "line__centre"),
        pk=mission,
        state__in=FIRM,
        line__centre__in=my_centres(request),
    )
    made = stays.prepare(row, by=actor(request), now=timezone.now())
    messages.success(request, "Le séjour est préparé.")
    return redirect("centre_stay", made.pk)


@needs(Right.STAYS_EDIT)
@require_POST
def act(request: PersonRequest, stay: int, act: str) -> HttpResponse:
    """Change one thing of a stay; each act has its name in the address."""
    own = my_stay(request, stay)
    if act not in _ACTS:
        raise Http404
    try:
        said = _ACTS[act](request, own)
    except Refusal as refusal:
        return _page(request, own, sentence=refusal.sentence)
    if isinstance(said, HttpResponse):
        return said
    messages.success(request, said)
    return redirect("centre_stay", stay)


# -- acts ------------------------------------------------------------------------------------------


def _lodging(request: PersonRequest, own: Stay) -> str:
    lodging = _chosen(Lodging, request, own)
    stays.book_lodging(own, lodging=lodging, by=actor(request), now=timezone.now())
    return "Le logement est réservé." if lodging else "Ce séjour n’a plus de logement du centre."


def _car(request: PersonRequest, own: Stay) -> str:
    car = _chosen(Car, request, own)
    stays.book_car(own, car=car, by=actor(request), now=timezone.now())
    return "La voiture est réservée." if car else "Ce séjour n’a plus de voiture du centre."


def _settle(request: PersonRequest, own: Stay) -> str:
    stays.settle(own, by=actor(request), now=timezone.now())
    return "Le logement et la voiture sont choisis à nouveau."


def _keys(request: PersonRequest, own: Stay) -> str:
    stays.give_keys(own, by=actor(request), now=timezone.now())
    return "Les clés sont remises : c’est noté."


def _keys_back(request: PersonRequest, own: Stay) -> str:
    stays.take_keys_back(own, by=actor(request), now=timezone.now())
    return "Les clés sont rendues : c’est noté."


def _pack(request: PersonRequest, own: Stay) -> str:
    staying.send_welcome(own, by=actor(request), now=timezone.now())
    return "Le livret part maintenant."


def _driver(request: PersonRequest, own: Stay) -> str:
    if own.car is None:
        raise Http404
    stays.declare_driver(own.car, doctor=own.mission.doctor, by=actor(request), now=timezone.now())
    return "C’est noté : l’assureur connaît ce conducteur."


def _travel(request: PersonRequest, own: Stay) -> str | HttpResponse:
    form = TravelForm(request.POST, stay=own)
    if not form.is_valid():
        return _page(request, own, travel_form=form, status=422)
    stays.set_travel(own, by=actor(request), now=timezone.now(), **form.cleaned_data)
    return "Le voyage est noté."


def _kilometres(request: PersonRequest, own: Stay) -> str | HttpResponse:
    form = KilometresForm(request.POST)
    if not form.is_valid():
        return _page(request, own, sentence="Écrivez le compteur en chiffres.")
    stays.note_kilometres(own, by=actor(request), now=timezone.now(), **form.cleaned_data)
    return "Le compteur est noté."


_ACTS: Final = {
    "logement": _lodging,
    "voiture": _car,
    "choisir": _settle,
    "cles": _keys,
    "cles-rendues": _keys_back,
    "livret": _pack,
    "conducteur": _driver,
    "voyage": _travel,
    "compteur": _kilometres,
}


def _chosen[T: (Lodging, Car)](kind: type[T], request: PersonRequest, own: Stay) -> T | None:
    """Give the lodging or car of the form, of the stay's own centre; None for « aucun »."""
    said = request.POST.get("thing", "")
    if said == "":
        return None
    centre_id = own.mission.line.centre_id
    key = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
    found: T = get_object_or_404(kind, pk=key, centre_id=centre_id)
    return found


def _page(
    request: PersonRequest,
    own: Stay,
    *,
    sentence: str = "",
    status: int = 200,
    travel_form: TravelForm | None = None,
    **more: Any,
) -> HttpResponse:
    today = timezone.localdate()
    pack = stays_read.last_welcome(centre_ids=[own.mission.line.centre_id])
    trip = stays_read.trip_of(own)
    page = {
        "stay": own,
        "centre": own.mission.line.centre,
        "doctor": own.mission.doctor,
        "party": planning.party_words(own),
        "conflicts": planning.conflicts_of(own, today=today),
        "lodging_fits": planning.lodging_fits(own),
        "car_fits": planning.car_fits(own),
        "travel_form": travel_form or TravelForm(stay=own),
        "km_form": KilometresForm(
            initial={} if trip is None else {"start_km": trip.start_km, "end_km": trip.end_km}
        ),
        "pack": pack.get(own.mission.line.centre_id),
        "may_edit": may(request.user, Right.STAYS_EDIT),
        "sentence": sentence,
        **more,
    }
    return render(request, "centre/stay.html", page, status=422 if sentence else status)
