"""EPICS signals with a type: how a PV is written and read, and what it holds before anything was."""

from collections.abc import Iterable
from typing import Any

import epics
import numpy as np
from epics.ca import CASeverityException, ChannelAccessException, ChannelAccessGetFailure
from ophyd import Component, EpicsSignal, EpicsSignalRO, Kind
from ophyd.signal import EpicsSignalBase
from ophyd.utils.errors import OpException

SILENT = (OSError, OpException, ChannelAccessException, ChannelAccessGetFailure, CASeverityException)
"""Whatever ophyd and pyepics raise where a PV cannot be reached, or its connection breaks in the middle."""


_OPHYDS: Any = epics.pv.default_pv_class


COMES_BACK_S = 1.0
"""Wall time that a PV which was lost has to come back before a write to it is given up."""


class _PromptPV(_OPHYDS):
    """A PV that is asked for its metadata only while it is connected, and that nobody waits for who writes to it.

    ophyd asks as soon as a PV connects, in four threads for all of them; `signal.connected` waits for the answer. A PV
    that was lost by the time its turn came would keep a thread for a second in the hope that it comes back, and a lab
    of hundreds of PVs that dies soon after it was found would keep every PV of the next one from its turn for minutes.
    """

    def get_all_metadata_blocking(self, timeout: float) -> dict[str, Any]:
        """Units, limits and the like; `TimeoutError` at once where the PV is away: ophyd asks when it is back."""
        # By the word of the library: `self.connected` is set only after ophyd was told that it is.
        if self.chid is None or not epics.ca.isConnected(self.chid):
            raise TimeoutError(f"{self.pvname} was lost before it was asked for its metadata")
        metadata: dict[str, Any] = super().get_all_metadata_blocking(timeout)
        return metadata

    def put(self, value: Any, wait: bool = False, timeout: float | None = None, **options: Any) -> Any:
        """Write; `TimeoutError`, or an exception of pyepics, where the PV is lost and does not come back at once.

        A write that is not waited for has no timeout. By ophyd's reading of that, pyepics waits ten years for a PV that
        was lost after ophyd had looked, and whoever holds a lock meanwhile keeps it; one that was lost a moment before
        it takes for written.
        """
        if not self.wait_for_connection(COMES_BACK_S):
            raise TimeoutError(f"{self.pvname} was lost before it was written")
        return super().put(value, wait, COMES_BACK_S if timeout is None and not wait else timeout, **options)


epics.pv.default_pv_class = _PromptPV


class Typed(Component):
    """A component that knows the empty value of its PV."""

    blank: Any = 0.0
    written = False
    """Whether the controller writes it before `go`."""

    def held(self, value: Any) -> Any:
        """A value as plain Python, alike on both sides of the line."""
        return float(value)


class Text(Typed):
    """A long string."""

    blank = ""

    def held(self, value: Any) -> str:
        """The text."""
        return str(value)


class Integer(Typed):
    """A whole number, or a truth value."""

    blank = 0

    def held(self, value: Any) -> int:
        """The number."""
        return int(value)


class Number(Typed):
    """A real number; its unit stands in the signal's name."""


class Waveform(Typed):
    """A row of real numbers."""

    blank = np.zeros(1)

    def held(self, value: Any) -> list[float]:
        """The row."""
        return [float(number) for number in np.atleast_1d(value)]


def parameter(kind: type[Typed], suffix: str) -> Typed:
    """A signal that the controller writes before `go`."""
    component = _component(kind, EpicsSignal, suffix, Kind.omitted)
    component.written = True
    return component


def readback(kind: type[Typed], suffix: str) -> Typed:
    """A result that the instrument writes before it echoes; part of `read`."""
    return _component(kind, EpicsSignalRO, suffix, Kind.normal)


def report(kind: type[Typed], suffix: str) -> Typed:
    """What the instrument says of its own state; no part of `read`."""
    return _component(kind, EpicsSignalRO, suffix, Kind.omitted)


class _LongText(EpicsSignalBase):
    """UTF-8 in a character waveform: an EPICS string ends at 40 characters, and ophyd's own conversion knows ASCII."""

    def get(self, **options: Any) -> str:
        """The text."""
        return _decoded(super().get(**options))

    def _read_changed(self, value: Any = None, **metadata: Any) -> None:
        """Ophyd's own end of a monitor: whoever subscribed gets text, too."""
        super()._read_changed(value=_decoded(value), **metadata)


class TextSignal(_LongText, EpicsSignal):
    """Text that the controller writes."""

    def put(self, value: str, *arguments: Any, **options: Any) -> None:
        """Write text, with the zero that ends it: a waveform is never empty."""
        super().put(np.frombuffer(f"{value}\0".encode(), np.uint8), *arguments, **options)


class TextSignalRO(_LongText, EpicsSignalRO):
    """Text that the instrument writes."""


def ask(signals: Iterable[Any]) -> None:
    """Put the questions of several signals at once: their `get`s, one after another, then share one journey.

    A `get` waits for the question of its PV that is under way, and puts one itself where there is none.
    """
    for signal in signals:
        # pyepics keeps one PV for each name; signals in memory (`devices.fake`) have none.
        pv = epics.get_pv(signal.pvname) if isinstance(signal, EpicsSignalBase) else None
        if pv is not None and pv.connected:
            epics.ca.get_with_metadata(pv.chid, ftype=pv.ftype, wait=False)


def _decoded(value: Any) -> str:
    return bytes(np.atleast_1d(np.asarray(value)).astype(np.uint8)).split(b"\0")[0].decode(errors="replace")


def _component(kind: type[Typed], signal: type[EpicsSignalBase], suffix: str, shown: Kind) -> Typed:
    return kind(_OF_TEXT[signal] if kind is Text else signal, suffix, kind=shown)


_OF_TEXT: dict[type[EpicsSignalBase], type[EpicsSignalBase]] = {EpicsSignal: TextSignal, EpicsSignalRO: TextSignalRO}
