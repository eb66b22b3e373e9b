"""Finding a commune: while it is typed, or exactly, for an import."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain

from django.db.models import Case, IntegerField, Q, Value, When

from relais.core.errors import Refusal
from relais.core.formats import listing
from relais.territory.models import Commune
from relais.territory.names import ARTICLES, Wanted, read, read_while_typed

SUGGESTIONS = 5
SUGGESTED = 20  # texts of one import that get suggestions
_RESEMBLANCE = 0.75  # of difflib: one letter in four may differ
_EXACT, _PREFIX, _WORD = 0, 1, 2


class CommuneUnclear(Refusal):
    """A text names no commune, or several. `suggestions` are those it may mean, likeliest first."""

    def __init__(self, sentence: str, suggestions: Sequence[Commune]) -> None:
        super().__init__(sentence)
        self.suggestions = tuple(suggestions)


def search_communes(text: str, *, limit: int = 8) -> list[Commune]:
    """Find communes while a name is typed: the exact name, then beginnings, then words inside.

    Among equals the most inhabited comes first. « Ajain 23 », « Ajain (23) », « 23380 Ajain » keep
    one department; an INSEE code finds its commune. One query, none when nothing is typed.
    """
    wanted = read_while_typed(text)
    if wanted.code:
        return list(Commune.objects.filter(code=wanted.code).exclude(search_name="")[:limit])
    if not wanted.name:
        return []
    exact = Q(search_name__in=_with_articles(wanted.name))
    prefix = Q()
    for name in _with_articles(wanted.name):
        prefix |= Q(search_name__startswith=name)
    found = Commune.objects.filter(prefix | Q(search_name__contains=f" {wanted.name}"))
    if wanted.departments:
        found = found.filter(department__in=sorted(wanted.departments))
    rank = Case(
        When(exact, then=Value(_EXACT)),
        When(prefix, then=Value(_PREFIX)),
        default=Value(_WORD),
        output_field=IntegerField(),
    )
    return list(found.annotate(rank=rank).order_by("rank", "-population", "code")[:limit])


def find_commune(text: str) -> Commune:
    """Find the one commune that a text names: « Ajain (23) », « Ajain » if there is one, « 23002 ».

    Raises CommuneUnclear when there is none or several. One query, one more when there is none.
    """
    answer = find_communes([text])[text]
    if isinstance(answer, CommuneUnclear):
        raise answer
    return answer


def find_communes(
    texts: Iterable[str], *, suggested: int = SUGGESTED
) -> dict[str, Commune | CommuneUnclear]:
    """Find the commune of each text of an import; what is unclear comes back as the refusal.

    One query whatever the number of texts, one more when a text names none. Names that resemble are
    looked for the first `suggested` texts only: each costs a comparison with thousands of names.
    """
    wanted = {text: read(text) for text in texts}
    names = {name for want in wanted.values() for name in _with_articles(want.name) if want.name}
    codes = {want.code for want in wanted.values() if want.code}
    by_name: dict[str, list[Commune]] = defaultdict(list)
    by_code: dict[str, Commune] = {}
    found = Commune.objects.filter(Q(search_name__in=names) | Q(code__in=codes))
    for commune in found.exclude(search_name="").order_by("-population", "code"):
        by_name[commune.search_name].append(commune)
        by_code[commune.code] = commune

    answers: dict[str, Commune | CommuneUnclear] = {}
    missing: dict[str, Wanted] = {}
    for text, want in wanted.items():
        candidates = _candidates(want, by_name, by_code)
        if len(candidates) == 1:
            answers[text] = candidates[0]
        elif candidates:
            answers[text] = _several(text, candidates)
        else:
            missing[text] = want
    if missing:
        everything: list[Commune] = []
        if any(want.name for want in missing.values()):
            current = Commune.objects.exclude(search_name="")
            everything = list(current.order_by("-population", "code"))
        for number, (text, want) in enumerate(missing.items()):
            near = _resembling(want, everything) if number < suggested else []
            answers[text] = _none(text, near)
    return {text: answers[text] for text in wanted}


def _with_articles(name: str) -> list[str]:
    """List a name alone and after each article: « mans » also means « le mans »."""
    return [name, *(f"{article} {name}" for article in ARTICLES)]


def _candidates(
    want: Wanted, by_name: dict[str, list[Commune]], by_code: dict[str, Commune]
) -> list[Commune]:
    """Keep the communes that bear the name itself, else those that bear it after an article."""
    if want.code:
        return [by_code[want.code]] if want.code in by_code else []
    alone, *with_article = (
        [
            commune
            for commune in by_name.get(name, [])
            if not want.departments or commune.department in want.departments
        ]
        for name in _with_articles(want.name)
    )
    return alone or list(chain.from_iterable(with_article))


def _resembling(want: Wanted, everything: list[Commune]) -> list[Commune]:
    """List the communes whose name is nearest to what was written, likeliest first."""
    if not want.name:
        return []
    inside = [commune for commune in everything if commune.department in want.departments]
    alike = [commune for commune in everything if commune.search_name[0] == want.name[0]]
    for pool in (inside, alike, everything):
        names = dict.fromkeys(commune.search_name for commune in pool)
        close = difflib.get_close_matches(want.name, names, n=SUGGESTIONS, cutoff=_RESEMBLANCE)
        if close:
            ranked = sorted(
                (commune for commune in pool if commune.search_name in close),
                key=lambda commune: close.index(commune.search_name),
            )
            return ranked[:SUGGESTIONS]
    return []


def _several(text: str, candidates: list[Commune]) -> CommuneUnclear:
    shown = [str(commune) for commune in candidates[:SUGGESTIONS]]
    more = " et d’autres" if len(candidates) > SUGGESTIONS else ""
    names = ", ".join(shown) if more else listing(shown)
    if len({commune.department for commune in candidates}) == 1:
        advice = f"Écrivez le code INSEE, par exemple {candidates[0].code}."
    else:
        advice = f"Ajoutez le département, par exemple « {candidates[0]} »."
    return CommuneUnclear(
        f"Plusieurs communes s’appellent « {text} » : {names}{more}. {advice}", candidates
    )


def _none(text: str, suggestions: list[Commune]) -> CommuneUnclear:
    if not text.strip():
        return CommuneUnclear("Le nom de la commune manque.", suggestions)
    sentence = f"Aucune commune ne s’appelle « {text} »."
    if suggestions:
        shown = [str(commune) for commune in suggestions]
        choice = shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} ou {shown[-1]}"
        return CommuneUnclear(f"{sentence} Vouliez-vous dire {choice} ?", suggestions)
    return CommuneUnclear(
        f"{sentence} Vérifiez l’orthographe ou écrivez le code INSEE, par exemple 23002.", ()
    )
