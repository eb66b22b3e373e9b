"""Calendar feeds (RFC 5545, RFC 7986) that telephones and mail programs subscribe to."""

from relais.connectors.ics.calendar import (
    WEEK_BEGINS,
    WEEK_ENDS,
    WEEK_LAST_DAY,
    Event,
    Status,
    calendar_of,
    week_event,
)

__all__ = [
    "WEEK_BEGINS",
    "WEEK_ENDS",
    "WEEK_LAST_DAY",
    "Event",
    "Status",
    "calendar_of",
    "week_event",
]
