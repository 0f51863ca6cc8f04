"""The simulated lab: the device classes of the real one over in-process signals, and a bench that answers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from chemistry.errors import BadInput
from devices.calorimeter import Calorimeter
from devices.dispenser import Dispenser
from devices.fake import fake_instrument
from devices.film_station import FilmStation
from devices.glovebox import Glovebox
from devices.impedance_meter import ImpedanceMeter
from devices.instrument import Instrument
from devices.lab import Lab, LabFile, Simulated, stations_of
from devices.lab_file import instrument_class
from devices.lithium_cell import LithiumCell
from devices.mechanical_tester import MechanicalTester
from devices.sample_changer import SampleChanger
from devices.thermal_stage import ThermalStage
from sim.bench import Bench
from sim.faults.fault_file import FaultFile
from sim.front import Front
from sim.instruments.calorimeter import CalorimeterMechanism
from sim.instruments.dispenser import DispenserMechanism
from sim.instruments.film_station import FilmStationMechanism
from sim.instruments.glovebox import GloveboxMechanism
from sim.instruments.impedance_meter import ImpedanceMeterMechanism
from sim.instruments.instrument import SimulatedInstrument
from sim.instruments.line import Line
from sim.instruments.lithium_cell import LithiumCellMechanism
from sim.instruments.mechanical_tester import MechanicalTesterMechanism
from sim.instruments.mechanism import Mechanism
from sim.instruments.sample_changer import SampleChangerMechanism
from sim.instruments.thermal_stage import ThermalStageMechanism
from sim.lab_record import LabRecord
from sim.shelf import material
from sim.twin import preset_named

MECHANISMS: Mapping[type[Instrument], Callable[[Bench, str], Mechanism]] = {
    Dispenser: DispenserMechanism,
    FilmStation: FilmStationMechanism,
    ThermalStage: ThermalStageMechanism,
    SampleChanger: SampleChangerMechanism,
    ImpedanceMeter: ImpedanceMeterMechanism,
    MechanicalTester: MechanicalTesterMechanism,
    Glovebox: GloveboxMechanism,
    LithiumCell: LithiumCellMechanism,
    Calorimeter: CalorimeterMechanism,
}
"""The physics of each device class that the simulated lab has."""
RECORD_NAME = "lab.sqlite"


def simulated_lab(lab_file: LabFile, folder: Path, faults: FaultFile | None = None) -> Lab:
    """Open the simulated lab that keeps its record in `folder`, as it was left.

    Orders that were under way when its process was killed have been ended, as real instruments would have done. What
    `faults` says goes wrong does; without them nothing does but what the physics of films and meters has in it.

    Raises:
        BadInput: an instrument class that cannot be simulated, an unknown preset, or stock of an unknown component.
        BrokenRecord: the folder holds the record of another version.
    """
    with opened_bench(lab_file, folder, faults) as bench:
        return _in_process(lab_file, bench)


@contextmanager
def opened_bench(lab_file: LabFile, folder: Path, faults: FaultFile | None = None, where: str = "") -> Iterator[Bench]:
    """The bench that keeps its record in `folder`; closed again if the block fails, and only then.

    `where` is the address on which it is served, if it is.
    """
    refuse_unfit(lab_file)
    record = LabRecord(Path(folder) / RECORD_NAME, where)
    with ExitStack() as undone:
        undone.callback(record.close)
        yield Bench(record, lab_file.stock, lab_file.simulated or Simulated(), faults, lab_file.dead_man_s)
        undone.pop_all()


def refuse_unfit(lab_file: LabFile) -> None:
    """Refuse what cannot be simulated, before anything is written.

    Raises:
        BadInput: an unknown preset, stock of an unknown component, or an instrument class that has no physics here.
    """
    with _placed("simulated.preset"):
        preset_named((lab_file.simulated or Simulated()).preset)
    for label in lab_file.stock.keys() - {"default"}:
        with _placed(f"stock.{label}"):
            material(label)
    for station, entries in lab_file.stations.items():
        for role, entry in entries.items():
            place = f"stations.{station}.{role}"
            _mechanism(instrument_class(entry, place), place)


@contextmanager
def _placed(key: str) -> Iterator[None]:
    """Add the key of the lab file to what is wrong with its value."""
    try:
        yield
    except BadInput as error:
        raise BadInput(error.problem, place=key, problems=error.problems, remedy=error.remedy) from error


def _in_process(lab_file: LabFile, bench: Bench) -> Lab:
    instruments: list[SimulatedInstrument] = []
    fronts: dict[tuple[str, str], Front] = {}

    def build(kind: type[Instrument], prefix: str, station: str, role: str) -> Instrument:
        device = fake_instrument(kind, prefix, name=role, clock=bench.clock)
        front = fronts[station, role] = Front(device)
        instruments.append(simulated_instrument(bench, kind, station, role, front))
        front.connect(instruments[-1])
        return device

    stations = stations_of(lab_file, bench.clock, build)
    end_what_went_on(bench, instruments)
    for (name, role), front in fronts.items():
        front.on_end = stations[name].ended
        # An order that finds no answer ends by its deadline, which only the device knows.
        stations[name].instruments[role].on_end = stations[name].ended

    def close() -> None:
        bench.clock.close()
        bench.record.close()

    return Lab(lab_file.name, stations, bench.clock, close, simulated=True)


def simulated_instrument(
    bench: Bench, kind: type[Instrument], station: str, role: str, line: Line
) -> SimulatedInstrument:
    """The instrument behind a device class, as the bench remembers it."""
    mechanism = _mechanism(kind, f"stations.{station}.{role}")(bench, station)
    return SimulatedInstrument(bench, station, role, mechanism, line, kind.deadline_s)


def end_what_went_on(bench: Bench, instruments: Sequence[SimulatedInstrument]) -> None:
    """End the orders that were under way when the lab's process was killed, in the order of their ends."""
    known = {(instrument.station, instrument.role): instrument for instrument in instruments}
    for act in sorted(bench.record.acts(outcome="begun"), key=lambda act: (act.due or act.received, act.order_id)):
        if (act.station, act.device) in known:
            known[act.station, act.device].end_after_restart(act)


def _mechanism(kind: type[Instrument], place: str) -> Callable[[Bench, str], Mechanism]:
    for base in kind.__mro__:
        if base in MECHANISMS:
            return MECHANISMS[base]
    known = ", ".join(sorted(f"{k.__module__}.{k.__qualname__}" for k in MECHANISMS))
    raise BadInput(f"the simulated lab has no {kind.__qualname__}", place=place, remedy=f"It has {known}")
