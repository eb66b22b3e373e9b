"""Thousands of places filled anew at once: doctors give up missions and are matched again.

Take a plan, let every unit give up one or two of its missions and hold the others, and add those
who could still come once more. If each may take one place in each part of its year, what is left is
an assignment of places to units, which is solved exactly at any size that memory allows. Gaps,
missions left, first-timers, families and standbys hold because the places and weeks that would
break them are not offered; windows of practices hold because in each window one place is named
whose doctor must do the practice, or pay for the window. The plan before is one of the assignments,
so the plan after is never worse.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from relais.engine import parameters
from relais.engine.rota.national.draft import Assignment, Draft
from relais.engine.rota.national.nation import Bools, Floats, Ints
from relais.engine.rota.national.near import Near

type Small = NDArray[np.int32]

_WHOLE_YEAR = 0.5  # chance that who holds one mission may move it anywhere in the year
_BOTH = 0.7  # chance that who holds several missions gives up two of them
EMPTY = 1e6  # what an empty place costs in an assignment: more than all else together


@dataclass(frozen=True)
class Block:
    """Places and units to match: arcs (row, column, cost); `rows`, `columns`: how many.

    `empty`: float64 (rows,), what leaving a place empty costs.
    """

    row: Small
    column: Small
    cost: NDArray[np.float32]
    rows: int
    columns: int
    empty: Floats


def match(block: Block) -> Small:
    """Fill the rows at least cost, one unit each; the column of each row, -1 for an empty place."""
    answer = np.full(block.rows, -1, dtype=np.int32)
    if not len(block.row) or not block.columns:
        return answer
    # An own empty column a row: every row can be matched. A cost of nothing would be no arc.
    rows = np.arange(block.rows)
    cost = np.r_[block.cost.astype(np.float64), block.empty]
    cost += 1.0 - float(cost.min())
    table = sp.csr_matrix(
        (cost, (np.r_[block.row, rows], np.r_[block.column, block.columns + rows])),
        shape=(block.rows, block.columns + block.rows),
    )
    _, column = min_weight_full_bipartite_matching(table)
    filled = column < block.columns
    answer[filled] = column[filled]
    return answer


def _compress(values: Ints, most: int) -> tuple[Ints, Ints]:
    """Number the values that occur: them in order, and the number of each entry."""
    seen = np.zeros(most, dtype=np.bool_)
    seen[values] = True
    number = np.cumsum(seen) - 1
    return np.flatnonzero(seen), number[values]


class Matching:
    """One round: what is given up, what each place asks for, and the blocks to match."""

    def __init__(self, draft: Draft, near: Near, random: np.random.Generator) -> None:
        self.draft, self.near, self.random = draft, near, random
        self.nation = nation = draft.nation
        self.weeks, self.centres = nation.problem.weeks, len(nation.problem.centres)
        self.people = len(nation.problem.doctors)
        self._give_up()
        self.missed = float(parameters.load("rota")["missed_window_cost"].value)
        self.named = self._named_places()
        self._lines()

    def _give_up(self) -> None:
        """Choose at most two missions a unit to give up, and what is left without them.

        The year of a unit is cut in two: one may come in each part, and the gap lies between.
        """
        nation, draft = self.nation, self.draft
        missions = np.array(sorted(draft.missions), dtype=np.int64).reshape(-1, 3)
        missions = missions[np.lexsort((missions[:, 2], missions[:, 0]))]
        unit = missions[:, 0]
        starts = np.flatnonzero(np.r_[True, unit[1:] != unit[:-1]]) if len(unit) else unit
        counts = np.diff(np.r_[starts, len(unit)])
        # Two in a row, drawn by chance where there are more.
        pick = (self.random.random(len(starts)) * np.maximum(counts - 1, 1)).astype(np.int64)
        one = starts + pick
        alone = unit[one] < self.people
        both = alone & (counts > 1) & (self.random.random(len(one)) < _BOTH)
        one, two = one[alone], (one + 1)[both]
        self.freed = missions[np.sort(np.r_[one, two])]
        unit, centre, week = self.freed.T
        self.blocked = draft.blocked.copy()
        reach = np.array(draft.reach, dtype=np.int64)
        longest = int(reach.max(initial=1))
        for offset in range(1 - longest, longest):
            at = week + offset
            hit = (np.abs(offset) < reach[unit]) & (at >= 0) & (at < self.weeks)
            np.subtract.at(self.blocked, (unit[hit], at[hit]), 1)
        self.room, self.count = draft.room.copy(), draft.count.copy()
        np.add.at(self.room, unit, 1)
        np.subtract.at(self.count, unit, 1)
        kind = nation.kind[unit]
        self.left, self.firsts, self.beds = (
            draft.left.copy(),
            draft.firsts.copy(),
            draft.beds.copy(),
        )
        np.add.at(self.left, (centre, week), 1)
        np.add.at(self.firsts, (centre, week), nation.kind_first[kind])
        np.add.at(self.beds, (centre, week), nation.kind_family[kind])
        free = {tuple(mission) for mission in self.freed.tolist()}
        self.held = [mission for mission in sorted(draft.missions) if mission not in free]
        self._cut_years(missions[one], missions[two], reach)

    def _cut_years(self, one: Ints, two: Ints, reach: Ints) -> None:
        """Draw where the year of each unit is cut: up to `until` is part 0, from `since` part 1."""
        people, weeks = self.people, self.weeks
        low = np.zeros(people, dtype=np.int64)
        high = np.full(people, weeks - 1)
        many = np.zeros(people, dtype=np.int64)
        np.add.at(many, self.freed[:, 0], 1)
        # A single mission falls in the first part or in the second, by chance.
        unit, week = one[:, 0], one[:, 2]
        single = many[unit] == 1
        early = self.random.random(len(unit)) < 0.5
        low[unit] = week
        later = single & early & (week >= reach[unit])
        low[unit[later]], high[unit[later]] = 0, week[later] - reach[unit[later]]
        high[two[:, 0]] = two[:, 2] - reach[two[:, 0]]
        cut = low + (self.random.random(people) * (high - low + 1)).astype(np.int64)
        self.until, self.since = cut, cut + reach
        # Who can come once only has one part,
        # and now and then others, so that they may move anywhere in the year.
        few = np.maximum(many, 1) < 2
        once = (self.room < 2) | few & (self.random.random(people) < _WHOLE_YEAR)
        self.until[once], self.since[once] = weeks, weeks + 1
        fee = np.zeros((people, 2))
        dear = (self.random.random(people) < 0.5).astype(np.int64)
        dear[unit[single]] = 1 - self._part(unit[single], week[single])
        fee[np.arange(people), np.where(once, 1, dear)] = 1
        self.fee = fee + self.count[:, None]

    def _part(self, unit: Ints, week: Ints) -> Ints:
        """Say in which part of its year a week of a unit lies: 0 or 1, or -1 between them."""
        part = np.where(week >= self.since[unit], 1, -1)
        return np.where(week <= self.until[unit], 0, part)

    def _named_places(self) -> Floats:
        """Name places that must have a practice: windows that hang on it, (practices, C, W)."""
        nation, problem = self.nation, self.nation.problem
        shape = (len(nation.practices), self.centres, self.weeks)
        held, mine = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
        position = {name: number for number, name in enumerate(nation.practices)}
        for given in nation.taken.locked:
            for name in problem.doctors[given.doctor].practices:
                if name in position:
                    held[position[name], given.centre, given.week] = True
        for unit, centre, week in self.held:
            held[:, centre, week] |= nation.kind_does[nation.kind[unit]]
        unit, centre, week = self.freed.T
        does = nation.kind_does[nation.kind[unit]]
        for number in range(len(position)):
            mine[number, centre[does[:, number]], week[does[:, number]]] = True
        named = np.zeros(shape)
        for need in problem.needs:
            at = position[need.practice], need.centre
            self._name(
                named[at], problem.open_weeks[need.centre], held[at], mine[at],
                self.left[need.centre] > 0, need.every_weeks,
            )  # fmt: skip
        return named

    def _lines(self) -> None:
        """Say of each line of each place whom it may take, so that who is there now fits.

        A first-timer may come on one line, families on as many as there are beds, and the practice
        that a place is named for is asked of one line.
        """
        nation, cells = self.nation, self.left.size
        free = self.left.ravel().astype(np.int64)
        self.starts = np.r_[0, np.cumsum(free)]
        self.cell_of = np.repeat(np.arange(cells), free)
        unit, centre, week = self.freed.T
        cell, kind = centre * self.weeks + week, nation.kind[unit]
        order = np.lexsort((self.random.random(len(cell)), cell))
        first = np.searchsorted(cell[order], cell[order])
        line = np.empty(len(cell), dtype=np.int64)
        line[order] = np.arange(len(cell)) - first
        slot = self.starts[cell] + line
        # Where nobody of a sort is now, any line will do.
        any_line = self.starts[:-1] + (self.random.random(cells) * free).astype(np.int64)
        some = np.flatnonzero(free > 0)

        def one(flags: Bools) -> Ints:
            at = np.full(cells, -1, dtype=np.int64)
            at[some] = any_line[some]
            at[cell[flags]] = slot[flags]
            return at[some]

        self.first_ok = np.zeros(int(self.starts[-1]), dtype=np.bool_)
        self.family_ok = self.first_ok.copy()
        self.asked = np.zeros((len(nation.practices), len(self.first_ok)))
        self.first_ok[one(nation.kind_first[kind] > 0)] = True
        family = nation.kind_family[kind] > 0
        self.family_ok[slot[family]] = True
        here = np.bincount(cell[family], minlength=cells)
        room = self.beds.ravel() > here
        more = one(family)
        self.family_ok[more[room[some]]] = True
        for number in range(len(nation.practices)):
            at = one(nation.kind_does[kind, number])
            self.asked[number, at] = self.missed * self.named[number].ravel()[some]

    def _name(
        self, named: Floats, open_: Bools, held: Bools, mine: Bools, free: Bools, every: int
    ) -> None:
        """Name the places of one need: in each window not served, one that serves it now."""
        last, last_closed = -1, -1
        pick = self.random.random() < 0.5
        for week in range(len(named)):
            if not open_[week]:
                last_closed = week
            if held[week]:
                last = week
            start = week - every + 1
            if start < 0 or last_closed >= start or last >= start:
                continue
            options = [w for w in range(start, week + 1) if mine[w] and free[w]]
            options = options or [w for w in range(start, week + 1) if free[w]]
            if not options:
                continue
            # The latest serves most windows to come; another one now and then, for a change.
            last = options[-1] if pick else options[int(self.random.integers(len(options)))]
            named[last] += 1

    def blocks(self, block: Ints) -> list[tuple[Block, Ints, Ints]]:
        """Make the blocks of a round; `block`: int64 (C, W), which block a place belongs to.

        Gives with each its units by column and its places (centre * weeks + week) by row.
        """
        nation, near = self.nation, self.near
        lent = self._lend(block)
        ok = (near.unit < self.people) & (near.unit >= 0)
        unit, centre, week = (a[ok].astype(np.int64) for a in (near.unit, near.centre, near.week))
        part = self._part(unit, week)
        now = self.now[unit, part]
        ok = (part >= 0) & (lent[unit, part] == block[centre, week])
        ok &= now != centre * self.weeks + week
        unit, centre, week = (
            np.r_[a[ok], b] for a, b in zip((unit, centre, week), self.freed.T, strict=True)
        )
        part = self._part(unit, week)
        kind = nation.kind[unit]
        ok = (
            (self.blocked[unit, week] == 0) & (self.room[unit] >= 1) & (self.left[centre, week] > 0)
        )
        ok &= nation.kind_first[kind] <= np.maximum(self.firsts[centre, week], 0)
        ok &= nation.kind_family[kind] <= np.maximum(self.beds[centre, week], 0)
        unit, centre, week, kind, part = unit[ok], centre[ok], week[ok], kind[ok], part[ok]
        own = unit * 2 + part
        # One row a line.
        cell = centre * self.weeks + week
        lines = self.left[centre, week].astype(np.int64)
        arc = np.repeat(np.arange(len(cell)), lines)
        line = np.arange(len(arc)) - np.repeat(np.cumsum(lines) - lines, lines)
        slot = self.starts[cell[arc]] + line
        fits = (nation.kind_first[kind][arc] == 0) | self.first_ok[slot]
        fits &= (nation.kind_family[kind][arc] == 0) | self.family_ok[slot]
        arc, slot = arc[fits], slot[fits]
        cost = (nation.cost[unit, centre] + nation.repeat[unit] * self.fee[unit, part])[arc]
        for number in range(len(nation.practices)):
            cost += np.where(nation.kind_does[kind, number][arc], 0.0, self.asked[number, slot])
        of = block[centre, week][arc]
        order = np.argsort(of, kind="stable")
        bounds = np.searchsorted(of[order], np.arange(int(block.max(initial=-1)) + 2))
        made = []
        for number in range(len(bounds) - 1):
            at = order[bounds[number] : bounds[number + 1]]
            if not len(at):
                continue
            rows, row = _compress(slot[at], len(self.cell_of))
            columns, column = _compress(own[arc[at]], 2 * self.people)
            made_part = Block(
                row.astype(np.int32),
                column.astype(np.int32),
                cost[at].astype(np.float32),
                len(rows),
                len(columns),
                EMPTY + self.asked[:, rows].sum(axis=0),
            )
            made.append((made_part, columns // 2, self.cell_of[rows]))
        return made

    def _lend(self, block: Ints) -> Ints:
        """Lend each part of a unit to one block: where its mission was, else of a good gain.

        Gives int64 (D, 2); `now` remembers the place of the mission given up, -1 where none.
        """
        near, people = self.near, self.people
        lent = np.full((people, 2), -1, dtype=np.int64)
        self.now = lent.copy()
        unit, centre, week = self.freed.T
        part = self._part(unit, week)
        self.now[unit, part] = centre * self.weeks + week
        spare = (self.now < 0) & (self.room >= 1)[:, None]
        at = np.flatnonzero(near.unit < people)
        part = self._part(near.unit[at].astype(np.int64), near.week[at].astype(np.int64))
        at, part = at[part >= 0], part[part >= 0]
        good = spare[near.unit[at], part] & (self.blocked[near.unit[at], near.week[at]] == 0)
        at, part = at[good], part[good]
        noisy = near.gain[at] + self.random.gumbel(0, 8.0, len(at)).astype(np.float32)
        own = near.unit[at].astype(np.int64) * 2 + part
        order = np.lexsort((noisy, own))
        at, own = at[order], own[order]
        last = np.flatnonzero(np.r_[own[1:] != own[:-1], True]) if len(own) else own
        lent.reshape(-1)[own[last]] = block[near.centre[at[last]], near.week[at[last]]]
        lent[unit, self._part(unit, week)] = block[centre, week]
        return lent

    def accept(self, answers: list[tuple[Small, Ints, Ints]]) -> None:
        """Put the answers in the place of what was given up: (columns, units, places) a block."""
        new: set[Assignment] = set()
        for answer, units, cells in answers:
            filled = np.flatnonzero(answer >= 0)
            centre, week = np.divmod(cells[filled], self.weeks)
            new.update(
                zip(units[answer[filled]].tolist(), centre.tolist(), week.tolist(), strict=True)
            )
        touched = {cell for _, _, places in answers for cell in places.tolist()}
        old = {(u, c, w) for u, c, w in self.freed.tolist() if c * self.weeks + w in touched}
        for mission in sorted(old - new):
            self.draft.take(mission, -1)
        for mission in sorted(new - old):
            self.draft.take(mission)
