"""The catalogue of components: names, structures and sourced facts, kept as TOML beside this module.

A name is found in any of its spellings: case, spaces, hyphens and subscript digits do not matter, so `LiCF₃SO₃`,
`lithium triflate` and `LiTf` are one salt. What is not a name is read as SMILES.
"""

import tomllib
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from chemistry.component_facts import FACT_UNITS, Fact, Facts, Hazards
from chemistry.errors import BadInput
from chemistry.polymer import Polymer
from chemistry.remembered import remembered
from chemistry.salt import Additive, Salt

_FOLDER = Path(__file__).parent / "facts"


@lru_cache(maxsize=4096)
def polymer(name_or_smiles: str) -> Polymer:
    """The polymer with this name, or the homopolymer with this repeat unit.

    Raises:
        BadInput: neither a name of the catalogue nor a repeat unit.

    >>> polymer("poly(ethylene oxide)").units[0].smiles, polymer("[Cu]COC[Au]").label
    ('*CCO*', 'PEO')
    """
    row = _named("polymer", name_or_smiles)
    if row is not None:
        return _polymer_of(row)
    if not _looks_like_unit(name_or_smiles):
        raise _unknown("polymer", name_or_smiles, "a repeat unit such as *CCO*")
    return Polymer(units=_units(name_or_smiles))


@lru_cache(maxsize=4096)
def salt(name_or_smiles: str) -> Salt:
    """The lithium salt with this name, alias or SMILES.

    >>> salt("LiCF₃SO₃") == salt("lithium triflate") == salt("[Li+].[O-]S(=O)(=O)C(F)(F)F")
    True
    """
    row = _named("salt", name_or_smiles)
    if row is not None:
        return Salt(smiles=row["smiles"], name=row["name"])
    if "Li" not in name_or_smiles or "[" not in name_or_smiles or "." not in name_or_smiles:
        raise _unknown("salt", name_or_smiles, "a SMILES such as F[B-](F)(F)F.[Li+]")
    return Salt(smiles=name_or_smiles)


@lru_cache(maxsize=4096)
def additive(name_or_smiles: str) -> Additive:
    """The plasticiser or other molecular additive with this name, alias or SMILES.

    >>> additive("SN").smiles
    'N#CCCC#N'
    """
    row = _named("plasticiser", name_or_smiles)
    if row is not None:
        return Additive(smiles=row["smiles"], name=row["name"])
    try:
        return Additive(smiles=name_or_smiles)
    except ValueError as error:
        raise _unknown("plasticiser", name_or_smiles, "a SMILES such as N#CCCC#N") from error


def polymers() -> tuple[Polymer, ...]:
    """Every polymer of the catalogue."""
    return tuple(_polymer_of(row) for row in _rows("polymer"))


def salts() -> tuple[Salt, ...]:
    """Every salt of the catalogue."""
    return tuple(Salt(smiles=row["smiles"], name=row["name"]) for row in _rows("salt"))


def plasticisers() -> tuple[Additive, ...]:
    """Every plasticiser of the catalogue."""
    return tuple(Additive(smiles=row["smiles"], name=row["name"]) for row in _rows("plasticiser"))


@remembered
def polymer_facts(polymer: Polymer) -> Facts:
    """Facts of a polymer, whatever its chain length; empty where nothing is known.

    What a copolymer's own entry does not say is mixed from its homopolymers (`chemistry.mixing`).
    """
    from chemistry.mixing import mixed_facts

    own = _facts("polymer", polymer.chain)
    if len(polymer.units) == 1 and own is not None:
        return own
    units = [_facts("polymer", unit.smiles) or Facts() for unit in polymer.units]
    return mixed_facts(polymer, units, own or Facts())


def salt_facts(salt: Salt) -> Facts:
    """Facts of a salt; empty where nothing is known."""
    return _facts("salt", salt.smiles) or Facts()


def additive_facts(additive: Additive) -> Facts:
    """Facts of a molecular additive; empty where nothing is known."""
    return _facts("plasticiser", additive.smiles) or Facts()


def name_of(component: Polymer | Salt | Additive) -> str:
    """The catalogue's name of a component, empty where it has none. The length of a chain plays no part."""
    if isinstance(component, Polymer):
        found = _by_structure("polymer").get(component.chain)
    else:
        found = _by_structure("salt" if isinstance(component, Salt) else "plasticiser").get(component.smiles)
    return found["name"] if found else ""


@lru_cache(maxsize=4)
def _table(kind: str) -> dict[str, Any]:
    with (_FOLDER / f"{kind}s.toml").open("rb") as file:
        return tomllib.load(file)


def _rows(kind: str) -> list[dict[str, Any]]:
    return _table(kind)[kind]


@lru_cache(maxsize=4)
def _by_name(kind: str) -> dict[str, dict[str, Any]]:
    return {_folded(name): row for row in _rows(kind) for name in (row["name"], *row.get("aliases", ()))}


@lru_cache(maxsize=4)
def _by_structure(kind: str) -> dict[str, dict[str, Any]]:
    """Rows by SMILES, or by the chain of a copolymer. The tables hold canonical SMILES, which the tests see to."""
    return {row["smiles"] if "smiles" in row else _polymer_of(row).chain: row for row in _rows(kind)}


def _named(kind: str, text: str) -> dict[str, Any] | None:
    return _by_name(kind).get(_folded(text))


@lru_cache(maxsize=4096)
def _facts(kind: str, structure: str) -> Facts | None:
    row = _by_structure(kind).get(structure)
    if row is None:
        return None
    sources: dict[str, str] = _table(kind)["sources"]
    numbers = {
        field: Fact(value=row[field][0], unit=unit, source=sources[row[field][1]])
        for field, unit in FACT_UNITS.items()
        if field in row
    }
    hazards = None
    if "hazards" in row:
        codes, source = row["hazards"]
        hazards = Hazards(codes=tuple(codes), source=sources[source])
    return Facts.model_validate(
        {**numbers, "name": row["name"], "hazards": hazards, "amorphous": row.get("amorphous", False)}
    )


def _polymer_of(row: dict[str, Any]) -> Polymer:
    if "smiles" in row:
        return Polymer(units=_units(row["smiles"]), name=row["name"])
    content = {"units": row["units"], "fractions": row["fractions"], "architecture": row["architecture"]}
    return Polymer.model_validate({**content, "name": row["name"]})


def _units(smiles: str) -> Any:
    # Polymer takes plain SMILES for units and makes values of them before it checks types.
    return (smiles,)


def _looks_like_unit(text: str) -> bool:
    return any(mark in text for mark in ("*", "[Cu]", "[Au]", "[Mg]"))


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in plain if not letter.isspace() and letter not in "-‐‑–−_")


def _unknown(kind: str, text: str, instead: str) -> BadInput:
    known: Iterable[str] = [row["name"] for row in _rows(kind)]
    spelled = {_folded(name): name for row in _rows(kind) for name in (row["name"], *row.get("aliases", ()))}
    close = [spelled[name] for name in get_close_matches(_folded(text), list(spelled), n=3, cutoff=0.5)]
    return BadInput(
        f"{text!r} is no {kind} of the catalogue",
        remedy=f"Nearest: {', '.join(close)}" if close else f"Give {instead}, or one of {', '.join(known)}",
    )
