"""Polymers and salts of tables: each distinct spelling is made canonical once."""

from functools import lru_cache

from chemistry.errors import BadInput
from chemistry.formulation import AdditiveContent, FillerContent, Formulation
from chemistry.polymer import Architecture, Polymer
from chemistry.process import Process
from chemistry.salt import Additive, Filler, Salt
from ledger.literature.rows import RowRefused

UNSTATED = Process(steps=())
"""Tables do not say how a film was made."""

CONDUCTING = frozenset({"Al-LLZTO"})
"""Fillers of the tables that conduct lithium themselves (aluminium-doped Li-La-Zr-Ta oxide)."""

LARGEST_MOLAR_MASS_G_MOL = 2e7
"""Above the longest chains that are sold (poly(ethylene oxide) 8e6, polyethylene 1e7 g/mol)."""


def polymer_of(
    units: tuple[str, ...],
    fractions: tuple[float, ...] = (),
    architecture: Architecture | None = None,
    molar_mass_kg_mol: float | None = None,
    dispersity: float | None = None,
) -> Polymer:
    """A polymer from SMILES of its units, refused as a row where it cannot be read."""
    outcome = _polymer(units, fractions, architecture, molar_mass_kg_mol, dispersity)
    if isinstance(outcome, str):
        raise RowRefused("unreadable polymer SMILES", outcome)
    return outcome


def salt_of(smiles: str) -> Salt:
    """A lithium salt from its SMILES, refused as a row where it cannot be read."""
    outcome = _salt(smiles)
    if isinstance(outcome, str):
        raise RowRefused("unreadable salt SMILES", outcome)
    return outcome


def additive_of(smiles: str) -> Additive:
    """An additive from its SMILES, refused as a row where it cannot be read."""
    outcome = _additive(smiles)
    if isinstance(outcome, str):
        raise RowRefused("unreadable additive SMILES", outcome)
    return outcome


def formulation_of(
    polymer: Polymer,
    salt: Salt | None = None,
    molality_mol_kg: float = 0.0,
    additives: tuple[tuple[str, float], ...] = (),
    fillers: tuple[tuple[str, float], ...] = (),
) -> Formulation:
    """A formulation of a table; additives (SMILES) and fillers (formula) with their weight fractions of the film.

    Raises:
        RowRefused: the parts do not make a formulation.
    """
    try:
        return Formulation(
            polymer=polymer,
            salt=salt,
            salt_molality_mol_kg=molality_mol_kg,
            additives=tuple(AdditiveContent(additive=additive_of(text), weight_fraction=w) for text, w in additives),
            fillers=tuple(
                FillerContent(filler=Filler(formula=text, conducting=text in CONDUCTING), weight_fraction=w)
                for text, w in fillers
            ),
            process=UNSTATED,
        )
    except ValueError as error:
        raise RowRefused("not a possible formulation", plain_words(error)) from error


@lru_cache(maxsize=65536)
def net_charge(smiles: str) -> int:
    """Net charge of a molecule, an ion or a repeat unit that has been read before."""
    from rdkit.Chem import GetFormalCharge, MolFromSmiles

    molecule = MolFromSmiles(smiles)
    if molecule is None:
        raise RowRefused("unreadable SMILES", f"{smiles!r} is not a SMILES")
    return GetFormalCharge(molecule)


def carries_lithium(polymer: Polymer) -> bool:
    """Whether the chain carries more anions than cations, so that lithium ions balance it."""
    return any(net_charge(unit.smiles) < 0 for unit in polymer.units)


@lru_cache(maxsize=65536)
def _polymer(
    units: tuple[str, ...],
    fractions: tuple[float, ...],
    architecture: Architecture | None,
    molar_mass_kg_mol: float | None,
    dispersity: float | None,
) -> Polymer | str:
    """The polymer, or why there is none: both are worth remembering."""
    data: dict[str, object] = {"units": units, "fractions": fractions, "molar_mass_kg_mol": molar_mass_kg_mol}
    if architecture is not None:
        data["architecture"] = architecture
    if dispersity is not None:
        data["dispersity"] = dispersity
    try:
        return Polymer.model_validate(data)
    except (BadInput, ValueError) as error:
        return plain_words(error)


@lru_cache(maxsize=4096)
def _salt(smiles: str) -> Salt | str:
    try:
        return Salt(smiles=smiles)
    except (BadInput, ValueError) as error:
        return plain_words(error)


@lru_cache(maxsize=4096)
def _additive(smiles: str) -> Additive | str:
    try:
        return Additive(smiles=smiles)
    except (BadInput, ValueError) as error:
        return plain_words(error)


def plain_words(error: Exception) -> str:
    """The message of an error in one line, without pydantic's preamble."""
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        return "; ".join(str(item["msg"]).removeprefix("Value error, ") for item in error.errors())
    return error.problem if isinstance(error, BadInput) else str(error)
