"""Forms of the centres' pages."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import forms

from relais.accounts.models import User
from relais.accounts.states import Role
from relais.network.models import Centre, Practice
from relais.network.states import ClosureReason
from relais.portals.days import DayField
from relais.portals.office.forms.places import PlaceField


def day_field(label: str, *, required: bool = True, help_text: str = "") -> DayField:
    """Make a field for a day."""
    return DayField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Écrivez une date, par exemple 04/01/2027."},
    )


class CentreForm(forms.Form):
    """A centre: where it is, when it is open, who can be lodged."""

    name = forms.CharField(label="Nom", max_length=120)
    key = forms.RegexField(
        label="Identifiant",
        regex=r"^[^=+\-@\s\x00-\x1f][^\x00-\x1f]*$",
        max_length=40,
        help_text="Court et unique, par exemple « ajain » : il relie les tableaux importés.",
        error_messages={"invalid": "Un identifiant ne commence pas par = + - @ ni une espace."},
    )
    commune = PlaceField(
        label="Commune",
        help_text="Avec le département si plusieurs portent ce nom : « Ajain (23) ».",
    )
    address = forms.CharField(label="Adresse", max_length=200, required=False)
    phone = forms.CharField(label="Téléphone", max_length=30, required=False)
    finess = forms.RegexField(
        label="Numéro FINESS",
        regex=r"^[0-9AB]{9}$",
        required=False,
        error_messages={"invalid": "Un numéro FINESS a 9 caractères."},
    )
    opens_on = day_field("Ouverture", required=False)
    closes_on = day_field("Fermeture définitive", required=False)
    time_zone = forms.CharField(
        label="Fuseau horaire",
        max_length=40,
        initial="Europe/Paris",
        help_text="« Europe/Paris » en métropole, « Indian/Reunion » à La Réunion.",
    )
    family_places = forms.IntegerField(
        label="Familles logées la même semaine", min_value=0, max_value=20, initial=1
    )
    pets_allowed = forms.BooleanField(
        label="Animaux admis au logement", required=False, initial=True
    )
    step_free = forms.BooleanField(label="Logement de plain-pied", required=False, initial=True)
    position_note = forms.CharField(label="Précision sur le lieu", max_length=200, required=False)

    GROUPS = (
        ("Le centre", ("name", "key", "commune", "address", "phone", "finess", "position_note")),
        ("Dates", ("opens_on", "closes_on", "time_zone")),
        ("Logement", ("family_places", "pets_allowed", "step_free")),
    )

    def __init__(self, *args: Any, centre: Centre | None = None, **kwargs: Any) -> None:
        self.centre = centre
        if centre is not None:
            names = [name for _, group in self.GROUPS for name in group if name != "commune"]
            written: dict[str, Any] = {name: getattr(centre, name) for name in names}
            written["commune"] = str(centre.commune) if centre.commune else ""
            kwargs.setdefault("initial", written)
        super().__init__(*args, **kwargs)

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Give the fields by heading, for the page."""
        return [(title, [self[name] for name in names]) for title, names in self.GROUPS]

    def clean_key(self) -> str:
        """Refuse an identifier that another centre has."""
        key: str = self.cleaned_data["key"]
        owner = self._other(key=key)
        if owner is not None:
            raise forms.ValidationError(f"Cet identifiant est déjà celui de {owner}.")
        return key

    def clean_finess(self) -> str:
        """Refuse a number that another centre has."""
        finess: str = self.cleaned_data["finess"]
        owner = self._other(finess=finess) if finess else None
        if owner is not None:
            raise forms.ValidationError(f"Ce numéro est déjà celui de {owner}.")
        return finess

    def clean_time_zone(self) -> str:
        """Ask for a name that exists."""
        name: str = self.cleaned_data["time_zone"]
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as unknown:
            raise forms.ValidationError(
                "Ce fuseau n’existe pas. Écrivez par exemple « Europe/Paris »."
            ) from unknown
        return name

    def clean(self) -> dict[str, Any]:
        """Close after opening."""
        cleaned = super().clean() or {}
        opens_on, closes_on = cleaned.get("opens_on"), cleaned.get("closes_on")
        if opens_on and closes_on and closes_on <= opens_on:
            self.add_error("closes_on", "La fermeture vient après l’ouverture.")
        return cleaned

    def _other(self, **fields: str) -> Centre | None:
        others = Centre.objects.filter(**fields)
        if self.centre is not None:
            others = others.exclude(pk=self.centre.pk)
        return others.first()


class LineForm(forms.Form):
    """A line, and from when."""

    starts_on = day_field("À partir du", required=False, help_text="Vide : depuis toujours.")


class EndLineForm(forms.Form):
    """The day a line stops."""

    line = forms.IntegerField(widget=forms.HiddenInput)
    ends_on = day_field("À partir du", help_text="La ligne n’a plus besoin de médecin dès ce jour.")
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class ClosureForm(forms.Form):
    """Days without consultation."""

    first_on = day_field("Premier jour")
    last_on = day_field("Dernier jour")
    reason = forms.ChoiceField(label="Motif", choices=ClosureReason.choices)
    note = forms.CharField(label="Précision", max_length=200, required=False)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Keep the days in order."""
        cleaned = super().clean() or {}
        first_on, last_on = cleaned.get("first_on"), cleaned.get("last_on")
        if first_on and last_on and last_on < first_on:
            self.add_error("last_on", "Le dernier jour ne peut pas venir avant le premier.")
        return cleaned


class NeedsForm(forms.Form):
    """How often each act is needed at a centre."""

    def __init__(self, *args: Any, practices: list[Practice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.practices = practices
        for practice in practices:
            self.fields[f"practice-{practice.pk}"] = forms.IntegerField(
                label=practice.label[:1].upper() + practice.label[1:],
                required=False,
                min_value=1,
                max_value=52,
                help_text="Au moins une fois toutes les … semaines. Vide : pas de besoin.",
            )

    def every_weeks(self) -> dict[Practice, int]:
        """Give the number of weeks by act, for the acts that are needed."""
        said = {one: self.cleaned_data[f"practice-{one.pk}"] for one in self.practices}
        return {one: weeks for one, weeks in said.items() if weeks}


class CoordinatorForm(forms.Form):
    """Who coordinates the centre."""

    user = forms.ModelChoiceField(
        label="Personne",
        help_text="Les comptes qui ont le rôle « coordination ».",
        queryset=User.objects.none(),
        empty_label="Choisissez une personne",
        error_messages={"required": "Choisissez une personne."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["user"]
        assert isinstance(field, forms.ModelChoiceField)
        people = User.objects.filter(is_active=True, role_grants__role=Role.COORDINATOR)
        field.queryset = people.order_by("name", "id")
