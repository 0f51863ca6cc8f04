"""Which law do the points of one film follow, and is one of the points an outlier? By AICc."""

import numpy as np

from models.temperature_shapes import PARAMETERS, LawKind, ShapeFit, fit_shape, shape_value

LEAST_TEMPERATURES = {LawKind.ARRHENIUS: 3, LawKind.VTF: 5, LawKind.TWO_BRANCH: 6}
"""Distinct temperatures each law needs: its parameters and some to spare, as AICc asks."""
LEAST_OUTLIER, LEAST_OUTLIER_AT_THE_ENDS = 0.15, 1.0
"""Decades off the law that may be called an outlier; at the ends of a series a melting or drying film bends, too."""
DOUBTED = 2.0
"""Chi-square per point above which an outlier is looked for."""

Trial = tuple[float, ShapeFit, int | None]
"""AICc, the fit, the point left out (None: none)."""


def ranked_laws(T: np.ndarray, y: np.ndarray, error: np.ndarray) -> list[Trial]:
    """The best law and its rivals over the same points, best first.

    AICc: Hurvich and Tsai, Biometrika 1989, 76, 297. One outlier counts as one more parameter, and 2 ln n for having
    been looked for.

    Args:
        T: `n`, K, at least three distinct.
        y: `n`, log10(S/cm).
        error: `n`, independent standard deviation of each.
    """
    trials = _trials(T, y, error, None)
    if min(fit.chi_square for _, fit, _ in trials) > DOUBTED * len(T):
        trials += [trial for k in range(len(T)) for trial in _trials(T, y, error, k)]
    best = min(trials, key=lambda trial: trial[0])
    return sorted((trial for trial in trials if trial[2] == best[2]), key=lambda trial: trial[0])


def _trials(T: np.ndarray, y: np.ndarray, error: np.ndarray, left_out: int | None) -> list[Trial]:
    """Every law that the points carry, with one left out or none."""
    kept = np.ones(len(T), bool) if left_out is None else np.arange(len(T)) != left_out
    trials: list[Trial] = []
    for kind, needed in LEAST_TEMPERATURES.items():
        p = len(PARAMETERS[kind]) + (left_out is not None)
        enough = len(np.unique(T[kept].round(1))) >= needed + (left_out is not None) and len(T) - p - 1 > 0
        # three points: Arrhenius is all there is, and AICc has nothing to choose
        only = left_out is None and kind is LawKind.ARRHENIUS
        if not (enough or only):
            continue
        fit = fit_shape(kind, T[kept], y[kept], error[kept])
        if fit is None or (left_out is not None and not _off(fit, T, y, left_out)):
            continue
        spare = len(T) - p - 1
        penalty = 2 * p + (2 * p * (p + 1) / spare if spare > 0 else 0.0)
        if left_out is not None:
            penalty += 2 * np.log(len(T))
        trials.append((fit.chi_square + penalty, fit, left_out))
    return trials


def _off(fit: ShapeFit, T: np.ndarray, y: np.ndarray, k: int) -> bool:
    """Whether point k is so far off the law of the others that it may be an outlier."""
    at_an_end = T[k] in (T.min(), T.max())
    distance = abs(float(shape_value(fit.kind, fit.parameters, T[k : k + 1])[0]) - y[k])
    return bool(distance > (LEAST_OUTLIER_AT_THE_ENDS if at_an_end else LEAST_OUTLIER))
