"""The centre's day: openings, appointments, and the guarantee that no place is given twice.

The agenda belongs to the line; the doctor is who is on duty that week. See docs/engine/agenda.md.
"""
