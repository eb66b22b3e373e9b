"""French as a person writes it: dates in words, numbers with their unit, spaces that do not break.

Pure functions, no clock: what depends on the day takes `today`. Thousands are set apart by a narrow
no-break space, a number and its unit by a no-break space (Lexique des règles typographiques en
usage à l’Imprimerie nationale).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date, time
from decimal import ROUND_HALF_UP, Decimal

from relais.engine.weeks import is_monday

NBSP = "\u00a0"
THIN = "\u202f"
MINUS = "\u2212"
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
_NEAR_DAYS = {
    -2: "avant-hier",
    -1: "hier",
    0: "aujourd’hui",
    1: "demain",
    2: "après-demain",
}
_MINUTES_PER_HOUR = 60

type Amount = int | float | Decimal


def day_of_month(day: date) -> str:
    """Write the day of a month: « 1er », « 2 », « 31 »."""
    return "1er" if day.day == 1 else str(day.day)


def month_words(day: date) -> str:
    """Write the month of a day with its year: « janvier 2027 »."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def date_words(day: date, *, today: date | None = None, weekday: bool = True) -> str:
    """Write a day: « lundi 4 janvier 2027 ».

    The year is left out when it is that of `today`; the name of the day when `weekday` is false.
    """
    parts = [f"{day_of_month(day)}{NBSP}{MONTHS[day.month - 1]}"]
    if weekday:
        parts.insert(0, WEEKDAYS[day.weekday()])
    if today is None or day.year != today.year:
        parts.append(str(day.year))
    return " ".join(parts)


def week_label(monday: date, *, today: date | None = None) -> str:
    """Name a week by its Monday: « semaine du lundi 4 janvier »; the year unless it is today’s.

    Raises ValueError when `monday` is not a Monday.
    """
    if not is_monday(monday):
        raise ValueError(f"{monday} is not a Monday")
    return f"semaine du {date_words(monday, today=today)}"


def period_words(first: date, last: date, *, today: date | None = None) -> str:
    """Write some days in a row: « du lundi 4 au samedi 9 janvier ».

    Raises ValueError when `last` comes before `first`.
    """
    if last < first:
        raise ValueError(f"{last} comes before {first}")
    if first == last:
        return f"le {date_words(first, today=today)}"
    end = date_words(last, today=today)
    if (first.year, first.month) == (last.year, last.month):
        start = f"{WEEKDAYS[first.weekday()]} {day_of_month(first)}"
    else:
        start = date_words(first, today=last if first.year == last.year else today)
        if first.year != last.year:
            start, end = date_words(first), date_words(last)
    return f"du {start} au {end}"


def in_days(day: date, today: date) -> str:
    """Say how far a day is from today: « demain », « dans 12 jours », « il y a 3 jours »."""
    distance = (day - today).days
    if distance in _NEAR_DAYS:
        return _NEAR_DAYS[distance]
    if distance > 0:
        return f"dans {number(distance)}{NBSP}jours"
    return f"il y a {number(-distance)}{NBSP}jours"


def time_words(moment: time) -> str:
    """Write a time of the day: « 8 h », « 14 h 05 »."""
    if moment.minute == 0:
        return f"{moment.hour}{NBSP}h"
    return f"{moment.hour}{NBSP}h{NBSP}{moment.minute:02d}"


def hours_minutes(minutes: Amount) -> str:
    """Write a length of time, to the nearest minute: « 45 min », « 1 h », « 1 h 05 ».

    Raises ValueError when it is negative.
    """
    whole = int(_rounded(minutes, 0))
    if whole < 0:
        raise ValueError(f"{minutes} minutes is negative")
    hours, rest = divmod(whole, _MINUTES_PER_HOUR)
    if hours == 0:
        return f"{rest}{NBSP}min"
    if rest == 0:
        return f"{number(hours)}{NBSP}h"
    return f"{number(hours)}{NBSP}h{NBSP}{rest:02d}"


def number(value: Amount, decimals: int = 0) -> str:
    """Write a number, half rounded away from zero: « 12 345,7 »."""
    rounded = _rounded(value, decimals)
    text = f"{abs(rounded):,.{decimals}f}".replace(",", THIN).replace(".", ",")
    return f"{MINUS}{text}" if rounded < 0 else text


def percent(share: Amount, decimals: int = 0) -> str:
    """Write a share between 0 and 1 in hundredths: 0.27 is « 27 % »."""
    return f"{number(Decimal(str(share)) * 100, decimals)}{NBSP}%"


def euros(amount: Amount) -> str:
    """Write an amount in euros: « 1 000 € », with cents only when there are some: « 12,50 € »."""
    rounded = _rounded(amount, 2)
    decimals = 0 if rounded == rounded.to_integral_value() else 2
    return f"{number(rounded, decimals)}{NBSP}€"


def plural(count: Amount, word: str, plural_word: str | None = None) -> str:
    """Write a count with its noun: « 0 médecin », « 1 médecin », « 2 médecins ».

    French is plural from two on. Without `plural_word` the noun must be one word and follow the
    common rules; ValueError otherwise.
    """
    value = Decimal(str(count))
    decimals = 0 if value == value.to_integral_value() else 1
    return f"{number(value, decimals)}{NBSP}{agree(count, word, plural_word)}"


def agree(count: Amount, word: str, plural_word: str | None = None) -> str:
    """Give a word as it agrees with a count, without the count. Same rules as `plural`."""
    if -2 < count < 2:
        return word
    return plural_of(word) if plural_word is None else plural_word


def plural_of(word: str) -> str:
    """Give the regular plural of one French noun; ValueError for several words."""
    if not word or " " in word or NBSP in word:
        raise ValueError(f"write the plural of {word!r} out")
    if word.endswith(("s", "x", "z")):
        return word
    if word.endswith("al"):
        return f"{word[:-2]}aux"
    if word.endswith(("au", "eu")):
        return f"{word}x"
    return f"{word}s"


def unbroken(text: str) -> str:
    """Keep « : », « ; », « ? », « ! » and guillemets on the line of their words."""
    for sign in ":;?!»":
        text = text.replace(f" {sign}", f"{NBSP}{sign}")
    return text.replace("« ", f"«{NBSP}")


def from_place(name: str) -> str:
    """Say that one comes from a place: « d’Orléans », « du Mas-d’Agenais », « de Reuilly ».

    Before a written H stays « de »: nothing says which names are aspirated.
    """
    for article, contracted in (("Le ", "du "), ("Les ", "des ")):
        if name.startswith(article):
            return contracted + name.removeprefix(article)
    first = unicodedata.normalize("NFD", name)[:1].lower()
    vowels = {*"aeiou", "œ", "æ"}
    return f"d’{name}" if first in vowels else f"de {name}"


def listing(words: Sequence[str]) -> str:
    """Write words one after the other: « a », « a et b », « a, b et c »; empty when none."""
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} et {words[-1]}"


def _rounded(value: Amount, decimals: int) -> Decimal:
    """Round half away from zero, as people do; floats by their shortest decimal writing."""
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return rounded if rounded else abs(rounded)
