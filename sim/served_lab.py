"""The simulated lab behind process variables, in a process of its own that outlives every controller."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devices.channel_access import ChannelAccess
from devices.lab_clock import BEAT_S
from devices.lab_file import LabFile, instrument_class
from devices.served.channels import InstrumentChannels
from devices.served.server import ChannelAccessServer
from sim.bench import Bench
from sim.clock_service import ClockService
from sim.instruments.instrument import SimulatedInstrument
from sim.lab import end_what_went_on, opened_bench, simulated_instrument

logger = logging.getLogger(__name__)


@contextmanager
def served_lab(lab_file: LabFile, folder: Path) -> Iterator[ChannelAccessServer]:
    """Serve the simulated lab of a lab file, whose record is in `folder`, for as long as the block lasts.

    Raises:
        BadInput: what the lab file says cannot be simulated.
        NotServed: the port cannot be had.
    """
    access = lab_file.channel_access or ChannelAccess()
    server = ChannelAccessServer(*access.place())
    with opened_bench(lab_file, folder) as bench:
        service = ClockService(bench.clock, lab_file.clock, server)
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


def _instruments(
    lab_file: LabFile, bench: Bench, server: ChannelAccessServer, service: ClockService
) -> list[SimulatedInstrument]:
    instruments: list[SimulatedInstrument] = []
    for station, entries in lab_file.stations.items():
        for role, entry in entries.items():
            kind = instrument_class(entry, f"stations.{station}.{role}")
            channels = InstrumentChannels(kind, entry.prefix, server)
            instrument = simulated_instrument(bench, kind, station, role, channels.show)
            channels.show({"dead_man_s": lab_file.dead_man_s if instrument.minds_its_owner else 0.0})
            channels.attach(instrument, after=service.tell_news)
            instruments.append(instrument)
    end_what_went_on(bench, instruments)
    for instrument in instruments:
        instrument.on_end = lambda order_id, failed: service.news()
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
