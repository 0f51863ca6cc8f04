"""`ionloop md analyse` behind its options: the transport figures of a trajectory that somebody else made."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from chemistry.errors import BadInput
from flows.dynamics.run import distributions, refuse_picture
from flows.terminal import console, table

if TYPE_CHECKING:
    from sim.md.displacement import Diffusivity
    from sim.md.pair_structure import RadialDistribution
    from sim.md.trajectory import Trajectory
    from sim.md.transport import Estimate, Transport
    from sim.md.units import Units

LEAST_DISTANCE = {"real": 3.0, "metal": 3.0, "lj": 1.0}
"""That an ion goes before its motion counts as diffusive: about from one neighbour to the next."""
CONTACT_FRAMES = 400
"""Frames from which residence times are read, at most: they are compared pair by pair."""


@dataclass(frozen=True)
class Foreign:
    """What the command was given."""

    file: Path
    ions: tuple[str, ...]
    timestep: float
    units: str
    temperature_K: float | None
    skip: float
    keep_drift: bool
    least_distance: float | None
    plot: Path | None
    as_json: bool


@dataclass(frozen=True)
class Ion:
    """An ion as the command line names it."""

    type: str
    charge: float
    name: str


def ion_of(text: str) -> Ion:
    """An ion from `2=+1` or `2=+1:Li`.

    Raises:
        BadInput: it is neither.

    >>> ion_of("2=+1:Li"), ion_of("3=-1").name
    (Ion(type='2', charge=1.0, name='Li'), '3')
    """
    kind, _, rest = text.partition("=")
    number, _, name = rest.partition(":")
    try:
        charge = float(number)
    except ValueError:
        charge = float("nan")
    if not kind or not 0 < abs(charge) < 10:
        raise BadInput(f"--ion {text!r} names no ion", remedy="Give TYPE=CHARGE, such as 2=+1 or 2=+1:Li")
    return Ion(kind, charge, name or kind)


def ions_of(texts: Sequence[str]) -> list[Ion]:
    """Ions that differ by type and by name.

    Raises:
        BadInput: a text names no ion, or two have one type or one name: their charges would be mixed up.
    """
    ions = [ion_of(text) for text in texts]
    for what in ("type", "name"):
        seen = [getattr(ion, what) for ion in ions]
        twice = next((one for one in seen if seen.count(one) > 1), None)
        if twice is not None:
            raise BadInput(f"two --ion have the {what} {twice!r}", remedy=f"Give each a {what} of its own")
    return ions


def _refuse_numbers(asked: Foreign, *, reduced: bool) -> None:
    if not 0 < asked.timestep < math.inf:
        raise BadInput(f"--timestep {asked.timestep:g}", remedy="Give the time step of the simulation, above zero")
    if not reduced and asked.temperature_K is None:
        raise BadInput("without a temperature there is no conductivity", remedy="Give --temperature in K")
    if asked.temperature_K is not None and not 0 < asked.temperature_K < math.inf:
        raise BadInput(f"--temperature {asked.temperature_K:g}", remedy="Give that of the simulation in K, above zero")
    if asked.least_distance is not None and not 0 <= asked.least_distance < math.inf:
        raise BadInput(f"--least-distance {asked.least_distance:g}", remedy="Give a length, zero or above")


def analyse_trajectory(asked: Foreign) -> None:
    """Read, work out, print and draw.

    Raises:
        BadInput: the file or an option cannot be used.
    """
    from sim.md.dump import read_dump
    from sim.md.transport import transport
    from sim.md.units import units_of

    refuse_picture(asked.plot)
    units = units_of(asked.units)
    ions = ions_of(asked.ions)
    _refuse_numbers(asked, reduced=units is None)
    read = read_dump(asked.file, timestep=asked.timestep, names={ion.type: ion.name for ion in ions})
    seen = read.last(1 - asked.skip) if asked.skip else read
    charges = {ion.name: ion.charge for ion in ions}
    far = asked.least_distance if asked.least_distance is not None else LEAST_DISTANCE[asked.units]
    found = transport(seen, charges, remove_drift=not asked.keep_drift, least_distance=far)
    around, figures = _surroundings(seen, ions)
    if asked.plot is not None:
        from sim.md.picture import draw_transport

        axes = ("σ", "τ") if units is None else (units.length, units.time)
        draw_transport(seen, found, around, asked.plot, title=asked.file.name, units=axes)
    told = {
        "file": str(asked.file),
        "frames": seen.frames,
        "particles": len(seen.names),
        **_transport_told(found, units, asked.temperature_K),
        **figures,
        "notes": [*read.notes, *_doubts(found)],
    }
    if asked.as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        _print(told, asked.plot)


def _transport_told(found: "Transport", units: "Units | None", temperature_K: float | None) -> dict[str, object]:
    per_cm2_s = 1.0 if units is None else units.cm2_s
    per_S_cm = 1.0 if units is None or temperature_K is None else units.S_cm(1.0, temperature_K)
    suffixes = ("", "") if units is None else ("_cm2_s", "_S_cm")
    return {
        f"diffusivity{suffixes[0]}": {
            name: _diffusivity_told(one, per_cm2_s) for name, one in found.diffusivities.items()
        },
        f"conductivity_nernst_einstein{suffixes[1]}": _estimate_told(found.nernst_einstein, per_S_cm),
        f"conductivity_collective{suffixes[1]}": _estimate_told(found.collective, per_S_cm),
        "ionicity": _estimate_told(found.ionicity),
        "transference_number": _estimate_told(found.transference_ideal),
        "transference_number_collective": _estimate_told(found.transference_collective),
        "diffusive": found.diffusive,
        "drift_removed": found.drift,
    }


def _diffusivity_told(one: "Diffusivity", factor: float) -> dict[str, object]:
    return {
        **_estimate_told(one, factor),
        "exponent": round(one.exponent, 3),
        "diffusive": one.diffusive,
        "blocks": one.blocks,
    }


def _estimate_told(one: "Estimate | Diffusivity", factor: float = 1.0) -> dict[str, object]:
    """Not a number is null in JSON."""
    numbers = {"value": one.value * factor, "error": one.error * factor}
    return {name: float(f"{number:.6g}") if number == number else None for name, number in numbers.items()}


def _surroundings(
    seen: "Trajectory", ions: list[Ion]
) -> "tuple[dict[tuple[str, str], RadialDistribution], dict[str, object]]":
    """g(r) about the first cation, coordination, clusters and residence within its first shell of counterions."""
    from sim.md.pair_structure import clusters, coordination, residence
    from sim.md.trajectory import thinned

    cations, anions = ([ion.name for ion in ions if sign * ion.charge > 0] for sign in (1, -1))
    if not cations:
        return {}, {}
    names = [name for name in dict.fromkeys(seen.names.tolist()) if name not in cations]
    around = dict(distributions(seen, cations[0], names))
    told: dict[str, object] = {}
    for (centre, other), found in around.items():
        try:
            radius = found.shell()
        except BadInput:
            continue  # a gas has no shells
        shell = {"radius": round(radius, 4), "number": round(coordination(seen, centre, other, radius), 4)}
        if other in anions:
            grouped = clusters(seen, centre, other, radius)
            shell |= {"free_ions": round(float(grouped.shares[0]), 4), "cluster_size": round(grouped.mean_size, 3)}
        stays = residence(thinned(seen, CONTACT_FRAMES), centre, other, radius).time if seen.frames > 3 else None
        told[f"{centre}-{other}"] = {**shell, "residence_time": stays}
    return around, {"coordination": told}


def _doubts(found: "Transport") -> list[str]:
    return [
        f"{name} does not diffuse over the fitted lags: it went {one.distance:.3g}, where motion counts from "
        f"{one.least_distance:g} on (--least-distance), and its displacement grows as t^{one.exponent:.2f}"
        for name, one in found.diffusivities.items()
        if not one.diffusive
    ]


def _print(told: dict[str, object], plot: Path | None) -> None:
    view = table("", "value", "±", title=f"{told['file']}: {told['frames']} frames of {told['particles']} particles")
    notes = told.pop("notes")
    for name, value in told.items():
        if isinstance(value, dict) and "value" in value:
            view.add_row(name.replace("_", " "), _digits(value["value"]), _digits(value["error"]))
        elif isinstance(value, dict):
            for inner, row in value.items():
                if "value" in row:
                    words = f"{name} {inner}".replace("_", " ")
                    view.add_row(f"{words} (∝ t^{row['exponent']})", _digits(row["value"]), _digits(row["error"]))
                else:
                    rest = ", ".join(f"{key.replace('_', ' ')} {_digits(part)}" for key, part in row.items())
                    view.add_row(inner, rest, "")
    out = console()
    out.print(view)
    for note in notes if isinstance(notes, list) else []:
        out.print(f"  {note}", soft_wrap=True)
    if plot is not None:
        out.print(f"Picture: {plot}", soft_wrap=True)


def _digits(number: object) -> str:
    return f"{number:.4g}" if isinstance(number, (int, float)) else "not known"
