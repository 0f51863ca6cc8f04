"""Equivalent circuits of a film between two blocking electrodes, with their derivatives.

Every circuit is a series of elements, and every parameter of an element lives on the real line: the logarithm of what
is positive, the logit of an exponent between zero and one. So a fit needs no bounds, and the Jacobian of a circuit is
that of its elements side by side. s = jω throughout.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Evaluation = tuple[np.ndarray, list[np.ndarray]]
"""Impedance `... x n` and its derivative by each parameter, each `... x n`."""


@dataclass(frozen=True)
class Element:
    """One element in series.

    Attributes:
        name: as it is written in a circuit.
        parameters: name of each parameter, its unit in brackets.
        exponents: whether each parameter is an exponent (logit) or a positive number (logarithm).
        prior_mean: centre of the weak Gaussian prior of each parameter, on the real line.
        prior_sd: its standard deviation.
        evaluate: `(values ... x p on the real line, s) -> (Z, dZ)`.
    """

    name: str
    parameters: tuple[str, ...]
    exponents: tuple[bool, ...]
    prior_mean: tuple[float, ...]
    prior_sd: tuple[float, ...]
    evaluate: Callable[[np.ndarray, np.ndarray, np.ndarray], Evaluation]


def _inductor(values: np.ndarray, s: np.ndarray, log_s: np.ndarray) -> Evaluation:
    z = np.exp(values[..., 0, None]) * s
    return z, [z]


def _arc(values: np.ndarray, s: np.ndarray, log_s: np.ndarray) -> Evaluation:
    """R ‖ CPE as R / (1 + (s R C)^n); C is the capacitance at the top of the arc."""
    log_r, log_c, u = (values[..., k, None] for k in range(3))
    n = _logistic(u)
    log_stau = log_s + log_r + log_c
    y = np.exp(n * log_stau)
    z = np.exp(log_r) / (1 + y)
    fall = -z * y / (1 + y)
    return z, [z + n * fall, n * fall, n * (1 - n) * log_stau * fall]


def _havriliak_negami(values: np.ndarray, s: np.ndarray, log_s: np.ndarray) -> Evaluation:
    """R / (1 + (s R C)^a)^b (Havriliak and Negami, Polymer 1967, 8, 161)."""
    log_r, log_c, u, v = (values[..., k, None] for k in range(4))
    a, b = _logistic(u), _logistic(v)
    log_stau = log_s + log_r + log_c
    y = np.exp(a * log_stau)
    log_1y = np.log1p(y)
    z = np.exp(log_r - b * log_1y)
    fall = -b * z * y / (1 + y)
    return z, [z + a * fall, a * fall, a * (1 - a) * log_stau * fall, -b * (1 - b) * log_1y * z]


def _blocking(values: np.ndarray, s: np.ndarray, log_s: np.ndarray) -> Evaluation:
    """Constant phase element 1 / (Q s^n)."""
    n = _logistic(values[..., 1, None])
    z = np.exp(-values[..., 0, None] - n * log_s)
    return z, [-z, -n * (1 - n) * log_s * z]


def _logistic(u: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-u))


def logit(n: float) -> float:
    """The real line's image of an exponent: log(n / (1 - n))."""
    return float(np.log(n / (1 - n)))


# The priors are wide: factors of 10 to 100 about what cells with blocking electrodes show (10 mm discs of 75 to 380 µm:
# up to 4 µH, some 225 pF with strays, bulk exponent .93 to .985, Q 1 to 5.7 µS·sⁿ with n .59 to .72). They decide only
# what a spectrum leaves open, such as the capacitance of a film whose arc lies beyond the window.
INDUCTOR = Element("L", ("inductance_H",), (False,), (np.log(1e-6),), (2.0,), _inductor)
ARC = Element(
    "(R‖CPE)",
    ("resistance_ohm", "capacitance_F", "bulk_exponent"),
    (False, False, True),
    (np.log(1e4), np.log(2e-10), logit(0.95)),
    (12.0, 3.0, 0.6),
    _arc,
)
HAVRILIAK_NEGAMI = Element(
    "HN",
    ("resistance_ohm", "capacitance_F", "bulk_exponent", "asymmetry_exponent"),
    (False, False, True, True),
    (np.log(1e4), np.log(2e-10), logit(0.95), logit(0.8)),
    (12.0, 3.0, 0.6, 1.2),
    _havriliak_negami,
)
INTERFACE_ARC = Element(
    "(R‖CPE)",
    ("interface_resistance_ohm", "interface_capacitance_F", "interface_exponent"),
    (False, False, True),
    (np.log(1e3), np.log(1e-8), logit(0.85)),
    (12.0, 4.0, 0.8),
    _arc,
)
BLOCKING = Element(
    "CPE", ("blocking_Q", "blocking_exponent"), (False, True), (np.log(3e-6), logit(0.66)), (5.0, 1.0), _blocking
)


@dataclass(frozen=True)
class Circuit:
    """Elements in series; the first one after the inductor is the bulk of the film."""

    elements: tuple[Element, ...]

    @property
    def name(self) -> str:
        """The circuit as it is written: `L–(R‖CPE)–CPE`."""
        return "–".join(element.name for element in self.elements)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the p parameters."""
        return tuple(name for element in self.elements for name in element.parameters)

    @property
    def exponents(self) -> np.ndarray:
        """`p`, whether each parameter is an exponent."""
        return np.array([flag for element in self.elements for flag in element.exponents])

    @property
    def prior(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of each parameter on the real line, `p` each."""
        mean = [value for element in self.elements for value in element.prior_mean]
        sd = [value for element in self.elements for value in element.prior_sd]
        return np.array(mean), np.array(sd)

    def evaluate(
        self, values: np.ndarray, frequency_Hz: np.ndarray
    ) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
        """Impedance and its derivatives.

        Args:
            values: `... x p` parameters on the real line.
            frequency_Hz: `n`.

        Returns:
            Z, `... x n` in ohm, and dZ/dvalues, `... x n x p`.
        """
        s = 2j * np.pi * frequency_Hz
        log_s = np.log(s)
        impedance, slopes, first = np.zeros(values.shape[:-1] + s.shape, np.complex128), [], 0
        for element in self.elements:
            last = first + len(element.parameters)
            z, dz = element.evaluate(values[..., first:last], s, log_s)
            impedance = impedance + z
            slopes += dz
            first = last
        return impedance, np.stack(slopes, axis=-1)

    def impedance(self, values: np.ndarray, frequency_Hz: np.ndarray) -> NDArray[np.complex128]:
        """Impedance alone, `... x n` in ohm, at `... x p` values."""
        return self.evaluate(values, frequency_Hz)[0]

    def natural(self, values: np.ndarray) -> dict[str, float]:
        """The p parameters in their units."""
        plain = np.where(self.exponents, _logistic(values), np.exp(values))
        return {name: float(value) for name, value in zip(self.parameters, plain, strict=True)}


FILM = Circuit((INDUCTOR, ARC, BLOCKING))
"""The circuit of a film between blocking electrodes: L–(R‖CPE)–CPE."""
FILM_WITH_INTERFACE = Circuit((INDUCTOR, ARC, INTERFACE_ARC, BLOCKING))
"""The same with an interface layer in series: L–(R‖CPE)–(R‖CPE)–CPE."""
FILM_WITH_DISTRIBUTION = Circuit((INDUCTOR, HAVRILIAK_NEGAMI, BLOCKING))
"""The same with a distribution of relaxation times in the bulk: L–HN–CPE."""
