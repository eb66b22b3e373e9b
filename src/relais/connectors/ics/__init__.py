"""Calendar feeds (RFC 5545, RFC 7986) that telephones and mail programs subscribe to."""

from relais.connectors.ics.calendar import Event, Status, calendar_of, week_event

__all__ = ["Event", "Status", "calendar_of", "week_event"]
