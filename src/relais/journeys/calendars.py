"""A mission as the event of a calendar: the same in a shared calendar and in an e-mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Final

from django.conf import settings

from relais.connectors.ics import Event, Status, calendar_of, week_event
from relais.network.models import Centre
from relais.rota.models import Mission
from relais.rota.states import MissionState

REQUEST: Final = "REQUEST"
CANCEL: Final = "CANCEL"
STATUS: Final = {
    MissionState.PROPOSED: Status.TENTATIVE,
    MissionState.INVITED: Status.TENTATIVE,
    MissionState.CONFIRMED: Status.CONFIRMED,
    MissionState.READY: Status.CONFIRMED,
    MissionState.DECLINED: Status.CANCELLED,
    MissionState.CANCELLED: Status.CANCELLED,
}


def mission_event(mission: Mission, *, is_own: bool) -> Event:
    """Write one week. No note of the team, no telephone: a calendar is read over shoulders."""
    centre = mission.line.centre
    state = MissionState(mission.state)
    if is_own:
        title = f"Mission : {centre.name}"
        description = f"Mission {state.label}, ligne {mission.line.number}."
    else:
        title = f"{mission.doctor}, ligne {mission.line.number}"
        description = f"Mission {state.label}."
    return week_event(
        mission.monday,
        uid=f"mission-{mission.pk}@relais",
        title=title,
        time_zone=centre.time_zone,
        sequence=mission.sequence,
        place=_place(centre),
        description=description,
        status=STATUS[state],
        changed_at=mission.changed_at,
        position=(centre.latitude, centre.longitude),
    )


def mission_file(mission: Mission, *, method: str, now: datetime) -> str:
    """Write the file that an e-mail about a mission carries (RFC 6047); `method` as above.

    Its UID is that of the shared calendar, so that a program shows the week once.
    """
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    event = replace(
        mission_event(mission, is_own=True),
        organizer=(settings.NETWORK_NAME, sender),
        attendee=(str(mission.doctor), mission.doctor.email),
        status=Status.CANCELLED if method == CANCEL else Status.CONFIRMED,
    )
    written = calendar_of(
        [event], name=settings.NETWORK_NAME, now=now.astimezone(UTC), method=method
    )
    return written.decode()


def _place(centre: Centre) -> str:
    parts = [centre.address or centre.name]
    if centre.commune is not None and centre.commune.name not in parts[0]:
        parts.append(centre.commune.name)
    return ", ".join(parts)
