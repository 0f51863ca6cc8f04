"""Duplicates that contradict one another: readings of one formulation at one temperature, too far apart for chance.

Films of one formulation differ from paper to paper by 0.40 decades (standard deviation, pooled over the repeated
conditions in the table of Bradford et al.). Two readings are in conflict where they differ by more than five standard
deviations of a difference: 2.8 decades of conductivity, which no repeated condition of that table shows (the furthest
two lie 2.78 apart), and which chance gives less than once in a million pairs.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ledger.literature.rows import Entry
from ledger.literature.table import Refusal

CONFLICT = "conflicting duplicates"
DEVIATIONS = 5.0
SPREAD = {"log10_conductivity": 0.40, "glass_transition": 5.0}
"""Least standard deviation between films of one formulation, decades and K; a larger one that is stated counts."""


@dataclass(frozen=True)
class _Told:
    """What one row says of a condition."""

    row: int
    paper: str
    value: float
    sd: float

    def contradicts(self, other: "_Told") -> bool:
        limit = DEVIATIONS * (self.sd**2 + other.sd**2) ** 0.5
        return abs(self.value - other.value) > limit


def conflicts(entries: Iterable[Entry]) -> list[Refusal]:
    """Rows that contradict more than half of what else is said of their condition: of two that disagree, both.

    One formulation at one temperature (to 0.1 K) is one condition, whichever papers it is from. What one paper says
    twice counts once.
    """
    conditions: defaultdict[tuple[str, str, str], list[_Told]] = defaultdict(list)
    for entry in entries:
        for reading in entry.readings:
            if reading.property in SPREAD:
                temperature = "" if reading.temperature_C is None else f"{reading.temperature_C:.1f}"
                sd = max(reading.sd, SPREAD[reading.property])
                key = (reading.property, entry.formulation.key, temperature)
                conditions[key].append(_Told(entry.row, entry.paper, reading.value, sd))
    found: dict[int, Refusal] = {}
    for (name, _, _), told in conditions.items():
        if len(told) > 1:
            found |= {refusal.row: refusal for refusal in _refused(name, told)}
    return sorted(found.values(), key=lambda refusal: refusal.row)


def _refused(name: str, told: list[_Told]) -> Iterable[Refusal]:
    said = {(one.paper, one.value): one for one in reversed(told)}
    for one in told:
        others = [other for key, other in said.items() if key != (one.paper, one.value)]
        against = [other for other in others if one.contradicts(other)]
        if 2 * len(against) > len(others):
            furthest = max(against, key=lambda other: abs(other.value - one.value))
            yield Refusal(
                row=one.row,
                reason=CONFLICT,
                detail=f"{name} {one.value:g} where row {furthest.row} says {furthest.value:g} of the same formulation "
                "and temperature",
            )
