"""French formats, as tables."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from django.template import Context, Template

from relais.core import formats

TODAY = date(2027, 1, 10)
N, T = "\u00a0", "\u202f"


@pytest.mark.parametrize(
    ("day", "today", "words"),
    [
        (date(2027, 1, 4), TODAY, f"lundi 4{N}janvier"),
        (date(2027, 1, 4), None, f"lundi 4{N}janvier 2027"),
        (date(2026, 12, 31), TODAY, f"jeudi 31{N}décembre 2026"),
        (date(2027, 2, 1), TODAY, f"lundi 1er{N}février"),
        (date(2027, 8, 15), TODAY, f"dimanche 15{N}août"),
        (date(2028, 3, 1), TODAY, f"mercredi 1er{N}mars 2028"),
        (date(2027, 4, 30), TODAY, f"vendredi 30{N}avril"),
        (date(2027, 5, 8), TODAY, f"samedi 8{N}mai"),
        (date(2027, 6, 22), TODAY, f"mardi 22{N}juin"),
    ],
)
def test_a_day_is_written_in_words(day: date, today: date | None, words: str) -> None:
    assert formats.date_words(day, today=today) == words


def test_a_day_may_lose_its_weekday() -> None:
    assert formats.date_words(date(2027, 7, 1), today=TODAY, weekday=False) == f"1er{N}juillet"


def test_every_month_has_its_french_name() -> None:
    assert [formats.month_words(date(2027, month, 5)) for month in range(1, 13)] == [
        "janvier 2027",
        "février 2027",
        "mars 2027",
        "avril 2027",
        "mai 2027",
        "juin 2027",
        "juillet 2027",
        "août 2027",
        "septembre 2027",
        "octobre 2027",
        "novembre 2027",
        "décembre 2027",
    ]


@pytest.mark.parametrize(
    ("monday", "label"),
    [
        (date(2027, 1, 4), f"semaine du lundi 4{N}janvier"),
        (date(2027, 2, 1), f"semaine du lundi 1er{N}février"),
        (date(2026, 12, 28), f"semaine du lundi 28{N}décembre 2026"),
        (date(2028, 1, 3), f"semaine du lundi 3{N}janvier 2028"),
    ],
)
def test_a_week_is_named_by_its_monday(monday: date, label: str) -> None:
    assert formats.week_label(monday, today=TODAY) == label


def test_a_week_that_does_not_begin_on_a_monday_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="2027-01-05 is not a Monday"):
        formats.week_label(date(2027, 1, 5))


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2027, 1, 4), date(2027, 1, 9), f"du lundi 4 au samedi 9{N}janvier"),
        (date(2027, 2, 1), date(2027, 2, 6), f"du lundi 1er au samedi 6{N}février"),
        (date(2027, 3, 29), date(2027, 4, 3), f"du lundi 29{N}mars au samedi 3{N}avril"),
        (date(2028, 1, 31), date(2028, 2, 5), f"du lundi 31{N}janvier au samedi 5{N}février 2028"),
        (
            date(2026, 12, 28),
            date(2027, 1, 2),
            f"du lundi 28{N}décembre 2026 au samedi 2{N}janvier 2027",
        ),
        (date(2027, 5, 1), date(2027, 5, 1), f"le samedi 1er{N}mai"),
    ],
)
def test_a_period_does_not_repeat_itself(first: date, last: date, words: str) -> None:
    assert formats.period_words(first, last, today=TODAY) == words


def test_a_period_that_ends_before_it_begins_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="comes before"):
        formats.period_words(date(2027, 1, 9), date(2027, 1, 4))


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2027, 1, 10), "aujourd’hui"),
        (date(2027, 1, 11), "demain"),
        (date(2027, 1, 12), "après-demain"),
        (date(2027, 1, 13), f"dans 3{N}jours"),
        (date(2027, 1, 22), f"dans 12{N}jours"),
        (date(2027, 1, 9), "hier"),
        (date(2027, 1, 8), "avant-hier"),
        (date(2027, 1, 7), f"il y a 3{N}jours"),
        (date(2024, 1, 10), f"il y a 1{T}096{N}jours"),
    ],
)
def test_a_distance_in_days_is_said_as_people_say_it(day: date, words: str) -> None:
    assert formats.in_days(day, TODAY) == words


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (time(8), f"8{N}h"),
        (time(8, 5), f"8{N}h{N}05"),
        (time(14, 30), f"14{N}h{N}30"),
        (time(0), f"0{N}h"),
    ],
)
def test_a_time_of_day(moment: time, words: str) -> None:
    assert formats.time_words(moment) == words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, f"0{N}min"),
        (45, f"45{N}min"),
        (59.4, f"59{N}min"),
        (59.5, f"1{N}h"),
        (60, f"1{N}h"),
        (65, f"1{N}h{N}05"),
        (70, f"1{N}h{N}10"),
        (600, f"10{N}h"),
        (90_000, f"1{T}500{N}h"),
    ],
)
def test_a_length_of_time(minutes: float, words: str) -> None:
    assert formats.hours_minutes(minutes) == words


def test_a_negative_length_of_time_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="negative"):
        formats.hours_minutes(-1)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0, 0, "0"),
        (999, 0, "999"),
        (1000, 0, f"1{T}000"),
        (34875, 0, f"34{T}875"),
        (1234567.891, 2, f"1{T}234{T}567,89"),
        (-1500, 0, f"\u22121{T}500"),
        (0.5, 0, "1"),
        (2.5, 0, "3"),
        (-0.4, 0, "0"),
        (1.005, 2, "1,01"),
        (Decimal("12.30"), 1, "12,3"),
        (3.3, 1, "3,3"),
        (3, 1, "3,0"),
    ],
)
def test_a_number(value: formats.Amount, decimals: int, text: str) -> None:
    assert formats.number(value, decimals) == text


@pytest.mark.parametrize(
    ("share", "decimals", "text"),
    [
        (0.27, 0, f"27{N}%"),
        (1, 0, f"100{N}%"),
        (0.125, 1, f"12,5{N}%"),
        (0.575, 0, f"58{N}%"),
        (0, 0, f"0{N}%"),
    ],
)
def test_a_share(share: float, decimals: int, text: str) -> None:
    assert formats.percent(share, decimals) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (1000, f"1{T}000{N}€"),
        (12.5, f"12,50{N}€"),
        (Decimal("160000.00"), f"160{T}000{N}€"),
        (0.004, f"0{N}€"),
        (-30, f"\u221230{N}€"),
    ],
)
def test_an_amount_in_euros(amount: formats.Amount, text: str) -> None:
    assert formats.euros(amount) == text


@pytest.mark.parametrize(
    ("count", "word", "several", "text"),
    [
        (0, "médecin", None, f"0{N}médecin"),
        (1, "médecin", None, f"1{N}médecin"),
        (1.5, "heure", None, f"1,5{N}heure"),
        (2, "médecin", None, f"2{N}médecins"),
        (1200, "patient", None, f"1{T}200{N}patients"),
        (2, "fois", None, f"2{N}fois"),
        (2, "choix", None, f"2{N}choix"),
        (3, "hôpital", None, f"3{N}hôpitaux"),
        (3, "créneau", None, f"3{N}créneaux"),
        (3, "lieu", None, f"3{N}lieux"),
        (4, "semaine à pourvoir", "semaines à pourvoir", f"4{N}semaines à pourvoir"),
        (1, "semaine à pourvoir", "semaines à pourvoir", f"1{N}semaine à pourvoir"),
    ],
)
def test_a_noun_agrees_with_its_count(
    count: float, word: str, several: str | None, text: str
) -> None:
    assert formats.plural(count, word, several) == text


def test_the_plural_of_several_words_must_be_written_out() -> None:
    with pytest.raises(ValueError, match="write the plural"):
        formats.plural(2, "semaine à pourvoir")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([], ""),
        (["Ajain"], "Ajain"),
        (["Ajain", "Dun"], "Ajain et Dun"),
        (["a", "b", "c"], "a, b et c"),
    ],
)
def test_words_in_a_row(words: list[str], text: str) -> None:
    assert formats.listing(words) == text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ monday|week_label:today }}", f"semaine du lundi 4{N}janvier"),
        ("{{ monday|week_label }}", f"semaine du lundi 4{N}janvier 2027"),
        ("{{ monday|date_words:today }}", f"lundi 4{N}janvier"),
        ("{{ monday|short_date_words:today }}", f"4{N}janvier"),
        ("{{ monday|month_words }}", "janvier 2027"),
        ("{{ monday|in_days:today }}", f"il y a 6{N}jours"),
        ("{{ moment|date_words:today }}", f"mardi 5{N}janvier"),
        ("{{ moment|time_words }}", f"0{N}h{N}30"),
        ("{{ 70|hours_minutes }}", f"1{N}h{N}10"),
        ("{{ 1234.5|number:1 }}", f"1{T}234,5"),
        ("{{ share|percent }}", f"27{N}%"),
        ("{{ 1000|euros }}", f"1{T}000{N}€"),
        ("{{ 2|plural:'médecin' }}", f"2{N}médecins"),
        ("{{ 2|plural:'œil|yeux' }}", f"2{N}yeux"),
        ("{{ 2|agree:'prête|prêtes' }}", "prêtes"),
        ("{{ names|listing }}", "Ajain et Dun"),
        ("{{ nothing|date_words:today }}{{ nothing|number }}{{ nothing|in_days:today }}", ""),
        ("{{ nothing|week_label }}{{ nothing|time_words }}{{ nothing|euros }}", ""),
    ],
)
def test_templates_speak_the_same_french(template: str, text: str) -> None:
    context = Context(
        {
            "monday": date(2027, 1, 4),
            "today": TODAY,
            "moment": datetime(2027, 1, 4, 23, 30, tzinfo=UTC),
            "share": 0.27,
            "names": ["Ajain", "Dun"],
            "nothing": None,
        }
    )
    assert Template("{% load formats %}" + template).render(context) == text


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Reuilly", "de Reuilly"),
        ("Orléans (45)", "d’Orléans (45)"),
        ("Évreux", "d’Évreux"),
        ("Œting", "d’Œting"),
        ("Le Mas-d’Agenais", "du Mas-d’Agenais"),
        ("Les Sables-d’Olonne", "des Sables-d’Olonne"),
        ("La Rochelle", "de La Rochelle"),
        ("Lens", "de Lens"),
        ("L’Isle-Adam", "de L’Isle-Adam"),
        ("Hyères", "de Hyères"),
        ("", "de "),
    ],
)
def test_where_one_comes_from_is_said_in_french(name: str, said: str) -> None:
    assert formats.from_place(name) == said


def test_signs_stay_on_the_line_of_their_words() -> None:
    said = "Un lien : « Entrer » ; puis ? Oui !"
    assert formats.unbroken(said) == f"Un lien{N}: «{N}Entrer{N}»{N}; puis{N}? Oui{N}!"
    page = Template("{{ said|unbroken }} {{ 'a &lt; b :'|unbroken }} {{ odd|unbroken }}")
    assert page.render(Context({"said": "Oui :", "odd": "<b> :"})) == (
        f"Oui{N}: a &lt; b{N}: &lt;b&gt;{N}:"
    )
