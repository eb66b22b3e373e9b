"""An authenticator application, as RFC 6238 (2011) describes it, for tests."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from relais.accounts.models import User

STEP_SECONDS = 30


def code_of(secret: str, *, at: float | None = None) -> str:
    """Give the six digits that an application shows for a base32 secret."""
    moment = time.time() if at is None else at
    counter = struct.pack(">Q", int(moment // STEP_SECONDS))
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, counter, hashlib.sha1).digest()
    start = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def with_totp(user: User) -> str:
    """Give someone an authenticator application and recovery codes; return the secret."""
    secret: str = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def recovery_codes(user: User) -> list[str]:
    """Give the recovery codes that are left."""
    authenticator = user.authenticator_set.get(type="recovery_codes")  # type: ignore[attr-defined]
    codes: list[str] = authenticator.wrap().get_unused_codes()
    return codes
