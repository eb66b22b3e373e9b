"""Forms of lodgings, cars, the days they are not free, and the welcome pack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms

from relais.portals.days import DayField
from relais.premises.models import Car, Lodging
from relais.premises.models.lodgings import MOST_BEDROOMS
from relais.premises.states import Gearbox
from relais.stays.states import SECTIONS, Section

MOST_PEOPLE: Final = 40
MOST_LETTERS: Final = 8_000  # a chapter, about three printed pages


def _day(label: str, *, required: bool = True, help_text: str = "") -> DayField:
    return DayField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Écrivez une date, par exemple 10/01/2027."},
    )


def _text(label: str, *, letters: int, required: bool = False, help_text: str = "") -> Any:
    return forms.CharField(label=label, max_length=letters, required=required, help_text=help_text)


def _area(label: str, *, help_text: str = "", letters: int = 2_000) -> Any:
    return forms.CharField(
        label=label,
        max_length=letters,
        required=False,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def _yes(label: str, *, initial: bool = False, help_text: str = "") -> Any:
    return forms.BooleanField(label=label, required=False, initial=initial, help_text=help_text)


class _Grouped(forms.Form):
    GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def __init__(self, *args: Any, thing: Lodging | Car | None = None, **kwargs: Any) -> None:
        if thing is not None:
            names = [name for _, group in self.GROUPS for name in group]
            kwargs.setdefault("initial", {name: getattr(thing, name) for name in names})
        super().__init__(*args, **kwargs)

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Give the fields by heading, for the page."""
        return [(title, [self[name] for name in names]) for title, names in self.GROUPS]


class LodgingForm(_Grouped):
    """A lodging: where, for whom, how one gets in. The code has a form of its own."""

    name = _text("Nom", letters=80, required=True, help_text="Par exemple « gîte du Moulin ».")
    address = _text("Adresse", letters=200, required=True)
    directions = _area("Comment trouver la maison")
    bedrooms = forms.IntegerField(label="Chambres", min_value=1, max_value=MOST_BEDROOMS, initial=1)
    capacity = forms.IntegerField(
        label="Personnes, au plus", min_value=1, max_value=MOST_PEOPLE, initial=2
    )
    family_welcome = _yes("Familles bienvenues", initial=True)
    pets_allowed = _yes("Animaux admis")
    step_free = _yes("De plain-pied")
    shareable = _yes(
        "Deux médecins peuvent s’y loger", help_text="Chacun sa chambre, si tous deux l’acceptent."
    )
    cleaning_hours = forms.IntegerField(
        label="Heures de ménage entre deux séjours", min_value=0, max_value=72, initial=3
    )
    house_rules = _area("Ce que la maison demande", help_text="Poubelles, chauffage, bruit…")
    host_name = _text("Hôte", letters=80)
    host_phone = _text("Téléphone de l’hôte", letters=30)
    keys_where = _text(
        "Où sont les clés", letters=200, help_text="Jamais le code ici : il a sa propre place."
    )
    keys_who = _text("Qui les remet", letters=80)
    keys_phone = _text("Son téléphone", letters=30)
    has_code = _yes("On entre avec un code", initial=True)
    retired_on = _day("N’est plus proposé à partir du", required=False)

    GROUPS = (
        ("La maison", ("name", "address", "directions", "bedrooms", "capacity")),
        (
            "Pour qui",
            ("family_welcome", "pets_allowed", "step_free", "shareable", "cleaning_hours"),
        ),
        ("Entrer", ("keys_where", "keys_who", "keys_phone", "has_code")),
        ("L’hôte", ("host_name", "host_phone", "house_rules", "retired_on")),
    )


class CarForm(_Grouped):
    """A car: its places, its insurance, its keys."""

    name = _text("Nom", letters=80, required=True, help_text="Par exemple « Clio grise ».")
    plate = _text("Immatriculation", letters=20)
    seats = forms.IntegerField(label="Places", min_value=1, max_value=9, initial=5)
    gearbox = forms.ChoiceField(label="Boîte de vitesses", choices=Gearbox.choices)
    insured_until = _day("Assurée jusqu’au", required=False)
    named_drivers = _yes("L’assureur veut le nom de chaque conducteur")
    breakdown_phone = _text("Assistance en cas de panne", letters=30)
    keys_where = _text("Où sont les clés", letters=200)
    keys_who = _text("Qui les remet", letters=80)
    keys_phone = _text("Son téléphone", letters=30)
    advice = _area("À savoir", help_text="Carburant, stationnement, enfants à l’arrière…")
    retired_on = _day("N’est plus prêtée à partir du", required=False)

    GROUPS = (
        ("La voiture", ("name", "plate", "seats", "gearbox", "advice")),
        ("L’assurance", ("insured_until", "named_drivers", "breakdown_phone")),
        ("Les clés", ("keys_where", "keys_who", "keys_phone", "retired_on")),
    )


class ClosedForm(forms.Form):
    """Nights of a lodging, or days of a car, that are not free."""

    first = _day("Du")
    last = _day("Au")
    reason = _text("Raison", letters=120)

    def clean(self) -> dict[str, Any]:
        """End after beginning."""
        said = super().clean() or {}
        if said.get("first") and said.get("last") and said["last"] < said["first"]:
            self.add_error("last", "Le dernier jour vient après le premier.")
        return said


class CodeForm(forms.Form):
    """The access code; nothing written forgets it."""

    code = forms.CharField(
        label="Nouveau code",
        max_length=60,
        required=False,
        help_text="Laissez vide pour l’oublier. Il reste illisible dans la base.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class PhotoForm(forms.Form):
    """A photograph of a house."""

    photo = forms.FileField(
        label="Photo", widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png"})
    )
    words = _text("Ce que l’on voit", letters=120, required=True)


_HELP: Final[dict[Section, str]] = {
    Section.HOUSE: "Le chauffage, le linge, le Wi-Fi, les poubelles. Jamais le code d’entrée.",
    Section.CAR: "Où elle est garée, le carburant, la carte.",
    Section.KEYS: "Lesquelles, où les laisser le samedi.",
    Section.SOFTWARE: "Comment ouvrir sa session, imprimer, qui aide.",
    Section.WEEK: "Une ligne par moment : « - lundi 8 h : accueil, visite, café ».",
    Section.DIRECTORY: "Nom, spécialité, téléphone ; une ligne chacun, avec « - » devant.",
    Section.PLACES: "Un marché, une promenade, une table, l’école de musique.",
    Section.NIGHT: "Une ligne par personne, avec son téléphone.",
}


class WelcomeForm(forms.Form):
    """The chapters of a welcome pack, as plain text."""

    after = forms.IntegerField(widget=forms.HiddenInput(), min_value=0, max_value=1_000_000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for section in SECTIONS:
            field = _area(str(section.label), help_text=_HELP[section], letters=MOST_LETTERS)
            field.widget.attrs["rows"] = 7
            self.fields[section.value] = field

    def sections(self) -> Mapping[Section, str]:
        """Give the words written, by chapter."""
        return {section: self.cleaned_data[section.value] for section in SECTIONS}

    def chapters(self) -> list[forms.BoundField]:
        """Give the fields of the chapters, for the page."""
        return [self[section.value] for section in SECTIONS]
