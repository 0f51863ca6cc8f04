"""The two plans of an experiment: make a film, and measure it. They yield bare commands and never see ids or tokens."""

from collections.abc import Callable, Sequence
from typing import Any

from bluesky.preprocessors import finalize_wrapper
from bluesky.utils import Msg, MsgGenerator

from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from chemistry.value import Value
from devices.errors import InstrumentError
from devices.instrument import Instrument
from devices.perform import perform
from devices.protocols import (
    MAKE_ROLES,
    MEASURE_ROLES,
    Command,
    Dose,
    HeaterOff,
    Indent,
    Load,
    MakeStep,
    SetTemperature,
    Sweep,
    Unload,
)
from devices.readings import Readings
from devices.station import Station
from devices.timer import wait_in_lab_time
from ledger.measurement import ImpedanceSpectrum, ModulusReading

LOOK_AGAIN_S = 30.0
"""Lab time between two looks at an instrument that is still busy."""

Control = Callable[[], MsgGenerator[Any]]
"""Called between steps; may wait (pause) or raise (stop). The default only marks a checkpoint."""


def checkpoint() -> MsgGenerator[None]:
    """Mark a checkpoint and go on: the control of a plan that nobody controls."""
    yield Msg("checkpoint")


class FilmAsMade(Value):
    """What came of making a film: not what was asked for, but what was weighed and measured."""

    sample: str
    formulation: Formulation
    """With the loadings that the dispensed masses give."""
    masses_mg: dict[str, float]
    """Dispensed mass of each component, mg (keys of `chemistry.recipe.masses_mg`)."""
    thickness_um: float
    area_cm2: float


class FilmMeasured(Value):
    """What was measured on a film."""

    sample: str
    spectra: tuple[ImpedanceSpectrum, ...]
    """One for each temperature, in the order in which they were taken."""
    modulus: ModulusReading | None = None


def make_film(
    station: Station,
    sample: str,
    formulation: Formulation,
    total_mg: float,
    control: Control = checkpoint,
) -> MsgGenerator[FilmAsMade]:
    """Dose every component of `formulation` for a film of `total_mg`, then carry out its process.

    Waits first for what is still busy. Every step is consuming, so under `devices.journaled` the plan may be run again
    after a crash: what is confirmed is not repeated. Raises `InstrumentError` where an instrument refuses or fails; the
    instruments are safe then.
    """
    from chemistry.recipe import as_made, masses_mg

    dispenser, film_station = (station.instrument(role) for role in MAKE_ROLES)
    names = _names(formulation)

    def make() -> MsgGenerator[FilmAsMade]:
        yield from until_idle(station, MAKE_ROLES)
        masses: dict[str, float] = {}
        for component, mass_mg in masses_mg(formulation, total_mg).items():
            yield from control()
            step = f"dose {names.get(component, component)}"
            dosed = yield from perform(dispenser, Dose(step=step, component=component, mass_mg=mass_mg))
            masses[component] = dosed["dispensed_mg"]
        film: dict[str, Any] = {}
        for number, process_step in enumerate(formulation.process.steps, 1):
            yield from control()
            command = MakeStep(step=f"{process_step.kind}, step {number}", process=process_step.model_dump(mode="json"))
            film = yield from perform(film_station, command)
        if not film:
            raise BadInput("the process has no steps, so no film comes of it", place="process", remedy="Add steps")
        made = FilmAsMade(
            sample=sample,
            formulation=as_made(formulation, masses),
            masses_mg=masses,
            thickness_um=film["thickness_um"],
            area_cm2=film["area_cm2"],
        )
        yield from _save("primary", Readings("film", _record(made)))
        return made

    about = {
        "plan_name": "make_film",
        "sample": sample,
        "station": station.name,
        "formulation": formulation.label,
        "formulation_key": formulation.key,
        "total_mg": total_mg,
        "lab_time_s": station.clock.now(),
    }
    return (yield from finalize_wrapper(_recorded(make(), about), _stop(station, MAKE_ROLES)))


