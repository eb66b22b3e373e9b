"""The link of an appointment: its identifier and a seal, so that nobody makes one up.

The seal is the first 96 bits of an HMAC-SHA-256 keyed with the secret of the product: short enough
for an SMS. A link opens one appointment, by day, hour and place; it names no patient.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import Final

from django.conf import settings
from django.utils.crypto import constant_time_compare

PATH: Final = "/rdv/{token}/"
_SALT: Final = b"relais.booking.links:"
_SEAL_SIGNS: Final = 16
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{17,60}")


def token_of(public_id: str) -> str:
    """Give the token of an appointment, by its public identifier."""
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
    key = secret.encode() if isinstance(secret, str) else secret
    digest = hmac.new(_SALT + key, public_id.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode()[:_SEAL_SIGNS]
