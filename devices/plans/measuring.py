"""The plan that measures a film, and the one that clears a measuring station."""

from typing import TypeVar

from bluesky.preprocessors import finalize_wrapper
from bluesky.utils import MsgGenerator

from chemistry.value import Value
from devices.errors import InstrumentError
from devices.perform import perform
from devices.plans import kinds
from devices.plans.making import FilmAsMade
from devices.plans.parts import Control, checkpoint, insist, recorded, stop, until_idle, whole
from devices.protocols import Command, HeaterOff, Indent, Load, SetTemperature, Unload
from devices.station import Station
from devices.wanted import Wanted
from ledger.measurement import ImpedanceSpectrum, Measurement, ModulusReading

_Kind = TypeVar("_Kind", bound=Command)


class FilmMeasured(Value):
    """What was measured on a film."""

    sample: str
    measurements: tuple[Measurement, ...]
    """In the order in which they were taken."""

    @property
    def spectra(self) -> tuple[ImpedanceSpectrum, ...]:
        """The spectra between blocking electrodes, in the order in which they were taken."""
        return tuple(m for m in self.measurements if isinstance(m, ImpedanceSpectrum))

    @property
    def moduli(self) -> tuple[ModulusReading, ...]:
        """The moduli, in the order in which they were taken."""
        return tuple(m for m in self.measurements if isinstance(m, ModulusReading))


def measure_film(
    station: Station,
    sample: str,
    wanted: Wanted,
    *,
    film: FilmAsMade | None = None,
    control: Control = checkpoint,
) -> MsgGenerator[FilmMeasured]:
    """Load the film, take at each temperature what is wanted there once it has settled, and bring it back.

    A scan of heat and sweeps of voltage come at the end, the sweeps last: they oxidise their disc, and nothing that
    follows may be spoilt by it. Nothing here is consuming: what wants a disc of its own takes a fresh one. Whatever
    happens, the heater is turned off and the film returned to the rack.

    Args:
        station: Has the instruments of `wanted.roles`.
        sample: Name of the film in the rack.
        wanted: What to measure, where.
        film: Gives the spectra their thickness and area.
        control: Called between steps.
    """
    changer, stage = station.instrument("sample_changer"), station.instrument("thermal_stage")
    for role in wanted.roles:
        station.instrument(role)  # refuses before anything moves

    def heat(asked_C: float) -> MsgGenerator[float]:
        yield from control()
        settled = yield from perform(stage, SetTemperature(step=f"heat to {asked_C:g} °C", temperature_C=asked_C))
        return settled["temperature_C"]

    def measure() -> MsgGenerator[FilmMeasured]:
        yield from until_idle(station, wanted.roles)
        # One may have been left there by a plan that could not reach the changer.
        if changer.as_made()["loaded"] not in ("", sample):
            yield from perform(changer, Unload(whatever=True))
        yield from control()
        loaded = (yield from perform(changer, Load()))["loaded"]
        if loaded != sample:
            raise InstrumentError(changer.name, "load", f"it loaded {loaded!r} instead of {sample!r}")
        found: list[Measurement] = []
        for asked_C in wanted.visited_C:
            reached_C = yield from heat(asked_C)
            for measurement in _at(station, wanted, asked_C, reached_C, film):
                yield from control()
                found.append((yield from measurement))
        if wanted.scan_heat is not None:
            yield from control()
            found.append((yield from kinds.heat_scan(station, wanted.scan_heat)))
        for asked_C in wanted.sweep_voltage_at_C:
            reached_C = yield from heat(asked_C)
            yield from control()
            command = _named(wanted.sweep_voltage, "sweep voltage", asked_C)
            found.append((yield from kinds.voltage_sweep(station, command, reached_C)))
        return FilmMeasured(sample=sample, measurements=tuple(found))

    about = {
        "plan_name": "measure_film",
        "sample": sample,
        "station": station.name,
        "temperatures_C": list(wanted.spectra_at_C),
        "lab_time_s": station.clock.now(),
    }
    return (yield from finalize_wrapper(recorded(measure(), about), tidy(station)))


def tidy(station: Station) -> MsgGenerator[None]:
    """Bring a measuring station into its safe state: everything stopped, heater off, the film back in the rack.

    The end of every `measure_film`. A restarted controller runs it before it uses the station again, for no sample
    in particular (`station.run(tidy(station))`): then the cell is cleared of whatever is in it.
    """
    changer, stage = station.instrument("sample_changer"), station.instrument("thermal_stage")

    def clear() -> MsgGenerator[None]:
        # Whatever is there: a changer that took another film for ours would else keep it, and refuse the next.
        cleared = finalize_wrapper(insist(stage, HeaterOff()), insist(changer, Unload(whatever=True)))
        # The heater also where an order that failed at this very moment is heard of while everything is stopped.
        return (yield from finalize_wrapper(stop(*station.instruments.values()), cleared))

    return (yield from whole(clear))


def _at(
    station: Station, wanted: Wanted, asked_C: float, reached_C: float, film: FilmAsMade | None
) -> list[MsgGenerator[Measurement]]:
    """What is wanted at one temperature of the stage; a generator that is not run moves nothing."""
    plans: list[MsgGenerator[Measurement]] = []
    if asked_C in wanted.spectra_at_C:
        plans.append(kinds.spectrum(station, _named(wanted.sweep, "sweep", asked_C), reached_C, film))
        if asked_C in wanted.twice_at_C:
            plans.append(kinds.spectrum(station, _named(wanted.sweep, "sweep again", asked_C), reached_C, film))
    if asked_C in wanted.indent_at_C:
        plans.append(kinds.modulus(station, _named(Indent(), "indent", asked_C), reached_C))
    if asked_C in wanted.polarise_at_C:
        plans.append(kinds.polarisation(station, _named(wanted.polarise, "polarise", asked_C), reached_C, film))
    return plans


def _named(command: _Kind, step: str, asked_C: float) -> _Kind:
    """The command as the step of one temperature."""
    return command.model_copy(update={"step": f"{step} at {asked_C:g} °C"})
