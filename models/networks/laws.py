"""Readouts: what a network gives is not a number but a law, and the law gives the number at any temperature.

Arrhenius: log10 σ = log10 A - E/(R T ln 10). Vogel-Tammann-Fulcher: log10 σ = log10 A - B/(R (T - T0) ln 10). With E or
B no less than zero by construction, σ cannot fall when the temperature rises, whatever the weights are; `may_fall`
lifts that. The network's outputs stand for the value at 60 °C and the steepness, which are far less entangled than A
and E are (compensation effect: Meyer and Neldel 1937); `constants` turns them into what a chemist quotes.
"""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

from chemistry.errors import BadInput

R_LN10_KJ_MOL_K = 8.314462618e-3 * math.log(10)
"""Gas constant (CODATA 2018, exact) times ln 10, kJ/(mol K)."""
REFERENCE_K = 333.15
TYPICAL_ARRHENIUS_KJ_MOL = 40.0
TYPICAL_VTF_KJ_MOL = 9.4
"""Where a network starts: median B of the table of Bradford et al., ACS Cent. Sci. 2023, 9, 206."""
LOWEST_T0_K, HIGHEST_T0_K = 100.0, 260.0
GAP_K = 20.0
"""T0 stays this far below the coldest training temperature."""
LEAST_GAP_K = 5.0
"""No law is read closer to its T0: as if it were so much warmer. Colder than training, such points are flagged."""
_UNIT_SOFTPLUS = math.log(math.e - 1)
"""softplus of this is one."""

LawName = Literal["plain", "arrhenius", "vtf"]
ACTIVATED = frozenset(
    {"log10_conductivity", "log10_lithium_diffusivity", "log10_anion_diffusivity", "log10_polymer_diffusivity"}
)
"""Properties that follow an activated law; all others get a plain readout."""


@dataclass(frozen=True)
class Readout:
    """Which law, and the numbers that it is anchored to; saved as JSON.

    Attributes:
        law: plain is no law: the output is the value.
        may_fall: whether the value may fall with temperature.
        centre, scale: mean and standard deviation of the training values, in the unit of the property.
        coldest_K: coldest training temperature.
    """

    law: LawName
    may_fall: bool
    centre: float
    scale: float
    coldest_K: float

    def module(self) -> "Law":
        """The law as a module without weights."""
        return {"plain": Plain, "arrhenius": Arrhenius, "vtf": Vtf}[self.law](self)

    def as_json(self) -> dict[str, Any]:
        """Plain numbers."""
        return asdict(self)


class Law(nn.Module):
    """Turns `n x outputs` of a network into `n` values at `n` temperatures in kelvin."""

    outputs = 1

    def __init__(self, readout: Readout) -> None:
        super().__init__()
        self.readout = readout

    def forward(self, raw: Tensor, temperature_K: Tensor) -> Tensor:
        """The value in the unit of the property."""
        raise NotImplementedError

    def constants(self, raw: Tensor) -> dict[str, Tensor]:
        """The constants of the law, `n` each."""
        raise NotImplementedError

    def _anchor(self, raw: Tensor) -> Tensor:
        return self.readout.centre + self.readout.scale * raw[:, 0]

    def _steepness(self, raw: Tensor, typical: float) -> Tensor:
        """`typical` where the output is zero; never negative unless the value may fall."""
        if self.readout.may_fall:
            return typical * (1.0 + raw[:, 1])
        return typical * nn.functional.softplus(raw[:, 1] + _UNIT_SOFTPLUS)


class Plain(Law):
    """No law: for properties without temperature, or that follow none."""

    def forward(self, raw: Tensor, temperature_K: Tensor) -> Tensor:
        """The output itself."""
        return self._anchor(raw)

    def constants(self, raw: Tensor) -> dict[str, Tensor]:
        """The value."""
        return {"value": self._anchor(raw)}


class Arrhenius(Law):
    """log10 A and E (kJ/mol)."""

    outputs = 2

    def forward(self, raw: Tensor, temperature_K: Tensor) -> Tensor:
        """The law at each temperature."""
        energy = self._steepness(raw, TYPICAL_ARRHENIUS_KJ_MOL)
        return self._anchor(raw) - energy / R_LN10_KJ_MOL_K * (1 / temperature_K - 1 / REFERENCE_K)

    def constants(self, raw: Tensor) -> dict[str, Tensor]:
        """`log10_A` in the unit of the value, `E_kJ_mol`."""
        energy = self._steepness(raw, TYPICAL_ARRHENIUS_KJ_MOL)
        return {"log10_A": self._anchor(raw) + energy / (R_LN10_KJ_MOL_K * REFERENCE_K), "E_kJ_mol": energy}


class Vtf(Law):
    """log10 A, B (kJ/mol) and T0 (K)."""

    outputs = 3

    def forward(self, raw: Tensor, temperature_K: Tensor) -> Tensor:
        """The law at each temperature."""
        steepness, t0 = self._steepness(raw, TYPICAL_VTF_KJ_MOL), self._t0(raw)
        here = 1 / (temperature_K - t0).clamp_min(LEAST_GAP_K)
        return self._anchor(raw) - steepness / R_LN10_KJ_MOL_K * (here - 1 / (REFERENCE_K - t0))

    def constants(self, raw: Tensor) -> dict[str, Tensor]:
        """`log10_A` in the unit of the value, `B_kJ_mol`, `T0_K`."""
        steepness, t0 = self._steepness(raw, TYPICAL_VTF_KJ_MOL), self._t0(raw)
        prefactor = self._anchor(raw) + steepness / (R_LN10_KJ_MOL_K * (REFERENCE_K - t0))
        return {"log10_A": prefactor, "B_kJ_mol": steepness, "T0_K": t0}

    def _t0(self, raw: Tensor) -> Tensor:
        highest = max(min(HIGHEST_T0_K, self.readout.coldest_K - GAP_K), LOWEST_T0_K + 1.0)
        return LOWEST_T0_K + (highest - LOWEST_T0_K) * torch.sigmoid(raw[:, 2])


def in_kelvin(temperature_C: Tensor, law: LawName) -> Tensor:
    """Temperatures for a law; a law without a temperature is refused, a plain readout asks for none."""
    if law != "plain" and bool(torch.isnan(temperature_C).any()):
        raise BadInput(
            "a reading of a property that follows a temperature law has no temperature",
            remedy="Give each reading its temperature, or leave it out",
        )
    return temperature_C + 273.15
