"""Finding a commune: while it is typed, and exactly for an import."""

from __future__ import annotations

from typing import Any

import pytest

from relais.territory.models import Commune
from relais.territory.names import fold
from relais.territory.queries import CommuneUnclear, find_commune, find_communes, search_communes

PLACES = (
    ("23002", "Ajain", 1019),
    ("23004", "Ars", 300),
    ("16018", "Ars", 700),
    ("57032", "Ars-sur-Moselle", 4800),
    ("93066", "Saint-Denis", 150_000),
    ("97411", "Saint-Denis", 155_000),
    ("11339", "Saint-Denis", 450),
    ("37214", "Saint-Cyr-sur-Loire", 16_000),
    ("72181", "Le Mans", 146_000),
    ("16206", "Mansle-les-Fontaines", 1900),
    ("57521", "Œting", 2500),
    ("71076", "Chalon-sur-Saône", 45_000),
    ("75056", "Paris", 2_100_000),
    ("2A004", "Ajaccio", 73_000),
    ("14581", "Saint-Germain-d’Ectot", 300),
    ("01001", "L’Abergement-Clémenciat", 860),
    ("80829", "Y", 90),
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def communes() -> None:
    Commune.objects.bulk_create(
        Commune(
            code=code,
            name=name,
            department=code[:3] if code.startswith("97") else code[:2],
            latitude=46.0,
            longitude=2.0,
            population=population,
            search_name=fold(name),
        )
        for code, name, population in PLACES
    )
    Commune.objects.create(
        code="23999", name="Ajain-le-Vieux", department="23", latitude=46.0, longitude=2.0
    )  # has left the table: it has no search name any more


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ajain", ["Ajain (23)"]),
        ("AJA", ["Ajaccio (2A)", "Ajain (23)"]),
        ("ajain 23", ["Ajain (23)"]),
        ("Ajain (23", ["Ajain (23)"]),
        ("Ajain (2", ["Ajain (23)"]),
        ("Ajain 87", []),
        ("23380 ajain", ["Ajain (23)"]),
        ("23002", ["Ajain (23)"]),
        ("23999", []),
        ("ars", ["Ars (16)", "Ars (23)", "Ars-sur-Moselle (57)"]),
        ("st den", ["Saint-Denis (974)", "Saint-Denis (93)", "Saint-Denis (11)"]),
        ("saint-denis 93", ["Saint-Denis (93)"]),
        ("mans", ["Le Mans (72)", "Mansle-les-Fontaines (16)"]),
        ("loire", ["Saint-Cyr-sur-Loire (37)"]),
        ("oeting", ["Œting (57)"]),
        ("ŒTING", ["Œting (57)"]),
        ("chalon s/ saone", ["Chalon-sur-Saône (71)"]),
        ("l'abergement", ["L’Abergement-Clémenciat (01)"]),
        ("clemenciat", ["L’Abergement-Clémenciat (01)"]),
        ("paris 15e", ["Paris (75)"]),
        ("75115", ["Paris (75)"]),
        ("20000 Ajaccio", ["Ajaccio (2A)"]),
        ("y", ["Y (80)"]),
        ("%", []),
        ("", []),
        ("   ", []),
    ],
)
def test_communes_are_found_while_they_are_typed(typed: str, found: list[str]) -> None:
    assert [str(commune) for commune in search_communes(typed)] == found


def test_a_search_stops_at_its_limit() -> None:
    assert [commune.code for commune in search_communes("saint", limit=2)] == ["97411", "93066"]


@pytest.mark.parametrize("typed", ["a", "ajain 23", "23002", "saint"])
def test_a_search_costs_one_query(typed: str, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        search_communes(typed)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Ajain", "23002"),
        ("AJAIN (23)", "23002"),
        ("Ajain (Creuse)", "23002"),
        ("23380 Ajain", "23002"),
        ("23002", "23002"),
        ("St Denis 974", "97411"),
        ("Mans (Le)", "72181"),
        ("Mans", "72181"),
        ("St Germain d'Ectot", "14581"),
        ("2a004", "2A004"),
        ("Paris 3", "75056"),
        ("Ars (Creuse)", "23004"),
    ],
)
def test_an_import_finds_the_one_commune_named(text: str, code: str) -> None:
    assert find_commune(text).code == code


@pytest.mark.parametrize(
    ("text", "sentence", "suggestions"),
    [
        (
            "Saint-Denis",
            "Plusieurs communes s’appellent « Saint-Denis » : Saint-Denis (974), Saint-Denis (93) "
            "et Saint-Denis (11). Ajoutez le département, par exemple « Saint-Denis (974) ».",
            ["97411", "93066", "11339"],
        ),
        (
            "Ajin",
            "Aucune commune ne s’appelle « Ajin ». Vouliez-vous dire Ajain (23) ?",
            ["23002"],
        ),
        (
            "Ajain (87)",
            "Aucune commune ne s’appelle « Ajain (87) ». Vouliez-vous dire Ajain (23) ?",
            ["23002"],
        ),
        (
            "Hars",
            "Aucune commune ne s’appelle « Hars ». Vouliez-vous dire Ars (16) ou Ars (23) ?",
            ["16018", "23004"],
        ),
        (
            "Xyzzy",
            "Aucune commune ne s’appelle « Xyzzy ». Vérifiez l’orthographe ou écrivez le code "
            "INSEE, par exemple 23002.",
            [],
        ),
        (
            "99999",
            "Aucune commune ne s’appelle « 99999 ». Vérifiez l’orthographe ou écrivez le code "
            "INSEE, par exemple 23002.",
            [],
        ),
        ("  ", "Le nom de la commune manque.", []),
    ],
)
def test_an_unclear_name_is_refused_with_what_it_may_mean(
    text: str, sentence: str, suggestions: list[str]
) -> None:
    with pytest.raises(CommuneUnclear) as refused:
        find_commune(text)
    assert refused.value.sentence == sentence
    assert [commune.code for commune in refused.value.suggestions] == suggestions


def test_two_communes_of_one_name_in_one_department_are_told_apart_by_code() -> None:
    Commune.objects.create(
        code="23777",
        name="Ajain",
        department="23",
        latitude=46.0,
        longitude=2.0,
        population=5,
        search_name="ajain",
    )
    with pytest.raises(CommuneUnclear, match="Écrivez le code INSEE, par exemple 23002"):
        find_commune("Ajain (23)")


def test_many_texts_cost_as_few_queries_as_one(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        answers = find_communes(["Ajain", "23002", "Paris", "Ars"])
    assert [type(answer) for answer in answers.values()] == [
        Commune,
        Commune,
        Commune,
        CommuneUnclear,
    ]
    with django_assert_num_queries(2):
        find_communes(["Ajain", "Ajin", "Parris", "Xyzzy"])


def test_many_unknown_names_get_suggestions_for_the_first_only() -> None:
    answers = find_communes(["Ajainn", "Manslle les Fontaines", "Œtingg"], suggested=2)
    assert [len(getattr(answer, "suggestions", ())) for answer in answers.values()] == [1, 1, 0]
