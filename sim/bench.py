"""The bench: everything physical that the instruments of a simulated lab share.

Samples in their rack or in a cell, the dispenser's stock, the temperature of each stage, lab time, and the record in
which all of it is kept. Chance is a function of the lab's seed, the sample and the act, never of the order in which
threads happened to come.
"""

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from chemistry.recipe import component_key
from devices.lab_file import Simulated
from sim.atmosphere import Atmosphere
from sim.clock import VirtualClock
from sim.faults.fault_file import FaultFile
from sim.faults.injector import Injector, Struck
from sim.lab_record import LabRecord, PhysicalAct
from sim.sample import Sample
from sim.shelf import material

AMBIENT_C = 25.0


@dataclass(frozen=True)
class Ramp:
    """The temperature of a stage: from where, to where, since when, at a fixed rate."""

    start_C: float
    target_C: float
    since: float
    rate_C_per_s: float

    def at(self, now: float) -> float:
        """Temperature at lab time `now`, °C."""
        span = self.target_C - self.start_C
        gone = self.rate_C_per_s * (now - self.since)
        return self.target_C if gone >= abs(span) else self.start_C + gone * (1 if span > 0 else -1)

    def seconds(self) -> float:
        """How long it takes in all."""
        return abs(self.target_C - self.start_C) / self.rate_C_per_s


