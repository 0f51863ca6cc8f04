"""What carries a simulated instrument's panel to its controller: the in-process signals of a fake device."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from devices.fake import sever
from devices.instrument import Instrument
from devices.signals import Typed, Waveform
from sim.instruments.instrument import SimulatedInstrument


class Front:
    """The line between an instrument and a fake device: `sim.instruments.line.Line`."""

    def __init__(self, device: Instrument) -> None:
        self._device = device
        self._waveforms = {n for n, c in type(device)._sig_attrs.items() if isinstance(c, Waveform)}
        self._cut = self._broke_at_go = False
        self._unshown: dict[str, Any] = {}
        self._untold: list[tuple[str, bool]] = []
        self.on_end: Callable[[str, bool], None] = lambda order_id, failed: None
        """Told of every order that ended, with the clock held: id, and whether it failed."""

    def show(self, values: Mapping[str, Any]) -> None:
        """Write what the instrument shows to the fake device's readbacks."""
        for name, value in values.items():
            if self._cut:
                self._unshown.pop(name, None)  # the last one to be written is the last one to be shown
                self._unshown[name] = value
            else:
                getattr(self._device, name).sim_put(np.asarray(value) if name in self._waveforms else value)

    def ended(self, order_id: str, failed: bool) -> None:
        """Tell the station, so that lab time waits for it; later where the line is cut."""
        if self._cut:
            self._untold.append((order_id, failed))
        else:
            self.on_end(order_id, failed)

    def cut(self, *, at_go: bool) -> None:
        """Every signal of the device raises what EPICS raises for one that cannot be reached."""
        self._cut, self._broke_at_go = True, at_go
        sever(self._device, True)

    def mend(self) -> None:
        """Show what was not shown meanwhile."""
        if not self._cut:
            return
        self._cut = self._broke_at_go = False
        sever(self._device, False)
        unshown, self._unshown = self._unshown, {}
        untold, self._untold = self._untold, []
        for order_id, failed in untold:
            self.on_end(order_id, failed)
        self.show(unshown)

    def connect(self, instrument: SimulatedInstrument) -> None:
        """Let the fake device's `go`, `token` and `safe` reach the instrument, as their PVs would."""
        device = self._device
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
            if self._broke_at_go:
                raise TimeoutError(f"the connection to {device.prefix} broke while `go` was written")

        def fence(value: int, **_: object) -> None:
            device.token.sim_put(value)
            instrument.fence(int(value))

        device.go.sim_set_putter(go)
        device.token.sim_set_putter(fence)
        device.safe_now.sim_set_putter(lambda value, **_: instrument.safe(int(value)))
