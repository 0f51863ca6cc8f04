"""How formulations are written into the ledger and read back, with the names that people gave their components."""

import json
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from chemistry.formulation import AdditiveContent, FillerContent, Formulation
from chemistry.polymer import Polymer
from chemistry.process import Process
from chemistry.salt import Additive, Salt
from ledger.errors import LedgerError

NAMED = 4096
"""Distinct components whose validated values are remembered. Reading canonicalises SMILES; a campaign has few."""


def write_formulation(formulation: Formulation) -> dict[str, Any]:
    """Plain content of a formulation.

    Names are no part of a component's identity and are left out by `model_dump`; people want them back.
    """
    content = formulation.model_dump(mode="json")
    content["polymer"]["name"] = formulation.polymer.name
    if formulation.salt is not None:
        content["salt"]["name"] = formulation.salt.name
    for written, held in zip(content["additives"], formulation.additives, strict=True):
        written["additive"]["name"] = held.additive.name
    return content


def read_formulation(content: dict[str, Any]) -> Formulation:
    """The formulation that was written; equal to it, names included.

    Raises:
        LedgerError: if the content is not a formulation, as when somebody edited the database by hand.
    """
    try:
        salt = content["salt"]
        return Formulation(
            polymer=_polymer(_text(content["polymer"])),
            salt=None if salt is None else _salt(_text(salt)),
            salt_molality_mol_kg=content["salt_molality_mol_kg"],
            additives=tuple(
                AdditiveContent(additive=_additive(_text(held["additive"])), weight_fraction=held["weight_fraction"])
                for held in content["additives"]
            ),
            fillers=tuple(FillerContent.model_validate(held) for held in content["fillers"]),
            process=_process(_text(content["process"])),
        )
    except (KeyError, TypeError, ValidationError) as error:
        raise LedgerError(f"The ledger holds a formulation that cannot be read: {content!r}. {error}") from error


def _text(content: object) -> str:
    return json.dumps(content, sort_keys=True)


@lru_cache(NAMED)
def _polymer(text: str) -> Polymer:
    return Polymer.model_validate_json(text)


@lru_cache(NAMED)
def _salt(text: str) -> Salt:
    return Salt.model_validate_json(text)


@lru_cache(NAMED)
def _additive(text: str) -> Additive:
    return Additive.model_validate_json(text)


@lru_cache(NAMED)
def _process(text: str) -> Process:
    return Process.model_validate_json(text)
