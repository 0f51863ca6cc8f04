"""The seal of an order: a checksum of everything that was written for it, sent as the value of `GO`."""

import json
import zlib
from collections.abc import Mapping

from devices.signals import Typed

MIXED = "what was written for the order is not what its sender sealed: another controller wrote at the same time"


def seal(values: Mapping[str, object], components: Mapping[str, object]) -> int:
    """The checksum, a positive 32-bit integer.

    Signals are written one after another, and two controllers may write at once, as when one that was suspended wakes
    up after its station has got another owner. An instrument that compares the seal with what it holds never begins a
    mixture of their orders. One that cannot takes any `GO` but zero.

    Args:
        values: What was written, by signal.
        components: The signals of the device class by name; those that are `Typed` say how their value is held.

    >>> seal({}, {})
    598130499
    """
    held = {
        name: component.held(value)
        for name, value in sorted(values.items())
        if isinstance(component := components.get(name), Typed)
    }
    return (zlib.crc32(json.dumps(held, ensure_ascii=False).encode()) & 0x7FFF_FFFF) or 1
