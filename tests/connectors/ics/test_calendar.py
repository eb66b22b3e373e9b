"""Calendar feeds: checked line by line against RFC 5545, and read back by the library."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest

from relais.connectors.ics import Event, Status, calendar_of, week_event

NOW = datetime(2027, 1, 6, 9, 30, tzinfo=UTC)
MONDAY = date(2027, 1, 11)
PARIS = "Europe/Paris"
LONG = "Arrivée dimanche soir.\nClés au n° 4 ; code \\ porte, " + "é" * 100

CONTENT_LINE = re.compile(
    r"[A-Z][A-Z0-9-]*"  # name
    r'(;[A-Z][A-Z0-9-]*=("[^"\x00-\x1f]*"|[^",;:\x00-\x1f]*))*'  # parameters
    r":[^\x00-\x08\x0a-\x1f\x7f]*"  # value
)


def feed(*events: Event, name: str = "Mes semaines", method: str | None = "PUBLISH") -> bytes:
    return calendar_of(events, name=name, now=NOW, method=method)


def full_week() -> Event:
    return week_event(
        MONDAY,
        uid="mission-1@relais",
        title="Relais à Ajain, ligne 1; « confirmée »",
        time_zone=PARIS,
        sequence=2,
        place="Maison de santé, 3 rue de l’Église",
        description=LONG,
        url="https://relais.exemple.fr/missions/1",
        changed_at=NOW - timedelta(days=1),
        position=(46.20663, 1.99476),
    )


def strictly_read(content: bytes) -> list[str]:
    """Check the form of a calendar by RFC 5545 3.1 and 3.6, without the library; give its lines."""
    assert content.endswith(b"END:VCALENDAR\r\n")
    physical = content.split(b"\r\n")[:-1]
    assert not any(b"\r" in line or b"\n" in line for line in physical)
    assert max(len(line) for line in physical) <= 75
    for line in physical:
        line.decode("utf-8")  # no character is cut by folding
    lines = content.decode().replace("\r\n ", "").split("\r\n")[:-1]
    opened: list[tuple[str, list[str]]] = []
    for line in lines:
        assert CONTENT_LINE.fullmatch(line), line
        name, _, value = line.partition(":")
        if name == "BEGIN":
            opened.append((value, []))
        elif name == "END":
            kind, names = opened.pop()
            assert kind == value
            once = {
                "VCALENDAR": ("VERSION", "PRODID"),
                "VEVENT": ("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE", "STATUS"),
                "VTIMEZONE": ("TZID",),
                "STANDARD": ("DTSTART", "TZOFFSETFROM", "TZOFFSETTO"),
                "DAYLIGHT": ("DTSTART", "TZOFFSETFROM", "TZOFFSETTO"),
            }[kind]
            assert all(names.count(required) == 1 for required in once), (kind, names)
        else:
            opened[-1][1].append(name.split(";")[0])
    assert opened == []
    used = {found for line in lines for found in re.findall(r"^DT[A-Z]+;TZID=([^:;]+):", line)}
    assert used == {line[5:] for line in lines if line.startswith("TZID:")}
    return lines


def read_back(content: bytes) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(content).walk("VEVENT"))


def test_a_week_runs_from_monday_8_to_saturday_noon_on_the_clock_of_the_centre() -> None:
    lines = strictly_read(feed(full_week()))
    assert lines[lines.index("BEGIN:VEVENT") :] == [
        "BEGIN:VEVENT",
        r"SUMMARY:Relais à Ajain\, ligne 1\; « confirmée »",
        "DTSTART;TZID=Europe/Paris:20270111T080000",
        "DTEND;TZID=Europe/Paris:20270116T120000",
        "DTSTAMP:20270106T093000Z",
        "UID:mission-1@relais",
        "SEQUENCE:2",
        r"DESCRIPTION:Arrivée dimanche soir.\nClés au n° 4 \; code \\ porte\, " + "é" * 100,
        "GEO:46.20663;1.99476",
        "LAST-MODIFIED:20270105T093000Z",
        r"LOCATION:Maison de santé\, 3 rue de l’Église",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "URL:https://relais.exemple.fr/missions/1",
        "END:VEVENT",
        "END:VCALENDAR",
    ]


def test_the_calendar_says_its_name_and_when_to_look_again() -> None:
    lines = strictly_read(feed(name="Relais, Ajain"))
    assert lines == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//relais//temps partage medical//FR",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        r"NAME:Relais\, Ajain",
        r"X-WR-CALNAME:Relais\, Ajain",
        "REFRESH-INTERVAL;VALUE=DURATION:PT4H",
        "X-PUBLISHED-TTL:PT4H",
        "END:VCALENDAR",
    ]


def test_a_file_to_import_has_no_method() -> None:
    assert not any(line.startswith("METHOD") for line in strictly_read(feed(method=None)))


def test_the_library_reads_the_same_event_back() -> None:
    (event,) = read_back(feed(full_week()))
    assert event.decoded("dtstart") == datetime(2027, 1, 11, 8, tzinfo=ZoneInfo(PARIS))
    assert event.decoded("dtend") == datetime(2027, 1, 16, 12, tzinfo=ZoneInfo(PARIS))
    assert str(event["description"]) == LONG
    assert str(event["summary"]) == "Relais à Ajain, ligne 1; « confirmée »"


def test_days_without_hour_end_on_the_day_after_the_last() -> None:
    closed = Event(
        uid="closure-1@relais",
        title="Fermeture",
        begins=date(2027, 8, 9),
        ends=date(2027, 8, 14),
    )
    lines = strictly_read(feed(closed))
    assert "DTSTART;VALUE=DATE:20270809" in lines
    assert "DTEND;VALUE=DATE:20270815" in lines
    assert "TRANSP:TRANSPARENT" in lines
    assert "BEGIN:VTIMEZONE" not in lines


def test_a_cancelled_week_says_so() -> None:
    event = week_event(MONDAY, uid="a", title="b", time_zone=PARIS, status=Status.CANCELLED)
    assert "STATUS:CANCELLED" in strictly_read(feed(event))


@pytest.mark.parametrize(
    ("time_zone", "utc_hour"),
    [(PARIS, 7), ("Indian/Reunion", 4), ("America/Cayenne", 11), ("America/Miquelon", 11)],
)
def test_a_centre_overseas_works_on_its_own_clock(time_zone: str, utc_hour: int) -> None:
    (event,) = read_back(feed(week_event(MONDAY, uid="a", title="b", time_zone=time_zone)))
    assert event.decoded("dtstart").astimezone(UTC) == datetime(2027, 1, 11, utc_hour, tzinfo=UTC)


def rules_in_file(lines: list[str]) -> list[tuple[datetime, timedelta]]:
    """Read from when each offset holds, as a program does that knows only the file."""
    rules = []
    for at, line in enumerate(lines):
        if line in {"BEGIN:STANDARD", "BEGIN:DAYLIGHT"}:
            rule = dict(part.split(":", 1) for part in lines[at + 1 : at + 5])
            begins = datetime.strptime(rule["DTSTART"], "%Y%m%dT%H%M%S")
            offset = rule["TZOFFSETTO"]
            hours, minutes = int(offset[:3]), int(offset[0] + offset[3:5])
            rules.append((begins, timedelta(hours=hours, minutes=minutes)))
    return sorted(rules)


@pytest.mark.parametrize("time_zone", [PARIS, "America/Miquelon", "Australia/Lord_Howe"])
def test_the_file_knows_the_clock_changes_by_itself(time_zone: str) -> None:
    weeks = [
        week_event(MONDAY + timedelta(weeks=n), uid=str(n), title="b", time_zone=time_zone)
        for n in range(0, 104, 26)
    ]
    lines = strictly_read(feed(*weeks))
    rules = rules_in_file(lines)
    zone = ZoneInfo(time_zone)
    moment = datetime(2026, 6, 1, tzinfo=UTC)
    while moment < datetime(2029, 6, 1, tzinfo=UTC):
        local = moment.astimezone(zone)
        clock = local.replace(tzinfo=None)
        if not local.fold:  # the hour that comes twice is read as its first time
            assert [to for begins, to in rules if begins <= clock][-1] == local.utcoffset(), local
        moment += timedelta(minutes=30)


def test_events_come_in_order_and_the_same_events_give_the_same_bytes() -> None:
    later = week_event(MONDAY + timedelta(weeks=1), uid="b", title="x", time_zone=PARIS)
    sooner = week_event(MONDAY, uid="a", title="x", time_zone="Indian/Reunion")
    closed = Event(uid="c", title="x", begins=MONDAY, ends=MONDAY)
    assert feed(later, sooner, closed) == feed(closed, later, sooner)
    assert [str(event["uid"]) for event in read_back(feed(later, sooner, closed))] == [
        "c",
        "a",
        "b",
    ]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"begins": datetime(2027, 1, 11, 8)}, "a day and a moment"),
        (
            {"begins": datetime(2027, 1, 11, 8), "ends": datetime(2027, 1, 11, 9)},
            "no named time zone",
        ),
        (
            {
                "begins": datetime(2027, 1, 11, 8, tzinfo=UTC),
                "ends": datetime(2027, 1, 11, 9, tzinfo=UTC),
            },
            "no named time zone",
        ),
        ({"ends": date(2027, 1, 10)}, "ends before it begins"),
        ({"uid": ""}, "needs a uid"),
        ({"title": ""}, "needs a uid and a title"),
    ],
)
def test_an_event_that_no_program_could_show_is_a_mistake(
    fields: dict[str, object], message: str
) -> None:
    whole: dict[str, object] = {"uid": "a", "title": "b", "begins": MONDAY, "ends": MONDAY}
    with pytest.raises(ValueError, match=message):
        Event(**{**whole, **fields})  # type: ignore[arg-type]


def test_a_week_must_begin_on_a_monday_and_a_uid_be_used_once() -> None:
    with pytest.raises(ValueError, match="not a Monday"):
        week_event(date(2027, 1, 12), uid="a", title="b", time_zone=PARIS)
    event = week_event(MONDAY, uid="a", title="b", time_zone=PARIS)
    with pytest.raises(ValueError, match="one uid"):
        feed(event, event)
