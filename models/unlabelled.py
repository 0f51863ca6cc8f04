"""Repeat units that nobody measured, from a table: what pretraining learns from beside the generated ones."""

from pathlib import Path

from chemistry.canonical import canonical_repeat_unit
from chemistry.errors import BadInput
from chemistry.structures import UnreadableSmiles
from ledger.literature.rows import read_rows

_SHOWN = 12


def read_unlabelled(path: Path) -> tuple[str, ...]:
    """Distinct canonical repeat units of the column `smiles` of a CSV file.

    Raises:
        BadInput: no such file or column, no rows, or repeat units that cannot be read, with their lines.
    """
    units: dict[str, None] = {}
    wrong: list[tuple[int, UnreadableSmiles]] = []
    for row in read_rows(path, ("smiles",), "repeat unit"):
        try:
            units.setdefault(canonical_repeat_unit(row.text("smiles")))
        except UnreadableSmiles as error:
            wrong.append((row.number, error))
    if wrong:
        lines = ", ".join(str(number) for number, _ in wrong[:_SHOWN])
        more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise BadInput(
            f"{len(wrong)} repeat units cannot be read: line {lines}{more}",
            place=str(path),
            remedy=f"Mend or remove them; the first: {wrong[0][1]}",
        )
    if not units:
        raise BadInput("the table has no rows", place=str(path), remedy="Give one repeat unit a row")
    return tuple(units)
