"""What carries a simulated instrument's panel to its controller: the in-process signals of a fake device."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from devices.instrument import Instrument
from devices.served.panel import Show
from devices.signals import Typed, Waveform
from sim.instruments.instrument import SimulatedInstrument


def shower(device: Instrument) -> Show:
    """A function that writes what an instrument shows to the fake device's readbacks."""
    waveforms = {n for n, c in type(device)._sig_attrs.items() if isinstance(c, Waveform)}

    def show(values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            getattr(device, name).sim_put(np.asarray(value) if name in waveforms else value)

    return show


def connect(device: Instrument, instrument: SimulatedInstrument) -> None:
    """Let the fake device's `go`, `token` and `safe` reach the instrument, as their PVs would."""
    own = {n: c for n, c in type(device)._sig_attrs.items() if n not in Instrument._sig_attrs}
    written = [name for name, component in own.items() if isinstance(component, Typed) and component.written]

    def go(value: object, **_: object) -> None:
        instrument.receive(
            order_id=device.order_id.get(),
            token=int(device.token.get()),
            sample=device.sample.get(),
            command=device.command.get(),
            written={name: getattr(device, name).get() for name in written},
        )

    def fence(value: int, **_: object) -> None:
        device.token.sim_put(value)
        instrument.fence(int(value))

    device.go.sim_set_putter(go)
    device.token.sim_set_putter(fence)
    device.safe_now.sim_set_putter(lambda value, **_: instrument.safe(int(value)))
