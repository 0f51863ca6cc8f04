"""EPICS signals with a type: what a PV holds before anything was written to it.

A fake signal (`ophyd.sim.make_fake_device`) starts as the integer 0 whatever it is meant to hold; `set_blank` gives
each one an empty value of its own type.
"""

from typing import Any

import numpy as np
from ophyd import Component, Device, EpicsSignal, EpicsSignalRO, Kind
from ophyd.signal import EpicsSignalBase


class Typed(Component):
    """A component that knows the empty value of its PV."""

    blank: Any = 0.0
    written = False
    """Whether the controller writes it before `go`."""


class Text(Typed):
    """A long string: a character waveform, since an EPICS string ends at 40 characters."""

    blank = ""


class Integer(Typed):
    """A whole number, or a truth value."""

    blank = 0


class Number(Typed):
    """A real number; its unit stands in the signal's name."""


class Waveform(Typed):
    """A row of real numbers."""

    blank = np.zeros(1)


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


def set_blank(device: Device) -> None:
    """Give every signal of a fake device an empty value of its type."""
    for name, component in type(device)._sig_attrs.items():
        if isinstance(component, Typed):
            getattr(device, name).sim_put(component.blank)


def _component(kind: type[Typed], signal: type[EpicsSignalBase], suffix: str, shown: Kind) -> Typed:
    options: dict[str, Any] = {"string": True} if kind is Text else {}
    return kind(signal, suffix, kind=shown, **options)
