"""Lab files: read, checked against the campaign that uses them, and the labs that they name, opened."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from chemistry.errors import BadInput
from chemistry.value_file import placed_in, read_yaml_value
from devices.channel_access import prepare
from devices.dotted_path import found_at
from devices.interrupt import load_instruments
from devices.lab_file import LabFile, instrument_class
from devices.protocols import MAKE_ROLES
from flows.faults import faults_of_run
from flows.pools import pinned
from flows.spec import CampaignSpec, read_campaign
from flows.wanted import wanted_of

if TYPE_CHECKING:
    from devices.lab import Lab  # imports ophyd, which must come after `prepare`
    from sim.faults.fault_file import FaultFile


def read_files(campaign_file: Path, *, hardware: bool) -> tuple[CampaignSpec, LabFile]:
    """The campaign and the lab file, checked against each other; nothing is written and nothing moves.

    Raises:
        BadInput: a file cannot be used, the lab lacks an instrument that a plan needs, or the lab is real and real
            hardware was not asked for by name.
    """
    spec = pinned(read_campaign(campaign_file), campaign_file)
    lab_path = campaign_file.parent / spec.lab
    if not lab_path.exists():
        raise BadInput(
            f"the lab file `{spec.lab}` does not exist",
            place=str(campaign_file),
            remedy="`lab:` is relative to the campaign file.",
        )
    lab_file = _read_lab(lab_path)
    _has_instruments(lab_file, lab_path, wanted_of(spec).roles)
    _has_parts(lab_file, lab_path)
    if not is_simulated(lab_file) and not hardware:
        raise BadInput(
            f"`{lab_file.name}` drives instruments in another process, and they may be real",
            place=str(lab_path),
            remedy="Say --hardware if that is what you want; the lab in the controller's own process is the default.",
        )
    return spec, lab_file


def read_lab(path: Path) -> LabFile:
    """The lab file at `path`, and Channel Access set up for it where it says how.

    Raises:
        BadInput: it cannot be used, or what it names cannot be had; with its line.
    """
    lab_file = _read_lab(path)
    _has_parts(lab_file, path)
    return lab_file


def _read_lab(path: Path) -> LabFile:
    lab_file = read_yaml_value(LabFile, path)
    if lab_file.channel_access is not None:
        with placed_in(path):
            prepare(lab_file.channel_access)
    return lab_file


def is_simulated(lab_file: LabFile) -> bool:
    """Whether the lab is the simulated one: its factory lives in `sim`. Anything else moves real matter."""
    return lab_file.factory.startswith("sim.")


def _has_instruments(lab_file: LabFile, place: Path, measuring: Sequence[str]) -> None:
    """A station for each plan; of the measuring instruments only those that an objective or a limit needs."""
    for purpose, roles in (("make films", MAKE_ROLES), ("measure films", measuring)):
        if any(set(roles) <= set(station) for station in lab_file.stations.values()):
            continue
        nearest = max(lab_file.stations, key=lambda name: len(set(roles) & set(lab_file.stations[name])))
        missing = sorted(set(roles) - set(lab_file.stations[nearest]))
        raise BadInput(
            f"no station can {purpose}; `{nearest}` comes nearest and lacks {', '.join(missing)}",
            place=str(place),
            remedy=f"One station needs all of {', '.join(roles)}.",
        )


def _has_parts(lab_file: LabFile, place: Path) -> None:
    """What the lab file names can be had: its factory, its instrument classes, and what the simulated lab needs."""
    with placed_in(place):
        _factory(lab_file)
        if is_simulated(lab_file):
            from sim.lab import refuse_unfit

            refuse_unfit(lab_file)
        for station, entries in lab_file.stations.items():
            for role, entry in entries.items():
                instrument_class(entry, f"stations.{station}.{role}")


def read_faults_for(path: Path | None, lab_file: LabFile) -> "FaultFile | None":
    """The faults that a run of this lab injects; None where no file was given.

    Raises:
        BadInput: the file cannot be used, or faults cannot be injected into this lab from here.
    """
    return None if path is None else faults_of_run(path, lab_file, in_process=is_simulated(lab_file))


def open_lab(lab_file: LabFile, folder: Path, faults: "FaultFile | None" = None) -> "Lab":
    """The lab that the file's factory makes. Only here does it matter whether the lab is simulated."""
    factory = _factory(lab_file)
    return factory(lab_file, folder, faults) if faults is not None and faults.of_lab else factory(lab_file, folder)


def _factory(lab_file: LabFile) -> Callable[..., "Lab"]:
    load_instruments()
    factory = found_at(lab_file.factory, "the lab's factory", place="factory", remedy=_FACTORIES)
    if not callable(factory):
        raise BadInput(f"the lab's factory `{lab_file.factory}` is no function", place="factory", remedy=_FACTORIES)
    return cast("Callable[..., Lab]", factory)


_FACTORIES = "Simulated labs say sim.lab.simulated_lab, real ones devices.epics.epics_lab."
