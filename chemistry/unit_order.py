"""The units of a polymer brought into one order, whichever way they were listed."""

from chemistry.canonical import canonical_repeat_unit, crosslink_points, periods
from chemistry.structures import UnreadableSmiles


def in_canonical_order(data: object) -> object:
    """The fields of a polymer with its units sorted by canonical SMILES, each with its fraction.

    Units may be values, mappings or plain SMILES. A single unit gets the fraction 1, several units without an
    architecture are a random copolymer, and a unit with crosslink marks makes a crosslinked polymer.

    Raises:
        UnreadableSmiles: a unit cannot be read; one of several shows more than one period, so that the meaning of its
            mole fraction is in doubt; or the same unit is given twice.
    """
    if not isinstance(data, dict):
        return data
    content = {str(key): value for key, value in data.items()}
    given = content.get("units")
    if not isinstance(given, list | tuple) or not given:
        return content
    written = [_smiles_of(unit) for unit in given]
    if any(smiles is None for smiles in written):
        return content
    smiles = [canonical_repeat_unit(text) for text in written if text is not None]
    fractions = content.get("fractions") or ()
    if len(smiles) == 1:
        fractions = fractions or (1.0,)
    else:
        _unambiguous([text for text in written if text is not None], smiles)
    if crosslinked := any(crosslink_points(text) for text in smiles):
        content.setdefault("architecture", "crosslinked")
    elif len(smiles) > 1:
        content.setdefault("architecture", "random")
    if crosslinked and content["architecture"] not in {"crosslinked", "graft", "blend"}:
        raise UnreadableSmiles(
            f"a unit with crosslink marks ([Ca]) cannot be part of a {content['architecture']} polymer",
            remedy="Give the architecture crosslinked, or leave it out",
        )
    order = sorted(range(len(smiles)), key=smiles.__getitem__)
    # Keys that a unit does not have stay where they are, to be refused by it.
    rest = [unit if isinstance(unit, dict) else {} for unit in given]
    content["units"] = tuple({**rest[i], "smiles": smiles[i]} for i in order)
    if isinstance(fractions, list | tuple) and len(fractions) == len(smiles):
        content["fractions"] = tuple(fractions[i] for i in order)
    return content


def _smiles_of(unit: object) -> str | None:
    if isinstance(unit, str):
        return unit
    if isinstance(unit, dict):
        unit = unit.get("smiles")
        return unit if isinstance(unit, str) else None
    smiles = getattr(unit, "smiles", None)
    return smiles if isinstance(smiles, str) else None


def _unambiguous(written: list[str], smiles: list[str]) -> None:
    for text, canonical in zip(written, smiles, strict=True):
        if (count := periods(text)) > 1:
            raise UnreadableSmiles(
                f"{text!r} is {count} times the unit {canonical!r}, so its mole fraction has two meanings",
                remedy=f"Write {canonical!r} with its own mole fraction",
            )
        if smiles.count(canonical) > 1:
            raise UnreadableSmiles(f"the unit {canonical!r} is given twice", remedy="Add its fractions into one")
