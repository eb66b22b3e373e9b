"""Booking by patients themselves: what a centre shows, a request and its code, a link."""
