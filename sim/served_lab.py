"""The simulated lab behind process variables, in a process of its own that outlives every controller."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from devices.channel_access import ChannelAccess
from devices.lab_clock import BEAT_S
from devices.lab_file import LabFile, instrument_class
from devices.protocols import Hold
from devices.served.channels import InstrumentChannels
from devices.served.server import ChannelAccessServer
from sim.bench import Bench
from sim.clock import VirtualClock
from sim.clock_service import ClockService
from sim.faults.fault_file import FaultFile
from sim.instruments.instrument import SimulatedInstrument
from sim.lab import end_what_went_on, opened_bench, simulated_instrument

logger = logging.getLogger(__name__)

PATIENCE_S = 20.0
"""Wall time that a client has to find an instrument again; it looks for it every few seconds at first."""
LOOK_S = 0.1


@contextmanager
def served_lab(lab_file: LabFile, folder: Path, faults: FaultFile | None = None) -> Iterator[ChannelAccessServer]:
    """Serve the simulated lab of a lab file, whose record is in `folder`, for as long as the block lasts.

    What `faults` says goes wrong does.

    Raises:
        BadInput: what the lab file says cannot be simulated.
        NotServed: the port cannot be had.
    """
    access = lab_file.channel_access or ChannelAccess()
    server = ChannelAccessServer(*access.place())
    with opened_bench(lab_file, folder, faults, server.place) as bench:
        service = ClockService(bench.clock, lab_file.clock, server, lab_file.name)
        instruments = _instruments(lab_file, bench, server, service)
    over = threading.Event()
    watch = threading.Thread(
        target=_watch, args=(instruments, service, lab_file.dead_man_s, over), name="dead-man", daemon=True
    )
    try:
        server.start()
        watch.start()
        yield server
    finally:
        over.set()
        server.close()
        bench.clock.close()
        bench.record.close()


class ServedLine:
    """The line between an instrument and whoever is connected to its channels: `sim.instruments.line.Line`."""

    def __init__(self, channels: InstrumentChannels, clock: VirtualClock, news: Callable[[], None]) -> None:
        self._channels, self._clock, self._news = channels, clock, news
        self._clients = 0
        self._cut = False

    def show(self, values: Mapping[str, Any]) -> None:
        """Write to the channels, whether or not anybody can read them."""
        self._channels.show(values)

    def ended(self, order_id: str, failed: bool) -> None:
        """Everybody may be at work now."""
        self._news()

    def cut(self, *, at_go: bool) -> None:
        """Withdraw the channels. Whoever writes `go` does not wait for an answer, so `at_go` makes no difference."""
        if not self._cut:
            self._cut, self._clients = True, self._channels.clients
            self._channels.withdraw()

    def mend(self) -> None:
        """Offer the channels again. Clients look for them in wall time, so lab time waits until they have found them.

        It does not wait longer than `PATIENCE_S` for a client that has left.
        """
        if self._cut:
            self._cut = False
            self._channels.offer_again()
            threading.Thread(target=self._wait, args=(self._clock.hold(),), name="found again", daemon=True).start()

    def _wait(self, hold: Hold) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while self._channels.clients < self._clients and time.monotonic() < deadline:
            time.sleep(LOOK_S)
        time.sleep(LOOK_S)  # the value comes just after the connection
        hold.release()


def _instruments(
    lab_file: LabFile, bench: Bench, server: ChannelAccessServer, service: ClockService
) -> list[SimulatedInstrument]:
    instruments: list[SimulatedInstrument] = []
    for station, entries in lab_file.stations.items():
        for role, entry in entries.items():
            kind = instrument_class(entry, f"stations.{station}.{role}")
            channels = InstrumentChannels(kind, entry.prefix, server)
            line = ServedLine(channels, bench.clock, service.news)
            instrument = simulated_instrument(bench, kind, station, role, line)
            channels.show({"dead_man_s": lab_file.dead_man_s if instrument.minds_its_owner else 0.0})
            channels.attach(instrument, after=service.tell_news)
            instruments.append(instrument)
    end_what_went_on(bench, instruments)
    return instruments


def _watch(
    instruments: list[SimulatedInstrument], service: ClockService, patience_s: float, over: threading.Event
) -> None:
    """The dead-man: heaters off before lab time goes on without a controller that fell silent."""
    while not over.wait(patience_s / 10):
        for instrument in instruments:
            instrument.look_for_owner(patience_s)
        service.tell_news()
        service.drop_silent(patience_s + 2 * BEAT_S)  # after the heaters: the two beats need not come together
