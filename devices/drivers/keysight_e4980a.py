"""Keysight (Agilent) E4980A/AL precision LCR meter: measures an impedance spectrum point by point.

Source: Keysight E4980A/AL User's Guide. Chapter 8 "Overview of Remote Control": data transfer (pages 261 and 265: data
A, data B and the status that goes with them, 9.9E37 where there is none), status byte (page 270: bit 4 of the operation
status event register is set when a measurement is completed). Chapter 10 "SCPI Command Reference": `:FREQuency[:CW]`,
`:VOLTage[:LEVel]`, `:FUNCtion:IMPedance[:TYPE] RX`, `:FUNCtion:IMPedance:RANGe:AUTO`, `:APERture`, `:FORMat[:DATA]`,
`:BIAS:STATe`, `:TRIGger:SOURce BUS`, `:TRIGger[:IMMediate]`, `:INITiate:CONTinuous`, `:FETCh[:IMPedance][:FORMatted]?`.
Pages 261, 265, 270 and 316 were read themselves; the commands as public programs use them, which name that chapter.

Not found: whether an AL without bias takes `:BIAS:STATe OFF`, or reports it as an error.

Open, short and load correction stay as they were set at the instrument. Its list sweep is not used: a list is limited
to 201 points, and cannot be looked at while it runs. Tried against a simulated dialogue only, not on the instrument.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from devices.drivers.impedance_sweep import frequencies_Hz, sweep_refusal
from devices.drivers.protocols import Task
from devices.drivers.scpi import ScpiDialogue, VisaSettings

LOWEST_Hz, HIGHEST_Hz = 20.0, 2e6
MOST_POINTS = 1000
MEASURED = 1 << 4
"""Bit of the operation status event register: a measurement was completed."""
LOOK_S = 0.02
STATUS = {-1: "no data", 1: "overload", 3: "signal source overloaded", 4: "the automatic level control cannot regulate"}


class KeysightE4980ASettings(VisaSettings):
    """Where it is and how it measures."""

    highest_Hz: float = Field(default=HIGHEST_Hz, gt=LOWEST_Hz, le=HIGHEST_Hz)
    """The AL models end at 300 kHz, 500 kHz or 1 MHz."""
    oscillator_V: float = Field(default=0.05, gt=0, le=2.0)
    """Root mean square of the test signal."""
    aperture: Literal["SHOR", "MED", "LONG"] = "MED"
    averages: int = Field(default=1, ge=1, le=256)
    point_limit_s: float = Field(default=120.0, gt=0)
    """How long one point may take."""


class KeysightE4980A:
    """Takes `Sweep`."""

    Settings = KeysightE4980ASettings
    minds_its_owner: ClassVar[bool] = False

    def __init__(self, settings: KeysightE4980ASettings) -> None:
        self._settings = settings
        self._dialogue = ScpiDialogue("E4980A", settings)

    def connect(self) -> str:
        """Connect, and check that it is an E4980A."""
        return self._dialogue.open(r"E4980A")

    def refusal(self, task: Task) -> str | None:
        """Frequencies outside its range."""
        return sweep_refusal(task, LOWEST_Hz, self._settings.highest_Hz, MOST_POINTS)

    def perform(self, task: Task, called_off: Callable[[], bool]) -> Mapping[str, Any]:
        """Measure R and X at each frequency, from high to low."""
        settings = self._settings
        self._dialogue.tell(
            ":TRIG:SOUR BUS",
            ":INIT:CONT ON",
            ":FORM ASC",
            ":FUNC:IMP RX",
            ":FUNC:IMP:RANG:AUTO ON",
            f":APER {settings.aperture},{settings.averages}",
            ":BIAS:STAT OFF",
            f":VOLT {settings.oscillator_V:g}",
        )
        measured = [self._point(frequency_Hz, called_off) for frequency_Hz in frequencies_Hz(task)]
        return {
            "frequency_Hz": [point[0] for point in measured],
            "real_ohm": [point[1] for point in measured],
            "imaginary_ohm": [point[2] for point in measured],
        }

    def safe(self) -> None:
        """No bias on the cell, nothing under way."""
        self._dialogue.tell(":ABOR", ":BIAS:STAT OFF")

    def close(self) -> None:
        """Let go of the connection."""
        self._dialogue.close()

    def _point(self, frequency_Hz: float, called_off: Callable[[], bool]) -> tuple[float, float, float]:
        """One point: the frequency as the meter rounded it, Hz, real and imaginary part of the impedance, ohm."""
        self._dialogue.tell(f":FREQ {frequency_Hz:.8g}")
        frequency_Hz = self._dialogue.number(":FREQ?")
        self._dialogue.ask(":STAT:OPER?")  # whatever was completed before is forgotten by reading it
        self._dialogue.tell(":TRIG:IMM")
        give_up = time.monotonic() + self._settings.point_limit_s
        while not int(self._dialogue.number(":STAT:OPER?")) & MEASURED:
            if called_off():
                self._dialogue.tell(":ABOR")
                raise self._dialogue.error("sweep", f"stopped at {frequency_Hz:g} Hz")
            if time.monotonic() > give_up:
                words = f"no measurement at {frequency_Hz:g} Hz within {self._settings.point_limit_s:g} s"
                raise self._dialogue.error("sweep", words)
            time.sleep(LOOK_S)
        if called_off():
            raise self._dialogue.error("sweep", f"stopped at {frequency_Hz:g} Hz")
        answer = self._dialogue.numbers(":FETC?")
        if len(answer) < 3:
            raise self._dialogue.error("sweep", f"at {frequency_Hz:g} Hz it gave {answer} instead of data and status")
        real, imaginary, status = answer[:3]
        if status != 0:
            words = STATUS.get(int(status), "unknown")
            raise self._dialogue.error("sweep", f"at {frequency_Hz:g} Hz: status {status:+g}, {words}")
        return frequency_Hz, real, imaginary
