"""The audit is append-only, and its seals show what was changed by force."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction
from hypothesis import given
from hypothesis import strategies as st

from relais.core import audit
from relais.core.append_only import protect, unprotect, unprotected
from relais.core.models import AuditEntry, AuditSeal, SealedEntry
from relais.core.seals import FIRST_HASH, entry_hash, seal_audit, verify_audit
from tests import factories
from tests.factories import NOW

MINUTE = timedelta(minutes=1)


def write(count: int = 1, *, at: datetime = NOW) -> list[AuditEntry]:
    return [
        audit.record(
            None,
            verb="test.done",
            by=factories.by(),
            at=at,
            why="pour essayer",
            details={"é": [1, {"b": None, "a": 1.5}], "z": "à"},
        )
        for _ in range(count)
    ]


@contextmanager
def by_force() -> Iterator[None]:
    """Act as someone who owns the tables and takes the triggers away."""
    unprotect(connection)
    yield
    protect(connection)


def problems(**options: object) -> list[str]:
    return verify_audit(now=NOW, **options).problems  # type: ignore[arg-type]


# -- the database refuses --------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("model", [AuditEntry, AuditSeal, SealedEntry])
@pytest.mark.parametrize("act", ["update", "delete"])
def test_the_database_refuses_to_change_or_delete(model: type, act: str) -> None:
    write()
    seal_audit(now=NOW)
    table = model._meta.db_table
    column = {AuditEntry: "verb", AuditSeal: "hash", SealedEntry: "hash"}[model]
    statement = f"UPDATE {table} SET {column} = 'x'" if act == "update" else f"DELETE FROM {table}"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert model.objects.count() == 1
    assert problems() == []


@pytest.mark.django_db
def test_the_orm_cannot_change_an_entry_either() -> None:
    (entry,) = write()
    entry.verb = "test.undone"
    with pytest.raises(DatabaseError), transaction.atomic():
        entry.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        entry.delete()
    assert AuditEntry.objects.get().verb == "test.done"


@pytest.mark.django_db
def test_the_tables_cannot_be_emptied_at_once() -> None:
    write()
    statement = (
        "TRUNCATE core_auditentry"
        if connection.vendor == "postgresql"
        else "DELETE FROM core_auditentry"
    )
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEntry.objects.count() == 1


@pytest.mark.django_db
def test_an_entry_cannot_be_replaced_by_another_of_the_same_number() -> None:
    (entry,) = write()
    statement = (
        "INSERT INTO core_auditentry (id, at, actor, actor_label, source, verb, subject_type,"
        " subject_id, subject_label, why, details) VALUES (%s, '2027-01-01', '', '', '', 'x.y',"
        " '', '', '', '', '{}')"
    )
    if connection.vendor == "sqlite":
        statement = statement.replace("INSERT", "INSERT OR REPLACE", 1)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [entry.pk])
    assert AuditEntry.objects.get().verb == "test.done"


# -- the chain -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_empty_audit_is_intact_and_needs_no_seal() -> None:
    assert seal_audit(now=NOW) == []
    verdict = verify_audit(now=NOW)
    assert (verdict.problems, verdict.warnings) == ([], [])
    assert verdict.last_hash == FIRST_HASH


@pytest.mark.django_db
def test_seals_follow_one_another_and_hold_every_entry_once() -> None:
    write(3)
    first = seal_audit(now=NOW)
    write(2)
    second = seal_audit(now=NOW + MINUTE)
    assert [seal.number for seal in first + second] == [1, 2]
    assert [seal.count for seal in first + second] == [3, 2]
    assert second[0].previous_hash == first[0].hash
    assert SealedEntry.objects.count() == 5
    verdict = verify_audit(now=NOW + MINUTE, expect=first[0].hash)
    assert (verdict.problems, verdict.warnings) == ([], [])
    assert (verdict.seals, verdict.entries, verdict.waiting) == (2, 5, 0)
    assert verdict.last_hash == second[0].hash


@pytest.mark.django_db
def test_a_large_backlog_takes_several_seals() -> None:
    write(5)
    assert [seal.count for seal in seal_audit(now=NOW, batch=2)] == [2, 2, 1]
    assert problems() == []


@pytest.mark.django_db
def test_an_entry_that_commits_late_with_a_small_number_joins_the_next_seal() -> None:
    write(2)
    (late,) = write()
    values = {
        field.attname: getattr(late, field.attname) for field in AuditEntry._meta.concrete_fields
    }
    with by_force():
        AuditEntry.objects.filter(pk=late.pk).delete()
    last = write(2)
    seal_audit(now=NOW + MINUTE)
    AuditEntry(**values).save(force_insert=True)  # its transaction only ends now
    (seal,) = seal_audit(now=NOW + 2 * MINUTE)
    assert (seal.first_id, seal.last_id, seal.count) == (late.pk, late.pk, 1)
    assert late.pk < last[0].pk
    assert problems() == []


@pytest.mark.django_db
def test_days_later_new_entries_are_still_found() -> None:
    write(2)
    seal_audit(now=NOW)
    later = NOW + timedelta(days=3)
    write(2, at=later)
    assert [seal.count for seal in seal_audit(now=later)] == [2]
    assert verify_audit(now=later).problems == []


@pytest.mark.django_db
def test_entries_that_wait_too_long_for_a_seal_give_a_warning_and_no_problem() -> None:
    write(2, at=NOW - timedelta(minutes=20))
    write(1, at=NOW)
    verdict = verify_audit(now=NOW)
    assert verdict.problems == []
    assert verdict.waiting == 3
    assert verdict.warnings == [
        "2 entrée(s) attendent un sceau depuis plus de 15 minutes :"
        " le travail de fond est-il en marche ?"
    ]
    assert verify_audit(now=NOW, late=timedelta(minutes=30)).warnings == []


# -- changes by force ------------------------------------------------------------------------------


@pytest.fixture
def sealed() -> list[AuditEntry]:
    entries = write(2)
    seal_audit(now=NOW)
    entries += write(2, at=NOW + 3 * timedelta(hours=1))
    seal_audit(now=NOW + 3 * timedelta(hours=1))
    assert problems() == []
    return entries


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", NOW + MINUTE),
        ("actor", "user:99"),
        ("actor_label", "Quelqu’un d’autre"),
        ("source", "203.0.113.9"),
        ("verb", "test.undone"),
        ("subject_type", "a.b"),
        ("subject_id", "12"),
        ("subject_label", "autre"),
        ("why", "autre raison"),
        ("details", {"é": 2}),
    ],
)
def test_a_changed_entry_is_found(sealed: list[AuditEntry], column: str, value: object) -> None:
    with by_force():
        AuditEntry.objects.filter(pk=sealed[1].pk).update(**{column: value})
    assert problems() == [f"L’entrée {sealed[1].pk} (sceau 1) a été modifiée."]


@pytest.mark.django_db
def test_a_deleted_entry_is_found(sealed: list[AuditEntry]) -> None:
    with by_force():
        AuditEntry.objects.filter(pk=sealed[0].pk).delete()
    assert problems() == [f"L’entrée {sealed[0].pk} (sceau 1) a disparu."]


@pytest.mark.django_db
def test_an_entry_deleted_with_its_place_in_the_seal_is_found(sealed: list[AuditEntry]) -> None:
    with by_force():
        SealedEntry.objects.filter(pk=sealed[0].pk).delete()
        AuditEntry.objects.filter(pk=sealed[0].pk).delete()
    assert problems() == ["Le sceau 1 a été modifié, ou la liste de ses entrées."]


@pytest.mark.django_db
def test_an_entry_changed_with_its_hash_is_found(sealed: list[AuditEntry]) -> None:
    with by_force():
        AuditEntry.objects.filter(pk=sealed[0].pk).update(verb="test.undone")
        changed = AuditEntry.objects.get(pk=sealed[0].pk)
        SealedEntry.objects.filter(pk=changed.pk).update(hash=entry_hash(changed))
    assert problems() == ["Le sceau 1 a été modifié, ou la liste de ses entrées."]


@pytest.mark.django_db
def test_an_entry_slipped_in_between_is_found_before_it_is_sealed(sealed: list[AuditEntry]) -> None:
    (slipped,) = write(at=NOW + MINUTE)
    assert problems() == [f"L’entrée {slipped.pk}, sans sceau, a été ajoutée après coup."]


@pytest.mark.django_db
def test_an_entry_slipped_in_between_is_found_after_it_is_sealed(sealed: list[AuditEntry]) -> None:
    (slipped,) = write(at=NOW + MINUTE)
    seal_audit(now=NOW + timedelta(hours=4))
    assert problems() == [f"L’entrée {slipped.pk} (sceau 3) a été ajoutée après coup."]


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["sealed_at", "count", "first_id", "last_id", "hash"])
def test_a_changed_seal_is_found(sealed: list[AuditEntry], column: str) -> None:
    value: object = {"sealed_at": NOW + MINUTE, "hash": "f" * 64}.get(column, 7)
    with by_force():
        AuditSeal.objects.filter(number=1).update(**{column: value})
    assert "Le sceau 1 a été modifié, ou la liste de ses entrées." in problems()


@pytest.mark.django_db
def test_a_seal_taken_out_of_the_middle_is_found(sealed: list[AuditEntry]) -> None:
    with by_force():
        AuditSeal.objects.filter(number=1).delete()
    assert problems() == ["Le sceau 1 a disparu."]


@pytest.mark.django_db
def test_a_whole_tail_taken_away_is_found_with_the_hash_kept_elsewhere(
    sealed: list[AuditEntry],
) -> None:
    kept = verify_audit(now=NOW).last_hash
    with by_force():
        for model in (SealedEntry, AuditEntry):
            model.objects.filter(pk__in=[entry.pk for entry in sealed[2:]]).delete()
        AuditSeal.objects.filter(number=2).delete()
    assert problems() == []
    assert problems(expect=kept) == ["L’empreinte gardée ailleurs n’est celle d’aucun sceau."]


@pytest.mark.django_db
def test_a_history_written_anew_is_found_with_the_hash_kept_elsewhere(
    sealed: list[AuditEntry],
) -> None:
    kept = verify_audit(now=NOW).last_hash
    with by_force():
        SealedEntry.objects.all().delete()
        AuditSeal.objects.all().delete()
        AuditEntry.objects.filter(pk=sealed[0].pk).update(verb="test.undone")
    seal_audit(now=NOW)
    assert problems(expect=kept) == ["L’empreinte gardée ailleurs n’est celle d’aucun sceau."]


@pytest.mark.django_db
def test_a_missing_protection_is_found() -> None:
    assert unprotected(connection) == []
    unprotect(connection, tables=["core_auditseal"])
    assert len(problems()) == len(unprotected(connection)) > 0
    protect(connection)
    assert problems() == []


# -- two workers -----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_seal_at_once_leave_one_chain() -> None:
    write(40)
    failures: list[BaseException] = []
    start = threading.Barrier(4)

    def work() -> None:
        try:
            start.wait(10)
            seal_audit(now=NOW, batch=7)
        except BaseException as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    seal_audit(now=NOW)
    assert SealedEntry.objects.count() == 40
    assert problems() == []


@pytest.mark.django_db(transaction=True)
def test_tables_are_closed_again_after_a_test_that_commits() -> None:
    write()
    call_command("flush", interactive=False, verbosity=0)
    assert AuditEntry.objects.count() == 0
    assert unprotected(connection) == []


# -- the command -----------------------------------------------------------------------------------


def manage(*arguments: str) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("audit", *arguments, stdout=out, stderr=err)
    except SystemExit as stop:
        return int(stop.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.mark.django_db
def test_the_command_prints_the_last_hash_and_succeeds_when_all_is_well() -> None:
    write(2)
    assert manage("seal")[0] == 0
    status, out, err = manage("verify")
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "1\xa0sceau, 2\xa0entrées sous sceau, 0\xa0entrée en attente.",
        "Le journal est intact.",
        "Dernière empreinte, à garder hors de cette machine : " + AuditSeal.objects.get().hash,
    ]


@pytest.mark.django_db
def test_the_command_fails_when_something_was_changed() -> None:
    (entry,) = write()
    seal_audit(now=NOW)
    with by_force():
        AuditEntry.objects.update(why="autre")
    status, out, err = manage("verify")
    assert status == 1
    assert err == f"ANOMALIE  L’entrée {entry.pk} (sceau 1) a été modifiée.\n"
    assert "intact" not in out


# -- writing ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_entry_says_who_what_on_what_why_when_and_from_where() -> None:
    someone = factories.user(name="Claude Martin")
    centre = factories.centre(name="Ajain")
    audit.record(
        centre, verb="network.centre_edited", by=factories.by(someone), at=NOW, why="erreur\x00"
    )
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.actor_label, entry.source) == (
        f"user:{someone.pk}",
        "Claude Martin",
        "127.0.0.1",
    )
    assert (entry.subject_type, entry.subject_id, entry.subject_label) == (
        "network.centre",
        str(centre.pk),
        "Ajain",
    )
    assert (entry.verb, entry.why, entry.at) == ("network.centre_edited", "erreur", NOW)


def test_a_verb_of_another_shape_is_a_mistake_of_the_programmer() -> None:
    with pytest.raises(ValueError, match="does not read"):
        audit.record(None, verb="Mission confirmed", by=factories.by(), at=NOW)


@given(
    st.dictionaries(
        st.text(max_size=5), st.integers() | st.text(max_size=5) | st.none() | st.booleans()
    )
)
def test_the_hash_does_not_depend_on_the_order_of_details(details: dict[str, object]) -> None:
    backwards = dict(reversed(list(details.items())))
    one = AuditEntry(pk=1, at=NOW, verb="test.done", details=details)
    other = AuditEntry(pk=1, at=NOW, verb="test.done", details=backwards)
    assert entry_hash(one) == entry_hash(other)
