"""The plan that makes a film. It yields bare commands and never sees ids or tokens."""

from typing import Any

from bluesky.preprocessors import finalize_wrapper
from bluesky.utils import MsgGenerator

from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from chemistry.process import Press
from chemistry.value import Value
from devices.perform import perform
from devices.plans.parts import Control, checkpoint, recorded, save, stop, until_idle
from devices.protocols import MAKE_ROLES, Dose, MakeStep
from devices.readings import Readings
from devices.station import Station
from devices.suspender import Gas


class FilmAsMade(Value):
    """What came of making a film: not what was asked for, but what was weighed and measured."""

    sample: str
    formulation: Formulation
    """With the loadings that the dispensed masses give."""
    masses_mg: dict[str, float]
    """Dispensed mass of each component, mg (keys of `chemistry.recipe.masses_mg`)."""
    thickness_um: float
    area_cm2: float


def make_film(
    station: Station,
    sample: str,
    formulation: Formulation,
    total_mg: float,
    control: Control = checkpoint,
) -> MsgGenerator[FilmAsMade]:
    """Dose every component of `formulation` for a film of `total_mg`, then carry out its process.

    Waits first for what is still busy, and before each step for gas that is dry (`devices.suspender`). Every step is
    consuming, so under `devices.journaled` the plan may be run again after a crash: what is confirmed is not repeated.
    Raises `InstrumentError` where an instrument refuses or fails; the instruments are safe then.
    """
    from chemistry.recipe import as_made, component_labels, masses_mg

    dispenser, film_station = (station.instrument(role) for role in MAKE_ROLES)
    names = component_labels(formulation)

    gas = Gas(station, station.gas_limits)

    def make() -> MsgGenerator[FilmAsMade]:
        yield from until_idle(station, MAKE_ROLES)
        masses: dict[str, float] = {}
        for component, mass_mg in masses_mg(formulation, total_mg).items():
            yield from control()
            yield from gas.wait(control)
            step = f"dose {names.get(component, component)}"
            dosed = yield from perform(dispenser, Dose(step=step, component=component, mass_mg=mass_mg))
            masses[component] = dosed["dispensed_mg"]
        film: dict[str, Any] = {}
        for number, process_step in enumerate(formulation.process.steps, 1):
            yield from control()
            yield from gas.wait(control)
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
        yield from save("primary", Readings("film", _record(made)))
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
    return (yield from finalize_wrapper(recorded(make(), about), stop(dispenser, film_station)))


class FilmPressed(Value):
    """What became of a film that was pressed again."""

    thickness_um: float
    area_cm2: float


def press_film(
    station: Station, sample: str, press: Press, number: int, control: Control = checkpoint
) -> MsgGenerator[FilmPressed]:
    """Press a film once more, for the `number`-th time in its life; consuming, so done once for each number."""
    film_station = station.instrument("film_station")

    def again() -> MsgGenerator[FilmPressed]:
        yield from until_idle(station, ("film_station",))
        yield from control()
        yield from Gas(station, station.gas_limits).wait(control)
        command = MakeStep(step=f"press, time {number}", process=press.model_dump(mode="json"))
        film = yield from perform(film_station, command)
        pressed = FilmPressed(thickness_um=film["thickness_um"], area_cm2=film["area_cm2"])
        yield from save("primary", Readings("film", pressed.model_dump()))
        return pressed

    about = {"plan_name": "press_film", "sample": sample, "station": station.name, "lab_time_s": station.clock.now()}
    return (yield from finalize_wrapper(recorded(again(), about), stop(film_station)))


def _record(made: FilmAsMade) -> dict[str, Any]:
    return {
        "thickness_um": made.thickness_um,
        "area_cm2": made.area_cm2,
        "components": list(made.masses_mg),
        "masses_mg": list(made.masses_mg.values()),
        "formulation": made.formulation.label,
    }
