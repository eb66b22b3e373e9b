"""The rates of the simulator: one page of parameters, read once."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache

from relais.engine import parameters
from relais.engine.rota.standby import Lead

HOURS_PER_DAY = 24
_WAVE = {Lead.FAR: "far", Lead.WEEKS: "far", Lead.DAYS: "days", Lead.LAST: "last"}


@dataclass(frozen=True, slots=True)
class Rates:
    """Every rate by the name it has in parameters/simulation.toml, where unit and source stand."""

    early_cancellation_share: float
    late_withdrawal_share: float
    last_week_share: float
    illness_share: float
    far_days: float
    near_days: float
    last_days: float
    farthest_days: float
    willingness_spread: float
    reserve_accepts: float
    reserve_accepts_last_day: float
    reserve_from_days: float
    reserve_answer_hours: float
    calls_per_day: float
    call_reached: float
    most_calls: float
    wave_hours_far: float
    wave_hours_days: float
    wave_hours_last: float
    wave_risk_far: float
    wave_risk_days: float
    wave_risk_last: float
    largest_wave: float
    chains_tried: float
    flying_weeks_off: float
    flying_ill_share: float
    plan_days_ahead: float

    @property
    def bands(self) -> tuple[tuple[float, float, float], ...]:
        """Give (share of missions cancelled, from days before, to days before), earliest first."""
        return (
            (self.early_cancellation_share, self.farthest_days, self.far_days),
            (self.late_withdrawal_share, self.far_days, self.near_days),
            (self.last_week_share, self.near_days, self.last_days),
            (self.illness_share, self.last_days, 0.0),
        )

    @property
    def cancelled_share(self) -> float:
        """Give the share of missions cancelled, at whatever time."""
        return sum(share for share, _, _ in self.bands)

    def wave_days(self, lead: Lead) -> float:
        """Give the days from one wave to the next."""
        hours: float = getattr(self, f"wave_hours_{_WAVE[lead]}")
        return hours / HOURS_PER_DAY

    def wave_risk(self, lead: Lead) -> float:
        """Give the chance that nobody of a wave says yes, by which it is sized."""
        risk: float = getattr(self, f"wave_risk_{_WAVE[lead]}")
        return risk

    def reserve_chance(self, days: float) -> float:
        """Give the chance that a doctor on standby can come, asked so many days before."""
        return self.reserve_accepts_last_day if days < 1 else self.reserve_accepts


@cache
def usual() -> Rates:
    """Read the rates of parameters/simulation.toml."""
    page = parameters.load("simulation")
    return Rates(**{entry.name: page[entry.name].value for entry in fields(Rates)})
