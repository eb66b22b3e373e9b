"""Letters and contracts: filled in, versioned, kept privately, read by who may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from relais.core.models import AuditEntry
from relais.doctors import queries, services
from relais.doctors.catalogue import LEGAL_NOTICE, catalogue
from relais.doctors.models import Letter
from relais.doctors.services import LetterRefusal
from relais.doctors.states import LetterKind
from relais.engine.weeks import WEEK
from relais.journeys import letters
from relais.outbox.models import Message
from relais.outbox.wording import places
from relais.rota.models import Mission
from relais.rota.states import MissionState
from tests import factories
from tests.factories import MONDAY, by

pytestmark = pytest.mark.django_db
NOW = datetime(MONDAY.year, MONDAY.month, MONDAY.day, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.PRIVATE_FILES = tmp_path / "private"
    return tmp_path / "private"


def mission(**fields: Any) -> Mission:
    doctor = factories.doctor(last_name="#[Duf] $x$")
    line = factories.line(factories.centre(name="Centre d’Ajain", lines=0))
    return factories.mission(doctor, line, **{"monday": MONDAY + WEEK, **fields})


def makes(kind: LetterKind, one: Mission, **more: Any) -> Letter:
    said = {"mission": one, **more}
    return letters.make_letter(one.doctor, kind=kind, by=by(), now=NOW, **said)


@pytest.mark.parametrize("kind", LetterKind)
def test_every_text_has_its_fields_and_only_those(kind: LetterKind) -> None:
    template = catalogue()[kind]
    one = mission()
    values = letters.values_of(one.doctor, centre=one.line.centre, mission=one, today=MONDAY)
    assert places(template.text) <= set(template.fields) <= set(values)
    assert services.check_text(kind, text=template.text) == template.text


def test_a_contract_is_filled_in_kept_and_told(folder: Path) -> None:
    one = mission()
    letter = makes(LetterKind.CONTRACT, one)
    assert (letter.about, letter.text_number) == (f"rota.mission:{one.pk}", 0)
    content = services.read_letter(letter, by=by(), now=NOW)
    assert content.startswith(b"%PDF-")
    assert (folder / letter.file_name).stat().st_mode & 0o777 == 0o600
    message = Message.objects.get()
    assert message.template == "letter_ready"
    verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"doctors.letter_made", "doctors.letter_read"} <= verbs


def test_what_is_known_takes_its_place_and_the_rest_stays_blank() -> None:
    one = mission()
    values = letters.values_of(one.doctor, centre=one.line.centre, mission=one, today=MONDAY)
    assert values["médecin"] == "Dr Camille #[Duf] $x$"
    assert values["statut"] == "médecin installé ou installée"
    assert values["rémunération nette"].replace("\u202f", " ").replace("\u00a0", " ") == "1 000 €"
    assert letters.blanks(values) == [
        "RPPS",
        "commune du médecin",
        "adresse du centre",
        "département du centre",
    ]


def test_words_are_versions_and_old_letters_keep_theirs() -> None:
    one = mission()
    before = makes(LetterKind.ORDER, one)
    services.rewrite_text(LetterKind.ORDER, text="# Ordre\n\n{médecin}", by=by(), now=NOW)
    after = makes(LetterKind.ORDER, one)
    assert [before.text_number, after.text_number] == [0, 1]
    again = services.rewrite_text(LetterKind.ORDER, text="# Ordre\n\n{médecin}", by=by(), now=NOW)
    assert again is None
    assert [row.number for row in queries.text_versions(LetterKind.ORDER)] == [1]


def test_the_words_shipped_with_the_product_say_who_must_read_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    notices = []

    def drawn(page: Any, *, now: datetime) -> bytes:
        notices.append(page.notice)
        return b"%PDF-"

    monkeypatch.setattr(letters, "render", drawn)
    one = mission()
    makes(LetterKind.CONTRACT, one)
    services.rewrite_text(LetterKind.CONTRACT, text="# Nôtre", by=by(), now=NOW)
    makes(LetterKind.CONTRACT, one)
    assert notices == [LEGAL_NOTICE, ""]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (" \n ", "vide"),
        ("Bonjour {prénom}", "n’est pas un champ connu"),
        ("Bonjour {nom", "accolade"),
        ("x" * 20_001, "trop long"),
    ],
)
def test_words_that_cannot_be_drawn_are_refused(words: str, said: str) -> None:
    with pytest.raises(LetterRefusal, match=said):
        services.rewrite_text(LetterKind.COUNCIL, text=words, by=by(), now=NOW)


def test_a_document_waits_for_its_moment() -> None:
    one = mission(state=MissionState.INVITED)
    with pytest.raises(LetterRefusal, match="confirmée"):
        makes(LetterKind.CONTRACT, one)
    with pytest.raises(LetterRefusal, match="Choisissez la mission"):
        makes(LetterKind.CONTRACT, one, mission=None, centre=one.line.centre)
    coming = mission()
    with pytest.raises(LetterRefusal, match="terminée"):
        makes(LetterKind.CERTIFICATE, coming)
    done = mission(monday=MONDAY - WEEK)
    assert makes(LetterKind.CERTIFICATE, done).kind == LetterKind.CERTIFICATE
    assert makes(LetterKind.COUNCIL, one, mission=None, centre=one.line.centre).what == (
        "Centre d’Ajain"
    )


def test_a_letter_is_never_about_another_doctor_s_mission() -> None:
    one = mission()
    with pytest.raises(ValueError, match="mission of the doctor"):
        letters.make_letter(
            factories.doctor(), kind=LetterKind.ORDER, mission=one, by=by(), now=NOW
        )


def test_a_row_that_fails_takes_its_file_away(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("relais.doctors.services.letters.audit.record", fail)
    with pytest.raises(RuntimeError):
        makes(LetterKind.ORDER, mission())
    assert list(folder.iterdir()) == []


def test_a_letter_that_is_gone_says_so(folder: Path) -> None:
    letter = makes(LetterKind.ORDER, mission())
    (folder / letter.file_name).unlink()
    with pytest.raises(LetterRefusal, match="Refaites-le"):
        services.read_letter(letter, by=by(), now=NOW + timedelta(days=1))
