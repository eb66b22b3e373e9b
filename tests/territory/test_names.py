"""How people write the name of a place."""

from __future__ import annotations

import pytest

from relais.territory.names import Wanted, fold, read, read_while_typed

BOTH_CORSICAN = frozenset({"2A", "2B"})


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ajain", "ajain"),
        ("Saint-Étienne", "saint etienne"),
        ("St-Étienne", "saint etienne"),
        ("STE MARIE", "sainte marie"),
        ("Sts Geosmes", "saints geosmes"),
        ("L’Abergement-Clémenciat", "l abergement clemenciat"),
        ("L'Abergement-Clémenciat", "l abergement clemenciat"),
        ("Œting", "oeting"),
        ("Chalon s/ Saône", "chalon sur saone"),
        ("Chalon s/Saône", "chalon sur saone"),
        ("Rochefort-en-Terre", "rochefort en terre"),
        ("  Plœuc -  L’Hermitage ", "ploeuc l hermitage"),
        ("L’Haÿ-les-Roses", "l hay les roses"),
        ("Bâgé Dommartin", "bage dommartin"),
        ("%_'\"", ""),
        ("", ""),
    ],
)
def test_names_are_compared_without_accents_hyphens_and_short_forms(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Ajain", Wanted(name="ajain")),
        ("Ajain 23", Wanted(name="ajain", departments=frozenset({"23"}))),
        ("Ajain (23)", Wanted(name="ajain", departments=frozenset({"23"}))),
        ("Ajain ( 23 )", Wanted(name="ajain", departments=frozenset({"23"}))),
        ("Ajain, 23", Wanted(name="ajain", departments=frozenset({"23"}))),
        ("Ajain 23380", Wanted(name="ajain", departments=frozenset({"23"}))),
        ("23380 Ajain", Wanted(name="ajain", departments=frozenset({"23"}))),
        ("Ajain (Creuse)", Wanted(name="ajain", departments=frozenset({"23"}))),
        ("Ajain, creuse", Wanted(name="ajain", departments=frozenset({"23"}))),
        ("Bourg (Côte d’Or)", Wanted(name="bourg", departments=frozenset({"21"}))),
        ("23002", Wanted(code="23002")),
        ("2a004", Wanted(code="2A004")),
        ("Ajaccio 2a", Wanted(name="ajaccio", departments=frozenset({"2A"}))),
        ("20000 Ajaccio", Wanted(name="ajaccio", departments=BOTH_CORSICAN)),
        ("Saint-Denis 974", Wanted(name="saint denis", departments=frozenset({"974"}))),
        ("97400 Saint-Denis", Wanted(name="saint denis", departments=frozenset({"974"}))),
        ("Mans (Le)", Wanted(name="le mans")),
        ("Abergement (L’)", Wanted(name="l abergement")),
        ("Paris 15e", Wanted(code="75056")),
        ("Paris 15e arrondissement", Wanted(code="75056")),
        ("Paris (15e)", Wanted(code="75056")),
        ("69003 Lyon 3e Arrondissement", Wanted(code="69123")),
        ("Lyon 3e (69)", Wanted(code="69123")),
        ("Lyon 12", Wanted(name="lyon", departments=frozenset({"12"}))),
        ("Paris 75", Wanted(name="paris", departments=frozenset({"75"}))),
        ("75015 Paris", Wanted(name="paris", departments=frozenset({"75"}))),
        ("75115", Wanted(code="75056")),
        ("Lyon 03", Wanted(code="69123")),
        ("69383", Wanted(code="69123")),
        ("Marseille 13", Wanted(code="13055")),
        ("13216", Wanted(code="13055")),
        ("Guéret Cedex", Wanted(name="gueret")),
        ("87000 Limoges Cedex 1", Wanted(name="limoges", departments=frozenset({"87"}))),
        ("", Wanted()),
    ],
)
def test_a_person_may_name_a_commune_in_many_ways(text: str, wanted: Wanted) -> None:
    assert read(text) == wanted


@pytest.mark.parametrize("text", ["Ajain", "Ajain ", "Ajain (", "Ajain (2", "Ajain 2", "Ajain,"])
def test_a_department_in_the_middle_of_typing_is_not_part_of_the_name(text: str) -> None:
    assert read_while_typed(text) == Wanted(name="ajain")


def test_a_very_long_text_is_cut() -> None:
    assert read("( " * 100_000 + "Ajain").name == ""
