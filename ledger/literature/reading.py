"""From a published table in a file to films with provenance."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from chemistry.errors import BadInput
from ledger.literature import bradford, glass_transitions, htpmd, named_columns, pe_i
from ledger.literature.grouping import films_of
from ledger.literature.rows import Entry, Row, RowRefused, read_rows
from ledger.literature.table import LiteratureTable, Refusal

FORMATS = ("bradford", "htpmd", "pe_i", "tg", "columns")


@dataclass(frozen=True)
class _Reader:
    """How the rows of one format are read."""

    required: tuple[str, ...]
    provenance: dict[str, str]
    trust: float
    entry: Callable[[Row, float], Entry]


def read_table(
    path: Path | str,
    format_name: str,
    *,
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    trust: float | None = None,
) -> LiteratureTable:
    """Read a published table; every row ends in a film or among the refusals.

    Args:
        path: the CSV file.
        format_name: one of `FORMATS`.
        columns: for `columns`, the header of each field (`ledger.literature.named_columns.FIELDS`).
        units: for `columns`, the unit of loading, conductivity and temperature.
        trust: trust weight in (0, 1]; the format's own where left out.

    Raises:
        BadInput: unknown format, file that cannot be read, columns missing, trust out of range.
    """
    place = Path(path)
    if trust is not None and not 0 < trust <= 1:
        raise BadInput(f"a trust weight of {trust:g}", remedy="Give a number above 0 and at most 1")
    if format_name != "columns" and (columns or units):
        raise BadInput(f"columns or units given for --format {format_name}", remedy="They belong to --format columns")
    reader = _reader(format_name, place, columns or {}, units or {})
    entries: list[Entry] = []
    refusals: list[Refusal] = []
    rows = list(read_rows(place, reader.required, format_name))
    for row in rows:
        try:
            entries.append(reader.entry(row, reader.trust if trust is None else trust))
        except RowRefused as refused:
            refusals.append(Refusal(row=row.number, reason=refused.reason, detail=refused.problem))
    table = "columns" if format_name == "columns" else format_name
    films, repeated = films_of(entries, table, {**reader.provenance, "file": place.name})
    refusals = sorted([*refusals, *repeated], key=lambda refusal: refusal.row)
    return LiteratureTable(
        format=format_name, file=str(path), rows=len(rows), films=tuple(films), refusals=tuple(refusals)
    )


def _reader(format_name: str, path: Path, columns: Mapping[str, str], units: Mapping[str, str]) -> _Reader:
    if format_name == "bradford":
        source = {"citation": bradford.CITATION, "doi": bradford.DOI}
        return _Reader(bradford.COLUMNS, source, bradford.TRUST, bradford.entry)
    if format_name == "htpmd":
        source = {"citation": htpmd.CITATION, "doi": htpmd.DOI}
        return _Reader(htpmd.COLUMNS, source, htpmd.TRUST, htpmd.entry)
    if format_name == "pe_i":
        source = {"citation": pe_i.CITATION, "doi": pe_i.DOI}
        return _Reader(pe_i.COLUMNS, source, pe_i.TRUST, pe_i.entries_of(path))
    if format_name == "tg":
        return _Reader(glass_transitions.COLUMNS, {}, glass_transitions.TRUST, glass_transitions.entry)
    if format_name == "columns":
        mapping = named_columns.ColumnMap.of(columns, units)
        return _Reader(mapping.required, {}, named_columns.TRUST, mapping.entry)
    raise BadInput(f"unknown format {format_name!r}", remedy=f"Known are {', '.join(FORMATS)}")
