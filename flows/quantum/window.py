"""`ionloop dft` behind its options."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from flows.terminal import console, table

if TYPE_CHECKING:
    from rich.console import Console

    from ledger.store import Ledger
    from sim.dft.methods import Method
    from sim.dft.solvent import Medium
    from sim.dft.window import RedoxWindow

LARGEST = 120
"""Heavy atoms of a molecule that is calculated by hand, as many as a pool gives quick levels: our choice."""


@dataclass(frozen=True)
class Wanted:
    """What was asked for, as the options of the command."""

    smiles: str
    units: int
    functional: str
    basis: str
    dispersion: str
    permittivity: float | None
    full_solvent: bool
    geometry: Path | None
    picture: Path | None
    ledger: str | None
    campaign: Path | None
    again: bool
    as_json: bool


def calculate_window(wanted: Wanted) -> None:
    """Look up or calculate, draw and print; every mistake that can be seen beforehand is told before any calculation.

    Raises:
        BadInput: the molecule, the method, a file, a ledger or an engine cannot be used.
        CalculationFailed: it was begun, and something did not converge or fell apart.
    """
    from chemistry.errors import BadInput
    from flows.outputs import refuse_unwritable
    from flows.theory.kept_windows import answers, known_window
    from sim.dft.geometry import refuse_file
    from sim.dft.methods import method_named, refuse_uncovered
    from sim.dft.oligomer import heavy_atoms, hydrogens_added, model_molecule
    from sim.dft.orbital_picture import plot_window, refuse_format
    from sim.dft.window import window_key

    model = model_molecule(wanted.smiles, wanted.units)
    if (size := heavy_atoms(model)) > LARGEST:
        raise BadInput(
            f"its model has {size} heavy atoms, and a window of more than {LARGEST} would not end",
            remedy="Give a smaller molecule, or fewer --units",
        )
    method = method_named(wanted.functional, wanted.basis, wanted.dispersion)
    refuse_uncovered(method, {atom.GetSymbol() for atom in hydrogens_added(model).GetAtoms()})
    medium, source = host_medium(wanted.smiles, wanted.permittivity)
    if wanted.picture is not None:
        refuse_format(wanted.picture)
    if wanted.geometry is not None:
        refuse_file(wanted.geometry)
    refuse_unwritable({"--picture": wanted.picture, "--geometry": wanted.geometry}, {}, (wanted.campaign,))
    out = console(stderr=wanted.as_json)
    with answers(wanted.ledger, wanted.campaign) as ledger:
        known = None if wanted.again else known_window(ledger, window_key(model, method, medium, wanted.full_solvent))
        window = _worked_out(ledger, model, method, medium, wanted, known, out)
    if wanted.picture is not None:
        plot_window(window, wanted.picture)
    if wanted.as_json:
        typer.echo(json.dumps(told(window, wanted.smiles, known=known is not None), ensure_ascii=False))
    else:
        _show(out, window, source, wanted, known=known is not None)


def _worked_out(
    ledger: "Ledger",
    model: str,
    method: "Method",
    medium: "Medium",
    wanted: Wanted,
    known: "RedoxWindow | None",
    out: "Console",
) -> "RedoxWindow":
    """The window that is known, else one that is calculated and kept; the geometry is written where it is asked for."""
    from flows.theory.kept_windows import keep_window
    from sim.dft.conformers import relaxed_model
    from sim.dft.window import redox_window

    if known is not None and wanted.geometry is None:
        return known
    with out.status(f"{model}: geometry") as status:
        tell = teller(out, status.update, model)
        tell("geometry by GFN2-xTB")
        geometry = relaxed_model(model)  # the same one whoever asks
        if wanted.geometry is not None:
            geometry.write(wanted.geometry)
        if known is not None:
            return known
        return keep_window(ledger, lambda: redox_window(geometry, method, medium, wanted.full_solvent, tell))


def told(window: "RedoxWindow", smiles: str, *, known: bool) -> dict[str, object]:
    """A window as plain data; it exists only where everything behind it has converged.

    `known` says whether the ledger had it already.
    """
    plain = window.model_dump(exclude={"key"})
    return {
        "smiles": smiles,
        "model": window.key.smiles,
        "method": window.key.method,
        "solvent": window.key.solvent,
        "converged": True,
        "known": known,
        "gap_eV": window.gap_eV,
        "adiabatic_ionisation_eV": window.adiabatic_ionisation_eV,
        "adiabatic_affinity_eV": window.adiabatic_affinity_eV,
        **plain,
        "key": window.key.text,
    }


def host_medium(smiles: str, permittivity: float | None) -> "tuple[Medium, str]":
    """The host as a continuum, and who says how polar it is: who asks, the catalogue, or PEO stands in for it."""
    from chemistry.catalogue import polymer, polymer_facts
    from chemistry.errors import BadInput
    from sim.dft.solvent import Medium
    from sim.dft.window import PEO

    if permittivity is not None:
        return Medium(permittivity), "as given"
    try:
        fact = polymer_facts(polymer(smiles)).relative_permittivity
    except BadInput:
        fact = None
    return (PEO, "that of PEO") if fact is None else (Medium(fact.value), fact.source)


def teller(out: "Console", update: Callable[[str], None], model: str) -> Callable[[str], None]:
    """Progress: a spinner on a terminal, a line for each stage elsewhere."""

    def tell(stage: str) -> None:
        if out.is_terminal:
            update(f"{model}: {stage}")
        else:
            out.print(f"{model}: {stage}")

    return tell


def _show(out: "Console", window: "RedoxWindow", source: str, wanted: Wanted, *, known: bool) -> None:
    seconds = "known to the ledger" if known else f"{window.seconds:.0f} s"
    view = table("", "", title=f"{window.key.smiles} by {window.key.method}, {seconds}")
    view.show_header = False
    adiabatic = window.adiabatic_ionisation_eV
    rows = {
        "HOMO, LUMO": f"{window.homo_eV:.2f}, {window.lumo_eV:.2f} eV",
        "vertical ionisation energy": f"{window.vertical_ionisation_eV:.2f} eV",
        "adiabatic ionisation energy": "none" if adiabatic is None else f"{adiabatic:.2f} eV",
        "vertical electron affinity": f"{window.vertical_affinity_eV:.2f} eV",
        "oxidation limit": f"{window.oxidation_V_vs_Li:.2f} V vs Li⁺/Li",
        "reduction limit": f"{window.reduction_V_vs_Li:.2f} V vs Li⁺/Li",
        "host": f"{window.key.solvent}, permittivity {source}",
        "self-consistent by": ", ".join(dict.fromkeys(window.remedies)),
    }
    for name, value in rows.items():
        view.add_row(name, value)
    out.print(view)
    for note in window.notes:
        out.print(f"Beware: {note}.", soft_wrap=True)
    if wanted.picture is not None:
        out.print(f"Picture: {wanted.picture}", soft_wrap=True)
