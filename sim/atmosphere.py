"""The gas of a glovebox: dry, but for spells in which air leaks in."""

import math
from dataclasses import dataclass, field

DRY_water_ppm, DRY_oxygen_ppm = 0.4, 0.6
"""What a purifier that is in order holds: below 1 ppm of each, as manufacturers of gloveboxes state."""
OPEN_LIMIT_ppm = 1.0
"""Below it a film that lies open takes up nothing that matters."""
OXYGEN_PER_WATER = 0.5
"""Oxygen that leaks in with each ppm of water."""
RISE_s, PURGE_s = 300.0, 1200.0
"""Time constants with which a leak raises the level, and the purifier brings it down again."""
SATURATION_ppm_h = 800.0
"""Exposure at which a film has taken up all but 1/e of the water that it can."""
_POINTS = 60


@dataclass
class Atmosphere:
    """Levels as a function of lab time; spells are added and never taken back."""

    spells: list[tuple[float, float, float]] = field(default_factory=list)
    """Each from when to when, s of lab time, and towards which level of water, ppm."""

    def add(self, since: float, until: float, water_ppm: float) -> None:
        """Let air leak in."""
        self.spells.append((since, until, water_ppm))

    def excess_ppm(self, now: float) -> float:
        """Water above that of the dry gas, ppm."""
        return sum(_excess(now, *spell) for spell in self.spells)

    def readings(self, now: float) -> dict[str, float]:
        """What the sensors of a glovebox read."""
        excess = self.excess_ppm(now)
        return {
            "water_ppm": round(DRY_water_ppm + excess, 2),
            "oxygen_ppm": round(DRY_oxygen_ppm + OXYGEN_PER_WATER * excess, 2),
        }

    def exposure_ppm_h(self, since: float, until: float) -> float:
        """Water above the limit, summed up over a time in which a film lies open, ppm·h (mid-point rule)."""
        if not self.spells or until <= since:
            return 0.0
        width = (until - since) / _POINTS
        middles = (since + (n + 0.5) * width for n in range(_POINTS))
        above = sum(max(0.0, DRY_water_ppm + self.excess_ppm(t) - OPEN_LIMIT_ppm) for t in middles)
        return above * width / 3600


def uptake(water: float, exposure_ppm_h: float) -> float:
    """How much water a film holds after an exposure, 0 to 1 of what it can take up.

    >>> uptake(0.5, 0.0), round(uptake(0.0, 800.0), 2)
    (0.5, 0.63)
    """
    return 1 - (1 - water) * math.exp(-exposure_ppm_h / SATURATION_ppm_h)


def _excess(now: float, since: float, until: float, water_ppm: float) -> float:
    if now <= since:
        return 0.0
    risen = (water_ppm - DRY_water_ppm) * (1 - math.exp(-(min(now, until) - since) / RISE_s))
    return risen * math.exp(-max(0.0, now - until) / PURGE_s)
