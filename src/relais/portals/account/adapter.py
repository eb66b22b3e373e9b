"""What allauth asks of us: who may enter, in which words, and what to write down."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from relais.accounts import permissions, queries, services, tasks
from relais.accounts.models import User
from relais.portals.gates import actor, source_of

UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104 - a word for « unknown », nothing listens there

# How a step of signing in is named in the audit.
STEPS = {"password": "mot de passe", "link": "lien", "demo": "démonstration"}
FACTORS = {
    Authenticator.Type.TOTP: "code",
    Authenticator.Type.WEBAUTHN: "clé d’accès",
    Authenticator.Type.RECOVERY_CODES: "code de secours",
}
# allauth's names of what changed, and ours (accounts.letters.NOTICES).
CHANGES = {
    "mfa/email/totp_activated": "totp_added",
    "mfa/email/totp_deactivated": "totp_removed",
    "mfa/email/webauthn_added": "passkey_added",
    "mfa/email/webauthn_removed": "passkey_removed",
    "mfa/email/recovery_codes_generated": "codes_made",
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are opened by the team: nobody signs up alone."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "L’adresse ou le mot de passe ne convient pas.",
        "incorrect_password": "Ce mot de passe ne convient pas.",
        "incorrect_code": "Ce code ne convient pas. Vérifiez-le, ou attendez le suivant.",
        "too_many_login_attempts": "Trop d’essais. Réessayez dans quelques minutes.",
        "rate_limited": "Trop d’essais. Réessayez dans quelques minutes.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say that sign-up is closed."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Give the network address that we believe, the same as in the audit."""
        try:
            return str(ipaddress.ip_address(source_of(request)))
        except ValueError:
            return UNKNOWN_ADDRESS

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Stop who may not enter: a closed account, or a demonstration's person outside of it."""
        if not permissions.may_enter(user):
            return self.respond_user_inactive(request, user)  # type: ignore[no-any-return]
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Write in the audit that someone entered, and by which steps."""
        steps = [
            FACTORS.get(record.get("type"), "")
            if record.get("method") == "mfa"
            else STEPS.get(record.get("method", ""), "")
            for record in get_authentication_records(request, user)
        ]
        how = ", ".join(step for step in steps if step)
        services.note_sign_in(user, how=how, by=actor(request), now=timezone.now())
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Write in the audit that a password was wrong, when the account exists."""
        user = queries.find_user(str(credentials.get("email", "")))
        if user is not None:
            services.note_failed_sign_in(user, by=actor(request), now=timezone.now())

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Write a change of second factors in the audit, and tell the person by e-mail."""
        change = CHANGES[template_prefix]
        services.note_second_factor(user, change=change, by=actor(self.request), now=timezone.now())
        tasks.mail_notice.enqueue(user.pk, change, source_of(self.request))
        if change in {"totp_added", "passkey_added"}:
            # The person has just used it: do not ask for it again to show the recovery codes.
            record_authentication(self.request, user, "mfa", reauthenticated=True)
            # Places that were entered without it must be entered again.
            here = self.request.session.session_key or ""
            services.end_sessions(user, by=actor(self.request), now=timezone.now(), keep=here)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: unreadable in the database; the last one stays where one is a duty."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "Ce code ne convient pas. Vérifiez-le, ou attendez le suivant.",
        "cannot_delete_authenticator": "Votre rôle demande une double vérification :"
        " ajoutez d’abord un autre moyen, puis retirez celui-ci.",
    }

    def encrypt(self, text: str) -> str:
        """Encrypt what codes are made from with a key drawn from the secret key."""
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Give back what `encrypt` hid; former secret keys (SECRET_KEY_FALLBACKS) still open it.

        Without its key the secret is lost: a new one at random, of which nobody has the codes,
        lets nobody in, and the person enters by another way.
        """
        try:
            return _fernet().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            secret: str = generate_totp_secret()
            return secret

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep the last second factor of someone who must have one."""
        if not permissions.must_have_second_factor(authenticator.user):
            return True
        others = Authenticator.objects.filter(
            user_id=authenticator.user_id, type__in=permissions.SECOND_FACTORS
        ).exclude(pk=authenticator.pk)
        return bool(others.exists())

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """Propose a name for a new passkey."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return f"Clé {count + 1}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Name the network in the window of the browser."""
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return {**entity, "name": settings.NETWORK_NAME}


def _fernet() -> MultiFernet:
    keys = [str(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    return MultiFernet(
        [
            Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"relais mfa {key}".encode()).digest()))
            for key in keys
        ]
    )
