"""The chain of seals: what was written in the audit cannot be changed later without being seen.

Entries are written without any shared lock. Later a worker closes the entries that no seal holds
yet under a new seal, whose hash covers each of them and the hash of the seal before. Membership is
a row an entry, so it does not matter in which order transactions commit on PostgreSQL: an entry
that appears late with a small number joins the next seal. Whoever keeps the last hash elsewhere can
prove that nothing before it was changed. Why, and what it does not protect from:
docs/decisions/0005.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from django.db import IntegrityError, connection, transaction

from relais.core.append_only import unprotected
from relais.core.models import AuditEntry, AuditSeal, SealedEntry

FIRST_HASH: Final = "0" * 64  # what stands before the first seal
BATCH: Final = 5_000  # entries a seal holds at most
# No transaction of the product lasts a day: entries below what was sealed the day before are no
# longer looked for each minute. `verify` looks at all of them.
LONGEST_TRANSACTION: Final = timedelta(days=1)
LATE: Final = timedelta(minutes=15)  # an entry that waits longer for its seal earns a warning
# An entry dated this long before a seal that does not hold it was slipped in afterwards.
BACKDATED: Final = timedelta(hours=1)


def entry_hash(entry: AuditEntry) -> str:
    """Give the SHA-256 (hexadecimal) of an entry as the database gives it back."""
    return _sha256(
        [
            "relais audit entry 1",
            entry.pk,
            _moment(entry.at),
            entry.actor,
            entry.actor_label,
            entry.source,
            entry.verb,
            entry.subject_type,
            entry.subject_id,
            entry.subject_label,
            entry.why,
            entry.details,
        ]
    )


def seal_hash(seal: AuditSeal, *, members: Iterable[tuple[int, str]]) -> str:
    """Give the SHA-256 (hexadecimal) of a seal: its fields and its (entry, hash) pairs by entry."""
    return _sha256(
        [
            "relais audit seal 1",
            seal.number,
            _moment(seal.sealed_at),
            seal.count,
            seal.first_id,
            seal.last_id,
            seal.previous_hash,
            [list(member) for member in members],
        ]
    )


def seal_audit(*, now: datetime, batch: int = BATCH) -> list[AuditSeal]:
    """Seal every entry that waits, in seals of at most `batch` entries; give the new seals.

    Safe with several workers: the one that loses a number stops, what it wanted to seal is sealed.
    """
    made: list[AuditSeal] = []
    while True:
        try:
            seal = _seal_once(now=now, batch=batch)
        except IntegrityError:
            return made
        if seal is None:
            return made
        made.append(seal)


def _seal_once(*, now: datetime, batch: int) -> AuditSeal | None:
    with transaction.atomic():
        last = AuditSeal.objects.order_by("number").last()
        settled = (
            AuditSeal.objects.filter(sealed_at__lt=now - LONGEST_TRANSACTION)
            .order_by("number")
            .last()
        )
        waiting = AuditEntry.objects.filter(sealing__isnull=True).order_by("id")
        if settled is not None:
            waiting = waiting.filter(id__gt=settled.first_id)
        entries = list(waiting[:batch])
        if not entries:
            return None
        members = [(entry.pk, entry_hash(entry)) for entry in entries]
        seal = AuditSeal(
            number=1 if last is None else last.number + 1,
            sealed_at=now,
            count=len(members),
            first_id=members[0][0],
            last_id=members[-1][0],
            previous_hash=FIRST_HASH if last is None else last.hash,
        )
        seal.hash = seal_hash(seal, members=members)
        seal.save(force_insert=True)
        SealedEntry.objects.bulk_create(
            [SealedEntry(entry_id=pk, seal=seal, hash=digest) for pk, digest in members],
            batch_size=1_000,
        )
        return seal


@dataclass(slots=True)
class Verdict:
    """What `verify` found. `problems`: something was changed. `warnings`: something is late."""

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seals: int = 0
    entries: int = 0
    waiting: int = 0
    last_hash: str = FIRST_HASH

    @property
    def is_intact(self) -> bool:
        """Say whether nothing was changed."""
        return not self.problems


def verify_audit(*, now: datetime, late: timedelta = LATE, expect: str = "") -> Verdict:
    """Read the whole audit again and compare it with its seals.

    `late`: how long an entry may wait for its seal before a warning. `expect`: a hash kept
    elsewhere, which must stand in the chain. Three queries a seal, memory of one seal.
    """
    verdict = Verdict()
    for name in unprotected(connection):
        verdict.problems.append(f"La protection « {name} » manque dans la base de données.")
    seals = list(AuditSeal.objects.order_by("number"))
    verdict.problems += _breaks(seals)
    hashes = {FIRST_HASH}
    for before, seal in _with_previous(seals):
        verdict.problems += _changes(seal, before=before)
        verdict.seals += 1
        verdict.entries += seal.count
        verdict.last_hash = seal.hash
        hashes.add(seal.hash)
    known = {seal.number for seal in seals}
    orphans = set(SealedEntry.objects.values_list("seal_id", flat=True).distinct()) - known
    verdict.problems += [f"Le sceau {number} a disparu." for number in sorted(orphans)]
    if expect and expect not in hashes:
        verdict.problems.append("L’empreinte gardée ailleurs n’est celle d’aucun sceau.")
    _judge_waiting(verdict, seals=seals, now=now, late=late)
    verdict.problems = list(dict.fromkeys(verdict.problems))
    return verdict


def _breaks(seals: list[AuditSeal]) -> Iterator[str]:
    """Say where the chain is interrupted."""
    if seals and seals[0].number != 1:
        yield "Le sceau 1 a disparu."
    elif seals and seals[0].previous_hash != FIRST_HASH:
        yield "Le sceau 1 ne commence pas la chaîne."
    for before, seal in pairwise(seals):
        for number in range(before.number + 1, seal.number):
            yield f"Le sceau {number} a disparu."
        if seal.number == before.number + 1 and seal.previous_hash != before.hash:
            yield f"Le sceau {seal.number} ne suit pas le sceau {before.number}."


def _with_previous(seals: list[AuditSeal]) -> Iterator[tuple[AuditSeal | None, AuditSeal]]:
    before: AuditSeal | None = None
    for seal in seals:
        yield before, seal
        before = seal


def _changes(seal: AuditSeal, *, before: AuditSeal | None) -> Iterator[str]:
    """Say what differs between a seal and the entries it closed."""
    members = dict(seal.members.order_by("entry_id").values_list("entry_id", "hash"))
    entries = {entry.pk: entry for entry in AuditEntry.objects.filter(sealing__seal_id=seal.number)}
    whole = (
        seal_hash(seal, members=members.items()) == seal.hash
        and len(members) == seal.count
        and min(members, default=0) == seal.first_id
        and max(members, default=0) == seal.last_id
    )
    if not whole:
        yield f"Le sceau {seal.number} a été modifié, ou la liste de ses entrées."
    for pk, digest in members.items():
        entry = entries.get(pk)
        if entry is None:
            yield f"L’entrée {pk} (sceau {seal.number}) a disparu."
        elif entry_hash(entry) != digest:
            yield f"L’entrée {pk} (sceau {seal.number}) a été modifiée."
        elif before is not None and entry.at + BACKDATED < before.sealed_at:
            yield f"L’entrée {pk} (sceau {seal.number}) a été ajoutée après coup."


def _judge_waiting(
    verdict: Verdict, *, seals: list[AuditSeal], now: datetime, late: timedelta
) -> None:
    """Tell entries that wait for the next seal from those slipped in between sealed ones."""
    last = seals[-1] if seals else None
    overdue = 0
    waiting = AuditEntry.objects.filter(sealing__isnull=True).order_by("id")
    for pk, at in waiting.values_list("id", "at").iterator():
        verdict.waiting += 1
        if last is not None and at + BACKDATED < last.sealed_at:
            verdict.problems.append(f"L’entrée {pk}, sans sceau, a été ajoutée après coup.")
        elif at + late < now:
            overdue += 1
    if overdue:
        minutes = int(late.total_seconds() // 60)
        verdict.warnings.append(
            f"{overdue} entrée(s) attendent un sceau depuis plus de {minutes} minutes :"
            " le travail de fond est-il en marche ?"
        )


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _sha256(value: list[object]) -> str:
    """Hash one writing of a JSON value: keys in order, no spaces, UTF-8."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
