"""Forms of stays that the doctor and the coordinator both fill in."""

from __future__ import annotations

from typing import Any, Final

from django import forms

from relais.portals.days import DayField
from relais.stays.models import Stay
from relais.stays.states import TravelBy

MOST_PEOPLE: Final = 12
MOST_KM: Final = 2_000_000
SHARING: Final = (("", "à voir"), ("yes", "oui, chacun sa chambre"), ("no", "non"))
_DAY: Final = {"type": "date"}


def time_field(label: str, *, required: bool = False, help_text: str = "") -> forms.TimeField:
    """Make a field for a time of the day."""
    return forms.TimeField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Écrivez une heure, par exemple 18:30."},
    )


def _day_field(label: str) -> DayField:
    return DayField(
        label=label,
        widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
        error_messages={"invalid": "Écrivez une date, par exemple 10/01/2027."},
    )


class ArrivalForm(forms.Form):
    """The time of arrival, in one tap."""

    arrives_at = time_field("Heure d’arrivée", required=True)


class TravelForm(forms.Form):
    """When, how and with whom a doctor comes."""

    arrives_on = _day_field("Jour d’arrivée")
    arrives_at = time_field("Heure d’arrivée", help_text="Environ : on vous attendra.")
    leaves_on = _day_field("Jour de départ")
    leaves_at = time_field("Heure de départ")
    travel_by = forms.ChoiceField(label="Vous venez", choices=TravelBy.choices, required=False)
    pick_up_at = forms.CharField(
        label="Faut-il venir vous chercher ?",
        max_length=120,
        required=False,
        help_text="Si oui, où et à quelle heure : « gare de Guéret, train de 17 h 42 ».",
    )
    wants_car = forms.BooleanField(
        label="J’aurai besoin de la voiture du centre", required=False, initial=True
    )
    adults = forms.IntegerField(
        label="Adultes, vous compris", min_value=1, max_value=MOST_PEOPLE, initial=1
    )
    children = forms.IntegerField(label="Enfants", min_value=0, max_value=MOST_PEOPLE, initial=0)
    pets = forms.IntegerField(label="Animaux", min_value=0, max_value=MOST_PEOPLE, initial=0)
    accepts_sharing = forms.ChoiceField(
        label="Partager la maison avec un autre médecin",
        choices=SHARING,
        required=False,
        help_text="Seulement si la maison est assez grande, et si l’autre médecin l’accepte aussi.",
    )

    GROUPS = (
        ("L’arrivée et le départ", ("arrives_on", "arrives_at", "leaves_on", "leaves_at")),
        ("Le voyage", ("travel_by", "pick_up_at", "wants_car")),
        ("Qui vient", ("adults", "children", "pets", "accepts_sharing")),
    )

    def __init__(self, *args: Any, stay: Stay, **kwargs: Any) -> None:
        names = [name for _, group in self.GROUPS for name in group if name != "accepts_sharing"]
        written = {name: getattr(stay, name) for name in names}
        written["accepts_sharing"] = {True: "yes", False: "no", None: ""}[stay.accepts_sharing]
        kwargs.setdefault("initial", written)
        super().__init__(*args, **kwargs)

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Give the fields by heading, for the page."""
        return [(title, [self[name] for name in names]) for title, names in self.GROUPS]

    def clean_travel_by(self) -> TravelBy:
        """Give the way as the service reads it."""
        return TravelBy(self.cleaned_data["travel_by"])

    def clean_accepts_sharing(self) -> bool | None:
        """Read oui, non, or not yet."""
        return {"yes": True, "no": False}.get(self.cleaned_data["accepts_sharing"])

    def clean(self) -> dict[str, Any]:
        """Leave after arriving."""
        said = super().clean() or {}
        if (
            said.get("arrives_on")
            and said.get("leaves_on")
            and (said["leaves_on"] <= said["arrives_on"])
        ):
            self.add_error("leaves_on", "Le départ vient après l’arrivée.")
        return said


class IncidentForm(forms.Form):
    """Something to repair, with a photograph or without."""

    text = forms.CharField(
        label="Que se passe-t-il ?",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Par exemple : « le chauffe-eau ne s’allume plus ».",
    )
    photo = forms.FileField(
        label="Photo",
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png"}),
    )


class KilometresForm(forms.Form):
    """The counter of the car."""

    start_km = forms.IntegerField(
        label="Compteur au départ (km)", min_value=0, max_value=MOST_KM, required=False
    )
    end_km = forms.IntegerField(
        label="Compteur au retour (km)", min_value=0, max_value=MOST_KM, required=False
    )
