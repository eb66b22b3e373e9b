"""Contrast of the colour tokens, light and dark: WCAG 2.2, 1.4.3 (4.5:1) and 1.4.11 (3:1).

Run as a script it prints the weakest pairs and its exit status says whether all are strong enough.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

TOKENS = Path(__file__).parent.parent / "src/relais/portals/static/css/tokens.css"
TEXT = 4.5
OTHER = 3.0

GROUNDS = ("paper", "paper-raised", "paper-sunk")
STATES = ("open", "proposed", "invited", "confirmed", "ready", "running", "done", "closed")

TEXT_PAIRS = (
    *((text, ground) for text in ("ink", "ink-soft", "link") for ground in GROUNDS),
    *((text, ground) for text in ("good", "bad", "warn") for ground in GROUNDS),
    *((f"risk-{level}", ground) for level in ("low", "medium", "high") for ground in GROUNDS),
    *((state, f"{state}-ground") for state in STATES),
    *(("ink", ground) for ground in ("good-soft", "bad-soft", "warn-soft", "confirmed-ground")),
    ("good", "good-soft"),
    ("bad", "bad-soft"),
    ("warn", "warn-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-deep"),
    ("on-accent-soft", "accent-soft"),
    *((f"risk-{level}", "paper-raised") for level in ("low", "medium", "high")),
)
OTHER_PAIRS = (
    *((part, ground) for part in ("edge", "focus", "accent", "place") for ground in GROUNDS),
    ("place", "land"),
)


def schemes(css: str) -> dict[str, dict[str, str]]:
    """Read the tokens of both schemes; the dark one starts from the light one."""
    start = css.index("prefers-color-scheme: dark")
    end = css.index("@media (prefers-contrast")
    light = _colours(css[:start])
    return {"light": light, "dark": {**light, **_colours(css[start:end])}}


def _colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6})\b", css))


def luminance(colour: str) -> float:
    """Give the relative luminance of #rrggbb, 0 to 1 (WCAG 2.2, « relative luminance »)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Give the contrast of two colours, 1 to 21 (WCAG 2.2, « contrast ratio »)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def measured() -> list[tuple[float, float, str]]:
    """List (contrast, needed, « scheme: text on ground ») of every declared pair, weakest first."""
    found = []
    for scheme, tokens in schemes(TOKENS.read_text("utf-8")).items():
        for pairs, needed in ((TEXT_PAIRS, TEXT), (OTHER_PAIRS, OTHER)):
            for text, ground in pairs:
                value = contrast(tokens[text], tokens[ground])
                found.append((value, needed, f"{scheme}: {text} on {ground}"))
    return sorted(found, key=lambda row: row[0] / row[1])


def main() -> int:
    """Print the weakest pairs; 1 when one is too weak."""
    rows = measured()
    for value, needed, name in rows[:12]:
        print(f"{value:5.2f} (needs {needed})  {name}")
    weak = [row for row in rows if row[0] < row[1]]
    print(f"{len(rows)} pairs, {len(weak)} too weak")
    return 1 if weak else 0


if __name__ == "__main__":
    sys.exit(main())
