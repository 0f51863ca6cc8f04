"""A glovebox: what its sensors read of the gas in which films are made."""

from typing import ClassVar

from devices.instrument import Instrument
from devices.signals import Number, readback


class Glovebox(Instrument):
    """Takes no orders. Its readings change by themselves: subscribe to them."""

    water_ppm = readback(Number, "WATER")
    """Water vapour, parts per million by volume."""
    oxygen_ppm = readback(Number, "OXYGEN")
    """Oxygen, parts per million by volume."""

    results: ClassVar[tuple[str, ...]] = ("water_ppm", "oxygen_ppm")
