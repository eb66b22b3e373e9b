"""The reliability curve as a picture: what was announced, and how often it happened."""

from __future__ import annotations

import math

from relais.engine.simulate.calibration import Calibration

SIDE, LEFT, BOTTOM, TOP = 420, 64, 56, 24
LEAST = 3e-4  # where both logarithmic axes begin
TICKS = (0.001, 0.01, 0.1, 1.0)


def _at(chance: float) -> float:
    return SIDE * math.log(max(chance, LEAST) / LEAST) / math.log(1 / LEAST)


def _percent(chance: float) -> str:
    return f"{100 * chance:g} %".replace(".", ",")


def draw(found: Calibration) -> str:
    """Draw the curve as SVG; the diagonal is a radar that is always right."""
    width, height = LEFT + SIDE + 24, TOP + SIDE + BOTTOM
    base = TOP + SIDE

    def x(chance: float) -> float:
        return round(LEFT + _at(chance), 1)

    def y(chance: float) -> float:
        return round(base - _at(chance), 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'font-family="system-ui, sans-serif" font-size="13" role="img">',
        "<title>Announced risk of a week, and the share of such weeks that came without a doctor"
        "</title>",
        f'<rect width="{width}" height="{height}" fill="#fbf9f4"/>',
        f'<path d="M{x(LEAST)} {y(LEAST)}L{x(1)} {y(1)}" stroke="#9aa5a3" '
        'stroke-dasharray="4 4" fill="none"/>',
    ]
    for tick in TICKS:
        parts += [
            f'<path d="M{x(tick)} {base}v6M{LEFT} {y(tick)}h-6" stroke="#1d3b3a"/>',
            f'<text x="{x(tick)}" y="{base + 22}" text-anchor="middle">{_percent(tick)}</text>',
            f'<text x="{LEFT - 10}" y="{y(tick) + 4}" text-anchor="end">{_percent(tick)}</text>',
        ]
    parts.append(f'<path d="M{LEFT} {TOP}V{base}H{LEFT + SIDE}" stroke="#1d3b3a" fill="none"/>')
    line = " ".join(f"{x(one.announced)},{y(one.lapsed.value)}" for one in found.bins)
    parts.append(f'<polyline points="{line}" fill="none" stroke="#b4552d" stroke-width="2"/>')
    for one in found.bins:
        across = x(one.announced)
        parts += [
            f'<path d="M{across} {y(one.lapsed.low)}V{y(one.lapsed.high)}" stroke="#b4552d"/>',
            f'<circle cx="{across}" cy="{y(one.lapsed.value)}" r="4" fill="#b4552d"/>',
        ]
    parts += [
        f'<text x="{LEFT + SIDE / 2}" y="{height - 10}" text-anchor="middle">announced</text>',
        f'<text x="16" y="{TOP + SIDE / 2}" text-anchor="middle" '
        f'transform="rotate(-90 16 {TOP + SIDE / 2})">happened</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"
