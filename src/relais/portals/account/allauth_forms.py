"""allauth's forms with our words (settings ACCOUNT_FORMS and MFA_FORMS)."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as passkeys
from django import forms


def _say(field: forms.Field, *, label: str, help_text: str = "", **attributes: str) -> None:
    """Give a field our words; a placeholder is not a label."""
    field.label = label
    field.help_text = help_text
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update(attributes)


class SignInForm(account.LoginForm):  # type: ignore[misc]
    """Address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["login"], label="Votre adresse électronique", autocomplete="username")
        _say(self.fields["password"], label="Votre mot de passe")


class ReauthenticateForm(account.ReauthenticateForm):  # type: ignore[misc]
    """The password again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["password"], label="Votre mot de passe")


class _Code(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(
            self.fields["code"],
            label="Le code",
            help_text="Celui de votre application (6 chiffres), ou l’un de vos codes de secours.",
            inputmode="numeric",
        )


class SecondFactorForm(_Code, mfa.AuthenticateForm):  # type: ignore[misc]
    """A code, at the door."""


class SecondFactorAgainForm(_Code, mfa.ReauthenticateForm):  # type: ignore[misc]
    """A code, before a grave act."""


class ActivateForm(totp.ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an authenticator application."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(
            self.fields["code"],
            label="Le code que l’application affiche",
            help_text="6 chiffres, qui changent toutes les trente secondes.",
            inputmode="numeric",
        )


class AddPasskeyForm(passkeys.AddWebAuthnForm):  # type: ignore[misc]
    """A name for a new passkey, and whether it lets in alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(
            self.fields["name"],
            label="Son nom",
            help_text="Pour la reconnaître plus tard : « mon téléphone », « le poste du bureau ».",
            maxlength="80",
        )
        self.fields["name"].required = False
        _say(
            self.fields["passwordless"],
            label="Entrer avec cette clé seule, sans lien ni mot de passe",
        )
        self.fields["passwordless"].initial = True


class RenamePasskeyForm(passkeys.EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["name"], label="Son nom", maxlength="80")
