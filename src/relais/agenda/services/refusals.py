"""How the agenda says no."""

from __future__ import annotations

from relais.core.errors import Refusal


class AgendaRefusal(Refusal):
    """The agenda cannot be kept like this."""


class PlaceTakenRefusal(AgendaRefusal):
    """Someone has the place already."""


class PatientTakenRefusal(AgendaRefusal):
    """The patient has another appointment at that time."""


class NotOpenRefusal(AgendaRefusal):
    """The line is not open then, or not yet."""


class PracticeRefusal(AgendaRefusal):
    """The doctor of that week does not do what is asked."""


class BusyRefusal(AgendaRefusal):
    """Too many people write at once for a database in one file; nothing was written."""


class ChangedMeanwhileRefusal(AgendaRefusal):
    """The appointment is no longer as it was when the page was shown."""
