"""What a calculation gave."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.film import Reading


@dataclass(frozen=True)
class Calculated:
    """Readings of a formulation, what they cost, and what is kept with them."""

    readings: tuple[Reading, ...]
    core_hours: float
    """What was spent; nothing on what was known already."""
    told: Mapping[str, Any] = field(default_factory=dict)
    """Method and figures; JSON."""
