"""How noisy a spectrum is, from what no causal circuit can follow in it.

A meter has an error in proportion to its reading, a floor in ohm (leads, voltage noise) and a floor of current, which
in impedance grows with the square of the modulus: variance = a²|Z|² + b² + c²|Z|⁴.
"""

import numpy as np

from models.kramers_kronig import KramersKronig

ITERATIONS = 25


def relative_noise(modulus_ohm: np.ndarray, test: KramersKronig) -> np.ndarray:
    """Relative standard deviation of the real and of the imaginary part at each of n points.

    The three shares are found by maximum likelihood of Gaussian residuals (multiplicative updates of the
    Itakura-Saito divergence: Févotte, Bertin and Durrieu, Neural Computation 2009, 21, 793), so that a floor shows
    only where the residuals grow with it.

    Args:
        modulus_ohm: `n`, |Z|.
        test: the Kramers-Kronig test of the same points.
    """
    n = len(modulus_ohm)
    left = test.share_left[:n] + test.share_left[n:]
    squares = np.abs(test.residual) ** 2
    # a point with hardly a degree of freedom of its own says nothing
    weight = np.where(left > 0.2, left, 0.0)
    variance = squares / np.maximum(left, 0.2)
    scale = np.average(variance, weights=weight) if weight.sum() > 0 else squares.mean()
    scale = max(float(scale), 1e-16)
    shapes = np.stack([np.ones(n), (modulus_ohm.min() / modulus_ohm) ** 2, (modulus_ohm / modulus_ohm.max()) ** 2])
    shares = np.full(3, scale / 3)
    for _ in range(ITERATIONS):
        model = shares @ shapes
        shares = shares * np.sqrt((shapes @ (weight * variance / model**2)) / (shapes @ (weight / model)))
        shares = np.maximum(shares, 1e-12 * scale)
    return np.sqrt(shares @ shapes)
