"""Which column is which: the names that vendors and people give to frequency and impedance."""

import math
import re
from dataclasses import dataclass

_FREQUENCY = {"f", "freq", "freq.", "frequency"}
_REAL = {"z'", "zreal", "zre", "re(z)", "rez", "re", "real", "real(z)", "realz", "z_re", "z_real", "zr", "impedancer"}
_IMAGINARY = {
    *("z''", 'z"', "zimag", "zimg", "zim", "im(z)", "imz", "im", "imag", "imag(z)", "imagz", "imaginary"),
    *("z_im", "z_imag", "zi", "impedancei"),
}
_MODULUS = {"|z|", "z", "zmod", "mod(z)", "modulus", "abs(z)", "impedance", "magnitude", "zmag"}
_PHASE = {"phase", "phase(z)", "zphz", "zphase", "phi", "theta", "arg(z)", "phaseofz"}

_SCALES = {
    **{"Hz": 1.0, "hz": 1.0, "HZ": 1.0, "mHz": 1e-3, "kHz": 1e3, "KHz": 1e3, "MHz": 1e6, "GHz": 1e9},
    **{"ohm": 1.0, "ohms": 1.0, "Ohm": 1.0, "Ohms": 1.0, "OHM": 1.0, "Ω": 1.0, "\u2126": 1.0},
    **{"mOhm": 1e-3, "mohm": 1e-3, "mΩ": 1e-3, "kOhm": 1e3, "kohm": 1e3, "kΩ": 1e3, "MOhm": 1e6, "MΩ": 1e6},
    **{"deg": math.pi / 180, "°": math.pi / 180, "degree": math.pi / 180, "rad": 1.0},
}
_UNIT = re.compile(
    r"[\s/\[(_,]*(?P<unit>" + "|".join(map(re.escape, sorted(_SCALES, key=len, reverse=True))) + r")[\])\s]*$"
)
_AREA_SPECIFIC = re.compile(r"(ohm|Ω|\u2126)\s*[.*·⋅x ]?\s*c?m(\^|\*\*)?[2²]", re.IGNORECASE)


@dataclass(frozen=True)
class Column:
    """Where a quantity stands in a row, and the factor (sign and unit) that brings it to Hz, ohm or radian."""

    index: int
    factor: float
    name: str


@dataclass(frozen=True)
class Columns:
    """The columns of one table: frequency, and either real and imaginary part or modulus and phase."""

    frequency: Column
    first: Column
    second: Column
    polar: bool = False
    named: bool = True
    """False where the file has no header and the order was taken for granted."""

    @property
    def width(self) -> int:
        """Number of values a row must have at least."""
        return 1 + max(self.frequency.index, self.first.index, self.second.index)


HEADERLESS = Columns(Column(0, 1.0, "column 1"), Column(1, 1.0, "column 2"), Column(2, 1.0, "column 3"), named=False)
"""Frequency/Hz, real/ohm, imaginary/ohm, as a file of three bare columns is understood."""


def columns_of(names: list[str]) -> Columns | None:
    """The columns of a header line, or None where it names no impedance over frequency."""
    frequency = _find(names, _FREQUENCY)
    rectangular = _find(names, _REAL), _find(names, _IMAGINARY)
    polar = _find(names, _MODULUS), _find(names, _PHASE)
    if frequency is None:
        return None
    if rectangular[0] and rectangular[1]:
        return Columns(frequency, rectangular[0], rectangular[1])
    if polar[0] and polar[1]:
        return Columns(frequency, polar[0], polar[1], polar=True)
    return None


def names_impedance(names: list[str]) -> bool:
    """Whether a line names a real and an imaginary part, whatever else is missing."""
    return _find(names, _REAL) is not None and _find(names, _IMAGINARY) is not None


def area_specific(names: list[str]) -> str | None:
    """The first name in ohm times area, of a header that would name a spectrum were it in ohm."""
    plain = [_AREA_SPECIFIC.sub("ohm", name) for name in names]
    if plain == names or columns_of(plain) is None:
        return None
    return next(name for name, other in zip(names, plain, strict=True) if name != other)


def _find(names: list[str], known: set[str]) -> Column | None:
    for index, name in enumerate(names):
        quantity, factor = _quantity(name)
        if quantity in known:
            return Column(index, factor, name)
    return None


def _quantity(name: str) -> tuple[str, float]:
    """Name without sign, unit and blanks, and the factor that sign and unit stand for."""
    text = re.sub("[−–]", "-", name.strip())
    factor = 1.0
    if match := re.match(r"(-|neg\.?(ative)?|minus)\s*", text, re.IGNORECASE):
        factor, text = -1.0, text[match.end() :]
    text = re.sub(r"\((a|b)\)$", "", text)  # ZPlot marks its two displayed parts (a) and (b)
    if match := _UNIT.search(text):
        factor, text = factor * _SCALES[match["unit"]], text[: match.start()]
    elif text.lower().startswith(("phase", "zphz", "phi", "theta")):
        factor *= math.pi / 180
    return re.sub(r"\s+", "", text).lower(), factor
