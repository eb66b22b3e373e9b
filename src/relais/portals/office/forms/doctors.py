"""Forms of the doctors' pages."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from relais.core.formats import date_words
from relais.doctors.models import DEFAULT_MIN_GAP_WEEKS, Doctor
from relais.doctors.states import DoctorStatus, PracticeLevel, PreferenceKind
from relais.engine.weeks import monday_of
from relais.network.models import Centre, Practice
from relais.portals.days import DayField
from relais.portals.office.forms.places import PlaceField
from relais.rota.queries import roster

SHOWN = [
    (roster.FIRST, "n’ont pas encore fait de mission"),
    (roster.NOT_READY, "papiers pas prêts"),
    (roster.IDLE, "sans mission cette année"),
    (roster.PIONEER, "médecins pionniers"),
    (roster.LEFT, "ont quitté le collectif"),
]
ORDERS = [
    ("name", "par nom"),
    ("missions", "le plus de missions"),
    ("recent", "les plus récents"),
]
RPPS_ERROR = "Un numéro RPPS a 11 chiffres."


class DoctorFilterForm(forms.Form):
    """What to look for among the doctors."""

    q = forms.CharField(label="Nom, commune ou identifiant", required=False, max_length=80)
    statut = forms.ChoiceField(
        label="Statut", required=False, choices=[("", "Tous les statuts"), *DoctorStatus.choices]
    )
    qui = forms.ChoiceField(label="Qui", required=False, choices=[("", "Tout le monde"), *SHOWN])
    ordre = forms.ChoiceField(label="Ordre", required=False, choices=ORDERS)


class DoctorFileForm(forms.Form):
    """The file of a doctor, as the team writes it."""

    key = forms.RegexField(
        label="Identifiant",
        regex=r"^[^=+\-@\s\x00-\x1f][^\x00-\x1f]*$",
        max_length=40,
        help_text="Court et unique, par exemple « m0421 » : il relie les tableaux importés. "
        "Vide : un identifiant est choisi.",
        error_messages={"invalid": "Un identifiant ne commence pas par = + - @ ni une espace."},
    )
    first_name = forms.CharField(label="Prénom", max_length=80, required=False)
    last_name = forms.CharField(label="Nom", max_length=80)
    status = forms.ChoiceField(label="Statut", choices=DoctorStatus.choices)
    email = forms.EmailField(label="Adresse électronique", required=False)
    phone = forms.CharField(label="Téléphone", max_length=30, required=False)
    rpps = forms.RegexField(
        label="Numéro RPPS",
        regex=r"^[0-9]{11}$",
        required=False,
        help_text="11 chiffres. Une clé inhabituelle est signalée, sans bloquer.",
        error_messages={"invalid": RPPS_ERROR},
    )
    home = PlaceField(
        label="Commune",
        help_text="Avec le département si plusieurs portent ce nom : « Ajain (23) ».",
    )
    max_missions = forms.IntegerField(
        label="Missions par an, au plus", min_value=0, max_value=52, initial=1
    )
    min_gap_weeks = forms.IntegerField(
        label="Semaines entre deux missions, au moins",
        min_value=0,
        max_value=52,
        initial=DEFAULT_MIN_GAP_WEEKS,
    )
    max_travel_minutes = forms.IntegerField(
        label="Trajet, au plus",
        min_value=0,
        required=False,
        help_text="En minutes. Vide : aucune limite.",
    )
    brings_family = forms.BooleanField(label="Vient en famille", required=False)
    brings_pet = forms.BooleanField(label="Vient avec un animal", required=False)
    needs_step_free = forms.BooleanField(
        label="A besoin d’un logement de plain-pied", required=False
    )
    is_pioneer = forms.BooleanField(label="Médecin pionnier", required=False)
    ready_on = DayField(
        label="Papiers prêts le",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Vide : pas encore de date.",
    )
    missions_before = forms.IntegerField(
        label="Missions faites avant ce logiciel", min_value=0, max_value=1000, initial=0
    )
    joined_on = DayField(
        label="Dans le collectif depuis",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    left_on = DayField(
        label="A quitté le collectif le",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    note = forms.CharField(
        label="Note de l’équipe",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Sans information de santé.",
    )

    GROUPS = (
        ("Identité", ("first_name", "last_name", "status", "rpps", "key")),
        ("Contact", ("email", "phone", "home")),
        ("Limites", ("max_missions", "min_gap_weeks", "max_travel_minutes")),
        ("Logement", ("brings_family", "brings_pet", "needs_step_free")),
        (
            "Parcours",
            ("ready_on", "is_pioneer", "missions_before", "joined_on", "left_on", "note"),
        ),
    )

    def __init__(self, *args: Any, doctor: Doctor | None = None, **kwargs: Any) -> None:
        self.doctor = doctor
        if doctor is not None:
            kwargs.setdefault("initial", self._written(doctor))
        super().__init__(*args, **kwargs)
        self.fields["key"].required = doctor is not None

    @classmethod
    def _written(cls, doctor: Doctor) -> dict[str, Any]:
        names = [name for _, group in cls.GROUPS for name in group if name != "home"]
        written: dict[str, Any] = {name: getattr(doctor, name) for name in names}
        written["home"] = str(doctor.home) if doctor.home else ""
        return written

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Give the fields by heading, for the page."""
        return [(title, [self[name] for name in names]) for title, names in self.GROUPS]

    def clean_rpps(self) -> str:
        """Refuse a number that another doctor has."""
        rpps: str = self.cleaned_data["rpps"]
        owner = self._other(rpps=rpps) if rpps else None
        if owner is not None:
            raise forms.ValidationError(f"Ce numéro est déjà celui de {owner}.")
        return rpps

    def clean_key(self) -> str:
        """Refuse an identifier that another doctor has."""
        key: str = self.cleaned_data["key"]
        owner = self._other(key=key) if key else None
        if owner is not None:
            raise forms.ValidationError(f"Cet identifiant est déjà celui de {owner}.")
        return key

    def _other(self, **fields: str) -> Doctor | None:
        others = Doctor.objects.filter(**fields)
        if self.doctor is not None:
            others = others.exclude(pk=self.doctor.pk)
        return others.first()


