"""A folder into which an instrument writes its spectra: which files may answer an order, and what each of them says.

The folder is looked into again and again, for a network share sends no notice of a new file. Its clock is never
compared with ours: what counts as new is what was not there when the order was given.
"""

import hashlib
import math
import os
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from chemistry.errors import BadInput
from devices.spectrum_files import read_spectrum
from ledger.measurement import ImpedanceSpectrum

FEWEST_POINTS = 0.8
"""Share of the points that were asked for which a spectrum must have."""


@dataclass(frozen=True)
class Asked:
    """The sweep that was asked for."""

    high_Hz: float
    low_Hz: float
    points_per_decade: int

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> "Asked":
        """From the parameters of an order.

        Raises:
            BadInput: they are no sweep.
        """
        try:
            asked = cls(float(written["high_Hz"]), float(written["low_Hz"]), int(written["points_per_decade"]))
        except (KeyError, TypeError, ValueError) as broken:
            raise BadInput(
                f"{dict(written)} says no sweep ({broken!r})", remedy="This is a fault of the plan"
            ) from broken
        limits = f"from {asked.high_Hz:g} to {asked.low_Hz:g} Hz with {asked.points_per_decade} points a decade"
        if not (math.isfinite(asked.high_Hz) and asked.high_Hz > asked.low_Hz > 0 and asked.points_per_decade > 0):
            raise BadInput(f"a sweep {limits} is none", remedy="It must go down to a frequency above zero")
        return asked

    @property
    def frequencies_Hz(self) -> list[float]:
        """From high to low, evenly in the logarithm."""
        decades = math.log10(self.high_Hz / self.low_Hz)
        steps = max(round(decades * self.points_per_decade), 1)
        return [self.high_Hz * 10 ** (-decades * step / steps) for step in range(steps + 1)]

    @property
    def step(self) -> float:
        """Distance of two points in the logarithm, at most a fifth of a decade.

        A real sweep may end a point before or beyond the limit: Gamry's published example, asked for 0.02 Hz with ten
        points a decade, goes to 0.0159 Hz.
        """
        return math.log(10) / max(self.points_per_decade, 5)

    def time_s(self, cycles: float, per_point_s: float) -> float:
        """How long it takes: so many periods at each frequency, and so long between them."""
        return sum(cycles / frequency + per_point_s for frequency in self.frequencies_Hz)


@dataclass(frozen=True)
class Verdict:
    """What a file says at one moment."""

    kind: Literal["whole", "unfinished", "no spectrum", "another sweep"]
    words: str = ""
    digest: str = ""
    """SHA-256 of its content, where it is whole."""
    spectrum: ImpedanceSpectrum | None = None


@dataclass
class Sight:
    """A file as it was last seen."""

    path: Path
    size: int
    modified_ns: int
    since: float
    """When it was first seen like this, by this process's monotonic clock, s."""
    verdict: Verdict | None = None

    def still_s(self) -> float:
        """For how long it has not changed."""
        return time.monotonic() - self.since


def has_word(name: str, word: str) -> bool:
    """Whether a name contains a word as a whole: neither a letter nor a digit stands next to it."""
    return re.search(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", name) is not None


class SpectrumFolder:
    """Looks into a folder, and remembers since when each file has been as it is."""

    def __init__(self, folder: Path, endings: tuple[str, ...]) -> None:
        self.folder, self._endings = folder, tuple(ending.lower() for ending in endings)
        self._seen: dict[str, Sight] = {}

    def names(self, word: str) -> list[str]:
        """Names of the files with this word in them.

        Raises:
            OSError: the folder cannot be read.
        """
        with os.scandir(self.folder) as entries:
            names = [entry.name for entry in entries]
        return sorted(name for name in names if name.lower().endswith(self._endings) and has_word(name, word))

    def look(self, names: Iterable[str]) -> list[Sight]:
        """The files of these names that are there."""
        found: list[Sight] = []
        for name in names:
            path = self.folder / name
            try:
                stat = path.stat()
            except FileNotFoundError:
                self._seen.pop(name, None)
                continue
            before = self._seen.get(name)
            if before is None or (before.size, before.modified_ns) != (stat.st_size, stat.st_mtime_ns):
                before = self._seen[name] = Sight(path, stat.st_size, stat.st_mtime_ns, time.monotonic())
            found.append(before)
        return found


def verdict(path: Path, asked: Asked, tolerance: float) -> Verdict:
    """Read a file that does not change any more, and say whether it is the sweep that was asked for.

    Args:
        path: The file.
        asked: The sweep.
        tolerance: How far, relative, its highest and lowest frequency may be off, beside one step of the sweep.
    """
    try:
        before = path.read_bytes()
        spectrum = read_spectrum(path)
        after = path.read_bytes()
    except BadInput as bad:
        kind = "no spectrum" if "no table of frequency" in bad.problem else "unfinished"
        return Verdict(kind, bad.problem)
    except OSError as failure:  # a writer on Windows locks the file
        return Verdict("unfinished", f"it cannot be read ({failure.strerror})")
    if before != after:
        return Verdict("unfinished", "it changes while it is read")
    if not spectrum.complete:
        return Verdict("unfinished", spectrum.note)
    wrong = _differs(spectrum, asked, tolerance)
    if wrong:
        return Verdict("another sweep", wrong)
    return Verdict("whole", spectrum.note, hashlib.sha256(after).hexdigest(), spectrum)


def _differs(spectrum: ImpedanceSpectrum, asked: Asked, tolerance: float) -> str:
    frequencies = spectrum.frequency_Hz
    for name, found, wanted in (
        ("highest", max(frequencies), asked.high_Hz),
        ("lowest", min(frequencies), asked.low_Hz),
    ):
        if abs(math.log(found / wanted)) > math.log1p(tolerance) + asked.step:
            return f"its {name} frequency is {found:.4g} Hz, and {wanted:.4g} Hz was asked for"
    wanted_points = len(asked.frequencies_Hz)
    if len(frequencies) < FEWEST_POINTS * wanted_points:
        return f"it has {len(frequencies)} points, and {wanted_points} were asked for"
    return ""
