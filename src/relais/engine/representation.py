"""Who may choose a médecin traitant, or ask for an appointment, in a patient's stead.

A table, read from the top: the first line that fits an age and a protection says who speaks. Pure.
It tells who signs and who is written to; what a doctor may do in an examination is not its matter
(CSP, L. 1111-4 and L. 1111-5).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from relais.engine.identity import ADULT_AT, DECIDES_AT, age_on

CHOOSE: Final = "choose"  # a médecin traitant
BOOK: Final = "book"  # an appointment, from the public page

# Who speaks.
ALONE: Final = "alone"
WITH: Final = "with"  # the patient, and somebody who answers for them agrees
FOR: Final = "for"  # somebody who answers for the patient, alone

# Protections of an adult (Code civil, book I, title XI) that change the answer.
CURATORSHIP: Final = "curatorship"
GUARDIANSHIP: Final = "guardianship"
FAMILY: Final = "family"
MANDATE: Final = "mandate"
NONE: Final = ""
PROTECTIONS: Final = (CURATORSHIP, GUARDIANSHIP, FAMILY, MANDATE)
_REPRESENTED: Final = frozenset({GUARDIANSHIP, FAMILY, MANDATE})
_ANY: Final = frozenset({NONE, *PROTECTIONS})

# Kinds of people who answer for a patient.
PARENT: Final = "parent"
GUARDIAN: Final = "guardian"
CURATOR: Final = "curator"
EMPOWERED: Final = "empowered"
TRUSTED: Final = "trusted"
HELPER: Final = "helper"

_CIVIL: Final = (
    "Code civil, art. 459 (a protected adult decides alone on what concerns the person as far as"
    " the state allows; the judge may ask for representation), ordinance 2020-232"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table: for an act, ages from `from_age` to below `below` and protections.

    `who` speaks; `kinds`: who may be that somebody else, empty when nobody is needed.
    """

    act: str
    from_age: int
    below: int
    protections: frozenset[str]
    who: str
    kinds: frozenset[str]
    source: str


_NEVER: Final = 200  # years, beyond any age
RULES: Final = (
    Rule(
        CHOOSE,
        0,
        DECIDES_AT,
        _ANY,
        FOR,
        frozenset({PARENT, GUARDIAN}),
        "Code de la sécurité sociale, L. 162-5-3; ameli.fr, « Choisir et déclarer votre médecin"
        " traitant » (read 2026): one parent or the holder of parental authority chooses",
    ),
    Rule(
        CHOOSE,
        DECIDES_AT,
        ADULT_AT,
        _ANY,
        WITH,
        frozenset({PARENT, GUARDIAN}),
        "the same page: at 16 and 17 one chooses, with the agreement and signature of one parent",
    ),
    Rule(
        CHOOSE,
        ADULT_AT,
        _NEVER,
        _REPRESENTED,
        WITH,
        frozenset({GUARDIAN, EMPOWERED}),
        _CIVIL + "; that the protector signs too is a choice of the project, on the careful side",
    ),
    Rule(CHOOSE, ADULT_AT, _NEVER, frozenset({NONE, CURATORSHIP}), ALONE, frozenset(), _CIVIL),
    Rule(
        BOOK,
        0,
        DECIDES_AT,
        _ANY,
        FOR,
        frozenset({PARENT, GUARDIAN, HELPER}),
        "choice of the project: a child comes with somebody, who is the one to write to (an"
        " appointment is an everyday act: Code civil, art. 372-2); the desk and the doctor may see"
        " a minor alone (CSP, L. 1111-5)",
    ),
    Rule(
        BOOK,
        DECIDES_AT,
        _NEVER,
        _ANY,
        ALONE,
        frozenset(),
        "choice of the project, after Code civil, art. 459, and CSP, L. 1111-5",
    ),
)


def rule_for(act: str, *, born_on: date, day: date, protection: str = NONE) -> Rule:
    """Give the line of the table for a patient on a day.

    Raises ValueError for an unknown act or protection, or a birth after the day.
    """
    age = age_on(born_on, day)
    for rule in RULES:
        if rule.act == act and rule.from_age <= age < rule.below and protection in rule.protections:
            return rule
    raise ValueError(f"no rule for {act!r} at {age} with {protection!r}")
