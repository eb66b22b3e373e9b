"""The French formats as template filters: `{% load formats %}{{ monday|week_label:today }}`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from django import template
from django.template.defaultfilters import stringfilter
from django.utils import timezone

from relais.core import formats
from relais.core.formats import Amount

register = template.Library()


def _day(value: date) -> date:
    """Take the local day of a moment; a day stays itself."""
    if isinstance(value, datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    return value


def _none_is_empty(value: object) -> bool:
    return value is None or value == ""


@register.filter
def date_words(day: date | None, today: date | None = None) -> str:
    """« lundi 4 janvier », with the year unless it is that of today; empty for nothing."""
    if day is None or _none_is_empty(day):
        return ""
    return formats.date_words(_day(day), today=today or None)


@register.filter
def short_date_words(day: date | None, today: date | None = None) -> str:
    """« 4 janvier », without the name of the day."""
    if day is None or _none_is_empty(day):
        return ""
    return formats.date_words(_day(day), today=today or None, weekday=False)


@register.filter
def month_words(day: date | None) -> str:
    """« janvier 2027 »."""
    return "" if day is None or _none_is_empty(day) else formats.month_words(_day(day))


@register.filter
def week_label(monday: date | None, today: date | None = None) -> str:
    """« semaine du lundi 4 janvier »."""
    if monday is None or _none_is_empty(monday):
        return ""
    return formats.week_label(_day(monday), today=today or None)


@register.filter
def in_days(day: date | None, today: date) -> str:
    """« dans 12 jours »."""
    return "" if day is None or _none_is_empty(day) else formats.in_days(_day(day), today)


@register.filter
def time_words(moment: time | datetime | None) -> str:
    """« 8 h 30 », in local time."""
    if moment is None or _none_is_empty(moment):
        return ""
    if isinstance(moment, datetime):
        moment = (timezone.localtime(moment) if timezone.is_aware(moment) else moment).time()
    return formats.time_words(moment)


@register.filter(is_safe=True)
@stringfilter
def unbroken(text: str) -> str:
    """Keep « : », « ? » and guillemets on the line of their words."""
    return formats.unbroken(text)


@register.filter
def hours_minutes(minutes: Amount | None) -> str:
    """« 1 h 10 »."""
    return "" if minutes is None or _none_is_empty(minutes) else formats.hours_minutes(minutes)


@register.filter
def number(value: Amount | None, decimals: int = 0) -> str:
    """« 12 345 »."""
    return "" if value is None or _none_is_empty(value) else formats.number(value, decimals)


@register.filter
def percent(share: Amount | None, decimals: int = 0) -> str:
    """« 27 % » of a share between 0 and 1."""
    return "" if share is None or _none_is_empty(share) else formats.percent(share, decimals)


@register.filter
def euros(amount: Amount | None) -> str:
    """« 1 000 € »."""
    return "" if amount is None or _none_is_empty(amount) else formats.euros(amount)


@register.filter
def plural(count: Amount, words: str) -> str:
    """« 2 médecins » of `2|plural:"médecin"`; both forms as `"œil|yeux"` when irregular."""
    singular, _, several = words.partition("|")
    return formats.plural(count, singular, several or None)


@register.filter
def agree(count: Amount, words: str) -> str:
    """The word alone, as it agrees: `2|agree:"prête|prêtes"`."""
    singular, _, several = words.partition("|")
    return formats.agree(count, singular, several or None)


@register.filter
def listing(words: Sequence[object]) -> str:
    """« a, b et c »."""
    return formats.listing([str(word) for word in words])
