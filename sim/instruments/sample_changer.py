"""The simulated sample changer: an arm between the rack and the cell of its station."""

from collections.abc import Mapping
from typing import Any, ClassVar

from sim.instruments.mechanism import Mechanism
from sim.lab_record import PhysicalAct
from sim.sample import Condition

MOVE_s = 60.0


class SampleChangerMechanism(Mechanism):
    """A move that is cut short ends where it began: the arm goes back."""

    first_readbacks: ClassVar[Mapping[str, Any]] = {"loaded": ""}

    def refusal(self, act: PhysicalAct) -> str | None:
        """Nothing to load, or no room for it. To unload what is not in the cell is no fault: it is in the rack."""
        if act.command == "Unload":
            return None
        sample, occupant = self.bench.sample(act.sample), self.bench.in_cell(self.station)
        if sample is None:
            return f"there is no sample {act.sample!r} in the rack"
        if occupant is not None and occupant is not sample:
            return f"the cell holds {occupant.name!r}, there is no room for {act.sample!r}"
        if sample.station not in ("", self.station):
            return f"sample {act.sample!r} is in the cell of {sample.station}"
        if sample.condition is not Condition.DRY:
            return f"sample {act.sample!r} is a {sample.condition}, not a film to measure"
        return None

    def duration_s(self, act: PhysicalAct) -> float:
        """One move."""
        return MOVE_s

    def finish(self, act: PhysicalAct) -> dict[str, Any]:
        """The sample has moved."""
        sample = self.bench.sample(act.sample) if act.sample else self.bench.in_cell(self.station)
        if sample is not None and act.command == "Load":
            sample.station = self.station
            self.bench.put_sample(sample)
        elif sample is not None and sample.station == self.station:
            sample.station = ""
            self.bench.put_sample(sample)
        occupant = self.bench.in_cell(self.station)
        return {"loaded": occupant.name if occupant is not None else ""}
