"""The papers of a file: asked, given, checked, read, required.

A file given is kept before the row that names it is written, and erased when that fails.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef

from relais.core import audit, private_files
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.doctors.models import Doctor, Paper
from relais.doctors.queries import bad_papers, first_days, standings_of
from relais.doctors.states import PAPER_ORIGINS, TEAM_PAPER_ORIGINS, PaperState
from relais.engine import papers
from relais.engine.papers import DAY, PaperRule

BYTES_PER_MB = 1_000_000


class PaperRefusal(Refusal):
    """This cannot be done with this paper, or without it."""


@transaction.atomic
def open_checklist(doctor: Doctor, *, by: Actor, now: datetime, today: date) -> None:
    """Ask a doctor for the papers of her status; those asked already stay as they are."""
    locked = _lock(doctor)
    asked = set(Paper.objects.filter(doctor=locked).values_list("code", flat=True))
    new = [rule for rule in papers.asked_of(locked.status) if rule.code not in asked]
    if not new:
        return
    Paper.objects.bulk_create(
        Paper(doctor=locked, code=rule.code, due_on=today + rule.lead_days * DAY) for rule in new
    )
    _follow(locked, doctor, today=today)
    audit.record(
        locked,
        verb="doctors.papers_asked",
        by=by,
        at=now,
        details={"papers": [rule.code for rule in new], "ready_on": _iso(locked.ready_on)},
    )


def give_paper(
    doctor: Doctor, *, code: str, content: bytes, by: Actor, now: datetime, today: date
) -> Paper:
    """Keep the file of a paper, which the team then checks; the file before it is erased.

    Of a photo only the picture is kept: not where, when and with what it was taken.

    Raises PaperRefusal or FileRefusal for a file too large or of another kind, ValueError for a
    paper that the status does not ask.
    """
    rule = _rule(doctor, code)
    if len(content) > papers.max_bytes():
        raise PaperRefusal(
            f"Ce fichier dépasse {papers.max_bytes() // BYTES_PER_MB} Mo. "
            "Envoyez une photo moins lourde."
        )
    media_type = private_files.media_type_of(content)
    content = private_files.without_traces(content, media_type=media_type)
    name = private_files.keep(content)
    try:
        with transaction.atomic():
            return _note_given(
                doctor, rule, (name, media_type, content), by=by, now=now, today=today
            )
    except BaseException:
        private_files.forget(name)
        raise


def _note_given(
    doctor: Doctor,
    rule: PaperRule,
    file: tuple[str, str, bytes],
    *,
    by: Actor,
    now: datetime,
    today: date,
) -> Paper:
    name, media_type, content = file
    locked = _lock(doctor)
    paper, _ = Paper.objects.get_or_create(
        doctor=locked, code=rule.code, defaults={"due_on": today + rule.lead_days * DAY}
    )
    before = paper.file_name
    paper.state, paper.file_name, paper.media_type = PaperState.GIVEN, name, media_type
    paper.sha256 = hashlib.sha256(content).hexdigest()
    paper.given_at, paper.checked_at, paper.expires_on, paper.reason = now, None, None, ""
    paper.save()
    _follow(locked, doctor, today=today)
    audit.record(
        paper,
        verb="doctors.paper_given",
        by=by,
        at=now,
        details={"sha256": paper.sha256, "ready_on": _iso(locked.ready_on)},
    )
    if before:
        transaction.on_commit(partial(private_files.forget, before))
    return paper


@transaction.atomic
def accept_paper(
    paper: Paper, *, expires_on: date | None, by: Actor, now: datetime, today: date
) -> Paper:
    """Note that a paper is right, up to a day where it expires.

    Raises PaperRefusal when it was not given, or without a day to come for one that expires.
    """
    locked = _lock(paper.doctor)
    row = Paper.objects.get(pk=paper.pk)
    rule = papers.rules()[row.code]
    origins = PAPER_ORIGINS[PaperState.ACCEPTED] if rule.is_doctors else TEAM_PAPER_ORIGINS
    if row.state not in origins:
        raise PaperRefusal("Ce papier n’attend plus de vérification. Rouvrez la page.")
    if rule.expires and (expires_on is None or expires_on < today):
        raise PaperRefusal(
            "Indiquez jusqu’à quel jour ce papier est valable : aujourd’hui ou plus tard."
        )
    row.state, row.checked_at, row.reason = PaperState.ACCEPTED, now, ""
    row.expires_on = expires_on if rule.expires else None
    row.save()
    _follow(locked, paper.doctor, today=today)
    audit.record(
        row,
        verb="doctors.paper_accepted",
        by=by,
        at=now,
        details={"expires_on": _iso(row.expires_on), "ready_on": _iso(locked.ready_on)},
    )
    return row


@transaction.atomic
def ask_paper_again(paper: Paper, *, reason: str, by: Actor, now: datetime, today: date) -> Paper:
    """Ask for a paper again. The reason is for the doctor; the audit keeps that one was given.

    Raises PaperRefusal without a reason, or when there is nothing to ask again.
    """
    locked = _lock(paper.doctor)
    row = Paper.objects.get(pk=paper.pk)
    if row.state not in PAPER_ORIGINS[PaperState.ASKED_AGAIN]:
        raise PaperRefusal("Ce papier n’a pas encore été fourni. Rouvrez la page.")
    if not reason.strip():
        raise PaperRefusal("Dites en quelques mots ce qui manque : le médecin le lira.")
    row.state, row.reason, row.checked_at = PaperState.ASKED_AGAIN, reason.strip(), now
    row.expires_on = None
    row.save()
    _follow(locked, paper.doctor, today=today)
    audit.record(
        row,
        verb="doctors.paper_asked_again",
        by=by,
        at=now,
        details={"ready_on": _iso(locked.ready_on)},
    )
    return row


@transaction.atomic
def read_paper(paper: Paper, *, by: Actor, now: datetime) -> bytes:
    """Give the file of a paper, and write who read it.

    Raises PaperRefusal when there is no file (any more).
    """
    if not paper.file_name:
        raise PaperRefusal("Aucun fichier n’a été envoyé pour ce papier.")
    try:
        content = private_files.read(paper.file_name)
    except OSError as error:
        raise PaperRefusal("Ce fichier ne peut pas être lu. Demandez-le à nouveau.") from error
    audit.record(paper, verb="doctors.paper_read", by=by, at=now)
    return content


@transaction.atomic
def follow_papers(*, by: Actor, now: datetime, today: date) -> int:
    """Work out again from which week each asked doctor can come; count the files that change.

    A paper that expires, or a lead time that goes by, moves the week without anybody's act. Two
    queries, and one a batch of files that change.
    """
    days = first_days(today=today)
    changed = []
    asked = Doctor.objects.filter(Exists(Paper.objects.filter(doctor=OuterRef("pk"))))
    for doctor in asked.filter(left_on=None).only("key", "ready_on").order_by("pk").iterator():
        if doctor.pk not in days:
            continue  # asked since the days were read
        wanted = _first_week(days[doctor.pk], known=doctor.ready_on, today=today)
        if doctor.ready_on != wanted:
            doctor.ready_on = wanted
            changed.append(doctor)
    if changed:
        Doctor.objects.bulk_update(changed, ["ready_on"], batch_size=500)
        audit.record(
            None,
            verb="doctors.weeks_followed",
            by=by,
            at=now,
            details={"ready_on": {one.key: _iso(one.ready_on) for one in changed}},
        )
    return len(changed)


def require_papers(doctor: Doctor, *, until: date) -> None:
    """Let a mission be ready only with every paper checked and worth something to its last day.

    A doctor of whom no paper was ever asked here keeps the day the team noted by hand.
    Raises PaperRefusal that names the papers.
    """
    bad = bad_papers(doctor, until=until)
    if bad:
        labels = ", ".join(rule.label for rule in bad)
        raise PaperRefusal(
            f"Il manque un papier valable jusqu’à la fin de la semaine : {labels}. "
            "Vérifiez-le dans les papiers du médecin."
        )


def _lock(doctor: Doctor) -> Doctor:
    """Take the turn of a file, so that two papers at once do not both count the other missing."""
    return Doctor.objects.select_for_update().get(pk=doctor.pk)


def _rule(doctor: Doctor, code: str) -> PaperRule:
    for rule in papers.asked_of(doctor.status):
        if rule.code == code:
            return rule
    raise ValueError(f"{code!r} is not asked of {doctor.status}")


def _follow(locked: Doctor, shown: Doctor, *, today: date) -> None:
    """Write from which week on the doctor can come, as the slowest paper tells."""
    day = papers.ready_on(standings_of(locked), today=today)
    locked.ready_on = _first_week(day, known=locked.ready_on, today=today)
    locked.save(update_fields=["ready_on"])
    shown.ready_on = locked.ready_on


def _first_week(day: date, *, known: date | None, today: date) -> date:
    """Give the first week of a file whose papers are there on `day`; a day past stays as it is."""
    if day > today:
        return papers.first_week(day)
    return today if known is None or known > today else known


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
