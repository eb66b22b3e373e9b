"""Forms of the patients' files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django import forms

from relais.booking.states import Access
from relais.engine import identity
from relais.engine.identity import BirthDate, BirthDateError, Traits
from relais.network.models import Centre
from relais.patients.models import Person
from relais.patients.queries import last_digits
from relais.patients.states import Agreement, Consent, Proof, Protection, ProxyKind, Sex
from relais.portals.days import DayField
from relais.territory.models import Commune
from relais.territory.queries import CommuneUnclear, find_commune

UNKNOWN_PLACE: Final = "99999"
_DAY: Final = {"type": "date"}


class IdentityForm(forms.Form):
    """Who a patient is, as the papers say it, and how to reach them."""

    birth_name = forms.CharField(
        label="Nom de naissance", max_length=100, help_text="Comme sur la pièce d’identité."
    )
    first_birth_name = forms.CharField(label="Premier prénom de naissance", max_length=100)
    birth_names = forms.CharField(
        label="Tous les prénoms de naissance",
        max_length=200,
        required=False,
        help_text="Dans l’ordre de la pièce d’identité, le premier compris.",
    )
    used_name = forms.CharField(
        label="Nom utilisé",
        max_length=100,
        required=False,
        help_text="S’il est différent : nom d’époux ou d’épouse, par exemple.",
    )
    used_first_name = forms.CharField(label="Prénom utilisé", max_length=100, required=False)
    sex = forms.ChoiceField(label="Sexe", choices=Sex.choices, widget=forms.RadioSelect)
    birth_day = forms.IntegerField(label="Jour", min_value=1, max_value=31, required=False)
    birth_month = forms.IntegerField(label="Mois", min_value=1, max_value=12, required=False)
    birth_year = forms.IntegerField(label="Année", min_value=1850, max_value=2199)
    birth_place = forms.CharField(
        label="Lieu de naissance",
        max_length=90,
        required=False,
        help_text="Commune, ou code INSEE du pays (99 et trois chiffres). Vide s’il est inconnu.",
    )
    phone = forms.CharField(label="Téléphone", max_length=30, required=False)
    email = forms.EmailField(label="Courriel", required=False)
    address = forms.CharField(label="Adresse", max_length=200, required=False)
    commune = forms.CharField(label="Commune où habite le patient", max_length=90, required=False)
    protection = forms.ChoiceField(
        label="Mesure de protection d’un adulte", choices=Protection.choices, required=False
    )
    has_long_term = forms.BooleanField(
        label="Affection de longue durée (ALD)",
        required=False,
        help_text="Une case administrative : ne notez jamais laquelle.",
    )
    long_term_until = DayField(
        label="ALD reconnue jusqu’au", required=False, widget=forms.DateInput(_DAY, "%Y-%m-%d")
    )
    needs_time = forms.BooleanField(
        label="A besoin de plus de temps",
        required=False,
        help_text="Interprète, difficulté à se déplacer ou à entendre…",
    )
    GROUPS = (
        ("L’identité", ("birth_name", "first_birth_name", "birth_names", "used_name",
                        "used_first_name", "sex")),
        ("La naissance", ("birth_day", "birth_month", "birth_year", "birth_place")),
        ("Où joindre", ("phone", "email", "address", "commune")),
        ("Au centre", ("protection", "has_long_term", "long_term_until", "needs_time")),
    )  # fmt: skip

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Give the fields by group, with the title of each."""
        return [(title, [self[name] for name in names]) for title, names in self.GROUPS]

    def clean_birth_place(self) -> str:
        """Read a code, or find the commune that is named."""
        text = str(self.cleaned_data["birth_place"]).strip().upper()
        if not text:
            return UNKNOWN_PLACE
        if len(text) == 5 and (text.isdecimal() or text[:2] in {"2A", "2B"}) and text.isascii():
            return text
        return _commune(text).code

    def clean_commune(self) -> Commune | None:
        """Find the commune that is named."""
        text = str(self.cleaned_data["commune"]).strip()
        return _commune(text) if text else None

    def traits(self) -> dict[str, Any]:
        """Give the fields as the service wants them; unknown parts of the date are zeros."""
        said = {name: self.cleaned_data[name] for _, names in self.GROUPS for name in names}
        year, month, day = (said.pop(f"birth_{part}") for part in ("year", "month", "day"))
        said["birth_written"] = f"{year:04d}-{month or 0:02d}-{day or 0:02d}"
        return said

    @classmethod
    def of(cls, person: Person) -> dict[str, Any]:
        """Give what stands in a file, as the form shows it."""
        year, month, day = (int(part) for part in person.birth_written.split("-"))
        said: dict[str, Any] = {
            name: getattr(person, name)
            for _, names in cls.GROUPS
            for name in names
            if hasattr(person, name)
        }
        said |= {"birth_year": year, "birth_month": month or None, "birth_day": day or None}
        said["commune"] = str(person.commune) if person.commune else ""
        said["birth_place"] = "" if person.birth_place == UNKNOWN_PLACE else person.birth_place
        return said


