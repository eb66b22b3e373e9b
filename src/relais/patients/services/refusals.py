"""How a patient's file says no."""

from __future__ import annotations

from relais.core.errors import Refusal


class PatientRefusal(Refusal):
    """A patient's file cannot be kept like this."""


class AlikeRefusal(PatientRefusal):
    """Files that look like the new one exist; somebody must say that they are other people."""


class FullRefusal(PatientRefusal):
    """The centre has as many patients as its lines can follow, or takes none now."""
