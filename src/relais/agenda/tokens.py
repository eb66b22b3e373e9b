"""The link of an offer: its identifier and a seal, so that nobody makes one up. It names nobody."""

from __future__ import annotations

import base64
import re
from typing import Final

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

PATH: Final = "/place/{token}/"
_SALT: Final = "relais.agenda.tokens"
_SEAL_SIGNS: Final = 16
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{17,60}")


def token_of(public_id: str) -> str:
    """Give the token of an offer, by its public identifier."""
    return public_id + _seal(public_id, settings.SECRET_KEY)


def address_of(public_id: str) -> str:
    """Give the whole address that a message carries."""
    return settings.SITE_ADDRESS + PATH.format(token=token_of(public_id))


def read(token: str) -> str | None:
    """Give the public identifier of a token; None when the token was not made here."""
    if not _TOKEN.fullmatch(token):
        return None
    public_id, seal = token[:-_SEAL_SIGNS], token[-_SEAL_SIGNS:]
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        if constant_time_compare(seal, _seal(public_id, secret)):
            return public_id
    return None


def _seal(public_id: str, secret: str | bytes) -> str:
    digest = salted_hmac(_SALT, public_id, secret=secret, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).decode()[:_SEAL_SIGNS]