class PracticesForm(forms.Form):
    """What a doctor does: three values for each act, or nothing said yet."""

    def __init__(self, *args: Any, practices: list[Practice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.practices = practices
        for practice in practices:
            self.fields[f"practice-{practice.pk}"] = forms.ChoiceField(
                label=practice.label[:1].upper() + practice.label[1:],
                required=False,
                choices=[("", "pas encore dit"), *PracticeLevel.choices],
            )

    def levels(self) -> dict[Practice, PracticeLevel]:
        """Give what was said of each act."""
        said = {one: self.cleaned_data[f"practice-{one.pk}"] for one in self.practices}
        return {one: PracticeLevel(level) for one, level in said.items() if level}


class WishesForm(forms.Form):
    """What a doctor says of the centres: each may be known, and wished or refused."""

    def __init__(self, *args: Any, centres: list[Centre], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.centres = centres
        for centre in centres:
            self.fields[f"centre-{centre.pk}"] = forms.MultipleChoiceField(
                label=centre.name,
                required=False,
                choices=PreferenceKind.choices,
                widget=forms.CheckboxSelectMultiple,
            )

    def rows(self) -> list[tuple[Centre, list[tuple[str, str, bool]]]]:
        """Give the boxes of each centre for the page: value, words, whether it is ticked."""
        rows = []
        for one in self.centres:
            ticked = self[f"centre-{one.pk}"].value() or []
            boxes = [(kind.value, str(kind.label), kind.value in ticked) for kind in PreferenceKind]
            rows.append((one, boxes))
        return rows

    def wishes(self) -> dict[Centre, list[PreferenceKind]]:
        """Give what was said of each centre."""
        said = {one: self.cleaned_data[f"centre-{one.pk}"] for one in self.centres}
        return {
            one: [PreferenceKind(kind) for kind in kinds] for one, kinds in said.items() if kinds
        }


class CompanionForm(forms.Form):
    """Another doctor, by the identifier of the file."""

    key = forms.CharField(
        label="Identifiant de l’autre médecin",
        max_length=40,
        help_text="Il se lit sur sa fiche, par exemple « m0421 ».",
    )

    def clean_key(self) -> Doctor:
        """Find the other doctor."""
        doctor = Doctor.objects.filter(key=self.cleaned_data["key"].strip()).first()
        if doctor is None:
            raise forms.ValidationError(
                "Aucun médecin n’a cet identifiant. Vérifiez-le sur sa fiche."
            )
        return doctor


class WhyNotForm(forms.Form):
    """The week of « pourquoi pas cette semaine ? »: any day of it."""

    semaine = DayField(
        label="Semaine du",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def monday(self) -> date | None:
        """Give the Monday of the week that was asked."""
        day = self.cleaned_data.get("semaine") if self.is_valid() else None
        return monday_of(day) if day else None


class WeeksForm(forms.Form):
    """Weeks offered on behalf of a doctor."""

    mondays = forms.TypedMultipleChoiceField(
        label="Semaines",
        required=False,
        coerce=date.fromisoformat,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, mondays: list[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["mondays"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(day.isoformat(), date_words(day, weekday=False)) for day in mondays]
