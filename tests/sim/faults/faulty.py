"""A simulated lab in which things go wrong, and a controller that makes and measures films there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chemistry.formulation import Formulation
from chemistry.value_file import read_yaml_value
from devices.errors import InstrumentError
from devices.lab import Lab, LabFile
from devices.plans import FilmAsMade, FilmMeasured, make_film, measure_film
from devices.protocols import MAKE_ROLES, MEASURE_ROLES, Sweep
from devices.wanted import Wanted
from sim.faults.fault_file import FaultFile
from sim.faults.injector import Strike, strikes_of
from sim.lab import simulated_lab
from sim.lab_record import PhysicalAct, read_record, read_things
from tests.memory_journal import MemoryJournal

LAB = Path(__file__).parents[3] / "examples" / "simulated_lab.yaml"
WANTED = Wanted(spectra_at_C=(30.0, 60.0), sweep=Sweep(points_per_decade=5), indent_at_C=(30.0,))


class Bench:
    """One lab, its faults, a journal in memory, and a token for each film."""

    def __init__(self, folder: Path, formulation: Formulation, faults: tuple[Any, ...], seed: int = 1) -> None:
        self.folder, self.formulation, self.journal = folder, formulation, MemoryJournal()
        self.faults = FaultFile.model_validate({"seed": seed, "faults": faults}) if faults else None
        self.lab = self._opened()
        self.hold = self.lab.clock.hold()
        self._token = 0
        self._made: dict[str, FilmAsMade] = {}

    def _opened(self) -> Lab:
        clean = {"preset": "clean", "seed": 1}
        content = read_yaml_value(LabFile, LAB).model_dump(mode="json", by_alias=True)
        return simulated_lab(LabFile.model_validate({**content, "simulated": clean}), self.folder, self.faults)

    def restart(self) -> None:
        """Close the lab as a controller that ends does, and open it again."""
        self.close()
        self.lab = self._opened()
        self.hold = self.lab.clock.hold()

    def close(self) -> None:
        self.hold.release()
        self.lab.close()

    def make(self, sample: str) -> FilmAsMade:
        station = self.lab.station_with(MAKE_ROLES)
        self._made[sample] = self._run(station, make_film(station, sample, self.formulation, 400), sample)
        return self._made[sample]

    def measure(self, sample: str) -> FilmMeasured:
        station = self.lab.station_with(MEASURE_ROLES)
        film = self._made.get(sample)
        return self._run(station, measure_film(station, sample, WANTED, film=film), sample)

    def both(self, sample: str) -> FilmMeasured:
        self.make(sample)
        return self.measure(sample)

    def _run(self, station: Any, plan: Any, sample: str) -> Any:
        self._token += 1
        return station.run(plan, sample=sample, token=self._token, journal=self.journal, hold=self.hold)

    @property
    def record(self) -> list[PhysicalAct]:
        return read_record(self.folder / "lab.sqlite")

    @property
    def things(self) -> dict[tuple[str, str], Any]:
        return dict(read_things(self.folder / "lab.sqlite"))

    @property
    def strikes(self) -> list[Strike]:
        return strikes_of(self.things)

    def assert_safe(self) -> None:
        """Heaters off, cells empty, nothing under way but a dose, which nobody can stop."""
        things = self.things
        assert {ramp["target_C"] for (kind, _), ramp in things.items() if kind == "ramp"} <= {25.0}
        assert not [s["name"] for (kind, _), s in things.items() if kind == "sample" and s["station"]]
        busy = {act.device for act in self.record if act.outcome == "begun"}
        assert busy <= {"dispenser"}

    def assert_accounts_agree(self) -> None:
        """No consuming step was done twice, and the journal knows how each one ended."""
        done = [a for a in self.record if a.command in ("Dose", "MakeStep") and a.outcome == "done"]
        steps = [(a.sample, a.parameters.get("component") or a.parameters["process"]) for a in done]
        assert len(steps) == len(set(steps))
        confirmed = {order for order, row in self.journal.rows.items() if row["state"] == "confirmed"}
        settled = {order for order, row in self.journal.rows.items() if row["state"] != "confirmed"}
        assert confirmed <= {act.order_id for act in done}
        assert {act.order_id for act in done} - confirmed <= settled


@contextmanager
def bench_with(folder: Path, formulation: Formulation, *faults: Any, seed: int = 1) -> Iterator[Bench]:
    """A bench on which these faults strike; closed at the end."""
    bench = Bench(folder, formulation, faults, seed)
    try:
        yield bench
    finally:
        bench.close()


def failure(bench: Bench, sample: str) -> InstrumentError | None:
    """What making and measuring a film failed with; None where it did not."""
    try:
        bench.both(sample)
    except InstrumentError as error:
        return error
    return None
