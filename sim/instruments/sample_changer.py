"""The simulated sample changer: an arm between the rack and the cell of its station."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from sim.faults.fault import Fault
from sim.faults.kinds import BadContact, SwappedSample
from sim.instruments.mechanism import Mechanism
from sim.lab_record import PhysicalAct
from sim.sample import Condition, Sample

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

    def spared_by(self, act: PhysicalAct) -> Collection[type[Fault]]:
        """Where there is no other film nobody can swap them, nor where the film is in the cell already."""
        sample = self.bench.sample(act.sample)
        there = sample is not None and sample.station == self.station
        return (SwappedSample,) if there or not self._others(act) else ()

    def duration_s(self, act: PhysicalAct) -> float:
        """One move."""
        return MOVE_s

    def finish(self, act: PhysicalAct) -> dict[str, Any]:
        """The sample has moved."""
        sample = self.bench.sample(act.sample) if act.sample else self.bench.in_cell(self.station)
        swapped = self.bench.struck(act, SwappedSample)
        if swapped is not None:
            sample = self._another(act)
        if sample is not None and act.command == "Load":
            sample.station = self.station
            contact = self.bench.struck(act, BadContact)
            sample.contact = 1.0 if contact is None else contact.share
            self.bench.put_sample(sample)
        elif sample is not None and sample.station == self.station:
            sample.station = ""
            self.bench.put_sample(sample)
        occupant = self.bench.in_cell(self.station)
        if swapped is not None and swapped.readback == "lies":
            return {"loaded": act.sample}
        return {"loaded": occupant.name if occupant is not None else ""}

    def _others(self, act: PhysicalAct) -> list[Sample]:
        """The films of the rack that could be taken for the one asked for."""
        films = (s for s in self.bench.samples.values() if s.condition is Condition.DRY and not s.station)
        return sorted((film for film in films if film.name != act.sample), key=lambda film: film.name)

    def _another(self, act: PhysicalAct) -> Sample | None:
        others = self._others(act)
        if not others:  # they were all fetched meanwhile
            return self.bench.sample(act.sample)
        return others[self.bench.seed_of(act.sample, "swap", round(act.received)) % len(others)]
