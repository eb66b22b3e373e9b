"""Addresses of the account portal.

Of allauth only what is used stands here, each with its right.
"""

from __future__ import annotations

from allauth.account import views as allauth_account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.conf import settings
from django.urls import URLPattern, URLResolver, path

from relais.accounts.states import Right
from relais.portals.account.views import demo, entrance, messages, profile
from relais.portals.gates import needs

_anyone = needs(Right.ANYONE)
_own = needs(Right.ACCOUNT_OWN)
_password_login = allauth_account.LoginView.as_view(template_name="account/password_login.html")


def demo_addresses(*, is_demo: bool) -> list[URLPattern | URLResolver]:
    """Give the addresses of « Entrer comme… », which exist in the demonstration only."""
    if not is_demo:
        return []
    return [
        path("demonstration/", demo.choose, name="account_demo"),
        path("demonstration/<int:pk>/", demo.enter_as, name="account_demo_enter"),
    ]


urlpatterns: list[URLPattern | URLResolver] = [
    path("", profile.profile, name="account_profile"),
    path("accueil/", entrance.home, name="home"),
    path("messages/", messages.inbox, name="account_messages"),
    path("messages/<int:pk>/", messages.message, name="account_message"),
    path("messages/preferences/", messages.choices, name="account_messages_choices"),
    # the door
    path("entrer/", entrance.login, name="account_login"),
    path("entrer/envoye/", entrance.link_sent, name="account_link_sent"),
    path("entrer/lien/<str:token>/", entrance.enter, name="account_enter"),
    path("entrer/mot-de-passe/", _anyone(_password_login), name="account_password_login"),
    path("entrer/verification/", _anyone(mfa.authenticate), name="mfa_authenticate"),
    path("entrer/cle/", _anyone(passkeys.login_webauthn), name="mfa_login_webauthn"),
    path("ferme/", entrance.closed, name="account_inactive"),
    path("sortir/", _anyone(allauth_account.logout), name="account_logout"),
    # proving again who one is
    path("confirmer/", _own(allauth_account.reauthenticate), name="account_reauthenticate"),
    path("confirmer/code/", _own(mfa.reauthenticate), name="mfa_reauthenticate"),
    path(
        "confirmer/cle/",
        _own(passkeys.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    # how one is protected
    path("mot-de-passe/", profile.password, name="account_password"),
    path("sessions/", profile.sessions, name="account_sessions"),
    path("verification/", profile.second_factor, name="account_second_factor"),
    path("verification/", profile.second_factor, name="mfa_index"),  # allauth's name of it
    path("verification/application/", _own(totp.activate_totp), name="mfa_activate_totp"),
    path(
        "verification/application/retirer/",
        _own(totp.deactivate_totp),
        name="mfa_deactivate_totp",
    ),
    path("verification/cles/", profile.second_factor, name="mfa_list_webauthn"),
    path("verification/cles/ajouter/", _own(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path(
        "verification/cles/<int:pk>/retirer/",
        _own(passkeys.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
    path(
        "verification/cles/<int:pk>/renommer/",
        _own(passkeys.edit_webauthn),
        name="mfa_edit_webauthn",
    ),
    path("verification/codes/", _own(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "verification/codes/telecharger/",
        _own(codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path(
        "verification/codes/nouveaux/",
        _own(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    *demo_addresses(is_demo=settings.DEMO),
]
