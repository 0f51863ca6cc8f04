"""A liquid handler that speaks the Opentrons HTTP API, in the role of a dispenser.

It doses components as stock solutions: a mass becomes a volume. **The robot has no balance.** `dispensed_mg` is what it
was told to dispense times the concentration, not what fell: a clogged tip or an empty container is not seen. Its
uncertainty is that of the concentration together with the pipette's stated systematic error, and is written into the
driver's notes.

One order is one run on the robot. Its commands wait in the run's queue until the run is played, once and never again;
each carries the order's id in its `key`, and the robot keeps them: that is what `recall` asks for.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from chemistry.errors import BadInput
from devices.drivers.opentrons_dose import Portions, portions
from devices.drivers.opentrons_notes import Notebook
from devices.drivers.opentrons_robot import OpentronsRobot, RobotRefused, RobotSilent
from devices.drivers.opentrons_runs import DoseRuns, readbacks
from devices.drivers.opentrons_settings import OpentronsSettings
from devices.drivers.protocols import Task
from devices.errors import InstrumentError

logger = logging.getLogger(__name__)

OLDEST_SOFTWARE = (7, 1)
"""The first robot software that can drop a tip into an addressable area."""


class OpentronsDispenser:
    """Takes `Dose`."""

    Settings = OpentronsSettings
    minds_its_owner: ClassVar[bool] = False

    def __init__(self, settings: OpentronsSettings) -> None:
        self._settings = settings
        self._robot = OpentronsRobot(settings.address, settings.request_limit_s)
        self._notebook: Notebook | None = None

    def connect(self) -> str:
        """Check that the robot, its software and its pipette are those that were meant."""
        self._notes()
        health = self._robot.health()
        identity = f"{health.robot_model} {health.name!r} (software {health.api_version})"
        wanted = self._settings.robot_name
        if wanted and health.name != wanted:
            raise self._error("be the robot that was meant", f"it is {identity}, and the lab file names {wanted!r}")
        if _version(health.api_version) < OLDEST_SOFTWARE:
            needed = ".".join(map(str, OLDEST_SOFTWARE))
            raise self._error("be new enough", f"it is {identity}; software {needed} or later is needed")
        pipette = self._settings.pipette
        attached = {entry.mount: entry.instrumentName for entry in self._robot.attached() if entry.ok}
        if attached.get(pipette.mount) != pipette.name:
            found = attached.get(pipette.mount) or "nothing"
            words = f"on its {pipette.mount} mount is {found}, and the lab file names {pipette.name}"
            raise self._error("have the pipette that was meant", words)
        return f"{identity} with {pipette.name}"

    def refusal(self, task: Task) -> str | None:
        """Why a dose cannot be given now; None where it can."""
        try:
            if self._notes().dose(task.order_id) is not None:
                return None  # `perform` finds out what became of it
            self._plan(task)
            return self._busy()
        except BadInput as bad:
            return str(bad)
        except InstrumentError as unfit:
            return unfit.words

    def perform(self, task: Task, called_off: Callable[[], bool]) -> Mapping[str, Any]:
        """Give a dose; an order that was given before is never given again.

        Raises:
            InstrumentError: it could not be given, or was given in part, or nobody knows.
        """
        known = self.recall(task) if self._notes().dose(task.order_id) is not None else None
        if known is not None:
            return known
        try:
            portions_of = self._plan(task)
        except BadInput as bad:
            raise self._error("dose", str(bad)) from bad
        if self._notes().blank:  # or they were lost, and the robot knows more
            self._runs().refuse_unknown(task.order_id)
        if (busy := self._busy()) is not None:
            raise self._error("dose", busy)
        dose = self._notes().reserve(task.order_id, task.sample, task.written["component"], portions_of)
        run_id = self._runs().load(task.order_id, dose, portions_of, called_off)
        self._notes().begun(task.order_id)
        try:
            self._robot.act(run_id, "play")
        except (RobotSilent, RobotRefused) as failure:
            logger.warning("it may or may not have begun: %s", failure)  # `follow` finds out
        outcome = self._runs().follow(task.order_id, called_off)
        if outcome.values is None:
            raise self._error("dose", f"{outcome.words}; nothing was drawn")
        return outcome.values

    def recall(self, task: Task) -> Mapping[str, Any] | None:
        """What became of an order, by the driver's notes and the robot's own record of its run."""
        dose = self._notes().dose(task.order_id)
        if dose is None:
            self._runs().refuse_unknown(task.order_id)
            return None
        if dose.stage == "reserved":  # its run has no command yet, if there is one
            self._notes().never_begun(task.order_id)
            return None
        if dose.stage == "failed":
            raise self._error("say what became of the dose", dose.words)
        if dose.open:
            return self._runs().follow(task.order_id, lambda: False).values
        return readbacks(dose) if dose.stage == "done" else None

    def safe(self) -> None:
        """Stop the dose that is under way, if there is one. A run that somebody else started is left alone."""
        for order_id in self._notes().open_doses():
            self._runs().stop(order_id)

    def close(self) -> None:
        """Nothing to let go of: no connection outlives its request. A dose under way goes on."""

    def _notes(self) -> Notebook:
        if self._notebook is None:
            try:
                self._notebook = Notebook(self._settings.memory, self._settings)
            except (BadInput, OSError) as unusable:
                raise self._error("remember what it did", str(unusable)) from unusable
        return self._notebook

    def _runs(self) -> DoseRuns:
        return DoseRuns(self._settings, self._robot, self._notes())

    def _plan(self, task: Task) -> Portions:
        if task.command != "Dose":
            raise self._error(task.command, f"it takes no {task.command}, only Dose")
        component = str(task.written.get("component", ""))
        solution = self._settings.solutions.get(component)
        if solution is None:
            known = ", ".join(self._settings.solutions)
            raise BadInput(f"no container holds {component!r}", remedy=f"Its solutions are {known}")
        notes = self._notes()
        notes.vial_of(task.sample)
        notes.tip()
        mass_mg = float(task.written.get("mass_mg", 0.0))
        return portions(mass_mg, solution, self._settings.pipette, notes.left_uL(component))

    def _busy(self) -> str | None:
        """What else the robot does; settles the doses that were left open and have ended meanwhile."""
        for order_id in self._notes().open_doses():
            run = self._runs().look(order_id)
            if run is not None and run.played and not run.over:
                return f"it is still busy with the dose of order {order_id} ({run.status})"
            try:
                self._runs().follow(order_id, lambda: False)
            except RobotSilent:
                raise
            except InstrumentError as ended:
                logger.warning("an earlier dose is settled: %s", ended)
        current = next((run for run in self._robot.runs() if run.current), None)
        if current is None or current.over or (current.protocolId is None and not current.played):
            return None
        return f"a run that somebody else started is on the robot ({current.status}): end it, and close it in the App"

    def _error(self, step: str, words: str) -> InstrumentError:
        return InstrumentError(self._settings.address, step, words)


def _version(text: str) -> tuple[int, ...]:
    """`8.2.0` as numbers; `0.0.0-dev` and the like sort first."""
    return tuple(int(part) for part in text.split("-")[0].split(".") if part.isdigit())[:2]
