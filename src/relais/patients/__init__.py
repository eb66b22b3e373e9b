"""Patients: who they are, how to reach them, at which centres they are known, who answers for them.

Identity only; what doctors write about health lives in the records. See docs/architecture.md.
"""
