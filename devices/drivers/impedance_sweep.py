"""What any driver of an impedance meter makes of a `Sweep`: its points, and why an instrument cannot measure them."""

import math

from devices.drivers.protocols import Task


def sweep_refusal(task: Task, lowest_Hz: float, highest_Hz: float, most_points: int) -> str | None:
    """Why an instrument of this range cannot sweep so; None if it can."""
    high, low, density = (task.written[name] for name in ("high_Hz", "low_Hz", "points_per_decade"))
    if not low < high or density < 1:
        return f"cannot sweep from {high:g} down to {low:g} Hz with {density} points a decade"
    if low < lowest_Hz or high > highest_Hz:
        return f"cannot sweep from {high:g} to {low:g} Hz: it measures from {lowest_Hz:g} to {highest_Hz:g} Hz"
    if point_count(task) > most_points:
        return f"cannot sweep {point_count(task)} points: it takes {most_points} at most"
    return None


def point_count(task: Task) -> int:
    """How many points the sweep has, both ends counted; two at least."""
    decades = math.log10(task.written["high_Hz"] / task.written["low_Hz"])
    return max(round(task.written["points_per_decade"] * decades), 1) + 1


def frequencies_Hz(task: Task) -> list[float]:
    """The points of the sweep, from high to low, at equal distances of the logarithm, Hz."""
    high, low, count = task.written["high_Hz"], task.written["low_Hz"], point_count(task)
    return [high * (low / high) ** (index / (count - 1)) for index in range(count)]
