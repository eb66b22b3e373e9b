"""Turn events into one iCalendar file; folding, escaping and time zones are the library's work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import icalendar

from relais.engine.weeks import is_monday

PRODUCT = "-//relais//temps partage medical//FR"
REFRESH_HOURS = 4  # how often a program is asked to look again
# Sent by e-mail (RFC 6047): the file speaks of its events only, not of a calendar to follow.
INVITATIONS = frozenset({"REQUEST", "CANCEL"})
# A relay week: from Monday 8:00 to Saturday 12:00, on the clock of the centre.
WEEK_BEGINS = time(8)
WEEK_ENDS = time(12)
WEEK_LAST_DAY = timedelta(days=5)


class Status(StrEnum):
    """What an event is, in the words of RFC 5545 3.8.1.11."""

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Event:
    """One event. Either two moments with a time zone of name (ZoneInfo), or two days.

    Of two days `ends` is the last day itself; the file writes the day after, as the format wants.
    `uid` never changes; `sequence` grows with each change that matters to the reader.
    """

    uid: str
    title: str
    begins: date | datetime
    ends: date | datetime
    sequence: int = 0
    place: str = ""
    description: str = ""
    url: str = ""
    status: Status = Status.CONFIRMED
    changed_at: datetime | None = None
    position: tuple[float, float] | None = None  # latitude, longitude in degrees
    organizer: tuple[str, str] | None = None  # name and e-mail address
    attendee: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        """Refuse what no program could show. Raises ValueError."""
        moments = isinstance(self.begins, datetime), isinstance(self.ends, datetime)
        if moments[0] != moments[1]:
            raise ValueError(f"{self.uid}: a day and a moment do not make an event")
        for moment in (self.begins, self.ends):
            if isinstance(moment, datetime) and not isinstance(moment.tzinfo, ZoneInfo):
                raise ValueError(f"{self.uid}: {moment} has no named time zone")
        if self.ends < self.begins:
            raise ValueError(f"{self.uid}: ends before it begins")
        if not self.uid or not self.title:
            raise ValueError("an event needs a uid and a title")


def week_event(
    monday: date,
    *,
    uid: str,
    title: str,
    time_zone: str,
    sequence: int = 0,
    place: str = "",
    description: str = "",
    url: str = "",
    status: Status = Status.CONFIRMED,
    changed_at: datetime | None = None,
    position: tuple[float, float] | None = None,
) -> Event:
    """Make the event of one relay week: Monday 8:00 to Saturday 12:00 on the centre's clock.

    `time_zone` is an IANA name. Raises ValueError when `monday` is not a Monday.
    """
    if not is_monday(monday):
        raise ValueError(f"{monday} is not a Monday")
    zone = ZoneInfo(time_zone)
    return Event(
        uid=uid,
        title=title,
        begins=datetime.combine(monday, WEEK_BEGINS, zone),
        ends=datetime.combine(monday + WEEK_LAST_DAY, WEEK_ENDS, zone),
        sequence=sequence,
        place=place,
        description=description,
        url=url,
        status=status,
        changed_at=changed_at,
        position=position,
    )


def calendar_of(
    events: Iterable[Event],
    *,
    name: str,
    now: datetime,
    description: str = "",
    method: str | None = "PUBLISH",
) -> bytes:
    """Write a calendar, in order of begin and uid; every time zone used is defined in the file.

    `now` (with a time zone) is the moment of publication, DTSTAMP of each event. `method` None
    leaves it out, as a file to import wants. Raises ValueError when two events bear one uid.
    """
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if method is not None:
        calendar.add("method", method)
    if method in INVITATIONS:
        _add_events(calendar, events, now)
        return bytes(calendar.to_ical())
    calendar.add("name", icalendar.vText(name))
    calendar.add("x-wr-calname", icalendar.vText(name))
    if description:
        calendar.add("description", icalendar.vText(description))
        calendar.add("x-wr-caldesc", icalendar.vText(description))
    calendar.add(
        "refresh-interval", timedelta(hours=REFRESH_HOURS), parameters={"VALUE": "DURATION"}
    )
    calendar.add("x-published-ttl", f"PT{REFRESH_HOURS}H")
    _add_events(calendar, events, now)
    return bytes(calendar.to_ical())


def _add_events(calendar: icalendar.Calendar, events: Iterable[Event], now: datetime) -> None:
    ordered = sorted(events, key=_order)
    if len({event.uid for event in ordered}) != len(ordered):
        raise ValueError("two events bear one uid")
    for zone, (first, last) in sorted(_spans(ordered).items(), key=lambda item: item[0].key):
        calendar.add_component(_time_zone(zone, first, last))
    for event in ordered:
        calendar.add_component(_component(event, now))


def _component(event: Event, now: datetime) -> icalendar.Event:
    component = icalendar.Event()
    component.add("uid", event.uid)
    component.add("dtstamp", now.astimezone(UTC))
    component.add("sequence", event.sequence)
    component.add("summary", event.title)
    component.add("dtstart", event.begins)
    all_day = not isinstance(event.begins, datetime)
    component.add("dtend", event.ends + timedelta(days=1) if all_day else event.ends)
    component.add("status", event.status.value)
    # A mission keeps its doctor busy; a day of closure leaves everybody free.
    component.add("transp", "TRANSPARENT" if all_day else "OPAQUE")
    if event.place:
        component.add("location", event.place)
    if event.description:
        component.add("description", event.description)
    if event.url:
        component.add("url", event.url)
    for what, person in (("organizer", event.organizer), ("attendee", event.attendee)):
        if person is not None:
            name, email = person
            address = icalendar.vCalAddress(f"mailto:{email}")
            address.params["CN"] = name
            if what == "attendee":  # the answer was given on the page: none is asked by mail
                address.params["PARTSTAT"] = "ACCEPTED"
                address.params["ROLE"] = "REQ-PARTICIPANT"
                address.params["RSVP"] = "FALSE"
            component.add(what, address)
    if event.position is not None:
        component.add("geo", event.position)
    if event.changed_at is not None:
        component.add("last-modified", event.changed_at.astimezone(UTC))
    return component


def _order(event: Event) -> tuple[date, str, str]:
    begins = event.begins
    if isinstance(begins, datetime):
        return begins.date(), begins.astimezone(UTC).isoformat(), event.uid
    return begins, "", event.uid


def _spans(events: Iterable[Event]) -> dict[ZoneInfo, tuple[date, date]]:
    """Give each time zone in use the first and the last day on which it is used."""
    spans: dict[ZoneInfo, tuple[date, date]] = {}
    for event in events:
        for moment in (event.begins, event.ends):
            if isinstance(moment, datetime) and isinstance(moment.tzinfo, ZoneInfo):
                day = moment.date()
                first, last = spans.get(moment.tzinfo, (day, day))
                spans[moment.tzinfo] = min(first, day), max(last, day)
    return spans


def _time_zone(zone: ZoneInfo, first: date, last: date) -> icalendar.Timezone:
    """Define a time zone from a year before its first use to a year after its last one.

    Written here because icalendar 7.3 puts each change of spring an hour late in its own.
    Each change is one observance that begins at the clock time before it (RFC 5545 3.6.5).
    """
    component = icalendar.Timezone()
    component.add("tzid", zone.key)
    moment = datetime(first.year - 1, 1, 1, tzinfo=UTC)
    end = datetime(last.year + 2, 1, 1, tzinfo=UTC)
    before = moment.astimezone(zone)
    component.add_component(_observance(before, before))
    while moment < end:
        moment += timedelta(hours=6)
        after = moment.astimezone(zone)
        if after.utcoffset() != before.utcoffset():
            minute = timedelta(minutes=1)
            while (earlier := after.astimezone(UTC) - minute).astimezone(
                zone
            ).utcoffset() == after.utcoffset():
                after = earlier.astimezone(zone)
            component.add_component(_observance(before, after))
        before = after
    return component


def _observance(before: datetime, after: datetime) -> icalendar.Component:
    """Describe the rule that holds from `after` on; `before` tells the offset until then."""
    summer = bool(after.dst())
    rule = icalendar.TimezoneDaylight() if summer else icalendar.TimezoneStandard()
    offset = before.utcoffset() or timedelta(0)
    rule.add("dtstart", (after.astimezone(UTC) + offset).replace(tzinfo=None))
    rule.add("tzoffsetfrom", offset)
    rule.add("tzoffsetto", after.utcoffset())
    rule.add("tzname", after.tzname())
    return rule
