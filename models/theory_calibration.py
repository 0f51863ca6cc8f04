"""Theory calibrated against experiment with few pairs: a line, with priors that say that theory is about right.

With x what theory says and y what experiment does of one formulation at one temperature,

    y = x + a + (b − 1)(x − c) + e,    a ~ N(0, s_a²),  b ~ N(1, s_b²),  ln σ ~ N(ln σ_0, 0.8²),

c being the middle of what theory says, so that offset and slope are told apart. Errors e of one formulation at several
temperatures hang together: its offset is nine tenths of σ² (models of published conductivities err by .91 decades in a
formulation's offset and by .28 in its temperature shape), and each pair has the error of its experiments on top. For a
given σ all is linear and exact (Bishop, Pattern Recognition and Machine Learning, 2006, section 3.3); σ is summed over
a grid.

Without a pair the answer is what theory says, in a wide interval; with three it stays near; with many it is that of
least squares. The line foretells experiment from theory that scatters as the pairs did, so that b is not corrected for
errors of x. The field corrects orbital energies so (Lopez et al., Joule 2017, 1, 857, 94 molecules; review: Digital
Discovery 2023, 2, 1660, section 2.2.6), by a Gaussian process on fingerprints, for which it takes far more pairs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chemistry.errors import BadInput
from models.scores import NINETY
from models.theory_pairs import Pair


@dataclass(frozen=True)
class LinePrior:
    """Prior standard deviations of offset and slope, and the prior median of the scatter, in the property's unit."""

    offset: float
    slope: float
    scatter: float


PRIORS = {
    "log10_conductivity": LinePrior(1.0, 0.5, 0.5),
    "log10_lithium_diffusivity": LinePrior(1.0, 0.5, 0.5),
    "log10_anion_diffusivity": LinePrior(1.0, 0.5, 0.5),
    "log10_polymer_diffusivity": LinePrior(1.0, 0.5, 0.5),
    "log10_storage_modulus": LinePrior(1.0, 0.5, 0.5),
    "transference_number": LinePrior(0.3, 0.5, 0.15),
    "oxidation_limit": LinePrior(1.0, 0.5, 0.3),
    "glass_transition": LinePrior(50.0, 0.5, 20.0),
}
"""Our estimates, wide on purpose: force fields miss conductivities by a decade, and a gas-phase or continuum oxidation
potential of a fragment lies up to a volt from where a film is seen to oxidise."""
_SCATTER_SPREAD = 0.8
"""Standard deviation of ln σ; within two of them are a fifth and five times the median."""
_GRID = np.linspace(-4.0, 4.0, 81)
_SHARED = 0.9
"""Share of σ² that the temperatures of one formulation have in common."""


@dataclass(frozen=True)
class TheoryCalibration:
    """A line that turns theory into experiment: a mixture of normal posteriors over a grid of g scatters.

    Attributes:
        property: what it is of.
        pairs, formulations: how many it rests on.
        centre: c, in the unit of the property.
        scatter: `g`, σ.
        weight: `g`, posterior probabilities, summing to one.
        mean: `g x 2`, of a and b − 1.
        covariance: `g x 2 x 2`.
    """

    property: str
    pairs: int
    formulations: int
    centre: float
    scatter: np.ndarray
    weight: np.ndarray
    mean: np.ndarray
    covariance: np.ndarray

    def foretell(self, theory: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """`n` means and standard deviations of what a new formulation's experiment gives, from `n` theory readings.

        A standard deviation is that of the formulation's true value; the error of reading it comes on top.
        """
        x = np.asarray(theory, dtype=float)
        rows = np.stack([np.ones_like(x), x - self.centre], axis=-1)
        means = x + np.einsum("nk,gk->gn", rows, self.mean)
        variances = np.einsum("nk,gkl,nl->gn", rows, self.covariance, rows) + self.scatter[:, None] ** 2
        mean = self.weight @ means
        return mean, np.sqrt(self.weight @ (variances + (means - mean) ** 2))

    def line(self) -> dict[str, float]:
        """Intercept and slope of y over x, the offset at the centre, the scatter; standard deviations end in `_sd`."""
        offset, steeper = self.weight @ self.mean
        spread = self.mean - (offset, steeper)
        covariance = np.einsum("g,gkl->kl", self.weight, self.covariance)
        covariance = covariance + np.einsum("g,gk,gl->kl", self.weight, spread, spread)
        at_zero = np.array([1.0, -self.centre])
        return {
            "intercept": float(offset - steeper * self.centre),
            "intercept_sd": float(np.sqrt(at_zero @ covariance @ at_zero)),
            "slope": float(1 + steeper),
            "slope_sd": float(np.sqrt(covariance[1, 1])),
            "offset": float(offset),
            "offset_sd": float(np.sqrt(covariance[0, 0])),
            "offset_at": self.centre,
            "scatter": float(self.weight @ self.scatter),
        }


def calibrated_theory(name: str, pairs: Sequence[Pair], centre: float | None = None) -> TheoryCalibration:
    """The line of a property after its pairs, which may be none.

    Args:
        name: of the property; one of `PRIORS`.
        pairs: what theory and experiment say.
        centre: the middle of what theory says; the mean of the pairs where left out, zero without pairs.

    Raises:
        BadInput: a property without priors.
    """
    if name not in PRIORS:
        raise BadInput(f"theory of {name!r} is not calibrated", remedy=f"Use one of {', '.join(PRIORS)}")
    prior = PRIORS[name]
    theory = np.array([pair.theory for pair in pairs])
    middle = float(theory.mean() if len(pairs) else 0.0) if centre is None else centre
    beyond = np.array([pair.experiment - pair.theory for pair in pairs])
    design = np.stack([np.ones_like(theory), theory - middle], axis=-1)
    keys = [pair.formulation.key for pair in pairs]
    shared = np.array([[one == other for other in keys] for one in keys], dtype=float).reshape(len(keys), len(keys))
    error = np.diag([pair.experiment_sd**2 for pair in pairs]).reshape(len(keys), len(keys))
    scatter = prior.scatter * np.exp(_SCATTER_SPREAD * _GRID)
    flat = np.diag([prior.offset**-2, prior.slope**-2])
    logs, means, covariances = [], [], []
    for sigma in scatter:
        noise = error + sigma**2 * (_SHARED * shared + (1 - _SHARED) * np.eye(len(keys)))
        solved = np.linalg.solve(noise, np.column_stack([design, beyond]))
        covariance = np.linalg.inv(flat + design.T @ solved[:, :2])
        mean = covariance @ (design.T @ solved[:, 2])
        # log N(beyond; 0, noise + D P Dᵀ), by the determinant lemma; what all sigmas have in common is left out.
        quadratic = beyond @ solved[:, 2] - mean @ (design.T @ solved[:, 2])
        logs.append(0.5 * (np.linalg.slogdet(covariance)[1] - np.linalg.slogdet(noise)[1] - quadratic))
        means.append(mean)
        covariances.append(covariance)
    logs = np.array(logs) - 0.5 * _GRID**2
    weight = np.exp(logs - logs.max())
    return TheoryCalibration(
        property=name,
        pairs=len(pairs),
        formulations=len(set(keys)),
        centre=middle,
        scatter=scatter,
        weight=weight / weight.sum(),
        mean=np.array(means),
        covariance=np.array(covariances),
    )


def interval_90(mean: np.ndarray, sd: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper ends of 90 % intervals."""
    return mean - NINETY * sd, mean + NINETY * sd
