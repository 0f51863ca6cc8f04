"""Whether a sweep is whole: what its file announced against what is there."""

import math
import re
from collections.abc import Sequence
from itertools import pairwise

from devices.spectrum_files.layouts import Layout
from devices.spectrum_files.table import Row, number

_HERTZ = {"mHz": 1e-3, "Hz": 1.0, "kHz": 1e3, "MHz": 1e6}


def shortfalls(text: str, layout: Layout, rows: Sequence[Row]) -> list[str]:
    """Reasons why the sweep is not whole, each a phrase; empty where nothing speaks against it.

    A sweep reaches a limit when it comes within one and a half of its own (median, logarithmic) steps of it.
    """
    reasons = ["the run was aborted, as the file says"] if re.search(layout.aborted, text, re.MULTILINE) else []
    announced = _announced(layout.points, text)
    if announced is not None and len(rows) < announced:
        reasons.append(f"{len(rows)} of {announced:.0f} points are there")
    limits = _limits(layout, text)
    if limits is not None and len(rows) > 1:
        low, high = limits
        lowest, highest = min(row.frequency_Hz for row in rows), max(row.frequency_Hz for row in rows)
        reach = 10 ** (1.5 * _median_step(rows))
        if highest * reach < high:
            reasons.append(f"the highest frequency is {highest:.4g} Hz where {high:.4g} Hz was asked for")
        if lowest > low * reach:
            reasons.append(f"the lowest frequency is {lowest:.4g} Hz where {low:.4g} Hz was asked for")
    return reasons


def peculiarities(rows: Sequence[Row]) -> list[str]:
    """What a person should know of a sweep that is not refused: gaps in it, resistances below zero."""
    notes: list[str] = []
    step = _median_step(rows)
    for before, after in pairwise(rows):
        gap = abs(math.log10(after.frequency_Hz / before.frequency_Hz))
        if gap > max(3.5 * step, 0.4):
            notes.append(f"no point between {before.frequency_Hz:.4g} and {after.frequency_Hz:.4g} Hz")
    negative = [row.frequency_Hz for row in rows if row.real_ohm < 0]
    if negative:
        where = f"{negative[0]:.4g} Hz" if len(negative) == 1 else f"{min(negative):.4g} to {max(negative):.4g} Hz"
        notes.append(f"the resistance of {len(negative)} point(s) is below zero ({where}), which no passive cell has")
    return notes


def bode_agreement(rows: Sequence[Row]) -> float:
    """How well the phase follows the slope of the modulus, from -1 to 1.

    In a causal, minimum-phase impedance the phase is about (pi/2) d ln|Z| / d ln f (Bode 1945, *Network Analysis
    and Feedback Amplifier Design*, ch. 14): the two have one sign. A value near -1 means that the imaginary part was
    written with the other sign.
    """
    slopes: list[float] = []
    phases: list[float] = []
    for a, b in pairwise(rows):
        modulus = math.hypot(b.real_ohm, b.imaginary_ohm) / math.hypot(a.real_ohm, a.imaginary_ohm)
        step = math.log(b.frequency_Hz / a.frequency_Hz)
        if step != 0:
            slopes.append(math.log(modulus) / step)
            phases.append(math.atan2(a.imaginary_ohm + b.imaginary_ohm, a.real_ohm + b.real_ohm))
    scale = math.sqrt(sum(s * s for s in slopes) * sum(p * p for p in phases))
    return sum(s * p for s, p in zip(slopes, phases, strict=True)) / scale if scale > 0 else 0.0


def restarts(rows: Sequence[Row]) -> int | None:
    """Line at which a second sweep starts: the frequency jumps back by more than a decade against its direction."""
    direction = 0.0
    for before, after in pairwise(rows):
        step = math.log10(after.frequency_Hz / before.frequency_Hz)
        if direction * step < 0 and abs(step) > 1:
            return after.line
        direction = step or direction
    return None


def _median_step(rows: Sequence[Row]) -> float:
    steps = sorted(abs(math.log10(b.frequency_Hz / a.frequency_Hz)) for a, b in pairwise(rows))
    return steps[len(steps) // 2] if steps else 0.0


def _announced(pattern: str, text: str) -> float | None:
    found = re.search(pattern, text, re.MULTILINE)
    return number(found["value"]) if found else None


def _limits(layout: Layout, text: str) -> tuple[float, float] | None:
    """Lowest and highest frequency that the file says were asked for; None where it says nothing, or several things."""
    values: list[float] = []
    for pattern in layout.limits:
        matches = list(re.finditer(pattern, text, re.MULTILINE))
        if len(matches) != 1:
            return None
        groups = matches[0].groupdict()
        scale = _HERTZ.get(groups.get("unit") or "Hz")
        for value in (groups["value"], groups.get("other")):
            read = None if value is None else number(value)
            if read is not None and scale is not None:
                values.append(read * scale)
    return (min(values), max(values)) if len(values) == 2 and min(values) > 0 else None
