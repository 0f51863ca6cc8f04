"""How good predictions are: errors, rank, and whether their intervals keep what they promise."""

from dataclasses import asdict, dataclass

import numpy as np

from chemistry.errors import BadInput

NINETY = 1.6448536269514722
"""Standard deviations on either side of the mean that hold 90 % of a normal distribution."""


@dataclass(frozen=True)
class Scores:
    """Scores of n predictions, errors in the unit of the property.

    Attributes:
        coverage_90: share of truths inside the 90 % interval.
        interval_width: mean width of that interval.
        crps: mean continuous ranked probability score of the normal distributions; lower is better.
    """

    n: int
    mae: float
    rmse: float
    r2: float
    spearman: float
    coverage_90: float
    interval_width: float
    crps: float

    def as_dict(self, digits: int = 4) -> dict[str, float | None]:
        """Name and rounded number of each score; None for one that has no meaning here."""
        return {name: None if np.isnan(value) else round(value, digits) for name, value in asdict(self).items()}


def scores(truth: np.ndarray, mean: np.ndarray, sd: np.ndarray) -> Scores:
    """Scores of normal predictions, `n` each.

    Rank correlation and r² of fewer than two different truths have no meaning and are NaN.

    Raises:
        BadInput: no predictions, or a number that is not finite.
    """
    from scipy.stats import rankdata

    if not len(truth):
        raise BadInput("there is nothing to score", remedy="Give a test set with readings")
    if not (np.isfinite(truth).all() and np.isfinite(mean).all() and np.isfinite(sd).all()):
        raise BadInput("a truth or a prediction is not a finite number", remedy="Correct the test set")
    error = mean - truth
    varied = np.ptp(truth) > 0 and np.ptp(mean) > 0
    return Scores(
        n=len(truth),
        mae=float(np.abs(error).mean()),
        rmse=float(np.sqrt((error**2).mean())),
        r2=float(1 - (error**2).sum() / ((truth - truth.mean()) ** 2).sum()) if np.ptp(truth) > 0 else float("nan"),
        spearman=float(np.corrcoef(rankdata(truth), rankdata(mean))[0, 1]) if varied else float("nan"),
        coverage_90=float((np.abs(error) <= NINETY * sd).mean()),
        interval_width=float(2 * NINETY * sd.mean()),
        crps=float(ranked_probability(truth, mean, sd).mean()),
    )


def ranked_probability(truth: np.ndarray, mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Continuous ranked probability score of each normal prediction, in the unit of the property.

    CRPS = s [z (2Φ(z) − 1) + 2φ(z) − 1/√π] with z = (truth − mean)/s (Gneiting and Raftery, J. Am. Stat. Assoc. 2007,
    102, 359). It is the absolute error where s is zero.
    """
    from scipy.special import ndtr

    s = np.maximum(sd, 1e-12)
    z = (truth - mean) / s
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return s * (z * (2 * ndtr(z) - 1) + 2 * density - 1 / np.sqrt(np.pi))


def bootstrap_difference(
    ours: np.ndarray, theirs: np.ndarray, groups: np.ndarray, draws: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """5 % and 95 % quantiles of mean(ours) / mean(theirs) − 1, with whole groups drawn again.

    Args:
        ours: `n` losses of one model.
        theirs: `n` losses of another on the same rows.
        groups: `n`, which rows belong together (the polymer), for rows of one polymer err together.
        draws: number of bootstrap samples.
        seed: of the draws.
    """
    _, member = np.unique(groups, return_inverse=True)
    sums = np.stack([np.bincount(member, weights=loss) for loss in (ours, theirs)])
    random = np.random.default_rng(seed)
    n = sums.shape[1]
    counts = random.multinomial(n, np.full(n, 1 / n), size=draws)
    drawn = counts @ sums.T
    low, high = np.quantile(drawn[:, 0] / drawn[:, 1] - 1, [0.05, 0.95])
    return float(low), float(high)
