"""The simulated dispenser: doses with the scatter of a powder feeder, and a balance that reads what really fell."""

from collections.abc import Mapping
from typing import Any, ClassVar

from chemistry.errors import BadInput
from sim.faults.kinds import EmptyStock, WrongDose
from sim.instruments.mechanism import BrokenOff, Mechanism
from sim.lab_record import PhysicalAct
from sim.sample import Condition, Sample

LEAST_DOSE_mg = 0.5
RELATIVE_SCATTER = 0.003
"""Standard deviation of what falls, relative: gravimetric powder dosing is good to some tenths of a per cent."""
ABSOLUTE_SCATTER_mg = 0.05
BALANCE_REPEATABILITY_mg = 0.02


class DispenserMechanism(Mechanism):
    """Takes from the shelf, puts into the vial; a dose that has begun is ended even in the safe state."""

    stoppable: ClassVar[bool] = False
    first_readbacks: ClassVar[Mapping[str, Any]] = {"dispensed_mg": 0.0, "totaliser_mg": 0.0}

    def refusal(self, act: PhysicalAct) -> str | None:
        """Unknown component, too small a dose, an empty container, or no vial to dose into."""
        component, asked_mg = act.parameters["component"], act.parameters["mass_mg"]
        if not act.sample:
            return "no sample was named"
        try:
            left_mg = self.bench.stock_mg(component)
        except BadInput as unknown:
            return str(unknown)
        if asked_mg < LEAST_DOSE_mg:
            return f"{asked_mg:.3g} mg of {component} is below the smallest dose of {LEAST_DOSE_mg} mg"
        if left_mg < 1.05 * asked_mg:
            return f"the container of {component} holds {left_mg:.1f} mg, too little for {asked_mg:.1f} mg"
        sample = self.bench.sample(act.sample)
        if sample is not None and sample.condition is not Condition.POWDER:
            return f"sample {act.sample!r} is a {sample.condition} already"
        return None

    def duration_s(self, act: PhysicalAct) -> float:
        """One to two minutes."""
        asked_mg = act.parameters["mass_mg"]
        return 60 + 60 * asked_mg / (asked_mg + 200)

    def finish(self, act: PhysicalAct) -> dict[str, Any]:
        """What fell, and what the balance saw of it."""
        component, asked_mg = act.parameters["component"], act.parameters["mass_mg"]
        sample = self.bench.sample(act.sample) or Sample(act.sample)
        turn = self.bench.next_turn(sample, f"dose {component}")
        feeder, absolute, balance = (
            self.bench.chance(sample.name, "dose", component, turn).standard_normal(3).clip(-4, 4)
        )
        wrong = self.bench.struck(act, WrongDose)
        told_mg = asked_mg
        if wrong is not None:
            asked_mg *= wrong.factor
        fallen_mg = max(0.2 * asked_mg, asked_mg * (1 + RELATIVE_SCATTER * feeder) + ABSOLUTE_SCATTER_mg * absolute)
        read_mg = max(0.1 * asked_mg, fallen_mg + BALANCE_REPEATABILITY_mg * balance)
        if wrong is not None and wrong.balance == "lies":
            read_mg = told_mg + BALANCE_REPEATABILITY_mg * float(balance)
        left_mg, empty = self.bench.stock_mg(component), self.bench.struck(act, EmptyStock)
        if empty is not None:
            left_mg = min(left_mg, empty.share * told_mg)
        runs_dry = (wrong is not None or empty is not None) and fallen_mg > left_mg
        if runs_dry:
            fallen_mg = read_mg = left_mg
        sample.contents_mg[component] = sample.contents_mg.get(component, 0.0) + fallen_mg
        self.bench.put_sample(sample)
        self.bench.take_stock(component, fallen_mg)
        total_mg = self.bench.totals.get(self.station, 0.0) + read_mg
        self.bench.set_total(self.station, total_mg)
        readings = {"dispensed_mg": round(read_mg, 3), "totaliser_mg": round(total_mg, 3)}
        if runs_dry:
            self.bench.empty_container(component)
            words = f"the container of {component} ran empty after {fallen_mg:.1f} mg of {told_mg:.1f} mg"
            raise BrokenOff(words, readings)
        return readings
