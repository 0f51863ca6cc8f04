"""The bare instruments of a station behind process variables, in a process that outlives every controller."""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from devices.channel_access import ChannelAccess
from devices.clock import RealClock
from devices.drivers.protocols import Driver
from devices.lab_file import LabFile, instrument_class
from devices.served.channels import InstrumentChannels
from devices.served.driven import DrivenInstrument
from devices.served.order_memory import OrderMemory
from devices.served.server import ChannelAccessServer

logger = logging.getLogger(__name__)

MEMORY_NAME = "orders.sqlite"


@contextmanager
def station_process(
    lab_file: LabFile,
    station: str,
    drivers: Mapping[str, Driver],
    folder: Path,
    say: Callable[[str], None],
    address: str | None = None,
) -> Iterator[ChannelAccessServer]:
    """Serve the driven instruments of a station, in wall time, for as long as the block lasts.

    An instrument that does not answer is served all the same, and refuses its orders with what its driver says.

    Args:
        lab_file: Names classes and prefixes.
        station: Name of the station.
        drivers: What drives each of its bare instruments, by role.
        folder: Where the station keeps its memory.
        say: Told what each instrument is, or that it does not answer; from any thread.
        address: Where to serve, `HOST` or `HOST:PORT`; by default the first of the lab file's `channel_access`.

    Raises:
        BadInput: the lab file names no such device class.
        MemoryInUse: another process runs this station.
        NotServed: the address cannot be had, or another server is there.
    """
    access = lab_file.channel_access or ChannelAccess()
    server = ChannelAccessServer(*access.place(address))
    memory = OrderMemory(folder / MEMORY_NAME, server.place)
    over = threading.Event()
    instruments: list[DrivenInstrument] = []
    try:
        for role, driver in drivers.items():
            entry = lab_file.stations[station][role]
            kind = instrument_class(entry, f"stations.{station}.{role}")
            channels = InstrumentChannels(kind, entry.prefix, server)
            instrument = DrivenInstrument(role, kind, driver, memory, RealClock(), channels.show, say)
            channels.show({"dead_man_s": lab_file.dead_man_s if instrument.minds_its_owner else 0.0})
            channels.attach(instrument)
            instruments.append(instrument)
        server.start()
        for instrument in instruments:
            instrument.start()
        watch = (instruments, lab_file.dead_man_s, over)
        threading.Thread(target=_watch, args=watch, name="dead-man", daemon=True).start()
        yield server
    finally:
        over.set()
        for instrument in instruments:
            instrument.close()
        server.close()
        memory.close()


def _watch(instruments: Sequence[DrivenInstrument], patience_s: float, over: threading.Event) -> None:
    while not over.wait(patience_s / 10):
        for instrument in instruments:
            try:
                instrument.look_for_owner(patience_s)
            except Exception:  # a fault of one must not leave the others hot
                logger.exception("the dead-man of %s failed", instrument.name)
