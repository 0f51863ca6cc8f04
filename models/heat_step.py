"""Steps of a heat capacity: where they are, how high, how wide."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

HALF_WINDOW_K = 30.0
LEAST_SIDE_K = 15.0
"""Of the window on either side of a step: less shows no tangent."""
_SCALES_K = (1.0, 1.7, 2.8, 4.2)
"""Of the logistic step; 10 to 90 % is 4.4 times as wide."""
_STRIDE_K = 2.0
_PEAKS_K = (2.0, 3.5)
"""Widths of the peak of enthalpy that are looked for first."""


@dataclass(frozen=True)
class Step:
    """A step between two tangents.

    Attributes:
        midpoint_C: where half of it is done, °C.
        midpoint_sd_C: standard deviation of that, K.
        height_J_gK: between the tangents at the midpoint.
        height_sd_J_gK: standard deviation of that.
        width_K: from 10 to 90 %.
        relaxation_J_g: enthalpy of the peak beside it.
    """

    midpoint_C: float
    midpoint_sd_C: float
    height_J_gK: float
    height_sd_J_gK: float
    width_K: float
    relaxation_J_g: float = 0.0

    @property
    def significance(self) -> float:
        """Height over its standard deviation."""
        return self.height_J_gK / max(self.height_sd_J_gK, 1e-12)


def steps_in(temperature_C: np.ndarray, capacity_J_gK: np.ndarray) -> list[Step]:
    """Every upward step that stands out of its surroundings more than its neighbours do, in rising order.

    At each place of a grid a step of some widths is fitted with both its tangents within 30 K to either side. What
    fits badly (the flank of a melting peak) has a large error of its own, and so does not stand out.
    """
    places = np.arange(temperature_C[0] + LEAST_SIDE_K, temperature_C[-1] - LEAST_SIDE_K, _STRIDE_K)
    found = [step for place in places if (step := _best_width(temperature_C, capacity_J_gK, float(place))) is not None]
    significance = np.array([step.significance if step.height_J_gK > 0 else 0.0 for step in found])
    reach = round(8 / _STRIDE_K)
    return [
        step
        for place, step in enumerate(found)
        if significance[place] > 0
        and significance[place] == significance[max(0, place - reach) : place + reach + 1].max()
    ]


def fit_step(temperature_C: np.ndarray, capacity_J_gK: np.ndarray, near: Step) -> Step:
    """The step again, with its place and width free, with and without a peak of enthalpy just above it.

    Windows of 22, 30 and 38 K are fitted; that they disagree is part of the error.
    """
    answers = [_free(temperature_C, capacity_J_gK, near, half) for half in (22.0, HALF_WINDOW_K, 38.0)]
    # A window that reaches the flank of a melting peak fits worse by far, and is no witness.
    finest = min(answer.height_sd_J_gK for answer in answers)
    kept = [answer for answer in answers if answer.height_sd_J_gK <= 4 * finest]
    middle = sorted(kept, key=lambda answer: answer.midpoint_C)[len(kept) // 2]
    spread = float(np.std([answer.midpoint_C for answer in kept]))
    return Step(
        middle.midpoint_C,
        float(np.hypot(middle.midpoint_sd_C, spread)),
        middle.height_J_gK,
        middle.height_sd_J_gK,
        middle.width_K,
        middle.relaxation_J_g,
    )


def _best_width(temperature_C: np.ndarray, capacity: np.ndarray, place: float) -> Step | None:
    x, y = _window(temperature_C, capacity, place, HALF_WINDOW_K)
    if len(x) < 15:
        return None
    best: Step | None = None
    for scale in (scale for scale in _SCALES_K if 4.4 * scale < min(-x[0], x[-1])):
        plain = _design(x, scale)
        for design in (plain, *(np.column_stack([plain, _peak(x, scale, width)]) for width in _PEAKS_K)):
            solution, covariance, _ = _linear(design, y)
            if len(solution) > 4 and solution[4] <= 0:  # enthalpy is given back, else there is no peak
                continue
            step = Step(place, 0.0, float(solution[2]), float(np.sqrt(covariance[2, 2])), 4.4 * scale)
            if best is None or step.significance > best.significance:
                best = step
    return best


def _free(temperature_C: np.ndarray, capacity: np.ndarray, near: Step, half_K: float) -> Step:
    """Variable projection: place, width and the peak's place are searched, all else is linear."""
    from scipy.optimize import least_squares

    x, y = _window(temperature_C, capacity, near.midpoint_C, half_K)
    scale = max(1.0, near.width_K / 4.4)
    plain = _search(x, y, np.array([0.0, np.log(scale)]), least_squares)
    peaked = _search(x, y, np.array([-0.5 * scale, np.log(scale), np.log(3.0)]), least_squares)
    n = len(x)
    # The peak costs three parameters (BIC), and must give enthalpy back.
    gain = n / 10 * np.log(plain[1] / max(peaked[1], 1e-300)) - 3 * np.log(n / 10)
    values, _, solution, covariance, jacobian_sd = peaked if gain > 0 and peaked[2][-1] > 0 else plain
    peak = float(solution[-1]) if len(values) > 2 else 0.0
    width = float(np.exp(values[1]))
    return Step(
        midpoint_C=near.midpoint_C + float(values[0]),
        midpoint_sd_C=jacobian_sd,
        height_J_gK=float(solution[2]),
        height_sd_J_gK=float(np.sqrt(covariance[2, 2])),
        width_K=4.4 * width,
        relaxation_J_g=peak * float(np.exp(values[2])) * 2.5066 if len(values) > 2 else 0.0,
    )


