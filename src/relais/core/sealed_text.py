"""Short secrets kept in the database (the code of a door): unreadable without the installation.

Fernet (AES-128-CBC and HMAC-SHA256, spec 2014) under a key drawn from SECRET_KEY by HKDF (RFC 5869)
for one purpose: a text sealed for one thing cannot be read as another. When SECRET_KEY is lost the
texts are lost: people write them again.
"""

from __future__ import annotations

import base64
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_KEY_BYTES: Final = 32  # the length of a Fernet key


class UnreadableError(Exception):
    """The text was sealed by another installation, for another purpose, or was spoilt."""


def seal(text: str, *, purpose: str) -> str:
    """Make a text unreadable; the empty text stays empty."""
    return _box(purpose).encrypt(text.encode()).decode() if text else ""


def unseal(sealed: str, *, purpose: str) -> str:
    """Give back a sealed text. Raises UnreadableError."""
    if not sealed:
        return ""
    try:
        return _box(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise UnreadableError(purpose) from error


def _box(purpose: str) -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(secret, purpose)) for secret in secrets])


def _key(secret: str | bytes, purpose: str) -> bytes:
    drawn = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=purpose.encode())
    material = secret.encode() if isinstance(secret, str) else secret
    return base64.urlsafe_b64encode(drawn.derive(material))
