"""A liquid handler that speaks the Opentrons HTTP API, in the role of a dispenser.

It doses components as stock solutions: a mass becomes a volume. **The robot has no balance.** `dispensed_mg` is what it
was told to dispense times the concentration, not what fell: a clogged tip or an empty container is not seen. Its
uncertainty is that of the concentration together with the pipette's stated systematic error, and is written into the
driver's notes.

One order is one run on the robot. Its commands wait in the run's queue until the run is played, once and never again;
each carries the order's id in its `key`, and the robot keeps them: that is what `recall` asks for.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from chemistry.errors import BadInput
from devices.drivers.opentrons_dose import MATERIAL, Portions, commands_of, portions
from devices.drivers.opentrons_notes import Dose, Notebook
from devices.drivers.opentrons_robot import RECOVERING, OpentronsRobot, RobotRefused, RobotSilent, Run
from devices.drivers.opentrons_settings import OpentronsSettings
from devices.drivers.protocols import Task
from devices.errors import InstrumentError

logger = logging.getLogger(__name__)

OLDEST_SOFTWARE = (7, 1)
"""The first robot software that can drop a tip into an addressable area."""
LOADING_ATTEMPTS = 3
"""How often a queue is filled anew in a fresh run, where the connection broke: nothing moves until it is played."""


@dataclass(frozen=True)
class _Outcome:
    """What became of a run that is over."""

    values: Mapping[str, Any] | None
    """The readbacks; None where nothing was drawn."""
    words: str = ""
    """Why nothing was."""


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
        if (busy := self._busy()) is not None:
            raise self._error("dose", busy)
        dose = self._notes().reserve(task.order_id, task.sample, task.written["component"], portions_of)
        run_id = self._load(task.order_id, dose, portions_of, called_off)
        self._notes().begun(task.order_id)
        try:
            self._robot.act(run_id, "play")
        except (RobotSilent, RobotRefused) as failure:
            logger.warning("it may or may not have begun: %s", failure)  # `_follow` finds out
        outcome = self._follow(task.order_id, called_off)
        if outcome.values is None:
            raise self._error("dose", f"{outcome.words}; nothing was drawn")
        return outcome.values

    def recall(self, task: Task) -> Mapping[str, Any] | None:
        """What became of an order, by the driver's notes and the robot's own record of its run."""
        dose = self._notes().dose(task.order_id)
        if dose is None:
            self._unknown_to_the_robot(task.order_id)
            return None
        if dose.stage == "reserved":  # its run has no command yet, if there is one
            self._notes().never_begun(task.order_id)
            return None
        if dose.stage == "failed":
            raise self._error("say what became of the dose", dose.words)
        if dose.open:
            return self._follow(task.order_id, lambda: False).values
        return _readbacks(dose) if dose.stage == "done" else None

    def safe(self) -> None:
        """Stop the dose that is under way, if there is one. A run that somebody else started is left alone."""
        for order_id in self._notes().open_doses():
            deadline = time.monotonic() + self._settings.stop_limit_s
            while (run := self._look(order_id)) is not None and not run.over:
                if time.monotonic() > deadline:
                    raise self._error("stop", f"it was told to stop, and its run is still {run.status}")
                self._tell(run, "stop")
                time.sleep(self._settings.poll_s)

    def close(self) -> None:
        """Nothing to let go of: no connection outlives its request. A dose under way goes on."""

    def _notes(self) -> Notebook:
        if self._notebook is None:
            try:
                self._notebook = Notebook(self._settings.memory, self._settings)
            except (BadInput, OSError) as unusable:
                raise self._error("remember what it did", str(unusable)) from unusable
        return self._notebook

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
            run = self._look(order_id)
            if run is not None and run.played and not run.over:
                return f"it is still busy with the dose of order {order_id} ({run.status})"
            try:
                self._follow(order_id, lambda: False)
            except RobotSilent:
                raise
            except InstrumentError as ended:
                logger.warning("an earlier dose is settled: %s", ended)
        current = next((run for run in self._robot.runs() if run.current), None)
        if current is None or current.over or (current.protocolId is None and not current.played):
            return None
        return f"a run that somebody else started is on the robot ({current.status}): end it, and close it in the App"

    def _load(self, order_id: str, dose: Dose, portions_of: Portions, called_off: Callable[[], bool]) -> str:
        """A run whose queue holds the dose; returns its id. Nothing has moved when it returns or raises."""
        solution = self._settings.solutions[dose.component]
        commands = commands_of(order_id, self._settings, solution, portions_of, dose.vial, dose.tip)
        words = "called off"
        for _ in range(LOADING_ATTEMPTS):
            if called_off():
                break
            try:
                run_id = self._robot.create_run().id
                self._notes().loaded(order_id, run_id, len(commands))
                for command in commands:
                    self._robot.enqueue(run_id, command)
                self._check_queue(run_id, [command["key"] for command in commands])
                if called_off():
                    break
                return run_id
            except RobotSilent as silent:
                words = silent.words
            except RobotRefused as refused:
                words = refused.words
                break
        raise self._withdrawn(order_id, words)

    def _check_queue(self, run_id: str, keys: list[str]) -> None:
        found = [command.key for command in self._robot.commands(run_id)]
        if found != keys:
            words = f"the queue of its run holds {len(found)} commands, which are not the {len(keys)} that were sent"
            raise RobotRefused(self._robot.address, "hold the dose in its queue", words)

    def _withdrawn(self, order_id: str, words: str) -> InstrumentError:
        """Put the run of a dose away that was not played; returns what is to be raised."""
        dose = self._notes().dose(order_id)
        if dose is not None and dose.stage == "reserved":
            self._notes().never_begun(order_id)
        elif dose is not None:
            try:
                self._follow(order_id, lambda: True)
            except RobotSilent:
                logger.warning("the run of order %s is still on the robot, not played", order_id)
        return self._error("dose", f"{words}; it never began")

    def _follow(self, order_id: str, called_off: Callable[[], bool]) -> _Outcome:
        """Wait until the run of a dose is over, stopping it where that must be, and judge it.

        A run that was never played is put away, so that a late or lost request cannot play it any more.

        Raises:
            RobotSilent: it is out of reach; the dose stays open, and is settled before the next one.
            InstrumentError: it ended badly, or nobody can tell.
        """
        settings, why_stop = self._settings, ""
        began = heard = time.monotonic()
        while True:
            now = time.monotonic()
            if not why_stop and (called_off() or now - began > settings.dose_limit_s):
                why_stop = "called off" if called_off() else f"it took longer than {settings.dose_limit_s:g} s"
                heard = now
            try:
                run = self._look(order_id)
                if run is None:
                    raise self._lost(order_id, "the robot has no record of its run any more")
                if not run.ok:
                    raise self._lost(order_id, "the robot lost the record of its run, as a power cut does")
                if run.over:
                    return self._judge(order_id, run, why_stop)
                if run.played and not why_stop and run.status.startswith(RECOVERING):
                    why_stop, heard = "a command failed and the robot waits for a person", now
                if not run.played:
                    self._tell(run, "discard")
                elif why_stop:
                    self._tell(run, "stop")
                    if now - heard > settings.stop_limit_s:
                        raise self._error("stop", f"{why_stop}; told to stop, its run is still {run.status}")
                if not why_stop:
                    heard = now
            except RobotSilent as silent:
                if now - heard > (settings.stop_limit_s if why_stop else settings.silence_limit_s):
                    silent.words = f"{silent.words}; nobody knows how far the dose has come"
                    raise
            time.sleep(settings.poll_s)

    def _look(self, order_id: str) -> Run | None:
        """The run of an order; None where the robot has none any more."""
        dose = self._notes().dose(order_id)
        try:
            return self._robot.run(dose.run_id) if dose is not None else None
        except RobotRefused as refused:
            if refused.status == 404:
                return None
            raise

    def _tell(self, run: Run, what: Literal["stop", "discard"]) -> None:
        """End a run. A conflict is no fault: it ended, or began, at this moment, and is looked at again."""
        try:
            self._robot.discard(run.id) if what == "discard" else self._robot.act(run.id, "stop")
        except RobotRefused as refused:
            if refused.status != 409:
                raise

    def _judge(self, order_id: str, run: Run, why_stop: str) -> _Outcome:
        """What the commands of a run that is over say: all of the dose, nothing of it, or a part."""
        dose = self._notes().dose(order_id)
        if dose is None:
            raise self._lost(order_id, "it was not written down")
        ours = [command for command in self._robot.commands(run.id) if command.key.startswith(f"{order_id}/")]
        failed = next((command for command in ours if command.error is not None), None)
        faults = [failed.error.words] if failed is not None and failed.error is not None else []
        faults = faults or [fault.words for fault in run.errors]
        words = "; ".join(part for part in (why_stop, *faults) if part) or f"its run is {run.status}"
        if not any(command.status != "queued" for command in ours if command.commandType in MATERIAL):
            if run.status == "succeeded":
                raise self._lost(order_id, "its run succeeded, and holds nothing of the dose")
            self._notes().never_begun(order_id)
            return _Outcome(None, words)
        if run.status == "succeeded" and [command.status for command in ours] == ["succeeded"] * dose.commands:
            self._tidy(run)
            return _Outcome(_readbacks(self._notes().done(order_id)))
        drops = [command.status for command in ours if command.commandType == "dispense"]
        part = f"{drops.count('succeeded')} of {len(drops)} transfers ended well, then: {words}"
        raise self._lost(order_id, part)

    def _tidy(self, run: Run) -> None:
        """Leave the robot free for others; what goes wrong here changes nothing of the dose."""
        try:
            if run.current:
                self._tell(run, "discard")
        except InstrumentError as untidy:
            logger.warning("the run of a dose that is done stays current: %s", untidy)

    def _unknown_to_the_robot(self, order_id: str) -> None:
        """Raise where the robot has commands of an order that the notes know nothing of: then the notes are not whole."""
        for run in self._robot.runs():
            if any(command.key.startswith(f"{order_id}/") for command in self._robot.commands(run.id)):
                words = (
                    f"the robot has run {run.id} for it ({run.status}), of which {self._settings.memory} knows nothing"
                )
                raise self._error("say what became of the dose", words)

    def _lost(self, order_id: str, words: str) -> InstrumentError:
        """Note that a dose failed; returns what is to be raised."""
        self._notes().failed(order_id, words)
        return self._error("dose", words)

    def _error(self, step: str, words: str) -> InstrumentError:
        return InstrumentError(self._settings.address, step, words)


def _readbacks(dose: Dose) -> dict[str, Any]:
    return {"dispensed_mg": round(dose.dispensed_mg, 6), "totaliser_mg": round(dose.totaliser_mg, 6)}


def _version(text: str) -> tuple[int, ...]:
    """`8.2.0` as numbers; `0.0.0-dev` and the like sort first."""
    return tuple(int(part) for part in text.split("-")[0].split(".") if part.isdigit())[:2]