def measure_film(
    station: Station,
    sample: str,
    temperatures_C: Sequence[float],
    sweep: Sweep,
    *,
    film: FilmAsMade | None = None,
    modulus_at_C: float | None = None,
    indent: bool = True,
    control: Control = checkpoint,
) -> MsgGenerator[FilmMeasured]:
    """Load the film, take a spectrum at each temperature once it has settled, indent it, and bring it back.

    Nothing here is consuming. Whatever happens, the heater is turned off and the film returned to the rack.

    Args:
        station: Has the instruments of `MEASURE_ROLES`.
        sample: Name of the film in the rack.
        temperatures_C: In the order in which they are visited, °C.
        sweep: Limits and density of every spectrum; its step name is replaced.
        film: Gives the spectra their thickness and area.
        modulus_at_C: Temperature of the indentation, °C; the first temperature if not given.
        indent: Whether to measure the modulus at all.
        control: Called between steps.
    """
    changer, stage, meter, tester = (station.instrument(role) for role in MEASURE_ROLES)
    indent_at = (temperatures_C[0] if modulus_at_C is None else modulus_at_C) if indent else None
    visited = list(temperatures_C)
    if indent_at is not None and indent_at not in visited:
        visited.insert(0, indent_at)

    def measure() -> MsgGenerator[FilmMeasured]:
        yield from until_idle(station, MEASURE_ROLES)
        if changer.as_made()["loaded"] not in ("", sample):  # left there by a plan that could not reach the changer
            yield from perform(changer, Unload(whatever=True))
        yield from control()
        loaded = (yield from perform(changer, Load()))["loaded"]
        if loaded != sample:
            raise InstrumentError(changer.name, "load", f"it loaded {loaded!r} instead of {sample!r}")
        spectra: list[ImpedanceSpectrum] = []
        modulus: ModulusReading | None = None
        for asked_C in visited:
            yield from control()
            settled = yield from perform(stage, SetTemperature(step=f"heat to {asked_C:g} °C", temperature_C=asked_C))
            reached_C = settled["temperature_C"]
            if asked_C in temperatures_C:
                yield from control()
                command = sweep.model_copy(update={"step": f"sweep at {asked_C:g} °C"})
                spectra.append(_spectrum((yield from perform(meter, command)), reached_C, film))
                yield from _save("primary", meter, stage)
            if asked_C == indent_at and modulus is None:
                yield from control()
                pressed = yield from perform(tester, Indent(step=f"indent at {asked_C:g} °C"))
                modulus = ModulusReading(
                    storage_modulus_MPa=pressed["storage_modulus_MPa"],
                    sd_MPa=pressed["sd_MPa"],
                    temperature_C=reached_C,
                )
                yield from _save("modulus", tester, stage)
        return FilmMeasured(sample=sample, spectra=tuple(spectra), modulus=modulus)

    about = {
        "plan_name": "measure_film",
        "sample": sample,
        "station": station.name,
        "temperatures_C": list(temperatures_C),
        "lab_time_s": station.clock.now(),
    }
    return (yield from finalize_wrapper(_recorded(measure(), about), tidy(station)))


def tidy(station: Station) -> MsgGenerator[None]:
    """Bring a measuring station into its safe state: everything stopped, heater off, the film back in the rack.

    The end of every `measure_film`. A restarted controller runs it before it uses the station again, for no sample
    in particular (`station.run(tidy(station))`): then the cell is cleared of whatever is in it.
    """
    changer, stage = station.instrument("sample_changer"), station.instrument("thermal_stage")
    yield from _stop(station, MEASURE_ROLES)
    # Whatever is there: a changer that took another film for ours would else keep it, and refuse the next.
    yield from finalize_wrapper(_insist(stage, HeaterOff()), _insist(changer, Unload(whatever=True)))


def _insist(device: Instrument, command: Command) -> MsgGenerator[None]:
    """Give an idempotent order, and once more where it fails: an instrument that hung obeys after its safe state."""
    try:
        yield from perform(device, command)
    except InstrumentError:
        yield Msg("stop", device)
        yield from perform(device, command)


def until_idle(station: Station, roles: Sequence[str]) -> MsgGenerator[None]:
    """Let instruments end what an earlier plan left them busy with: what cannot be cut short, or had no answer in time.

    Raises:
        InstrumentError: one is busy for longer than an order of its may take.
        NeverSent: one cannot be reached.
    """
    for role in roles:
        instrument, waited_s = station.instrument(role), 0.0
        while instrument.state().busy:
            if waited_s >= instrument.deadline_s:
                raise InstrumentError(instrument.name, "be idle", "it is busy with an order of an earlier plan")
            yield from wait_in_lab_time(station, LOOK_AGAIN_S, f"wait for {role}")
            waited_s += LOOK_AGAIN_S


def _recorded(plan: MsgGenerator[Any], about: dict[str, Any]) -> MsgGenerator[Any]:
    """The plan inside a Bluesky run. Where it fails, the RunEngine closes the run with the reason."""
    yield Msg("open_run", **about)
    result = yield from plan
    yield Msg("close_run")
    return result


def _stop(station: Station, roles: Sequence[str]) -> MsgGenerator[None]:
    """Give up what is under way; after success there is nothing."""
    for role in roles:
        yield Msg("stop", station.instrument(role))


def _save(stream: str, *readables: Any) -> MsgGenerator[None]:
    yield Msg("create", name=stream)
    for readable in readables:
        yield Msg("read", readable)
    yield Msg("save")


def _spectrum(swept: dict[str, Any], temperature_C: float, film: FilmAsMade | None) -> ImpedanceSpectrum:
    return ImpedanceSpectrum(
        frequency_Hz=tuple(swept["frequency_Hz"]),
        real_ohm=tuple(swept["real_ohm"]),
        imaginary_ohm=tuple(swept["imaginary_ohm"]),
        temperature_C=temperature_C,
        thickness_um=film.thickness_um if film is not None else None,
        area_cm2=film.area_cm2 if film is not None else None,
    )


def _record(made: FilmAsMade) -> dict[str, Any]:
    return {
        "thickness_um": made.thickness_um,
        "area_cm2": made.area_cm2,
        "components": list(made.masses_mg),
        "masses_mg": list(made.masses_mg.values()),
        "formulation": made.formulation.label,
    }


def _names(formulation: Formulation) -> dict[str, str]:
    """What people call the components, for the names of the steps."""
    from chemistry.recipe import component_key

    components = [formulation.polymer, *(content.additive for content in formulation.additives)]
    if formulation.salt is not None:
        components.append(formulation.salt)
    return {component_key(component): component.label for component in components}
