"""From a mass to volumes, and from volumes to the commands of the robot's API."""

import math
from dataclasses import dataclass
from typing import Any

from chemistry.errors import BadInput
from devices.drivers.opentrons_settings import OpentronsSettings, Pipette, Solution

PIPETTE = "pipette"
"""Id that the commands of a run give to the pipette."""
MATERIAL = frozenset({"aspirate", "dispense", "blowout"})
"""Commands that move liquid: until the first of them, a dose can still be forgotten."""


@dataclass(frozen=True)
class Portions:
    """A dose as the pipette carries it."""

    volumes_uL: tuple[float, ...]
    """One transfer after another, µL."""
    mass_mg: float
    """What the volumes hold of the component, mg: commanded volume times concentration."""
    standard_deviation_mg: float
    """Of the mass: from that of the concentration, and the pipette's systematic error."""

    @property
    def volume_uL(self) -> float:
        """What is drawn from the container, µL."""
        return sum(self.volumes_uL)


def portions(mass_mg: float, solution: Solution, pipette: Pipette, left_uL: float) -> Portions:
    """Split a mass into the fewest equal transfers.

    The variance of the mass m = V c is m² ((s_c / c)² + e² / 3): the systematic error e is a limit that the maker
    states, taken as a rectangular distribution of that half-width (JCGM 100:2008, 4.3.7). It is the same for all
    transfers, so it does not average out.

    Args:
        mass_mg: What is to be in the vial afterwards, mg.
        solution: The container.
        pipette: Its limits.
        left_uL: What the tip can still draw from the container, µL.

    Raises:
        BadInput: less than the pipette can measure, more than the container holds, no mass at all.
    """
    if not (math.isfinite(mass_mg) and mass_mg > 0):
        raise BadInput(f"a dose of {mass_mg} mg is none", remedy="Give a mass above zero")
    # To a nanolitre, which no pipette knows: else the last bit of a quotient refuses a volume, or splits it once more.
    volume = round(mass_mg / solution.concentration_mg_uL, 3)
    needs = f"{mass_mg:.4g} mg are {volume:.4g} µL of a solution of {solution.concentration_mg_uL:g} mg/µL"
    if volume < pipette.minimum_uL:
        problem = f"{needs}, less than the {pipette.minimum_uL:g} µL that {pipette.name} can measure"
        raise BadInput(problem, remedy="Use a more dilute solution, or a smaller pipette")
    number = math.ceil(round(volume / pipette.maximum_uL, 9))
    each = round(volume / number, 3)
    if number * each > left_uL:
        problem = f"{needs}, and the container has {max(left_uL, 0.0):.4g} µL left that the tip can reach"
        raise BadInput(problem, remedy="Fill it and give `filling` a new name in the lab file")
    mass = number * each * solution.concentration_mg_uL
    of_concentration = solution.concentration_sd_mg_uL / solution.concentration_mg_uL
    deviation = mass * math.hypot(of_concentration, pipette.systematic_error / math.sqrt(3))
    return Portions((each,) * number, mass, deviation)


def commands_of(
    order_id: str, settings: OpentronsSettings, solution: Solution, dose: Portions, vial: str, tip: str
) -> list[dict[str, Any]]:
    """The commands of one dose, each with the order's id in its `key`.

    All have the intent `protocol`, so that they wait in the run's queue until it is played; without one the robot takes
    a command for a part of the set-up and carries it out at once.
    """
    pipette = settings.pipette
    load = {"pipetteName": pipette.name, "mount": pipette.mount, "pipetteId": PIPETTE}
    steps: list[tuple[str, dict[str, Any]]] = [("loadPipette", load)]
    # All of the deck is loaded, used or not: the robot lifts its tip only over what it knows to be there.
    steps += [("loadLabware", _load(settings, slot)) for slot in settings.labware]
    draw = _well(solution.slot, solution.well, "bottom", solution.aspirate_height_mm)
    drop = _well(settings.vials.slot, vial, "top", settings.vials.drop_height_mm)
    steps.append(("pickUpTip", {"pipetteId": PIPETTE, "labwareId": _in(settings.tips.slot), "wellName": tip}))
    for volume in dose.volumes_uL:
        steps.append(("aspirate", {**draw, "volume": volume, "flowRate": pipette.aspirate_uL_s}))
        steps.append(("dispense", {**drop, "volume": volume, "flowRate": pipette.dispense_uL_s}))
        steps.append(("blowout", {**drop, "flowRate": pipette.blow_out_uL_s}))
    bin_ = {"pipetteId": PIPETTE, "addressableAreaName": settings.trash}
    steps += [("moveToAddressableAreaForDropTip", bin_), ("dropTipInPlace", {"pipetteId": PIPETTE}), ("home", {})]
    return [
        {"commandType": kind, "params": parameters, "intent": "protocol", "key": f"{order_id}/{number:02d}"}
        for number, (kind, parameters) in enumerate(steps)
    ]


def offsets_of(settings: OpentronsSettings) -> list[dict[str, Any]]:
    """The offsets of the labware, as a new run is told them."""
    return [
        {
            "definitionUri": f"{labware.namespace}/{labware.load_name}/{labware.version}",
            "location": {"slotName": slot},
            "vector": dict(zip("xyz", labware.offset_mm, strict=True)),
        }
        for slot, labware in settings.labware.items()
        if any(labware.offset_mm)
    ]


def _in(slot: str) -> str:
    """Id that the commands of a run give to the labware in a slot."""
    return f"labware in {slot}"


def _load(settings: OpentronsSettings, slot: str) -> dict[str, Any]:
    labware = settings.labware[slot]
    return {
        "location": {"slotName": slot},
        "loadName": labware.load_name,
        "namespace": labware.namespace,
        "version": labware.version,
        "labwareId": _in(slot),
    }


def _well(slot: str, well: str, origin: str, height_mm: float) -> dict[str, Any]:
    location = {"origin": origin, "offset": {"x": 0.0, "y": 0.0, "z": height_mm}}
    return {"pipetteId": PIPETTE, "labwareId": _in(slot), "wellName": well, "wellLocation": location}