def _search(
    x: np.ndarray, y: np.ndarray, start: np.ndarray, least_squares: Callable[..., Any]
) -> tuple[np.ndarray, float, np.ndarray, np.ndarray, float]:
    """Values, sum of squares, linear coefficients with their covariance, and the standard deviation of the place."""

    def left(values: np.ndarray) -> np.ndarray:
        return _linear(_shaped(x, values), y)[2]

    low = np.array([-15.0, np.log(0.6), np.log(1.0)])[: len(start)]
    high = np.array([15.0, np.log(7.0), np.log(6.0)])[: len(start)]
    fit = least_squares(left, np.clip(start, low + 1e-3, high - 1e-3), bounds=(low, high), x_scale=1.0, max_nfev=60)
    solution, covariance, residual = _linear(_shaped(x, fit.x), y)
    squares = float(residual @ residual)
    # Points of one scan share slow errors: a tenth of them counts, as in the linear part.
    variance = squares / max(1.0, len(x) / 10 - len(solution) / 10)
    inner = np.linalg.pinv(fit.jac.T @ fit.jac) * variance
    return fit.x, squares, solution, covariance, float(np.sqrt(inner[0, 0]))


def _shaped(x: np.ndarray, values: np.ndarray) -> np.ndarray:
    place, scale = values[0], np.exp(values[1])
    design = _design(x - place, scale)
    if len(values) < 3:
        return design
    return np.column_stack([design, _peak(x - place, scale, float(np.exp(values[2])))])


def _peak(x: np.ndarray, scale: float, width_K: float) -> np.ndarray:
    """Enthalpy given back just above a step of this width."""
    return np.exp(-0.5 * ((x - 2 * scale) / width_K) ** 2)


def _design(x: np.ndarray, scale: float) -> np.ndarray:
    """Tangent of the glass, the step, and what the tangent of the liquid is steeper by."""
    step = 1 / (1 + np.exp(-np.clip(x / scale, -60, 60)))
    return np.stack([np.ones_like(x), x, step, x * step], axis=1)


def _linear(design: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coefficients, their covariance with a tenth of the points counted as independent, and what is left."""
    normal = np.linalg.pinv(design.T @ design)
    solution = normal @ (design.T @ y)
    left = y - design @ solution
    variance = float(left @ left) / max(1.0, len(y) - design.shape[1])
    return solution, normal * variance * 10, left


def _window(
    temperature_C: np.ndarray, capacity: np.ndarray, place: float, half_K: float
) -> tuple[np.ndarray, np.ndarray]:
    """What lies near a place: temperature from there, K, and heat capacity."""
    kept = np.abs(temperature_C - place) <= half_K
    return temperature_C[kept] - place, capacity[kept]
