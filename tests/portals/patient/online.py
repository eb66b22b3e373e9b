"""What tests of the patient portal share: a centre open online, a browser, the SMS that left."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from relais.agenda.models import Appointment
from relais.booking import services
from relais.booking.models import Request
from relais.booking.states import Access
from relais.network.models import Centre
from relais.outbox.models import Message
from tests import factories
from tests.factories import MONDAY, NOW, by

PHONE = "06 12 34 56 78"
TYPED: dict[str, Any] = {
    "birth_name": "Prévôt",
    "first_name": "Éloïse",
    "birth_day": "12",
    "birth_month": "4",
    "birth_year": "1950",
    "phone": PHONE,
}


TUESDAY = MONDAY + timedelta(days=1)  # on Mondays the doctor is welcomed first


def tick(hour: int, minute: int = 0, *, day: date = TUESDAY) -> int:
    """Give the tick of an hour in Paris, in winter."""
    return int(datetime.combine(day, time(hour - 1, minute), tzinfo=UTC).timestamp()) // 300


class Online:
    """A centre that opened its page: Tuesday from 9 to 12, a doctor known, one reason."""

    def __init__(self, client: Client, *, access: Access = Access.OPEN, **fields: Any) -> None:
        self.client = client
        self.centre: Centre = factories.centre(
            name="Centre du Morvan", phone="0555000000", **fields
        )
        factories.opening(self.centre, weekday=1)
        self.reason = factories.reason(code="consultation", label="Consultation", is_online=True)
        for line in self.centre.lines.all():
            factories.mission(None, line)
        self.open(access)

    def open(self, access: Access) -> None:
        services.set_access(
            self.centre, access=access, names_doctor=True, note="", by=by(), now=NOW
        )

    @property
    def page(self) -> str:
        return reverse("patient_centre", args=[self.centre.pk])

    def form(self, at: int | str, **more: str) -> str:
        extra = "".join(f"&{key}={value}" for key, value in more.items())
        address = reverse("patient_ask", args=[self.centre.pk])
        return f"{address}?motif={self.reason.code}&place={at}{extra}"

    def ask(
        self, at: int | str = 0, *, client: Client | None = None, query: Any = None, **said: Any
    ) -> Any:
        """Type who comes, for nine o'clock on TUESDAY unless told otherwise."""
        address = self.form(at or tick(9), **(query or {}))
        return (client or self.client).post(address, {**TYPED, **said})

    def confirm(self, code: str = "", *, client: Client | None = None) -> Any:
        return (client or self.client).post(reverse("patient_code"), {"code": code or self.code()})

    def code(self) -> str:
        """Read the last code that left."""
        message = Message.objects.filter(template="booking_code").order_by("pk").last()
        assert message is not None
        found = re.search(r"\d{6}", " ".join(message.secrets.values()))
        assert found is not None
        return found.group()

    def book(self, at: int = 0, **said: Any) -> Appointment:
        assert self.ask(at, **said).headers["Location"] == reverse("patient_code")
        self.confirm()
        return Request.objects.order_by("pk").last().appointment  # type: ignore[union-attr]


def later(**delta: int) -> datetime:
    return NOW + timedelta(**delta)
