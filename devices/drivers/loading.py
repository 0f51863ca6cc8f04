"""From the `driver:` of a lab file to the driver: its class, and its settings as that class checks them."""

from pathlib import Path
from typing import Any

from chemistry.errors import BadInput
from chemistry.value import Value
from chemistry.value_file import part_of_yaml_file, placed_in
from devices.dotted_path import found_at
from devices.drivers.protocols import Driver
from devices.lab_file import DriverEntry

_NEEDED = ("connect", "refusal", "perform", "safe", "close", "minds_its_owner")


def driver_of(entry: DriverEntry, path: Path, station: str, role: str) -> Driver:
    """The driver of one instrument; nothing is connected yet.

    Args:
        entry: What the lab file says of it.
        path: The lab file, for the lines of what is wrong.
        station: Name of the station.
        role: Role of the instrument there.

    Raises:
        BadInput: there is no such class, it is no driver, or it cannot use the settings; with line, value and remedy.
    """
    place = ("stations", station, role, "driver")
    with placed_in(path):
        kind = driver_class(entry.class_path, ".".join((*place, "class")))
    settings: type[Value] = kind.Settings
    keys = ", ".join(field.alias or name for name, field in settings.model_fields.items())
    remedy = f"{entry.class_path} takes {keys or 'no settings'}."
    return kind(part_of_yaml_file(settings, entry.settings, path, place, remedy))


def driver_class(class_path: str, place: str) -> Any:
    """The driver class at a dotted path; raises `BadInput` where there is none."""
    remedy = "Give the dotted path of a class, such as devices.drivers.keysight_e4980a.KeysightE4980A"
    found = found_at(class_path, "the driver class", place=place, remedy=remedy)
    lacking = [name for name in _NEEDED if not hasattr(found, name)]
    settings = getattr(found, "Settings", None)
    if not (isinstance(settings, type) and issubclass(settings, Value)):
        lacking.append("Settings")
    if lacking or not isinstance(found, type):
        problem = f"{class_path!r} is no driver class, for it lacks {', '.join(lacking) or 'a constructor'}"
        raise BadInput(problem, place=place, remedy="devices/drivers/protocols.py says what a driver has")
    return found
