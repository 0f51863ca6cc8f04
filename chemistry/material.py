"""What the label of a stock container says is in it."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from chemistry.errors import BadInput
from chemistry.polymer import Architecture, Polymer, RepeatUnit
from chemistry.salt import Additive, Filler, Salt

Material = Polymer | Salt | Additive | Filler


@lru_cache(maxsize=4096)
def material(label: str) -> Material:
    """What a container labelled `label` holds: a name of the catalogue, or a key of `chemistry.recipe.component_key`.

    Raises `BadInput` for a label that names nothing.
    """
    readings: Iterable[Callable[[str], Material]] = (_named, _polymer, _salt, _additive, _filler)
    for read in readings:
        try:
            return read(label)
        except (BadInput, ValueError):
            continue
    raise BadInput(f"no container is labelled {label!r}", remedy="Name a SMILES, a formula or a name of the catalogue")


def _named(label: str) -> Material:
    from chemistry.catalogue import additive, polymer, salt

    for find in (polymer, salt, additive):
        try:
            return find(label)
        except (BadInput, ValueError):
            continue
    raise ValueError(label)


def _polymer(label: str) -> Material:
    """`*CCO* Mn=5`, `*CCO*:0.8 + *COC(*)C*:0.2 random Mn=5`: what `component_key` writes."""
    match = re.fullmatch(r"(?P<units>.*?)(?: (?P<kind>[a-z]+))?(?: Mn=(?P<length>\S+))?", label)
    if match is None or "*" not in label:
        raise ValueError(label)
    parts = [part.rpartition(":") if ":" in part else (part, "", "1") for part in match["units"].split(" + ")]
    return Polymer(
        units=tuple(RepeatUnit(smiles=smiles) for smiles, _, _ in parts),
        fractions=tuple(float(fraction) for _, _, fraction in parts),
        architecture=Architecture(match["kind"] or "homo"),
        molar_mass_kg_mol=float(match["length"]) if match["length"] else None,
    )


def _salt(label: str) -> Material:
    return Salt(smiles=label)


def _additive(label: str) -> Material:
    return Additive(smiles=label)


def _filler(label: str) -> Material:
    """A formula: whatever is made of the symbols of elements, or else any word would name a filler."""
    from rdkit.Chem import GetPeriodicTable

    if re.fullmatch(r"([A-Z][a-z]?\d*\.?\d*|[()]\d*)+", label) is None:
        raise ValueError(label)
    table = GetPeriodicTable()
    for symbol in re.findall(r"[A-Z][a-z]?", label):
        try:
            table.GetAtomicNumber(symbol)
        except RuntimeError as unknown:
            raise ValueError(label) from unknown
    return Filler(formula=label)
