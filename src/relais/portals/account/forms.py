"""Forms of the account portal: they only validate."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from relais.accounts.models import User
from relais.portals.days import DayField


class LinkForm(forms.Form):
    """The address that a sign-in link is sent to."""

    email = forms.EmailField(
        label="Votre adresse électronique",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": "Écrivez votre adresse électronique.",
            "invalid": "Ce n’est pas une adresse électronique. Exemple : nom@exemple.fr.",
        },
    )


class PasswordForm(forms.Form):
    """A new password, and the present one unless the person has just proven who they are."""

    present = forms.CharField(
        label="Votre mot de passe actuel",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Écrivez votre mot de passe actuel."},
    )
    new = forms.CharField(
        label="Votre nouveau mot de passe",
        help_text="Douze caractères au moins. Une phrase que vous seul connaissez convient bien.",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Écrivez un nouveau mot de passe."},
    )
    again = forms.CharField(
        label="Le même, une seconde fois",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Écrivez le nouveau mot de passe une seconde fois."},
    )

    def __init__(self, *args: Any, user: User, asks_present: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if not asks_present:
            del self.fields["present"]

    def clean_new(self) -> str:
        """Refuse a password that is easy to guess."""
        password: str = self.cleaned_data["new"]
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        """Compare the two writings."""
        cleaned = super().clean() or {}
        new, again = cleaned.get("new"), cleaned.get("again")
        if new and again and new != again:
            self.add_error("again", "Les deux mots de passe ne sont pas les mêmes.")
        return cleaned


class ChoicesForm(forms.Form):
    """What one wants to receive."""

    by_email = forms.BooleanField(label="par courriel", required=False)
    by_sms = forms.BooleanField(
        label="par SMS",
        required=False,
        help_text="Pour ce qui presse, et pour les rappels des derniers jours.",
    )
    requests = forms.TypedChoiceField(
        label="Demandes pour une semaine à pourvoir",
        coerce=int,
        help_text="Les nouvelles de vos propres missions ne sont pas comptées.",
    )
    paused_until = DayField(
        label="Pas de demande jusqu’au",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, usual: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["requests"]
        assert isinstance(field, forms.TypedChoiceField)
        words = {0: "aucune", 1: "une par mois au plus", 4: "quatre par mois au plus"}
        words[usual] = f"{usual} par mois au plus, comme d’habitude"
        words[31] = "autant qu’il en faut"
        field.choices = sorted(words.items())
