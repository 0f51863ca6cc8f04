"""Films are not made in wet gas: a Bluesky suspender on the sensors of a glovebox, obeyed between two steps.

Bluesky's own way to suspend rewinds a plan to its last checkpoint, and aborts one that has none. After a dose nothing
may be rewound, so the checkpoint is cleared before each consuming step; a suspender that acted at once would lose the
film. So these only note that the gas is out of its limits, and plans wait for it at their own checkpoints, in lab time:
what is under way comes to its end, and nothing new is begun.
"""

import logging
from collections.abc import Callable
from typing import Any

from bluesky.suspenders import SuspendCeil
from bluesky.utils import MsgGenerator

from devices.glovebox import Glovebox
from devices.lab_file import GasLimits
from devices.signals import SILENT
from devices.station import Station
from devices.timer import wait_in_lab_time

logger = logging.getLogger(__name__)

LOOK_AGAIN_S = 60.0
"""Lab time between two looks at gas that is out of its limits."""


class AtCheckpoints(SuspendCeil):
    """Trips above a limit and resumes below another; says so, and leaves the RunEngine to go on."""

    def __call__(self, value: Any, **_: Any) -> None:
        """Take a reading."""
        with self._lock:
            if self._should_suspend(value):
                self._tripped = True
            elif self._should_resume(value):
                self._tripped = False

    def get_futures(self) -> tuple[list[Any], str]:
        """Nothing for the RunEngine to wait for: plans do."""
        return [], ""


class Gas:
    """The suspenders of the glovebox that a station stands in; none where it has none."""

    def __init__(self, station: Station, limits: GasLimits) -> None:
        self._station = station
        glovebox = station.instruments.get("glovebox")
        self._watched = _watched(glovebox, limits) if isinstance(glovebox, Glovebox) else {}

    def unfit(self) -> str:
        """Why no film may be made now, in words; empty where one may."""
        found: list[str] = []
        for name, suspender in self._watched.items():
            try:
                value = float(suspender._sig.get())
            except SILENT as silent:
                found.append(f"{name} cannot be read ({silent})")
                continue
            suspender(value)
            if suspender.tripped:
                found.append(f"{value:.0f} ppm of {name}")
        return " and ".join(found)

    def wait(self, control: Callable[[], MsgGenerator[Any]]) -> MsgGenerator[None]:
        """Wait until films may be made; people may pause or stop the plan meanwhile (`control`)."""
        why = self.unfit()
        if why:
            logger.warning("synthesis at %s is suspended: %s in the glovebox", self._station.name, why)
        while why:
            yield from wait_in_lab_time(self._station, LOOK_AGAIN_S, f"suspended: {why} in the glovebox")
            yield from control()
            why = self.unfit()


def _watched(glovebox: Glovebox, limits: GasLimits) -> dict[str, AtCheckpoints]:
    ceilings = {
        "water": (glovebox.water_ppm, limits.water_ppm),
        "oxygen": (glovebox.oxygen_ppm, limits.oxygen_ppm),
    }
    return {
        name: AtCheckpoints(signal, ceiling, resume_thresh=limits.resume_share * ceiling)
        for name, (signal, ceiling) in ceilings.items()
    }
