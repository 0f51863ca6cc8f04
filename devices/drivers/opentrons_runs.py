"""The run of a dose on the robot: filled, followed to its end, judged.

A run is played once. One that was not played is put away before anything is said of it, so that a late request, or a
person at the robot's screen, cannot play it any more.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from devices.drivers.opentrons_dose import MATERIAL, Portions, commands_of, offsets_of
from devices.drivers.opentrons_notes import Dose, Notebook
from devices.drivers.opentrons_robot import RECOVERING, OpentronsRobot, RobotRefused, RobotSilent, Run
from devices.drivers.opentrons_settings import OpentronsSettings
from devices.errors import InstrumentError

logger = logging.getLogger(__name__)

LOADING_ATTEMPTS = 3
"""How often a queue is filled anew in a fresh run, where the connection broke: nothing moves until it is played."""

FAULTY = 500
"""HTTP statuses from here on say that the server has a fault, not what became of the run: it is asked again."""


@dataclass(frozen=True)
class Outcome:
    """What became of a run that is over."""

    values: Mapping[str, Any] | None
    """The readbacks; None where nothing was drawn."""
    words: str = ""
    """Why nothing was."""


class DoseRuns:
    """The runs of one robot, beside the notes of what they are for."""

    def __init__(self, settings: OpentronsSettings, robot: OpentronsRobot, notebook: Notebook) -> None:
        self._settings, self._robot, self._notebook = settings, robot, notebook

    def load(self, order_id: str, dose: Dose, portions_of: Portions, called_off: Callable[[], bool]) -> str:
        """A run whose queue holds the dose; returns its id. Nothing has moved when it returns or raises."""
        solution = self._settings.solutions[dose.component]
        commands = commands_of(order_id, self._settings, solution, portions_of, dose.vial, dose.tip)
        words = "called off"
        for _ in range(LOADING_ATTEMPTS):
            if called_off():
                break
            try:
                run_id = self._robot.create_run(offsets_of(self._settings)).id
                self._notebook.loaded(order_id, run_id, len(commands))
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
        raise self.withdrawn(order_id, words)

    def withdrawn(self, order_id: str, words: str) -> InstrumentError:
        """Put the run of a dose away that was not played; returns what is to be raised."""
        dose = self._notebook.dose(order_id)
        if dose is not None and dose.stage == "reserved":
            self._notebook.never_begun(order_id)
        elif dose is not None:
            try:
                self.follow(order_id, lambda: True)
            except RobotSilent:
                logger.warning("the run of order %s is still on the robot, not played", order_id)
        return self._error("dose", f"{words}; it never began")

    def follow(self, order_id: str, called_off: Callable[[], bool]) -> Outcome:
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
                run = self.look(order_id)
                if run is None:
                    raise self.lost(order_id, "the robot has no record of its run any more")
                if not run.ok:
                    raise self.lost(order_id, "the robot lost the record of its run, as a power cut does")
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
            except (RobotSilent, RobotRefused) as trouble:
                if isinstance(trouble, RobotRefused) and trouble.status < FAULTY:
                    raise
                if now - heard > (settings.stop_limit_s if why_stop else settings.silence_limit_s):
                    words = f"{trouble.words}; nobody knows how far the dose has come"
                    raise RobotSilent(trouble.instrument, "dose", words) from trouble
            time.sleep(settings.poll_s)

    def stop(self, order_id: str) -> None:
        """Stop the run of a dose, and wait until it is over.

        Raises:
            InstrumentError: it could not be told, or goes on.
        """
        deadline = time.monotonic() + self._settings.stop_limit_s
        while (run := self.look(order_id)) is not None and not run.over:
            if time.monotonic() > deadline:
                raise self._error("stop", f"it was told to stop, and its run is still {run.status}")
            self._tell(run, "stop")
            time.sleep(self._settings.poll_s)

    def look(self, order_id: str) -> Run | None:
        """The run of an order; None where the robot has none any more."""
        dose = self._notebook.dose(order_id)
        try:
            return self._robot.run(dose.run_id) if dose is not None else None
        except RobotRefused as refused:
            if refused.status == 404:
                return None
            raise

    def refuse_unknown(self, order_id: str) -> None:
        """Raise where the robot has commands of an order that the notes do not know: then the notes are not whole."""
        for run in self._robot.runs():
            if any(command.key.startswith(f"{order_id}/") for command in self._robot.commands(run.id)):
                words = (
                    f"the robot has run {run.id} for it ({run.status}), of which {self._settings.memory} knows nothing"
                )
                raise self._error("say what became of the dose", words)

    def _check_queue(self, run_id: str, keys: list[str]) -> None:
        found = [command.key for command in self._robot.commands(run_id)]
        if found != keys:
            words = f"the queue of its run holds {len(found)} commands, which are not the {len(keys)} that were sent"
            raise RobotRefused(self._robot.address, "hold the dose in its queue", words)

    def _tell(self, run: Run, what: Literal["stop", "discard"]) -> None:
        """End a run. A conflict is no fault: it ended, or began, at this moment, and is looked at again."""
        try:
            self._robot.discard(run.id) if what == "discard" else self._robot.act(run.id, "stop")
        except RobotRefused as refused:
            if refused.status != 409:
                raise

    def _judge(self, order_id: str, run: Run, why_stop: str) -> Outcome:
        """What the commands of a run that is over say: all of the dose, nothing of it, or a part."""
        dose = self._notebook.dose(order_id)
        if dose is None:
            raise self.lost(order_id, "it was not written down")
        ours = [command for command in self._robot.commands(run.id) if command.key.startswith(f"{order_id}/")]
        failed = next((command for command in ours if command.error is not None), None)
        faults = [failed.error.words] if failed is not None and failed.error is not None else []
        faults = faults or [fault.words for fault in run.errors]
        words = "; ".join(part for part in (why_stop, *faults) if part) or f"its run is {run.status}"
        if not any(command.status != "queued" for command in ours if command.commandType in MATERIAL):
            if run.status == "succeeded":
                raise self.lost(order_id, "its run succeeded, and holds nothing of the dose")
            self._notebook.never_begun(order_id)
            return Outcome(None, words)
        if run.status == "succeeded" and [command.status for command in ours] == ["succeeded"] * dose.commands:
            self._tidy(run)
            return Outcome(readbacks(self._notebook.done(order_id)))
        drops = [command.status for command in ours if command.commandType == "dispense"]
        part = f"{drops.count('succeeded')} of {len(drops)} transfers ended well, then: {words}"
        raise self.lost(order_id, part)

    def _tidy(self, run: Run) -> None:
        """Leave the robot free for others; what goes wrong here changes nothing of the dose."""
        try:
            if run.current:
                self._tell(run, "discard")
        except InstrumentError as untidy:
            logger.warning("the run of a dose that is done stays current: %s", untidy)

    def lost(self, order_id: str, words: str) -> InstrumentError:
        """Note that a dose failed; returns what is to be raised."""
        self._notebook.failed(order_id, words)
        return self._error("dose", words)

    def _error(self, step: str, words: str) -> InstrumentError:
        return InstrumentError(self._settings.address, step, words)


def readbacks(dose: Dose) -> dict[str, Any]:
    """What a dose that is done reads."""
    return {"dispensed_mg": round(dose.dispensed_mg, 6), "totaliser_mg": round(dose.totaliser_mg, 6)}
