"""A lab: stations on one clock, whether real or simulated."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from chemistry.errors import BadInput
from devices.instrument import Instrument
from devices.lab_file import InstrumentEntry, LabFile, Simulated, instrument_class
from devices.protocols import Clock, Hold
from devices.station import Station
from devices.waiting_line import WaitingLine

__all__ = ["InstrumentEntry", "Lab", "LabFile", "Simulated", "Station", "stations_of"]


class Lab:
    """Stations by name, the clock they share, and the line of those who wait for one."""

    def __init__(
        self,
        name: str,
        stations: Mapping[str, Station],
        clock: Clock,
        close: Callable[[], None] = lambda: None,
        *,
        simulated: bool = False,
    ) -> None:
        """`simulated` says that the lab itself confirms that nothing real moves; where there is doubt it is real."""
        self.name, self.simulated = name, simulated
        self.stations = dict(stations)
        self.clock = clock
        self._close = close
        self._line = WaitingLine(clock)

    def stations_with(self, roles: Sequence[str]) -> list[Station]:
        """Every station that has an instrument for each role; raises `BadInput` naming what is missing if none has."""
        fit = [s for s in self.stations.values() if all(role in s.instruments for role in roles)]
        if not fit:
            nearest = max(self.stations.values(), key=lambda s: sum(role in s.instruments for role in roles))
            missing = [role for role in roles if role not in nearest.instruments]
            raise BadInput(
                f"no station has a {' and a '.join(missing)} beside the rest of what the plan needs "
                f"({', '.join(roles)}); {nearest.name!r} comes nearest",
                place=f"lab {self.name!r}: stations.{nearest.name}",
                remedy=f"Add {' and '.join(missing)} to it in the lab file, or measure without",
            )
        return fit

    def station_with(self, roles: Sequence[str]) -> Station:
        """The first station that has an instrument for each role; raises `BadInput` like `stations_with`."""
        return self.stations_with(roles)[0]

    @contextmanager
    def borrow(self, roles: Sequence[str], hold: Hold, turn: int = 0) -> Iterator[Station]:
        """A free station with these roles for as long as the block lasts; see `WaitingLine.borrow`."""
        with self._line.borrow(self.stations_with(roles), hold, turn) as station:
            yield station

    def status(self) -> dict[str, str]:
        """What each station does now."""
        return {name: station.activity for name, station in self.stations.items()}

    def abort(self, reason: str, *, leaving: bool = False) -> None:
        """Abort every plan that runs, and send away whoever waits for a station; finalizers run (`Station.abort`)."""
        self._line.refuse_all(reason)
        for station in self.stations.values():
            station.abort(reason, leaving=leaving)

    def safe(self) -> None:
        """Bring every instrument into its safe state now, without waiting."""
        for station in self.stations.values():
            station.safe()

    def close(self) -> None:
        """Let go of the instruments and of the clock; a simulated lab's bench is on disk already."""
        for station in self.stations.values():
            station.close()
        self._close()


def stations_of(
    lab_file: LabFile,
    clock: Clock,
    build: Callable[[type[Instrument], str, str, str], Instrument],
) -> dict[str, Station]:
    """The stations of a lab file; `build` makes an instrument of a class, prefix, station and role."""
    stations: dict[str, Station] = {}
    for name, entries in lab_file.stations.items():
        instruments = {
            role: build(instrument_class(entry, f"stations.{name}.{role}"), entry.prefix, name, role)
            for role, entry in entries.items()
        }
        stations[name] = Station(name, instruments, clock, lab_file.gas)
    return stations
