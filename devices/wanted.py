"""What is wanted of a film, as a frozen value: which measurements, at which temperatures, with which settings."""

from typing import Self

from pydantic import model_validator

from chemistry.value import Value
from devices.protocols import MEASURE_ROLES, Polarise, ScanHeat, Sweep, SweepVoltage


class Wanted(Value):
    """The measurements of one film. Each kind but the scan of heat has the temperatures at which it is taken, °C.

    The step names of the settings are replaced by those of the plan, which are unique within a film.
    """

    spectra_at_C: tuple[float, ...] = ()
    """In the order in which they are visited."""
    sweep: Sweep = Sweep()
    twice_at_C: tuple[float, ...] = ()
    """Where a second spectrum is taken right after the first."""
    indent_at_C: tuple[float, ...] = ()
    polarise_at_C: tuple[float, ...] = ()
    polarise: Polarise = Polarise()
    scan_heat: ScanHeat | None = None
    sweep_voltage_at_C: tuple[float, ...] = ()
    sweep_voltage: SweepVoltage = SweepVoltage()

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.visited_C and not self.sweep_voltage_at_C and self.scan_heat is None:
            raise ValueError("nothing is wanted of the film: name a temperature or a scan of heat")
        return self

    @property
    def roles(self) -> tuple[str, ...]:
        """What the station needs: an instrument only where something is wanted of it."""
        needed = {
            "mechanical_tester": self.indent_at_C,
            "lithium_cell": self.polarise_at_C or self.sweep_voltage_at_C,
            "calorimeter": self.scan_heat,
        }
        return (*MEASURE_ROLES, *(role for role, wanted in needed.items() if wanted))

    @property
    def visited_C(self) -> tuple[float, ...]:
        """The temperatures in the order in which they are visited, the sweeps of voltage not counted.

        The spectra give the order. An indentation elsewhere comes before them, while the film is as it was made, a
        polarisation elsewhere after them: it is the longest, and a stage that fails then has told all the rest.
        """
        before = [at_C for at_C in self.indent_at_C if at_C not in self.spectra_at_C]
        after = [at_C for at_C in self.polarise_at_C if at_C not in (*before, *self.spectra_at_C)]
        return tuple(dict.fromkeys((*before, *self.spectra_at_C, *after)))
