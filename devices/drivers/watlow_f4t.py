"""A temperature chamber with a Watlow F4T controller (TestEquity, Espec and others), over its SCPI on Ethernet.

Source: Watlow F4T Setup and Operation manual, chapter 6 "Appendix", "Communications" (page 219 in the edition read);
TestEquity 101H manual, chapter 6 "Communications", page 62, and TestEquity F4T Controller manual, chapter 3, page 18
(firmware 04:05:0007 and later; TCP port 5025): `:UNIT:TEMPERATURE`, `:SOURCE:CLOOP#:PVALUE?`, `:SOURCE:CLOOP#:SPOINT`,
`:SOURCE:CLOOP#:ERROR?` (`ERROR` or `NONE`). `:OUTPUT#:STATE ON|OFF` is from Watlow manual 16802414 revision D, page
227, as public programs cite it. Which output lets the chamber heat and cool is the builder's choice: often 1.

No queue of errors is documented, so whatever is set is read back, for as long as the time limit. Older firmware takes
Fahrenheit only, and is refused. Cascade control (`:SOURCE:CASCADE#`) is not driven. Tried against a simulated dialogue
only, not on a chamber.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self

from pydantic import Field, model_validator

from devices.drivers.protocols import Task
from devices.drivers.scpi import ScpiDialogue, VisaSettings

READ_BACK_C = 0.05
"""How far a set point may be read back from what was set."""
LOOK_AGAIN_S = 0.1


class WatlowF4TSettings(VisaSettings):
    """Where it is, what the chamber and the cell in it stand, and when a temperature counts as settled."""

    coldest_C: float
    hottest_C: float
    loop: int = Field(default=1, ge=1)
    """Number of the control loop of the temperature."""
    output: int = Field(default=1, ge=1)
    """Number of the output that lets it heat and cool."""
    tolerance_C: float = Field(default=0.3, gt=0)
    dwell_s: float = Field(default=600.0, ge=0)
    """How long it must stay within the tolerance."""
    settle_limit_s: float = Field(default=5 * 3600.0, gt=0)
    """How long it may take to settle, the dwell included."""
    look_s: float = Field(default=1.0, gt=0, le=1.0)
    """Time between two readings while it settles."""

    @model_validator(mode="after")
    def _some_range(self) -> Self:
        if self.coldest_C >= self.hottest_C:
            raise ValueError(f"coldest_C {self.coldest_C:g} must be below hottest_C {self.hottest_C:g}")
        if self.dwell_s >= self.settle_limit_s:
            raise ValueError(f"dwell_s {self.dwell_s:g} must be below settle_limit_s {self.settle_limit_s:g}")
        return self


class WatlowF4T:
    """Takes `SetTemperature`, which ends when it has settled, and `HeaterOff`."""

    Settings = WatlowF4TSettings
    minds_its_owner: ClassVar[bool] = True
    cut_short_by: ClassVar[frozenset[str]] = frozenset({"SetTemperature", "HeaterOff"})

    def __init__(self, settings: WatlowF4TSettings) -> None:
        self._settings = settings
        self._dialogue = ScpiDialogue("F4T", settings, error_query=None)
        self._loop, self._output = f":SOURCE:CLOOP{settings.loop}", f":OUTPUT{settings.output}:STATE"

    def connect(self) -> str:
        """Connect, check that it is an F4T, and speak of degrees Celsius."""
        said = self._dialogue.open(r"(?i)watlow.*F4T")
        self._set(":UNIT:TEMPERATURE", "C")
        return said

    def refusal(self, task: Task) -> str | None:
        """Out of the range that the lab file gives it, or no thermometer; to turn it off nothing stands against."""
        if task.command == "HeaterOff":
            return None
        target_C = task.written["target_C"]
        coldest_C, hottest_C = self._settings.coldest_C, self._settings.hottest_C
        if not coldest_C <= target_C <= hottest_C:
            return f"{target_C:g} °C is outside {coldest_C:g} to {hottest_C:g} °C"
        return self._input_error()

    def perform(self, task: Task, called_off: Callable[[], bool]) -> Mapping[str, Any]:
        """Bring it to a temperature and wait until it has settled, or let it be."""
        if task.command == "HeaterOff":
            self.safe()
            return {"temperature_C": self._temperature_C()}
        self._set_point(task.written["target_C"])
        self._set(self._output, "ON")
        return {"temperature_C": self._settled_C(task.written["target_C"], called_off)}

    def safe(self) -> None:
        """Neither heats nor cools."""
        self._set(self._output, "OFF")

    def close(self) -> None:
        """Let go of the connection; the chamber goes on as it is."""
        self._dialogue.close()

    def _settled_C(self, target_C: float, called_off: Callable[[], bool]) -> float:
        settings = self._settings
        since = inside_since = time.monotonic()
        while True:
            reading_C, now = self._temperature_C(), time.monotonic()
            fault = self._input_error()
            if fault is not None:
                raise self._dialogue.error("settle", fault)
            if abs(reading_C - target_C) > settings.tolerance_C:
                inside_since = now
            elif now - inside_since >= settings.dwell_s:
                return reading_C
            if called_off():
                self._set_point(min(max(reading_C, settings.coldest_C), settings.hottest_C))  # it stays where it is
                raise self._dialogue.error("settle", f"stopped at {reading_C:.1f} °C")
            if now - since > settings.settle_limit_s:
                words = f"not settled at {target_C:g} °C within {settings.settle_limit_s:g} s: {reading_C:.1f} °C"
                raise self._dialogue.error("settle", words)
            time.sleep(settings.look_s)

    def _temperature_C(self) -> float:
        return self._dialogue.number(f"{self._loop}:PVALUE?")

    def _input_error(self) -> str | None:
        said = self._dialogue.ask(f"{self._loop}:ERROR?")
        return None if said.upper() == "NONE" else f"its temperature input reports {said}"

    def _set_point(self, target_C: float) -> None:
        self._dialogue.tell(f"{self._loop}:SPOINT {target_C:.2f}")
        self._read_back(f"{self._loop}:SPOINT", f"{target_C:.2f}", _near(target_C))

    def _set(self, what: str, value: str) -> None:
        self._dialogue.tell(f"{what} {value}")
        self._read_back(what, value, lambda said: said.upper() == value)

    def _read_back(self, what: str, value: str, fits: Callable[[str], bool]) -> None:
        give_up = time.monotonic() + self._settings.timeout_s
        while not fits(said := self._dialogue.ask(f"{what}?")):
            if time.monotonic() > give_up:
                raise self._dialogue.error(f"{what} {value}", f"it does not take {what} {value}: it says {said}")
            time.sleep(LOOK_AGAIN_S)


def _near(target_C: float) -> Callable[[str], bool]:
    def fits(said: str) -> bool:
        try:
            return abs(float(said) - target_C) <= READ_BACK_C
        except ValueError:
            return False

    return fits