class NewForm(IdentityForm):
    """A file to open; files that look like it are shown first."""

    other_person = forms.BooleanField(
        label="C’est une autre personne : ouvrir une nouvelle fiche", required=False
    )


def _commune(text: str) -> Commune:
    try:
        return find_commune(text)
    except CommuneUnclear as unclear:
        raise forms.ValidationError(unclear.sentence) from unclear


class ProofForm(forms.Form):
    """On which paper the identity was read."""

    proof = forms.ChoiceField(
        label="Identité lue sur", choices=[choice for choice in Proof.choices if choice[0]]
    )


class RegisterForm(forms.Form):
    """The choice of the centre as médecin traitant."""

    centre = forms.ModelChoiceField(
        label="Centre", queryset=Centre.objects.none(), empty_label=None
    )
    consent = forms.ChoiceField(
        label="Accord donné", choices=Consent.choices, widget=forms.RadioSelect
    )
    consent_by = forms.CharField(
        label="Par", max_length=200, help_text="Le patient, ou qui décide pour lui."
    )
    beyond = forms.BooleanField(label="Inscrire bien que le centre soit complet", required=False)

    def __init__(self, *args: Any, centres: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["centre"].queryset = centres  # type: ignore[attr-defined]
        if len(centres) == 1:
            self.fields["centre"].widget = forms.HiddenInput()
            self.fields["centre"].initial = centres[0].pk


class SignedForm(forms.Form):
    """When the declaration was signed."""

    signed_on = DayField(label="Signée le", widget=forms.DateInput(_DAY, "%Y-%m-%d"))


class ProxyForm(forms.Form):
    """Somebody who answers for the patient."""

    kind = forms.ChoiceField(label="À quel titre", choices=ProxyKind.choices)
    name = forms.CharField(label="Nom et prénom", max_length=150)
    phone = forms.CharField(label="Téléphone", max_length=30, required=False)
    email = forms.EmailField(label="Courriel", required=False)
    until_on = DayField(label="Jusqu’au", required=False, widget=forms.DateInput(_DAY, "%Y-%m-%d"))


class AgreementForm(forms.Form):
    """What the patient agrees to, or not."""

    kind = forms.ChoiceField(choices=Agreement.choices)
    agrees = forms.TypedChoiceField(
        choices=[("oui", "oui"), ("non", "non")], coerce=lambda value: value == "oui"
    )
    how = forms.ChoiceField(label="Dit comment", choices=Consent.choices)
    said_by = forms.CharField(label="Dit par", max_length=200)


class MergeForm(forms.Form):
    """Which file is kept, and what proves that they are one person."""

    keep = forms.ChoiceField(label="Garder", choices=(), widget=forms.RadioSelect)
    why = forms.CharField(
        label="Ce qui prouve que c’est la même personne",
        max_length=300,
        help_text="Par exemple : même pièce d’identité lue au guichet.",
    )

    def __init__(self, *args: Any, files: tuple[Person, Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keep"].choices = [  # type: ignore[attr-defined]
            (one.public_id, f"{which} : {one.formal_name}")
            for which, one in zip(("la première", "la deuxième"), files, strict=True)
        ]


class WhyForm(forms.Form):
    """Why."""

    why = forms.CharField(label="Pourquoi ce sont deux personnes", max_length=300)


class ExceptionForm(forms.Form):
    """The exact traits of a patient whom one does not follow, and the reason."""

    birth_name = forms.CharField(label="Nom, en entier", max_length=100)
    first_name = forms.CharField(label="Prénom, en entier", max_length=100)
    born_on = DayField(label="Date de naissance", widget=forms.DateInput(_DAY, "%Y-%m-%d"))
    why = forms.CharField(
        label="Pourquoi vous ouvrez cette fiche",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Les médecins pionniers le liront. Sans détail de santé.",
    )


class OnlineForm(forms.Form):
    """What the public page opens, and how many patients the centre takes."""

    access = forms.ChoiceField(
        label="Sur la page du centre, le public peut",
        choices=Access.choices,
        widget=forms.RadioSelect,
    )
    names_doctor = forms.BooleanField(label="Nommer le médecin de la semaine", required=False)
    note = forms.CharField(
        label="Message du centre",
        max_length=300,
        required=False,
        help_text="Par exemple : parking derrière la mairie.",
    )
    is_open = forms.BooleanField(label="Le centre inscrit de nouveaux patients", required=False)
    per_line = forms.IntegerField(
        label="Patients suivis par ligne", required=False, min_value=1, max_value=5000
    )


def wanted_of(typed: Mapping[str, Any]) -> Traits:
    """Give what somebody typed of a patient as files are compared on."""
    try:
        born_on = BirthDate.read(typed["birth_written"]).day_used()
    except BirthDateError:
        born_on = date.min  # alike to nobody; the service says what is wrong
    return Traits(
        birth_name=identity.plain(typed["birth_name"]),
        used_name=identity.plain(typed["used_name"]),
        first_name=identity.plain(typed["first_birth_name"]),
        born_on=born_on,
        sex=typed["sex"],
        contacts=frozenset({last_digits(typed["phone"]), typed["email"].casefold()} - {""}),
    )
