"""Keysight E4990A impedance analyser: sweeps an impedance spectrum by itself and hands it over as two traces, R and X.

Source: Keysight "E4990A Help" (the printed form), programming part. Page 278: internal data arrays, of which the
*formatted* ones (`:CALCulate:DATA:FDATa?`) hold two numbers a point, the second 0 for a scalar trace; page 321: bit 4
of the operation status condition register is set during measurement. Pages 278 and 321 were read themselves; that the
event register latches the fall of that bit with `:STATus:OPERation:NTRansition 16` is from the same maker's E5071C
User's Guide, appendix B, and how the commands below go together from public programs for the E4990A. The frequency
range, 20 Hz to 10, 20, 30, 50 or 120 MHz as the option is, stands in the title of its data sheet.

Not found, and so not relied upon: in which order `:SENSe:FREQuency:DATA?` counts when it sweeps downwards (it is told
to sweep upwards, and the points are sorted here), and its limit of points (1601 in public programs: the instrument
itself refuses more). Data comes as text, not binary: some 60 kB for the longest sweep. Fixture compensation stays as it
was set at the instrument. Tried against a simulated dialogue only, not on the instrument.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from pydantic import Field

from devices.drivers.impedance_sweep import point_count, sweep_refusal
from devices.drivers.protocols import Task
from devices.drivers.scpi import ScpiDialogue, VisaSettings

LOWEST_Hz, HIGHEST_Hz = 20.0, 120e6
MOST_POINTS = 1601
SWEPT = 1 << 4
"""Bit of the operation status event register: with `NTRansition`, a measurement has ended."""
LOOK_S = 0.1
NO_VALUE = 9.9e37


class KeysightE4990ASettings(VisaSettings):
    """Where it is and how it measures."""

    highest_Hz: float = Field(default=HIGHEST_Hz, gt=LOWEST_Hz, le=HIGHEST_Hz)
    """10, 20, 30, 50 or 120 MHz, as the option is."""
    oscillator_V: float = Field(default=0.05, ge=0.005, le=1.0)
    """Root mean square of the test signal."""
    aperture: int = Field(default=3, ge=1, le=5)
    """Measurement time: 1 is quickest, 5 most accurate."""
    sweep_limit_s: float = Field(default=3600.0, gt=0)
    """How long one sweep may take."""


class KeysightE4990A:
    """Takes `Sweep`."""

    Settings = KeysightE4990ASettings
    minds_its_owner: ClassVar[bool] = False

    def __init__(self, settings: KeysightE4990ASettings) -> None:
        self._settings = settings
        self._dialogue = ScpiDialogue("E4990A", settings, error_query=":SYST:ERR?")

    def connect(self) -> str:
        """Connect, and check that it is an E4990A."""
        return self._dialogue.open(r"E4990A")

    def refusal(self, task: Task) -> str | None:
        """Frequencies outside its range, or more points than it holds."""
        return sweep_refusal(task, LOWEST_Hz, self._settings.highest_Hz, MOST_POINTS)

    def perform(self, task: Task, called_off: Callable[[], bool]) -> Mapping[str, Any]:
        """One logarithmic sweep of R and X."""
        settings, written = self._settings, task.written
        self._dialogue.tell(
            ":ABOR",
            ":TRIG:SOUR BUS",
            ":INIT1:CONT ON",
            ":FORM:DATA ASC",
            ":CALC1:PAR:COUN 2",
            ":CALC1:PAR1:DEF R",
            ":CALC1:PAR2:DEF X",
            ":SENS1:SWE:TYPE LOG",
            ":SENS1:SWE:DIR UP",
            f":SENS1:FREQ:STAR {written['low_Hz']:.9g}",
            f":SENS1:FREQ:STOP {written['high_Hz']:.9g}",
            f":SENS1:SWE:POIN {point_count(task)}",
            f":SENS1:APER:TIME {settings.aperture}",
            ":SOUR1:BIAS:STAT OFF",
            ":SOUR1:MODE VOLT",
            f":SOUR1:VOLT {settings.oscillator_V:g}",
            ":STAT:OPER:PTR 0",
            f":STAT:OPER:NTR {SWEPT}",
        )
        self._sweep(called_off)
        frequency = self._dialogue.numbers(":SENS1:FREQ:DATA?")
        real, imaginary = self._trace(1, len(frequency)), self._trace(2, len(frequency))
        points = sorted(zip(frequency, real, imaginary, strict=True), reverse=True)
        for at_Hz, *parts in points:
            if any(abs(part) >= NO_VALUE for part in parts):
                raise self._dialogue.error("sweep", f"no value at {at_Hz:g} Hz: overload")
        return {
            "frequency_Hz": [point[0] for point in points],
            "real_ohm": [point[1] for point in points],
            "imaginary_ohm": [point[2] for point in points],
        }

    def safe(self) -> None:
        """No bias on the cell, nothing under way."""
        self._dialogue.tell(":ABOR", ":SOUR1:BIAS:STAT OFF")

    def close(self) -> None:
        """Let go of the connection."""
        self._dialogue.close()

    def _sweep(self, called_off: Callable[[], bool]) -> None:
        self._dialogue.ask(":STAT:OPER?")  # an end that was noted before is forgotten by reading it
        self._dialogue.tell(":TRIG:SING")
        give_up = time.monotonic() + self._settings.sweep_limit_s
        while not int(self._dialogue.number(":STAT:OPER?")) & SWEPT:
            late = time.monotonic() > give_up
            if called_off() or late:
                self._dialogue.tell(":ABOR")
                words = f"no end within {self._settings.sweep_limit_s:g} s" if late else "stopped in the middle of it"
                raise self._dialogue.error("sweep", words)
            time.sleep(LOOK_S)

    def _trace(self, number: int, points: int) -> list[float]:
        self._dialogue.tell(f":CALC1:PAR{number}:SEL")
        values = self._dialogue.numbers(":CALC1:DATA:FDAT?")
        if len(values) != 2 * points:
            words = f"trace {number} has {len(values)} numbers, where {points} frequencies make {2 * points}"
            raise self._dialogue.error("sweep", words)
        return values[::2]
