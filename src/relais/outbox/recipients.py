"""To whom a message goes: a neutral card, whoever stands behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from relais.core.phones import international, takes_sms
from relais.engine.messages import HOME_ZONE

type Identity = tuple[str, str]

USER: Final = "user"
DOCTOR: Final = "doctor"
PATIENT: Final = "patient"
PHONE: Final = "phone"  # of whom only the number is known, as long as a booking is not confirmed
# Whose messages the central team neither lists nor reads: only their centre knows them.
OF_PATIENTS: Final = (PATIENT, PHONE)


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person as messages know one.

    `kind` and `key` never change for a person (« doctor », « 12 »): preferences, limits and « never
    twice » hang on them. `email` and `phone` may be empty. `time_zone` (IANA) and `department` tell
    when it is night and which days are holidays there.
    """

    kind: str
    key: str
    name: str
    email: str = ""
    phone: str = ""
    time_zone: str = HOME_ZONE
    department: str = ""

    @property
    def identity(self) -> Identity:
        """What never changes for this person."""
        return self.kind, self.key

    @property
    def mobile(self) -> str:
        """The number that takes an SMS, as « +33612345678 »; empty when there is none."""
        number = international(self.phone)
        return number if takes_sms(number) else ""
