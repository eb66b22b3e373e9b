"""Distances on the globe, and the travel time that follows where nobody gave a better one."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from relais.engine import parameters
from relais.engine.units import MINUTES_PER_HOUR


def great_circle_km(
    latitude: ArrayLike, longitude: ArrayLike, to_latitude: ArrayLike, to_longitude: ArrayLike
) -> NDArray[np.float64]:
    """Measure great-circle distances in kilometres between points in degrees (arrays broadcast).

    Haversine formula on the mean sphere (Sinnott, Virtues of the Haversine, 1984).
    """
    radius_km = parameters.load("rota")["earth_radius_km"].value
    phi, lam = np.radians(latitude), np.radians(longitude)
    to_phi, to_lam = np.radians(to_latitude), np.radians(to_longitude)
    half_chord_squared = (
        np.sin((to_phi - phi) / 2) ** 2
        + np.cos(phi) * np.cos(to_phi) * np.sin((to_lam - lam) / 2) ** 2
    )
    distance: NDArray[np.float64] = np.asarray(
        2 * radius_km * np.arcsin(np.sqrt(np.clip(half_chord_squared, 0, 1))), dtype=np.float64
    )
    return distance


def travel_minutes(distance_km: ArrayLike) -> NDArray[np.int32]:
    """Estimate door-to-door minutes from great-circle kilometres, to the nearest minute.

    Fixed time, road detour and mean speed are those of the plan folder format.
    """
    numbers = parameters.load("rota")
    minutes = (
        numbers["travel_fixed_minutes"].value
        + MINUTES_PER_HOUR
        * numbers["road_detour"].value
        * np.asarray(distance_km, dtype=np.float64)
        / numbers["road_speed_km_per_hour"].value
    )
    return np.rint(minutes).astype(np.int32)