class Bench:
    """The state that instruments share; every change is noted and written with the order that made it."""

    def __init__(
        self,
        record: LabRecord,
        stock: Mapping[str, float],
        simulated: Simulated,
        faults: FaultFile | None = None,
        dead_man_s: float = 5.0,
    ) -> None:
        self.record, self.dead_man_s = record, dead_man_s
        self.simulated = simulated
        self.lock = threading.RLock()
        things = record.things()
        begun = record.acts(outcome="begun")
        times = [things.get(("lab", "time"), 0.0), *(act.due for act in begun if act.due is not None)]
        self.clock = VirtualClock(max(times))
        self.samples = {name: Sample.load(content) for (kind, name), content in things.items() if kind == "sample"}
        self.ramps = {name: Ramp(**content) for (kind, name), content in things.items() if kind == "ramp"}
        self.panels = {name: content for (kind, name), content in things.items() if kind == "panel"}
        self._stock = {name: content for (kind, name), content in things.items() if kind == "stock"}
        self._first_stock = {component_key(material(n)): mass for n, mass in stock.items() if n != "default"}
        self._default_stock = stock.get("default", 0.0)
        self._filled = {name: content for (kind, name), content in things.items() if kind == "filled"}
        """What each container held when it was first taken from; where the lab file says otherwise now, somebody has
        put another one there."""
        self.totals = {name: content for (kind, name), content in things.items() if kind == "total"}
        """What the dispenser of each station has dispensed in its life, mg."""
        self.injector = Injector(faults, things)
        self._air = {name: Atmosphere(content) for (kind, name), content in things.items() if kind == "air"}
        self._noise = {name: tuple(content) for (kind, name), content in things.items() if kind == "noise"}
        self._offsets_C = {name: content for (kind, name), content in things.items() if kind == "offset"}
        self.on_leak: list[Callable[[str], None]] = []
        """Told of every station into whose glovebox air begins to leak."""
        self._changes: dict[tuple[str, str], Any] = {}

    def changed(self, kind: str, name: str, content: Any) -> None:
        """Note a change, to be written with the order that makes it."""
        self._changes[kind, name] = content

    def note(self, changes: Mapping[tuple[str, str], Any]) -> None:
        """Note several changes."""
        self._changes |= changes

    def take_changes(self, now: float) -> dict[tuple[str, str], Any]:
        """What changed since the last call, with the lab time."""
        changes, self._changes = self._changes, {}
        return {**changes, ("lab", "time"): now}

    def sample(self, name: str) -> Sample | None:
        """A sample of this bench."""
        return self.samples.get(name)

    def put_sample(self, sample: Sample) -> None:
        """Keep a new or changed sample."""
        self.samples[sample.name] = sample
        self.changed("sample", sample.name, sample.dump())

    def in_cell(self, station: str) -> Sample | None:
        """What lies in the measuring cell of a station."""
        return next((sample for sample in self.samples.values() if sample.station == station), None)

    def stock_mg(self, component: str) -> float:
        """What is left of a component, mg; raises `BadInput` where no container is labelled so."""
        key = component_key(material(component))
        full = self._first_stock.get(key, self._default_stock)
        return self._stock[key] if key in self._stock and self._filled.get(key, full) == full else full

    def take_stock(self, component: str, mass_mg: float) -> None:
        """Take from a container."""
        key = component_key(material(component))
        self._stock[key] = self.stock_mg(component) - mass_mg
        self._filled[key] = self._first_stock.get(key, self._default_stock)
        self.changed("stock", key, self._stock[key])
        self.changed("filled", key, self._filled[key])

    def empty_container(self, component: str) -> None:
        """A container turns out to be empty, whatever its label says."""
        key = component_key(material(component))
        self.take_stock(component, self.stock_mg(component))
        self.changed("stock", key, self._stock[key])

    def set_total(self, station: str, total_mg: float) -> None:
        """Move the totaliser of a station's dispenser."""
        self.totals[station] = total_mg
        self.changed("total", station, total_mg)

    def temperature_C(self, station: str, now: float) -> float:
        """True temperature of a station's cell."""
        return self.regulated_C(station, now) + self._offsets_C.get(station, 0.0)

    def regulated_C(self, station: str, now: float) -> float:
        """What the stage takes for the temperature of its cell; a stage in order is right."""
        ramp = self.ramps.get(station)
        return AMBIENT_C if ramp is None else ramp.at(now)

    def set_offset(self, station: str, offset_C: float) -> None:
        """How much hotter the cell of a station is than its stage takes it to be."""
        if self._offsets_C.get(station, 0.0) != offset_C:
            self._offsets_C[station] = offset_C
            self.changed("offset", station, offset_C)

    def set_ramp(self, station: str, ramp: Ramp) -> None:
        """Let a stage go to another temperature."""
        self.ramps[station] = ramp
        self.changed("ramp", station, asdict(ramp))

    def struck(self, act: PhysicalAct, kind: type[Struck]) -> Struck | None:
        """The fault of a kind that struck an order."""
        return self.injector.struck(act.order_id, kind)

    def air(self, station: str) -> Atmosphere:
        """The gas in which a station works."""
        return self._air.get(station) or Atmosphere()

    def leak(self, station: str, since: float, until: float, water_ppm: float) -> None:
        """Let air leak into the glovebox of a station."""
        self._air.setdefault(station, Atmosphere()).add(since, until, water_ppm)
        self.changed("air", station, self._air[station].spells)
        for tell in self.on_leak:
            tell(station)

    def noise(self, station: str, now: float) -> float:
        """Factor on the noise of a station's meter."""
        factor, until = self._noise.get(station, (1.0, 0.0))
        return factor if now < until else 1.0

    def disturb_meter(self, station: str, factor: float, until: float) -> None:
        """Let the meter of a station be noisy for a while."""
        self._noise[station] = (factor, until)
        self.changed("noise", station, [factor, until])

    def seed_of(self, *what: object) -> int:
        """A number that depends on the lab's seed and on `what`, and on nothing else."""
        text = "\x1f".join(str(part) for part in (self.simulated.seed, *what))
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")

    def chance(self, *what: object) -> np.random.Generator:
        """A source of noise that depends on the lab's seed and on `what`."""
        return np.random.default_rng(self.seed_of(*what))

    def next_turn(self, sample: Sample, command: str) -> int:
        """How often `command` was carried out on the sample before; counts this time."""
        turn = sample.turns.get(command, 0)
        sample.turns[command] = turn + 1
        self.put_sample(sample)
        return turn
