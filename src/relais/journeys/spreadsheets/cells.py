"""One cell as French people write it: 04/01/2027, oui, 46,2, 3 h 30; and as a plan folder does.

Each reader takes the text of a cell and gives its value, or raises BadCell with what to write.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from relais.core.formats import MONTHS, WEEKDAYS
from relais.doctors.queries import plain
from relais.doctors.states import DoctorStatus, PracticeLevel, PreferenceKind
from relais.engine.plan_folder import cells
from relais.engine.plan_folder.cells import BadCell, Parser
from relais.network.states import ClosureReason
from relais.rota.states import MissionState


class _Sign(Enum):
    EMPTY = "empty"


EMPTY: Final = _Sign.EMPTY
"""Stands for a cell left empty, or a column that is not there: nothing is said, nothing changes."""

_NUMERIC_DAY = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_SHORT_YEAR = re.compile(r"\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2}")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2})?)?")
_WORDS_DAY = re.compile(
    rf"(?:semaine du )?(?:(?:{'|'.join(WEEKDAYS)}) )?(\d{{1,2}})(?:er)? "
    rf"({'|'.join(plain(month) for month in MONTHS)}) (\d{{4}})"
)
_SERIAL_DAY = re.compile(r"[34]\d{4}")  # 1982 to 2036, as a spreadsheet counts days
_HOURS = re.compile(r"(\d{1,2})\s*h(?:\s*(\d{1,2}))?(?:\s*min)?", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,3}):(\d{2})(?::\d{2})?")
_MINUTES = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:min|mn|minutes?)", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"\d+(?:[.,]\d+)?[eE]\+?\d+")
_PHONE = re.compile(r"\+?[\d\s.\-()/]{6,29}")
_SEPARATORS = re.compile(r"[|;,/\n]+")
_DAY_EXAMPLE = "Écrivez jour/mois/année, par exemple 04/01/2027."
_YES = frozenset({"1", "oui", "o", "x", "vrai", "yes", "true", "ok", "✓", "✔"})
_NO = frozenset({"0", "non", "n", "faux", "no", "false", "-"})
_STEMS: Mapping[str, DoctorStatus] = {
    "install": DoctorStatus.INSTALLED,
    "liber": DoctorStatus.INSTALLED,
    "rempla": DoctorStatus.SUBSTITUTE,
    "retrait": DoctorStatus.RETIRED,
    "hospital": DoctorStatus.HOSPITAL,
    "praticien hospital": DoctorStatus.HOSPITAL,
    "praticienne hospital": DoctorStatus.HOSPITAL,
    "assistant": DoctorStatus.ASSISTANT,
}
RPPS_DIGITS = 11
_FIRST_YEAR, _LAST_YEAR = 1900, 2199  # another year is a slip of the keyboard
_LONGEST_ACT = 80  # characters of Practice.label
FINESS_LETTERS = 9
_NATIONAL_PREFIX = "8"  # type of identifier that some directories put before an RPPS number
_FRENCH_PHONE_DIGITS = 10


def day(text: str) -> date:
    """Read a day: 04/01/2027, 2027-01-04 or « 4 janvier 2027 »."""
    text = text.strip()
    if found := _NUMERIC_DAY.fullmatch(text):
        return _calendar_day(int(found[3]), int(found[2]), int(found[1]))
    if found := _ISO_DAY.fullmatch(text):
        return _calendar_day(int(found[1]), int(found[2]), int(found[3]))
    if found := _WORDS_DAY.fullmatch(plain(text)):
        months = [plain(month) for month in MONTHS]
        return _calendar_day(int(found[3]), months.index(found[2]) + 1, int(found[1]))
    if _SHORT_YEAR.fullmatch(text):
        raise BadCell("a une année sur deux chiffres", _DAY_EXAMPLE)
    if _SERIAL_DAY.fullmatch(text):
        raise BadCell(
            "est un nombre, pas une date",
            "Mettez la colonne au format date dans le tableur, ou écrivez par exemple 04/01/2027.",
        )
    raise BadCell("n’est pas une date", _DAY_EXAMPLE)


def _calendar_day(year: int, month: int, number: int) -> date:
    try:
        given = date(year, month, number)
    except ValueError:
        raise BadCell("n’existe pas au calendrier", _DAY_EXAMPLE) from None
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise BadCell("est trop loin dans le temps", "Vérifiez l’année.")
    return given


def monday(text: str) -> date:
    """Read a day that is a Monday."""
    given = day(text)
    try:
        return cells.a_monday(given)
    except BadCell as bad:
        try:
            shown = date.fromisocalendar(*given.isocalendar()[:2], 1)
        except ValueError:
            raise bad from None
        remedy = f"Écrivez le lundi de cette semaine : {shown:%d/%m/%Y}."
        raise BadCell(bad.wrong, remedy) from None


def flag(text: str) -> bool:
    """Read yes or no: oui, non, x, 1, 0, vrai, faux."""
    word = plain(text)
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise BadCell("n’est ni oui ni non", "Écrivez oui ou non.")


def decimal_point(parse: Parser) -> Parser:
    """Let a reader of decimal numbers accept the French comma."""

    def read(text: str) -> float:
        number = text.replace(",", ".") if "." not in text else text
        value: float = parse(number)
        return value

    return read


def minutes(text: str) -> int:
    """Read a length of time in minutes: 180, « 3 h », « 3 h 30 », 3:30."""
    text = " ".join(text.split())
    if found := _HOURS.fullmatch(text):
        return _bounded_minutes(60 * int(found[1]) + int(found[2] or 0))
    if found := _CLOCK.fullmatch(text):
        return _bounded_minutes(60 * int(found[1]) + int(found[2]))
    if found := _MINUTES.fullmatch(text):
        text = found[1]
    try:
        number: float = cells.minutes_at_most(text.replace(",", "."))
    except BadCell:
        raise BadCell(
            "n’est pas une durée", "Écrivez des minutes, par exemple 180, ou 3 h."
        ) from None
    return round(number)


def _bounded_minutes(given: int) -> int:
    return cells.between(given, least=0, most=cells.GREATEST_COUNT)


def count(*, least: int = 0, most: int = 32_767) -> Parser:
    """Give a reader of whole numbers that the database can keep."""
    parse = cells.count(least=least, most=most)

    def read(text: str) -> int:
        value: int = parse(re.sub(r"[\s\u00a0\u202f]", "", text))
        return value

    return read


def text_up_to(letters: int) -> Parser:
    """Give a reader of one line of free text."""

    def read(text: str) -> str:
        line = " ".join(text.replace("\x00", "").split())
        if len(line) > letters:
            raise BadCell("est trop long", f"Écrivez {letters} caractères au plus.")
        return line

    return read


def long_text(text: str) -> str:
    """Read free text that may have several lines."""
    return text.replace("\x00", "").strip()


def key(text: str) -> str:
    """Read an identifier."""
    given: str = cells.identifier(text.strip())
    if len(given) > 40:
        raise BadCell("est trop long pour un identifiant", "Écrivez 40 caractères au plus.")
    return given


def rpps(text: str) -> str:
    """Read an RPPS number: 11 digits, spaces and dots between them allowed."""
    if _SCIENTIFIC.fullmatch(text.strip()):
        raise BadCell(
            "a été abrégé par le tableur : des chiffres sont perdus",
            "Mettez la colonne au format texte, puis écrivez de nouveau les 11 chiffres.",
        )
    digits = re.sub(r"[\s.\u00a0\u202f\-]", "", text)
    if not (digits.isascii() and digits.isdigit()):
        raise BadCell("n’est pas un numéro RPPS", "Écrivez les 11 chiffres, sans lettre.")
    if len(digits) == RPPS_DIGITS + 1 and digits.startswith(_NATIONAL_PREFIX):
        raise BadCell("a 12 chiffres au lieu de 11", "Retirez le 8 du début.")
    if len(digits) != RPPS_DIGITS:
        said = "1 chiffre" if len(digits) == 1 else f"{len(digits)} chiffres"
        raise BadCell(f"a {said} au lieu de 11", "Écrivez les 11 chiffres du numéro RPPS.")
    return digits


def finess(text: str) -> str:
    """Read a FINESS number: nine digits (a spreadsheet may have dropped the first zero)."""
    given = re.sub(r"\s", "", text).upper()
    if len(given) == FINESS_LETTERS - 1 and given.isdigit():
        given = f"0{given}"
    if not re.fullmatch(r"[0-9AB]{9}", given):
        raise BadCell("n’est pas un numéro FINESS", "Écrivez ses 9 caractères.")
    return given


def email(text: str) -> str:
    """Read an e-mail address, in small letters."""
    address = text.strip().removeprefix("mailto:").lower()
    try:
        validate_email(address)
    except ValidationError:
        raise BadCell(
            "n’est pas une adresse électronique", "Écrivez par exemple prenom.nom@exemple.fr."
        ) from None
    return address


def phone(text: str) -> str:
    """Read a telephone number (a spreadsheet may have dropped the first zero)."""
    given = " ".join(text.split())
    if not _PHONE.fullmatch(given):
        raise BadCell("n’est pas un numéro de téléphone", "Écrivez par exemple 06 12 34 56 78.")
    if len(given) == _FRENCH_PHONE_DIGITS - 1 and given.isdigit() and given[0] != "0":
        given = f"0{given}"
    return given


def time_zone(text: str) -> str:
    """Read the name of a time zone."""
    given = text.strip()
    if given not in zoneinfo.available_timezones():
        raise BadCell("n’est pas un fuseau horaire", "Écrivez par exemple Europe/Paris.")
    return given


def doctor_status(text: str) -> DoctorStatus:
    """Read how a doctor practises elsewhere."""
    word = plain(text)
    for status in DoctorStatus:
        if word in (status.value, plain(status.label)):
            return status
    for stem, status in _STEMS.items():
        if word.startswith(stem):
            return status
    raise BadCell(
        "n’est pas un statut connu",
        "Écrivez installé, remplaçant, retraité, hospitalier ou assistant.",
    )


def practice_level(text: str) -> PracticeLevel:
    """Read whether a doctor does an act: oui, avec aide, non."""
    word = plain(text)
    if word in _YES or word == PracticeLevel.YES:
        return PracticeLevel.YES
    if word in _NO or word == PracticeLevel.NO:
        return PracticeLevel.NO
    if "aide" in word.split() or word in ("with help", "with_help", "a revoir", "accompagne"):
        return PracticeLevel.WITH_HELP
    raise BadCell("n’est pas une réponse connue", "Écrivez oui, avec aide ou non.")


def practice_names(text: str) -> tuple[str, ...]:
    """Read several acts separated by a bar, a comma or a semicolon."""
    parts = _SEPARATORS.split(text.replace("\x00", ""))
    names = tuple(" ".join(part.split()) for part in parts if part.strip())
    if any(len(name) > _LONGEST_ACT for name in names):
        raise BadCell("est trop long", f"Écrivez des actes de {_LONGEST_ACT} caractères au plus.")
    return names


def preference(text: str) -> PreferenceKind:
    """Read what a doctor says of a centre."""
    word = plain(text)
    for kind in PreferenceKind:
        if word in (kind.value, plain(kind.label)):
            return kind
    for stem, kind in (
        ("refus", PreferenceKind.REFUSED),
        ("prefer", PreferenceKind.PREFERRED),
        ("souhait", PreferenceKind.PREFERRED),
        ("conn", PreferenceKind.KNOWN),
    ):
        if word.startswith(stem):
            return kind
    raise BadCell("n’est pas un avis connu", "Écrivez refusé, préféré ou connu.")


def closure_reason(text: str) -> ClosureReason:
    """Read why a centre is closed; what is not known is « autre »."""
    word = plain(text)
    for reason in ClosureReason:
        if word in (reason.value, plain(reason.label)):
            return reason
    for stem, reason in (
        ("noel", ClosureReason.CHRISTMAS),
        ("fetes", ClosureReason.CHRISTMAS),
        ("15 aout", ClosureReason.MID_AUGUST),
        ("aout", ClosureReason.MID_AUGUST),
        ("ferie", ClosureReason.PUBLIC_HOLIDAY),
        ("travaux", ClosureReason.WORKS),
    ):
        if word.startswith(stem):
            return reason
    raise BadCell(
        "n’est pas un motif connu",
        "Écrivez fêtes de fin d’année, semaine du 15 août, jour férié, travaux ou autre.",
    )


LOCKED: Final = "locked"
type Standing = MissionState | str


def mission_status(text: str) -> Standing:
    """Read how firm a mission is: verrouillée (`LOCKED`), or its state."""
    word = plain(text)
    for stem, state in (
        ("locked", LOCKED),
        ("verrou", LOCKED),
        ("propos", MissionState.PROPOSED),
        ("invit", MissionState.INVITED),
        ("confirm", MissionState.CONFIRMED),
        ("fait", MissionState.CONFIRMED),
        ("en cours", MissionState.CONFIRMED),
        ("pret", MissionState.READY),
        ("ready", MissionState.READY),
    ):
        if word.startswith(stem):
            return state
    raise BadCell(
        "n’est pas un état connu",
        "Écrivez verrouillée, confirmée, proposée, invitée ou prête.",
    )
