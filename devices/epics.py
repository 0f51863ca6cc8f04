"""A lab of real instruments behind EPICS process variables."""

from pathlib import Path

from devices.clock import RealClock
from devices.instrument import Instrument
from devices.lab import Lab, LabFile, stations_of


def epics_lab(lab_file: LabFile, folder: Path) -> Lab:
    """The lab of a lab file on real PVs and wall time.

    PVs are looked for in the background; the first order to an instrument waits for its connection.

    Args:
        lab_file: Names classes and prefixes.
        folder: Not used: real instruments keep their own records. Part of every lab factory's signature.
    """
    clock = RealClock()

    def build(kind: type[Instrument], prefix: str, station: str, role: str) -> Instrument:
        return kind(prefix, name=role, clock=clock)

    return Lab(lab_file.name, stations_of(lab_file, clock, build), clock, close=clock.close)
