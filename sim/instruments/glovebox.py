"""The simulated glovebox: its sensors follow the gas of its station in lab time, whether or not anybody asks."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from sim.atmosphere import DRY_oxygen_ppm, DRY_water_ppm
from sim.bench import Bench
from sim.instruments.mechanism import Mechanism
from sim.lab_record import PhysicalAct

LOOK_s = 300.0
"""Lab time between two readings while air is or was leaking in."""
DRY_AGAIN_ppm = 0.05


class GloveboxMechanism(Mechanism):
    """Takes no orders. While the gas is dry nothing changes, and nothing is shown."""

    first_readbacks: ClassVar[Mapping[str, Any]] = {"water_ppm": DRY_water_ppm, "oxygen_ppm": DRY_oxygen_ppm}

    def __init__(self, bench: Bench, station: str) -> None:
        super().__init__(bench, station)
        self._looking = False

    def refusal(self, act: PhysicalAct) -> str | None:
        """Every order."""
        return "a glovebox takes no orders"

    def watch(self, publish: Callable[[Mapping[str, Any]], None]) -> None:
        """Follow the gas from now on, and let the leaks in that the faults say come by themselves."""
        self._publish = publish
        self.bench.on_leak.append(self._on_leak)
        self._on_leak(self.station)

    def _on_leak(self, station: str) -> None:
        if station == self.station and not self._looking:
            self._look()

    def _look(self) -> None:
        """Show what there is, and look again as long as it changes; lab time never goes on for that alone."""
        with self.bench.lock:
            now, air = self.bench.clock.now(), self.bench.air(self.station)
            self._looking = any(until > now for _, until, _ in air.spells) or air.excess_ppm(now) > DRY_AGAIN_ppm
            if air.spells:
                self._publish(air.readings(now))
            if self._looking:
                self.bench.clock.call_on_the_way(now + LOOK_s, self._look)
