"""The papers of a file: where each stands, and what is still missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter

from django.db.models import QuerySet

from relais.doctors.models import CharterSignature, Doctor, Letter, Paper
from relais.doctors.states import PaperState
from relais.engine import charter
from relais.engine import papers as engine_papers
from relais.engine.papers import PaperRule, Standing


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One paper a doctor's status asks: the rule, and the row once it was asked or given."""

    rule: PaperRule
    paper: Paper | None


def papers_of(doctor: Doctor) -> tuple[PaperLine, ...]:
    """List the papers of a file in the order of the rules. 1 query."""
    known = {paper.code: paper for paper in Paper.objects.filter(doctor=doctor)}
    return tuple(
        PaperLine(rule, known.get(rule.code)) for rule in engine_papers.asked_of(doctor.status)
    )


def standings_of(doctor: Doctor) -> tuple[Standing, ...]:
    """Tell the engine where the papers of a file stand. 1 query."""
    return tuple(_standing(line) for line in papers_of(doctor))


def bad_papers(doctor: Doctor, *, until: date) -> tuple[PaperRule, ...]:
    """List the papers that are missing, unchecked or expired before a day; 2 queries.

    None when the network never asked this doctor for papers here.
    """
    if not Paper.objects.filter(doctor=doctor).exists():
        return ()
    return tuple(
        one.rule for one in standings_of(doctor) if not engine_papers.is_good(one, until=until)
    )


def papers_to_check() -> QuerySet[Paper]:
    """List the papers that wait for the team, the longest waiting first; doctors come along."""
    given = Paper.objects.filter(state=PaperState.GIVEN, doctor__left_on__isnull=True)
    return given.select_related("doctor").order_by("given_at", "id")


def _standing(line: PaperLine) -> Standing:
    paper = line.paper
    if paper is None:
        return Standing(rule=line.rule)
    return Standing(
        rule=line.rule,
        is_accepted=paper.state == PaperState.ACCEPTED,
        is_given=paper.state == PaperState.GIVEN,
        expires_on=paper.expires_on,
    )


def has_checklist(doctor: Doctor) -> bool:
    """Say whether the network ever asked this doctor for papers here. 1 query."""
    return Paper.objects.filter(doctor=doctor).exists()


def signature_of(doctor: Doctor, *, today: date) -> CharterSignature | None:
    """Give the doctor's signature under the charter of a day; None when it is to sign. 1 query."""
    version = charter.current(today).version
    return CharterSignature.objects.filter(doctor=doctor, version=version).first()


def signatures_of(doctor: Doctor) -> QuerySet[CharterSignature]:
    """List what a doctor signed, the latest version first."""
    return CharterSignature.objects.filter(doctor=doctor).order_by("-version")


def letters_of(doctor: Doctor) -> QuerySet[Letter]:
    """List the letters made for a doctor, the latest first."""
    return Letter.objects.filter(doctor=doctor).order_by("-made_at", "-id")


def bad_papers_of_all(
    doctors: Iterable[Doctor], *, until: date
) -> dict[int, tuple[PaperRule, ...]]:
    """List what is missing, unchecked or expired before a day, by doctor; 1 query.

    Doctors of whom no paper was ever asked here, and those who lack nothing, are left out.
    """
    people = {doctor.pk: doctor for doctor in doctors}
    known: dict[int, dict[str, Paper]] = {}
    for paper in Paper.objects.filter(doctor__in=people):
        known.setdefault(paper.doctor_id, {})[paper.code] = paper
    found = {}
    for pk, papers in known.items():
        bad = tuple(
            rule
            for rule in engine_papers.asked_of(people[pk].status)
            if not engine_papers.is_good(
                _standing(PaperLine(rule, papers.get(rule.code))), until=until
            )
        )
        if bad:
            found[pk] = bad
    return found


def first_days(*, today: date) -> dict[int, date]:
    """Work out from which day each asked doctor's papers are there, by doctor; 1 query.

    Doctors who have left are left out. Rows are read one after the other, as plain values: a
    collective of 40,000 has some 300,000 papers.
    """
    rows = (
        Paper.objects.filter(doctor__left_on__isnull=True)
        .order_by("doctor_id")
        .values_list("doctor_id", "doctor__status", "code", "state", "expires_on")
    )
    return {
        pk: _there_on(list(papers), today=today)
        for pk, papers in groupby(rows.iterator(), key=itemgetter(0))
    }


def _there_on(rows: list[tuple[int, str, str, str, date | None]], *, today: date) -> date:
    known = {code: (state, expires_on) for _, _, code, state, expires_on in rows}
    nothing = (PaperState.MISSING, None)
    standings = (
        Standing(
            rule=rule,
            is_accepted=known.get(rule.code, nothing)[0] == PaperState.ACCEPTED,
            is_given=known.get(rule.code, nothing)[0] == PaperState.GIVEN,
            expires_on=known.get(rule.code, nothing)[1],
        )
        for rule in engine_papers.asked_of(rows[0][1])
    )
    return engine_papers.ready_on(standings, today=today)
