"""Instruments with signals in memory in place of PVs: for the simulated lab in process, and for tests."""

from typing import Any

from ophyd import EpicsSignal, EpicsSignalRO
from ophyd.sim import FakeEpicsSignal, FakeEpicsSignalRO, fake_device_cache, make_fake_device

from devices.instrument import Instrument
from devices.protocols import Clock
from devices.signals import TextSignal, TextSignalRO, Typed


class _Severable(FakeEpicsSignal):
    """A fake signal whose connection can be lost: then it raises what ophyd raises where a PV cannot be reached."""

    severed = False

    def get(self, **options: Any) -> Any:
        """The value."""
        _refuse_severed(self)
        return super().get(**options)

    def put(self, *arguments: Any, **options: Any) -> None:
        """Write."""
        _refuse_severed(self)
        super().put(*arguments, **options)


class _SeverableRO(FakeEpicsSignalRO):
    """The same for what the instrument writes."""

    severed = False

    def get(self, **options: Any) -> Any:
        """The value."""
        _refuse_severed(self)
        return super().get(**options)


def _refuse_severed(signal: _Severable | _SeverableRO) -> None:
    if signal.severed:
        raise TimeoutError(f"{signal.name} is not connected")


fake_device_cache.update(
    {
        EpicsSignal: _Severable,
        EpicsSignalRO: _SeverableRO,
        TextSignal: _Severable,
        TextSignalRO: _SeverableRO,
    }
)


def fake_instrument(kind: type[Instrument], prefix: str, *, name: str, clock: Clock) -> Any:
    """An instance of the faked class; each signal holds an empty value of its own type, where ophyd puts integer 0."""
    device = make_fake_device(kind)(prefix, name=name, clock=clock)
    for attribute, component in kind._sig_attrs.items():
        if isinstance(component, Typed):
            getattr(device, attribute).sim_put(component.blank)
    return device


def sever(device: Instrument, severed: bool) -> None:
    """Lose the connection to every signal of a fake instrument, or find it again."""
    for signal in device.walk_signals():
        if isinstance(signal.item, _Severable | _SeverableRO):
            signal.item.severed = severed
