"""A signal that settles: its value at the very start, and the value that it goes to."""

from dataclasses import dataclass

import numpy as np

START_s = 20.0
"""Of the first value: long enough for many points, short against the diffusion of salt through a film."""
LEAST_SPAN = 1.2
"""Time constants that must lie in the fitted window for its end to be foretold."""


@dataclass(frozen=True)
class Settled:
    """Where a signal goes.

    Attributes:
        value: at the end of time.
        sd: standard deviation, of the extrapolation too.
        remainder: what is still to come at the last point, in the unit of the signal.
        time_constant_s: of the exponential that was fitted.
        seen: whether the fitted window is long enough to tell.
    """

    value: float
    sd: float
    remainder: float
    time_constant_s: float
    seen: bool


def first_value(time_s: np.ndarray, signal: np.ndarray) -> tuple[float, float]:
    """Value at time zero of a signal that begins linear in the square root of time, and its standard deviation.

    Diffusion into a medium that is still endless makes a resistance grow so (Cottrell); a quadratic term takes what
    comes after. `n` times in s, `n` values; the points of the first seconds are used, twelve at least.
    """
    early = max(12, int(np.searchsorted(time_s, START_s)))
    x, y = np.sqrt(time_s[:early]), signal[:early]
    design = np.stack([np.ones_like(x), x, x**2], axis=1)
    # A first point may still charge the interfaces: it is left out where it stands off the rest.
    answers = [_line(design[skip:], y[skip:]) for skip in (0, early // 6)]
    (whole, whole_sd), (later, later_sd) = answers
    return later, float(np.hypot(later_sd, abs(whole - later) / 2 if abs(whole - later) < 3 * whole_sd else 0.0))


def settled(time_s: np.ndarray, signal: np.ndarray) -> Settled:
    """Fit v - A exp(-t/τ) to the later part of a signal that rises to a steady value.

    The window begins at six tenths of the time constant, which is found by fitting twice. The error has that of the
    parameters, and a third of what is still to come.
    """
    begin = time_s[-1] / 10
    found = _exponential(time_s, signal, begin)
    for _ in range(3):
        begin = float(np.clip(0.6 * found.time_constant_s, time_s[-1] / 400, time_s[-1] / 2.5))
        found = _exponential(time_s, signal, begin)
    return found


def steady_end(time_s: np.ndarray, signal: np.ndarray) -> Settled | None:
    """The last tenth of a signal that has nearly stopped moving: by a twentieth at most in its later half.

    None where it moves more. The error is what it moved by.
    """
    last = signal[time_s >= 0.9 * time_s[-1]]
    middle = signal[(time_s >= 0.4 * time_s[-1]) & (time_s <= 0.6 * time_s[-1])]
    if len(last) < 3 or len(middle) < 3:
        return None
    end, moved = float(np.median(last)), float(np.median(last) - np.median(middle))
    if abs(moved) > 0.05 * abs(end):
        return None
    noise = float(np.std(last)) / max(1.0, len(last) / 10) ** 0.5
    return Settled(end, float(np.hypot(noise, moved)), moved, float(time_s[-1]), True)


def _exponential(time_s: np.ndarray, signal: np.ndarray, begin_s: float) -> Settled:
    """The best of a row of time constants: linear in all else, so that nothing has to be guessed."""
    kept = time_s >= begin_s
    t, y = time_s[kept], signal[kept]
    span = time_s[-1] - begin_s
    taus = np.geomspace(span / 60, span * 4, 60)
    costs, answers = [], []
    for tau in taus:
        design = np.stack([np.ones_like(t), -np.exp(-(t - begin_s) / tau)], axis=1)
        solution = np.linalg.lstsq(design, y, rcond=None)[0]
        costs.append(float(((y - design @ solution) ** 2).sum()))
        answers.append(solution)
    place = int(np.argmin(costs))
    variance = max(costs[place] / max(1, len(t) - 3), 1e-300)
    likely = np.exp(-0.5 * np.clip((np.array(costs) - costs[place]) / variance, 0, 700))
    likely /= likely.sum()
    ends = np.array([answer[0] for answer in answers])
    remainders = np.array([answer[1] * np.exp(-span / tau) for answer, tau in zip(answers, taus, strict=True)])
    value = float(likely @ ends)
    spread = float(np.sqrt(likely @ (ends - value) ** 2))
    # Points of one recording share slow errors: a tenth of them counts.
    noise = float(np.sqrt(variance / max(1.0, len(t) / 10)))
    remainder = float(likely @ remainders)
    tau = float(taus[place])
    return Settled(
        value, float(np.sqrt(spread**2 + noise**2 + (remainder / 3) ** 2)), remainder, tau, span > LEAST_SPAN * tau
    )


def _line(design: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """The constant of a linear fit, and its standard deviation."""
    solution = np.linalg.lstsq(design, y, rcond=None)[0]
    left = y - design @ solution
    variance = float(left @ left) / max(1, len(y) - design.shape[1])
    covariance = np.linalg.pinv(design.T @ design) * variance
    return float(solution[0]), float(np.sqrt(covariance[0, 0]))
