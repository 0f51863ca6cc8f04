"""A potentiostat that can only write files, BioLogic's `.mpt` or Gamry's `.DTA`, in the role of an impedance meter.

The driver cannot start the instrument, nor stop it: a person does, or a script of the vendor's program, which may read
the request files that are written for it. It waits for the file that answers an order, and takes no other one.
"""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from chemistry.errors import BadInput
from devices.drivers.durable_notes import read_notes, write_notes, write_whole
from devices.drivers.file_potentiostat_settings import Expected, FilePotentiostatNotes, FilePotentiostatSettings
from devices.drivers.protocols import Task
from devices.drivers.spectrum_folder import Asked, Sight, SpectrumFolder, Verdict, verdict
from devices.errors import InstrumentError
from ledger.measurement import ImpedanceSpectrum


class FilePotentiostat:
    """Takes `Sweep`."""

    Settings = FilePotentiostatSettings
    minds_its_owner: ClassVar[bool] = False

    def __init__(self, settings: FilePotentiostatSettings) -> None:
        self._settings = settings
        self._notes: FilePotentiostatNotes | None = None
        self._folder = SpectrumFolder(settings.folder, settings.endings)
        self._given_up = threading.Event()

    def connect(self) -> str:
        """Check that the folder is there, and what is remembered can be read."""
        self._remembered()
        self._names("")
        return f"an instrument that writes {', '.join(self._settings.endings)} into {self._settings.folder}"

    def refusal(self, task: Task) -> str | None:
        """Why a sweep cannot be waited for; None where it can."""
        if task.command != "Sweep":
            return f"it takes no {task.command}, only Sweep"
        if Path(task.order_id).name != task.order_id or not task.sample:
            return f"order {task.order_id!r} for sample {task.sample!r} makes no name of a file"
        try:
            Asked.of(task.written)
            self._names(self._word(task))
            self._remembered()
        except BadInput as bad:
            return str(bad)
        except InstrumentError as unfit:
            return unfit.words
        return None

    def perform(self, task: Task, called_off: Callable[[], bool]) -> Mapping[str, Any]:
        """Wait for the file that answers the order, and read it."""
        words = self.refusal(task)
        if words is not None:
            raise self._error("sweep", words)
        settings, asked, notes = self._settings, Asked.of(task.written), self._remembered()
        known = notes.orders.get(task.order_id)
        if known is not None and known.digest:
            return self._again(task, known)
        limit_s = settings.start_limit_s + asked.time_s(settings.cycles, settings.per_point_s)
        before = tuple(self._names(self._word(task))) if known is None else known.before
        self._remember(task.order_id, Expected(before=before, until=time.time() + limit_s))
        self._given_up.clear()
        request = self._request(task, asked)
        try:
            return self._wait(task, asked, called_off)
        finally:
            if request is not None:
                with contextlib.suppress(OSError):  # the share may be gone; a script that took it has moved it away
                    request.unlink(missing_ok=True)

    def recall(self, task: Task) -> Mapping[str, Any] | None:
        """The spectrum of an order that was given before; waited for while it may still come.

        Raises:
            InstrumentError: none came in time: nobody can tell whether anything was measured.
        """
        known = self._remembered().orders.get(task.order_id)
        if known is None:
            return None
        if known.digest:
            return self._again(task, known)
        self._given_up.clear()
        return self._wait(task, Asked.of(task.written), self._given_up.is_set)

    def safe(self) -> None:
        """Wait no longer for an order of before. The instrument cannot be told: a sweep under way goes on."""
        self._given_up.set()

    def close(self) -> None:
        """Nothing to let go of."""

    def _wait(self, task: Task, asked: Asked, called_off: Callable[[], bool]) -> Mapping[str, Any]:
        settings = self._settings
        expected = self._remembered().orders[task.order_id]
        # After a restart a file must be seen for a while before it counts as still, however late it is.
        until = max(expected.until, time.time() + settings.still_s + 3 * settings.poll_s)
        reached = time.monotonic()
        while True:
            if called_off():
                raise self._error("sweep", "called off; the instrument itself cannot be told, and may go on")
            try:
                names = self._folder.names(self._word(task))
                sights = self._folder.look(name for name in names if name not in expected.before)
                reached = time.monotonic()
            except OSError as failure:
                if time.monotonic() - reached > settings.unreadable_limit_s:
                    raise self._error("sweep", self._out_of_reach(failure)) from failure
            else:
                answer = self._answer(task, asked, sights)
                if answer is not None:
                    return self._taken(task.order_id, expected, *answer)
                if time.time() > until:
                    raise self._error("sweep", self._why_none(task, sights))
            time.sleep(settings.poll_s)

    def _answer(self, task: Task, asked: Asked, sights: list[Sight]) -> tuple[str, Verdict] | None:
        """The one file that answers, once none that might is still written; raises where there can be none."""
        settings = self._settings
        moving = [sight for sight in sights if sight.still_s() < settings.still_s]
        whole: dict[str, tuple[str, Verdict]] = {}
        refused = ""
        for sight in sights:
            if sight in moving:
                continue
            said = sight.verdict
            if said is None or said.kind == "unfinished":
                said = sight.verdict = verdict(sight.path, asked, settings.frequency_tolerance)
            stays_s = settings.unfinished_limit_s + settings.cycles / asked.low_Hz
            if said.kind == "whole" and self._used_by(task, said) is None:
                whole[said.digest] = (sight.path.name, said)
            elif said.kind == "another sweep":
                refused = f"{sight.path.name} is another sweep: {said.words}"
            elif said.kind == "unfinished" and sight.still_s() > stays_s:
                refused = f"{sight.path.name} is not finished, and has not changed for {stays_s:.0f} s: {said.words}"
        if len(whole) > 1:
            names = " and ".join(name for name, _ in whole.values())
            raise self._error("sweep", f"{names} could both be the answer: take one of them away, and measure again")
        if moving:
            return None
        if not whole and refused:
            raise self._error("sweep", refused)
        return next(iter(whole.values()), None)

    def _used_by(self, task: Task, said: Verdict) -> str | None:
        """Id of the other order that was answered by the same content."""
        order_id = self._remembered().used.get(said.digest)
        return None if order_id == task.order_id else order_id

    def _why_none(self, task: Task, sights: list[Sight]) -> str:
        words = [f"no file with {self._word(task)} in its name came into {self._settings.folder} in time"]
        for sight in sights:
            if sight.verdict is None:
                words.append(f"{sight.path.name} was still being written")
            elif (other := self._used_by(task, sight.verdict)) is not None:
                words.append(f"{sight.path.name} has the content of the file that answered order {other}")
            else:
                words.append(f"{sight.path.name}: {sight.verdict.words}")
        before = self._remembered().orders[task.order_id].before
        if before:
            words.append(f"{', '.join(before)} stood there before; each sweep needs a file of its own")
        return "; ".join(words)

    def _taken(self, order_id: str, expected: Expected, name: str, said: Verdict) -> Mapping[str, Any]:
        self._remember(order_id, expected.model_copy(update={"file": name, "digest": said.digest}))
        if said.spectrum is None:
            raise self._error("sweep", f"{name} was not read")
        return _readbacks(said.spectrum)

    def _again(self, task: Task, known: Expected) -> Mapping[str, Any]:
        """The spectrum of an order that was answered before: the same file, with the same content."""
        said = verdict(self._settings.folder / known.file, Asked.of(task.written), self._settings.frequency_tolerance)
        if said.spectrum is None or said.digest != known.digest:
            words = f"it was answered by {known.file}, which is gone or has changed: {said.words or 'other content'}"
            raise self._error("sweep", words)
        return _readbacks(said.spectrum)

    def _request(self, task: Task, asked: Asked) -> Path | None:
        if not self._settings.write_requests:
            return None
        content = {
            "order": task.order_id,
            "sample": task.sample,
            "name_must_contain": self._word(task),
            "high_Hz": asked.high_Hz,
            "low_Hz": asked.low_Hz,
            "points_per_decade": asked.points_per_decade,
        }
        path = self._settings.folder / "requests" / f"{task.order_id}.json"
        try:
            path.parent.mkdir(exist_ok=True)
            write_whole(path, json.dumps(content, indent=1).encode())
        except OSError as failure:
            raise self._error("take a request", f"{path} cannot be written ({failure.strerror})") from failure
        return path

    def _names(self, word: str) -> list[str]:
        try:
            return self._folder.names(word)
        except OSError as failure:
            raise self._error("be there", self._out_of_reach(failure)) from failure

    def _word(self, task: Task) -> str:
        return task.order_id if self._settings.named_by == "order" else task.sample

    def _remembered(self) -> FilePotentiostatNotes:
        if self._notes is None:
            try:
                self._notes = read_notes(FilePotentiostatNotes, self._settings.memory) or FilePotentiostatNotes()
            except BadInput as unusable:
                raise self._error("remember what it used", str(unusable)) from unusable
        return self._notes

    def _remember(self, order_id: str, expected: Expected) -> None:
        notes = self._remembered()
        used = {**notes.used, expected.digest: order_id} if expected.digest else notes.used
        notes = notes.model_copy(update={"used": used, "orders": {**notes.orders, order_id: expected}})
        write_notes(notes, self._settings.memory)
        self._notes = notes

    def _out_of_reach(self, failure: OSError) -> str:
        return f"the folder {self._settings.folder} cannot be read ({failure.strerror}): is the share mounted?"

    def _error(self, step: str, words: str) -> InstrumentError:
        return InstrumentError(str(self._settings.folder), step, words)


def _readbacks(spectrum: ImpedanceSpectrum) -> dict[str, Any]:
    """From high to low frequency, whichever way the instrument swept."""
    points = zip(spectrum.frequency_Hz, spectrum.real_ohm, spectrum.imaginary_ohm, strict=True)
    frequency, real, imaginary = zip(*sorted(points, key=lambda point: -point[0]), strict=True)
    return {"frequency_Hz": list(frequency), "real_ohm": list(real), "imaginary_ohm": list(imaginary)}
