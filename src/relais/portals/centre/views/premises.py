"""Houses and cars of a centre: their sheet, the days they are not free, the code, photographs."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from relais.accounts.permissions import may
from relais.accounts.states import Right
from relais.core.errors import Refusal
from relais.portals.centre.premises_forms import (
    CarForm,
    ClosedForm,
    CodeForm,
    LodgingForm,
    PhotoForm,
)
from relais.portals.centre.views.scope import my_car, my_centre, my_incident, my_lodging
from relais.portals.gates import PersonRequest, actor, needs
from relais.portals.stay_forms import IncidentForm
from relais.portals.stay_words import photo_answer
from relais.premises import services as premises
from relais.premises.models import Car, CarClosure, Lodging, LodgingClosure, LodgingPhoto


@needs(Right.STAYS_READ)
def lodging(request: PersonRequest, lodging: int) -> HttpResponse:
    """Show a lodging."""
    return _lodging_page(request, my_lodging(request, lodging))


@needs(Right.PREMISES_EDIT)
def add_lodging(request: PersonRequest, pk: int) -> HttpResponse:
    """Note a lodging."""
    centre = my_centre(request, pk)
    form = LodgingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = premises.add_lodging(
                centre, by=actor(request), now=timezone.now(), **form.cleaned_data
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, "Le logement est noté. Écrivez maintenant son code.")
            return redirect("centre_lodging", made.pk)
    return _form(request, form, heading=f"Un logement à {centre}", centre_id=pk)


@needs(Right.PREMISES_EDIT)
def edit_lodging(request: PersonRequest, lodging: int) -> HttpResponse:
    """Change a lodging."""
    row = my_lodging(request, lodging)
    form = LodgingForm(request.POST or None, thing=row)
    if request.method == "POST" and form.is_valid():
        try:
            premises.edit_lodging(
                row, changes=form.cleaned_data, by=actor(request), now=timezone.now()
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, "Le logement est enregistré.")
            return redirect("centre_lodging", lodging)
    return _form(request, form, heading=f"Modifier {row}", centre_id=row.centre_id)


@needs(Right.PREMISES_EDIT)
@require_POST
def lodging_act(request: PersonRequest, lodging: int, act: str) -> HttpResponse:
    """Change one thing of a lodging; each act has its name in the address."""
    row = my_lodging(request, lodging)
    if act not in _LODGING_ACTS:
        raise Http404
    try:
        said = _LODGING_ACTS[act](request, row)
    except Refusal as refusal:
        return _lodging_page(request, row, sentence=refusal.sentence)
    if isinstance(said, HttpResponse):
        return said
    messages.success(request, said)
    return redirect("centre_lodging", lodging)


@needs(Right.STAYS_READ)
def photo(request: PersonRequest, lodging: int, picture: int) -> HttpResponse:
    """Show a photograph of a house."""
    row = my_lodging(request, lodging)
    found = get_object_or_404(LodgingPhoto, pk=picture, lodging=row)
    try:
        content = premises.read_photo(found)
    except Refusal as refusal:
        return _lodging_page(request, row, sentence=refusal.sentence)
    return photo_answer(content, media_type=found.media_type)


@needs(Right.STAYS_READ)
def car(request: PersonRequest, car: int) -> HttpResponse:
    """Show a car."""
    return _car_page(request, my_car(request, car))


@needs(Right.PREMISES_EDIT)
def add_car(request: PersonRequest, pk: int) -> HttpResponse:
    """Note a car."""
    centre = my_centre(request, pk)
    form = CarForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = premises.add_car(
                centre, by=actor(request), now=timezone.now(), **form.cleaned_data
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, "La voiture est notée.")
            return redirect("centre_car", made.pk)
    return _form(request, form, heading=f"Une voiture à {centre}", centre_id=pk)


@needs(Right.PREMISES_EDIT)
def edit_car(request: PersonRequest, car: int) -> HttpResponse:
    """Change a car."""
    row = my_car(request, car)
    form = CarForm(request.POST or None, thing=row)
    if request.method == "POST" and form.is_valid():
        try:
            premises.edit_car(row, changes=form.cleaned_data, by=actor(request), now=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, "La voiture est enregistrée.")
            return redirect("centre_car", car)
    return _form(request, form, heading=f"Modifier {row}", centre_id=row.centre_id)


@needs(Right.PREMISES_EDIT)
@require_POST
def car_act(request: PersonRequest, car: int, act: str) -> HttpResponse:
    """Change one thing of a car."""
    row = my_car(request, car)
    if act not in _CAR_ACTS:
        raise Http404
    try:
        said = _CAR_ACTS[act](request, row)
    except Refusal as refusal:
        return _car_page(request, row, sentence=refusal.sentence)
    if isinstance(said, HttpResponse):
        return said
    messages.success(request, said)
    return redirect("centre_car", car)


@needs(Right.PREMISES_EDIT)
@require_POST
def settle(request: PersonRequest, incident: int) -> HttpResponse:
    """Note that something is repaired."""
    row = my_incident(request, incident)
    premises.settle_incident(row, by=actor(request), now=timezone.now())
    messages.success(request, "C’est réglé.")
    if row.lodging_id is not None:
        return redirect("centre_lodging", row.lodging_id)
    return redirect("centre_car", row.car_id)


@needs(Right.PREMISES_EDIT)
def incident_photo(request: PersonRequest, incident: int) -> HttpResponse:
    """Show the photograph of something to repair."""
    row = my_incident(request, incident)
    if not row.file_name:
        raise Http404
    try:
        content = premises.read_incident_photo(row, by=actor(request), now=timezone.now())
    except Refusal:
        raise Http404 from None
    return photo_answer(content, media_type=row.media_type)


# -- acts ------------------------------------------------------------------------------------------


def _close(request: PersonRequest, row: Lodging) -> str | HttpResponse:
    form = ClosedForm(request.POST)
    if not form.is_valid():
        return _lodging_page(request, row, closed_form=form, status=422)
    said = form.cleaned_data
    premises.close_lodging(
        row,
        first_night=said["first"],
        last_night=said["last"],
        reason=said["reason"],
        by=actor(request),
        now=timezone.now(),
    )
    return "C’est noté. Les séjours déjà prévus là se lisent parmi ce qui ne va pas."


def _open(request: PersonRequest, row: Lodging) -> str:
    closure = get_object_or_404(LodgingClosure, pk=_key(request), lodging=row)
    premises.open_lodging(closure, by=actor(request), now=timezone.now())
    return "Ces nuits sont de nouveau libres."


def _set_code(request: PersonRequest, row: Lodging) -> str | HttpResponse:
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _lodging_page(request, row, code_form=form, status=422)
    premises.set_code(row, code=form.cleaned_data["code"], by=actor(request), now=timezone.now())
    return "Le code est noté." if form.cleaned_data["code"].strip() else "Le code est oublié."


def _read_code(request: PersonRequest, row: Lodging) -> HttpResponse:
    code = premises.read_code(row, by=actor(request), now=timezone.now())
    answer = _lodging_page(request, row, code=code)
    answer["Cache-Control"] = "private, no-store"
    return answer


def _add_photo(request: PersonRequest, row: Lodging) -> str | HttpResponse:
    form = PhotoForm(request.POST, request.FILES)
    if not form.is_valid():
        return _lodging_page(request, row, photo_form=form, status=422)
    premises.add_photo(
        row,
        content=form.cleaned_data["photo"].read(premises.most_photo_bytes() + 1),
        words=form.cleaned_data["words"],
        by=actor(request),
        now=timezone.now(),
    )
    return "La photo est ajoutée."


def _remove_photo(request: PersonRequest, row: Lodging) -> str:
    found = get_object_or_404(LodgingPhoto, pk=_key(request), lodging=row)
    premises.remove_photo(found, by=actor(request), now=timezone.now())
    return "La photo est retirée."


def _house_incident(request: PersonRequest, row: Lodging) -> str | HttpResponse:
    form = IncidentForm(request.POST, request.FILES)
    if not form.is_valid():
        return _lodging_page(request, row, incident_form=form, status=422)
    return _note(request, row, form)


def _car_incident(request: PersonRequest, row: Car) -> str | HttpResponse:
    form = IncidentForm(request.POST, request.FILES)
    if not form.is_valid():
        return _car_page(request, row, incident_form=form, status=422)
    return _note(request, row, form)


def _note(request: PersonRequest, thing: Lodging | Car, form: IncidentForm) -> str:
    photo_file = form.cleaned_data["photo"]
    premises.note_incident(
        thing,
        text=form.cleaned_data["text"],
        photo=b"" if photo_file is None else photo_file.read(premises.most_photo_bytes() + 1),
        by=actor(request),
        now=timezone.now(),
    )
    return "C’est noté."


def _close_car(request: PersonRequest, row: Car) -> str | HttpResponse:
    form = ClosedForm(request.POST)
    if not form.is_valid():
        return _car_page(request, row, closed_form=form, status=422)
    said = form.cleaned_data
    premises.close_car(
        row,
        first_on=said["first"],
        last_on=said["last"],
        reason=said["reason"],
        by=actor(request),
        now=timezone.now(),
    )
    return "C’est noté. Les séjours qui l’avaient se lisent parmi ce qui ne va pas."


def _open_car(request: PersonRequest, row: Car) -> str:
    closure = get_object_or_404(CarClosure, pk=_key(request), car=row)
    premises.open_car(closure, by=actor(request), now=timezone.now())
    return "La voiture est de nouveau libre ces jours-là."


_LODGING_ACTS: Final = {
    "fermer": _close,
    "rouvrir": _open,
    "code": _set_code,
    "voir-code": _read_code,
    "photo": _add_photo,
    "retirer-photo": _remove_photo,
    "souci": _house_incident,
}
_CAR_ACTS: Final = {"fermer": _close_car, "rouvrir": _open_car, "souci": _car_incident}


def _key(request: PersonRequest) -> int:
    said = request.POST.get("thing", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0


def _lodging_page(
    request: PersonRequest, row: Lodging, *, sentence: str = "", status: int = 200, **more: Any
) -> HttpResponse:
    page = {
        "lodging": row,
        "closures": row.closures.filter(last_night__gte=timezone.localdate()).order_by(
            "first_night", "id"
        ),
        "photos": row.photos.order_by("id"),
        "incidents": row.incidents.filter(settled_at=None).order_by("noted_at", "id"),
        "closed_form": ClosedForm(),
        "code_form": CodeForm(),
        "photo_form": PhotoForm(),
        "incident_form": IncidentForm(),
        "may_edit": may(request.user, Right.PREMISES_EDIT),
        "sentence": sentence,
        **more,
    }
    return render(request, "centre/lodging.html", page, status=422 if sentence else status)


def _car_page(
    request: PersonRequest, row: Car, *, sentence: str = "", status: int = 200, **more: Any
) -> HttpResponse:
    page = {
        "car": row,
        "closures": row.closures.filter(last_on__gte=timezone.localdate()).order_by(
            "first_on", "id"
        ),
        "incidents": row.incidents.filter(settled_at=None).order_by("noted_at", "id"),
        "closed_form": ClosedForm(),
        "incident_form": IncidentForm(),
        "may_edit": may(request.user, Right.PREMISES_EDIT),
        "sentence": sentence,
        **more,
    }
    return render(request, "centre/car.html", page, status=422 if sentence else status)


def _form(request: PersonRequest, form: Any, *, heading: str, centre_id: int) -> HttpResponse:
    page = {"form": form, "heading": heading, "centre_id": centre_id}
    return render(request, "centre/premises_form.html", page, status=422 if form.errors else 200)
