"""A sample changer: moves films between the rack and the measuring cell of its station."""

from typing import ClassVar

from devices.instrument import Instrument
from devices.protocols import Load, Unload
from devices.signals import Text, readback


class SampleChanger(Instrument):
    """Takes `Load`, and `Unload`, after which the order's sample is not in the cell, whether or not it was.

    An `Unload` that names no sample clears the cell of whatever is in it.
    """

    loaded = readback(Text, "LOADED")
    """Name of the sample in the cell; empty where there is none."""

    understands = (Load, Unload)
    results: ClassVar[tuple[str, ...]] = ("loaded",)
