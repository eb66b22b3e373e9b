"""Several places empty at once: after changed offers, a withdrawal, in the first weeks of a centre.

Each place gets its best repair (`replan`), one after the other, the place with the fewest free
doctors first; whoever was used is then no longer free for the next. The result says what it
proves: docs/engine/replan.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from relais.engine.rota.problem import DoctorIndex
from relais.engine.rota.replan import MOST_MOVES, Repair, carry_out, search
from relais.engine.rota.state import Place, State


@dataclass(frozen=True, slots=True)
class Mended:
    """What filling several places takes. `done`: (place, repair) in the order they were made.

    `left`: places without a repair. `confirmed_moved`, `cost`: what levels 2 and 3 gain in all.
    `confirmed_bound`: no way to fill the places in `done` moves fewer confirmed missions, at most
    `max_moves` missions moved for each (it may not be reached). `complete`: no search was cut.
    """

    done: tuple[tuple[Place, Repair], ...]
    left: tuple[Place, ...]
    confirmed_moved: int
    confirmed_bound: int
    cost: int
    complete: bool

    @property
    def fewest_confirmed_proven(self) -> bool:
        """Say whether nothing that fills these places moves fewer confirmed missions."""
        return self.complete and self.confirmed_moved == self.confirmed_bound


def repair_each(
    state: State,
    places: Iterable[Place],
    *,
    exclude: Iterable[DoctorIndex] = (),
    max_moves: int = MOST_MOVES,
    most_steps: int | None = None,
) -> Mended:
    """Fill several empty places; the state is the mended one afterwards.

    A place named twice stands for two empty places. Every repair obeys all hard rules and leaves
    no other place emptier; a confirmed mission moves only where the place cannot be filled without
    (`max_moves` missions moved at most).
    """
    exclude = tuple(exclude)
    wanted = sorted(places, key=lambda place: (len(state.fills(*place)), place[1], place[0]))
    before, lost = state.confirmed_moved, len(state.lost)
    cost, complete = 0, True
    known: dict[Place, int] = {}
    for place in wanted:
        if place in known or not state.missing(*place):
            continue
        best = search(
            state, *place, exclude=exclude, k=1, max_moves=max_moves, most_steps=most_steps
        )
        complete = complete and best.complete
        if best.repairs:
            known[place] = best.repairs[0].confirmed_moved
    done: list[tuple[Place, Repair]] = []
    left = []
    for place in wanted:
        if not state.missing(*place):
            continue
        found = search(
            state, *place, exclude=exclude, k=1, max_moves=max_moves, most_steps=most_steps
        )
        complete = complete and found.complete
        if not found.repairs:
            left.append(place)
            continue
        carry_out(state, found.repairs[0])
        done.append((place, found.repairs[0]))
        cost += found.repairs[0].cost
    filled = {place for place, _ in done}
    # Whatever fills all places holds a repair of each. Words lost before could come back, though.
    bound = max((moved for place, moved in known.items() if place in filled), default=0)
    return Mended(
        done=tuple(done),
        left=tuple(left),
        confirmed_moved=state.confirmed_moved - before,
        confirmed_bound=-lost if lost else bound,
        cost=cost,
        complete=complete,
    )
