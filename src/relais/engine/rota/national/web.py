"""A maximum flow over millions of possible missions, of which only those that matter are listed.

The web sends each unit's *slots* to *targets*. A slot is a set of weeks of which the unit takes one
at most; a unit has no more missions than its room. A target is a centre-week, or a gate before it
that only some kinds of unit pass. Few arcs are listed at first; after each flow the residual graph
is searched from the source, and arcs of the whole web that leave what is reached are listed too.
When there is none, what is reached is a minimum cut of the whole web (Ford and Fulkerson, 1956), so
the flow is a maximum one. Each flow goes on from the one before (scipy's Dinic on the residual).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from relais.engine.rota.national.reach import Bools, Ints, Reach

_CHUNK = 2_000  # units whose centres are unpacked together
_FIRST_ARCS = 16  # listed for a slot before the first flow
_ARCS_A_TARGET, _ARCS_A_SLOT = 12, 4  # listed at most for one in one search
_SHARE, _WIDER = 0.1, 4.0  # of the units looked at by a search, and how it grows when little is new
_LITTLE = 0.02  # new arcs over known ones


@dataclass(frozen=True)
class Slots:
    """Weeks of units in sets of which one at most is taken.

    `of`: int64 (U, W), the slot of a unit's week or -1. `unit`: int64 (slots,). `room`: int64 (U,),
    missions a unit may take in all.
    """

    of: Ints
    unit: Ints
    room: Ints


@dataclass(frozen=True)
class Targets:
    """Where units may come. `of`: int32 (kinds, C, W), the target a kind reaches or -1.

    `room`: int64 (targets,). `behind`: int64 (targets,), the target behind a gate, -1 for a place.
    """

    of: NDArray[np.int32]
    room: Ints
    behind: Ints


class Web:
    """The flow so far, and the arcs listed so far."""

    def __init__(self, reach: Reach, slots: Slots, targets: Targets, *, seed: int) -> None:
        self.reach, self.slots, self.targets = reach, slots, targets
        self.random = np.random.default_rng(seed)
        self.slot_room = reach.size[slots.unit]
        count = np.bincount(slots.unit, minlength=len(reach.room))
        # A hub limits the slots of a unit together, where the slots alone do not.
        self.hubs = np.flatnonzero(count > slots.room)
        hub_of = np.full(len(count), -1, dtype=np.int64)
        hub_of[self.hubs] = np.arange(len(self.hubs))
        self.hub = hub_of[slots.unit]
        self.hub_room = slots.room[self.hubs] * reach.size[self.hubs]
        self.places = np.flatnonzero(targets.behind < 0)
        self.gates = np.flatnonzero(targets.behind >= 0)
        self.slot = np.zeros(0, dtype=np.int64)
        self.target = np.zeros(0, dtype=np.int64)
        self.flow = np.zeros(0, dtype=np.int64)
        self.seen_slot = np.ones(len(slots.unit), dtype=np.bool_)
        self.seen_target = np.zeros(len(targets.room), dtype=np.bool_)

    @property
    def missing(self) -> int:
        """Count what the flow does not bring."""
        return int(self.targets.room[self.places].sum() - self.flow.sum())

    def list_arcs(self, slot: Ints, target: Ints, flow: Ints | None = None) -> int:
        """List arcs, each at most once; with `flow` they come with it. Gives how many are new."""
        width = len(self.targets.room)
        known = self.slot * width + self.target
        given = slot.astype(np.int64) * width + target
        keys, first = np.unique(given, return_index=True)
        new = ~np.isin(keys, known, assume_unique=True)
        brought = np.zeros(len(given), dtype=np.int64) if flow is None else flow
        keys, brought = np.r_[known, keys[new]], np.r_[self.flow, brought[first[new]]]
        order = np.argsort(keys, kind="stable")
        self.slot, self.target = np.divmod(keys[order], max(width, 1))
        self.flow = brought[order]
        return int(new.sum())

    # -- the flow ----------------------------------------------------------------------------------

    def augment(self) -> None:
        """Make the flow a maximum one over the listed arcs, and find what its residual reaches."""
        slots, targets = len(self.slots.unit), len(self.targets.room)
        first_hub = 1 + slots
        first_target = first_hub + len(self.hubs)
        sink = first_target + targets
        held = np.bincount(self.slot, weights=self.flow, minlength=slots).astype(np.int64)
        at = np.bincount(self.target, weights=self.flow, minlength=targets).astype(np.int64)
        through = at[self.gates]
        np.add.at(at, self.targets.behind[self.gates], through)
        with_hub = np.flatnonzero(self.hub >= 0)
        plain = np.flatnonzero(self.hub < 0)
        hub = self.hub[with_hub]
        hub_held = np.bincount(hub, weights=held[with_hub], minlength=len(self.hubs))
        room = self.slot_room
        edges = (
            (np.zeros(len(plain)), 1 + plain, room[plain] - held[plain]),
            (
                np.zeros(len(self.hubs)),
                first_hub + np.arange(len(self.hubs)),
                self.hub_room - hub_held,
            ),
            (first_hub + hub, 1 + with_hub, room[with_hub] - held[with_hub]),
            (1 + with_hub, first_hub + hub, held[with_hub]),
            (1 + self.slot, first_target + self.target, room[self.slot] - self.flow),
            (first_target + self.target, 1 + self.slot, self.flow),
            (
                first_target + self.gates,
                first_target + self.targets.behind[self.gates],
                self.targets.room[self.gates] - through,
            ),
            (
                first_target + self.targets.behind[self.gates],
                first_target + self.gates,
                through,
            ),
            (
                first_target + self.places,
                np.full(len(self.places), sink),
                self.targets.room[self.places] - at[self.places],
            ),
        )
        tail, head, capacity = (
            np.concatenate([edge[part] for edge in edges]).astype(np.int32) for part in range(3)
        )
        live = capacity > 0
        graph = sp.csr_array((capacity[live], (tail[live], head[live])), shape=(sink + 1, sink + 1))
        found = maximum_flow(graph, 0, sink, method="dinic").flow
        self._take_up(found.tocoo(), first_target)
        residual = sp.csr_array(graph - found)
        residual.data[residual.data < 0] = 0
        residual.eliminate_zeros()
        seen = np.zeros(sink + 1, dtype=np.bool_)
        seen[breadth_first_order(residual, 0, return_predecessors=False)] = True
        self.seen_slot, self.seen_target = seen[1:first_hub], seen[first_target:sink]

    def _take_up(self, found: sp.coo_array, first_target: int) -> None:
        """Add what a flow on the residual changes to the flow of the arcs."""
        width = len(self.targets.room)
        keys = self.slot * width + self.target
        slots = len(self.slots.unit)
        row, column = found.coords[0].astype(np.int64), found.coords[1].astype(np.int64)
        sent = found.data.astype(np.int64)
        for tail, head, sign in ((row, column, 1), (column, row, -1)):
            on = (sent > 0) & (tail >= 1) & (tail <= slots)
            on &= (head >= first_target) & (head < first_target + width)
            arc = np.searchsorted(keys, (tail[on] - 1) * width + head[on] - first_target)
            self.flow[arc] += sign * sent[on]

    # -- the arcs ----------------------------------------------------------------------------------

    def draw(self, each: int = _FIRST_ARCS) -> None:
        """List some arcs of each slot, drawn by chance among all: few are enough for most."""
        reach, slots = self.reach, self.slots
        unit, week = np.nonzero(slots.of >= 0)
        slot = slots.of[unit, week]
        order = np.argsort(slot, kind="stable")
        unit, week, slot = unit[order], week[order], slot[order]
        first = np.searchsorted(slot, np.arange(len(slots.unit) + 1))
        by_unit = np.argsort(slots.unit, kind="stable")
        owner = slots.unit[by_unit]
        found: list[tuple[Ints, Ints]] = []
        for start in range(0, len(reach.room), _CHUNK):
            part = by_unit[slice(*np.searchsorted(owner, (start, start + _CHUNK)))]
            who, local = np.unique(slots.unit[part], return_inverse=True)
            if len(who) == 0:
                continue
            row, centre = np.nonzero(reach.rows(who))
            border = np.searchsorted(row, np.arange(len(who) + 1))
            count = np.diff(border)[local]
            part, local, count = part[count > 0], local[count > 0], count[count > 0]
            weeks = first[part + 1] - first[part]
            for _ in range(each):
                to = centre[border[local] + self._pick(count)]
                when = week[first[part] + self._pick(weeks)]
                target = self.targets.of[reach.kind[slots.unit[part]], to, when]
                found.append((part[target >= 0], target[target >= 0].astype(np.int64)))
        if found:
            self.list_arcs(*(np.concatenate([one[side] for one in found]) for side in (0, 1)))

    def _pick(self, count: Ints) -> Ints:
        """Draw a number below each count."""
        picked: Ints = (self.random.random(len(count)) * count).astype(np.int64)
        return picked

    def search(self, share: float) -> int:
        """List arcs of the whole web that leave what is reached; `share` of the units are asked.

        Gives how many are new: 0 with share 1 proves the cut.
        """
        reach = self.reach
        live = self.slots.of >= 0
        live[live] = self.seen_slot[self.slots.of[live]]
        if share < 1:
            live &= (self.random.random(len(live)) < share)[:, None]
        found: list[tuple[Ints, Ints]] = []
        for week in range(live.shape[1]):
            who = np.flatnonzero(live[:, week])
            kinds = reach.kind[who]
            for kind in np.unique(kinds).tolist():
                to = self.targets.of[kind, :, week]
                centres = np.flatnonzero(to >= 0)
                centres = centres[~self.seen_target[to[centres]]]
                units = who[kinds == kind]
                if len(centres) == 0:
                    continue
                units, centres = self.random.permutation(units), self.random.permutation(centres)
                may = np.ascontiguousarray(reach.rows(units)[:, centres])
                row, column = _some(may, _ARCS_A_SLOT)
                back, forth = _some(np.ascontiguousarray(may.T), _ARCS_A_TARGET)
                row, column = np.r_[row, forth], np.r_[column, back]
                found.append(
                    (self.slots.of[units[row], week], to[centres[column]].astype(np.int64))
                )
        if not found:
            return 0
        slot, target = (np.concatenate([one[side] for one in found]) for side in (0, 1))
        return self.list_arcs(slot, target)

    def finish(self, stop: Callable[[], bool], tell: Callable[[str], None] | None = None) -> bool:
        """Flow and search in turn until the cut is one of the whole web; False when stopped."""
        share = _SHARE
        while True:
            self.augment()
            if tell is not None:
                tell(f"{len(self.slot)} arcs, {self.missing} missing, share {share:.2f}")
            while True:
                if self.missing == 0 or not self.targets.room[~self.seen_target].any():
                    return True
                if stop():
                    return False
                new = self.search(min(share, 1.0))
                if new == 0 and share >= 1:
                    return True
                if new <= _LITTLE * len(self.slot):
                    share = min(share * _WIDER, 1.0)
                if new:
                    break


def _some(may: Bools, most: int) -> tuple[Ints, Ints]:
    """Give up to `most` true cells of each row, in different parts of it."""
    rows: list[Ints] = []
    columns: list[Ints] = []
    borders = np.linspace(0, may.shape[1], most + 1).astype(np.int64)
    for start, end in zip(borders[:-1].tolist(), borders[1:].tolist(), strict=True):
        if start == end:
            continue
        part = may[:, start:end]
        column = part.argmax(axis=1)
        row = np.flatnonzero(part[np.arange(len(part)), column])
        rows.append(row)
        columns.append(column[row] + start)
    return np.concatenate(rows), np.concatenate(columns)
