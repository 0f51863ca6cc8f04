"""A lab of instruments behind EPICS process variables, whoever serves them."""

from pathlib import Path

from devices.clock import RealClock
from devices.heartbeat import Heartbeat
from devices.instrument import Instrument
from devices.lab import Lab, LabFile, stations_of
from devices.lab_clock import LabClock


def epics_lab(lab_file: LabFile, folder: Path) -> Lab:
    """The lab of a lab file on real PVs, in wall time or in the time that it publishes itself.

    PVs are looked for in the background; the first order to an instrument waits for its connection.

    Args:
        lab_file: Names classes and prefixes.
        folder: Not used: real instruments keep their own records. Part of every lab factory's signature.

    Raises:
        NeverSent: the lab file names a clock, and nobody publishes it.
    """
    clock = LabClock(lab_file.clock) if lab_file.clock else RealClock()

    def build(kind: type[Instrument], prefix: str, station: str, role: str) -> Instrument:
        return kind(prefix, name=role, clock=clock)

    stations = stations_of(lab_file, clock, build)
    for station in stations.values():
        for instrument in station.instruments.values():
            instrument.on_end = station.ended

    heartbeat = Heartbeat(stations.values())

    def close() -> None:
        # The PVs stay until the process ends: to destroy one while an event of it is on its way can crash pyepics.
        heartbeat.close()
        clock.close()

    # By the word of the lab itself, and of the one that was meant: a file may have been copied from a simulated lab's.
    confirmed = isinstance(clock, LabClock) and clock.simulated_lab == lab_file.name
    return Lab(lab_file.name, stations, clock, close, simulated=confirmed)
