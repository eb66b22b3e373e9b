"""The relaxation that is a flow, for OR-Tools SimpleMinCostFlow and LEMON's network simplex.

Source -> doctor's n-th mission (200 (n - 1)) -> doctor -> doctor's week -> place -> sink; a place
left empty costs HOLE. Kept: offers, papers, max_missions, one mission a week, places, fairness, and
the gap to locked missions. Left out: the gap between two missions, first-timers and families
together, companions, standbys, windows. So it is a bound, not a plan; confirmed missions are worth
MOVED, as in the whole model.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from bench.rota.whole import HOLE, MOVED
from numpy.typing import NDArray

from relais.engine import parameters
from relais.engine.rota.coverage import alone
from relais.engine.rota.feasible import feasible, taken
from relais.engine.rota.plan import PlannedMission
from relais.engine.rota.problem import Problem, Status

type Ints = NDArray[np.int64]


@dataclass
class Network:
    """Arcs sorted by (tail, head), node 0 the source, the last the sink, `supply` to be sent.

    `doctor`, `centre`, `week`: of the arcs that are missions, -1 elsewhere. `standing`: the cost of
    locked missions, less MOVED a unit of supply, which every way from source to sink pays too much
    so that no arc has a negative cost.
    """

    nodes: int
    supply: int
    tail: Ints
    head: Ints
    capacity: Ints
    cost: Ints
    doctor: Ints
    centre: Ints
    week: Ints
    standing: int
    locked: list[PlannedMission]


def network(problem: Problem) -> Network:
    """Make the network of a problem."""
    allowed, standing = feasible(problem), taken(problem)
    possible = alone(problem, allowed, standing)
    repeat = int(parameters.load("rota")["repeat_cost"].value)
    free_centre, free_week = np.nonzero(standing.places > 0)
    place_of = np.full(standing.places.shape, -1)
    place_of[free_centre, free_week] = np.arange(len(free_centre))
    kept = place_of[possible.centre, possible.week] >= 0
    doctor, centre, week = possible.doctor[kept], possible.centre[kept], possible.week[kept]
    days, day_of = np.unique(doctor.astype(np.int64) * problem.weeks + week, return_inverse=True)
    people = len(problem.doctors)
    first_day = 1 + people
    first_place = first_day + len(days)
    sink = first_place + len(free_centre)
    confirmed = {
        (one.doctor, one.centre, one.week)
        for one in problem.missions
        if one.status is Status.CONFIRMED
    }
    keys = zip(doctor.tolist(), centre.tolist(), week.tolist(), strict=True)
    worth = np.array([MOVED * (key in confirmed) for key in keys], dtype=np.int64)
    supply = int(standing.places.sum())
    parts: list[tuple[Ints, Ints, Ints, Ints, Ints]] = []

    def add(tail: object, head: object, capacity: object, cost: object, mission: object) -> None:
        arrays = np.broadcast_arrays(tail, head, capacity, cost, mission)
        parts.append(tuple(np.asarray(one, dtype=np.int64) for one in arrays))  # type: ignore[arg-type]

    room = standing.missions.astype(np.int64)
    who = np.repeat(np.arange(people), room)
    turn = np.arange(len(who)) - np.repeat(np.cumsum(room) - room, room)
    add(0, 1 + who, 1, repeat * (turn + standing.locked_count[who]), -1)
    add(1 + days // problem.weeks, first_day + np.arange(len(days)), 1, 0, -1)
    place = place_of[centre, week]
    price = allowed.cost[doctor, centre] - worth + MOVED
    add(first_day + day_of, first_place + place, 1, price, np.arange(len(doctor)))
    everywhere = first_place + np.arange(len(free_centre))
    add(everywhere, sink, standing.places[free_centre, free_week], 0, -1)
    add(0, everywhere, standing.places[free_centre, free_week], HOLE + MOVED, -1)
    tail, head, capacity, cost, mission = (
        np.concatenate(arrays) for arrays in zip(*parts, strict=True)
    )
    order = np.lexsort((head, tail))
    mission = mission[order]

    def of(values: NDArray[np.int32]) -> Ints:
        return np.where(mission >= 0, values[mission], -1).astype(np.int64)

    counts = standing.locked_count.astype(int)
    return Network(
        nodes=sink + 1,
        supply=supply,
        tail=tail[order],
        head=head[order],
        capacity=capacity[order],
        cost=cost[order],
        doctor=of(doctor),
        centre=of(centre),
        week=of(week),
        standing=-MOVED * supply
        + int((repeat * counts * (counts - 1) // 2).sum())
        + sum(int(allowed.cost[one.doctor, one.centre]) for one in standing.locked),
        locked=[
            PlannedMission(
                week=one.week,
                centre=one.centre,
                doctor=one.doctor,
                status=one.status,
                travel_minutes=int(allowed.travel[one.doctor, one.centre]),
            )
            for one in standing.locked
        ],
    )


@dataclass
class Sent:
    """What a flow solver answered; `seconds` are of CPU, of the solver alone."""

    cost: int
    missions: list[PlannedMission]
    seconds: float


def read(problem: Problem, net: Network, flow: Ints, seconds: float) -> Sent:
    """Read a flow as missions, and its cost in the terms of the whole model."""
    travel = feasible(problem).travel
    used = np.flatnonzero((flow > 0) & (net.doctor >= 0))
    missions = [
        PlannedMission(w, c, d, Status.PROPOSED, int(travel[d, c]))
        for d, c, w in zip(
            net.doctor[used].tolist(), net.centre[used].tolist(), net.week[used].tolist(),
            strict=True,
        )
    ]  # fmt: skip
    return Sent(int(flow @ net.cost) + net.standing, sorted([*net.locked, *missions]), seconds)


def by_ortools(problem: Problem, net: Network) -> Sent:
    """Send the flow with OR-Tools."""
    from ortools.graph.python import min_cost_flow

    solver = min_cost_flow.SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(net.tail, net.head, net.capacity, net.cost)
    solver.set_node_supply(0, net.supply)
    solver.set_node_supply(net.nodes - 1, -net.supply)
    begun = time.process_time()
    status = solver.solve()
    seconds = time.process_time() - begun
    if status != solver.OPTIMAL:
        raise RuntimeError(f"SimpleMinCostFlow: {status}")
    return read(problem, net, np.asarray(solver.flows(arcs)), seconds)


def by_lemon(problem: Problem, net: Network) -> Sent:
    """Send the flow with LEMON's network simplex."""
    import pylmcf

    graph = pylmcf.Graph(net.nodes, net.tail.astype(np.int32), net.head.astype(np.int32))
    supply = np.zeros(net.nodes, dtype=np.int64)
    supply[0], supply[-1] = net.supply, -net.supply
    graph.set_node_supply(supply)
    graph.set_edge_capacities(net.capacity)
    graph.set_edge_costs(net.cost)
    begun = time.process_time()
    graph.solve()
    seconds = time.process_time() - begun
    return read(problem, net, np.asarray(graph.result()), seconds)
