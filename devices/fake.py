"""Instruments with signals in memory in place of PVs: for the simulated lab in process, and for tests."""

from typing import Any

from ophyd.sim import FakeEpicsSignal, FakeEpicsSignalRO, fake_device_cache, make_fake_device

from devices.instrument import Instrument
from devices.protocols import Clock
from devices.signals import TextSignal, TextSignalRO, Typed

fake_device_cache.update({TextSignal: FakeEpicsSignal, TextSignalRO: FakeEpicsSignalRO})


def fake_instrument(kind: type[Instrument], prefix: str, *, name: str, clock: Clock) -> Any:
    """An instance of the faked class; each signal holds an empty value of its own type, where ophyd puts integer 0."""
    device = make_fake_device(kind)(prefix, name=name, clock=clock)
    for attribute, component in kind._sig_attrs.items():
        if isinstance(component, Typed):
            getattr(device, attribute).sim_put(component.blank)
    return device
