"""From a published table in a file to films with provenance."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from chemistry.errors import BadInput
from ledger.literature import bradford, glass_transitions, htpmd, named_columns, pe_i
from ledger.literature.cleaning import KEEPABLE
from ledger.literature.conflicts import conflicts
from ledger.literature.grouping import films_of
from ledger.literature.rows import Entry, Row, RowRefused, read_rows
from ledger.literature.scales import Series, wrong_scales
from ledger.literature.table import LiteratureTable, Refusal

SENT = "sent: "
"""Stands before the name of a table that was sent over the network: it is no path of this machine."""
FORMATS = ("bradford", "htpmd", "pe_i", "tg", "columns")


def _none_wrong(_: Sequence[Row]) -> dict[int, tuple[str, str]]:
    return {}


def _wrong(series: Series | None) -> Callable[[Sequence[Row]], dict[int, tuple[str, str]]]:
    return _none_wrong if series is None else partial(wrong_scales, columns=series)


@dataclass(frozen=True)
class _Reader:
    """How the rows of one format are read."""

    required: tuple[str, ...]
    provenance: dict[str, str]
    trust: float
    entry: Callable[[Row, float], Entry]
    wrong: Callable[[Sequence[Row]], dict[int, tuple[str, str]]] = _none_wrong
    """Rows on another scale than their column says, with reason and detail."""


def read_table(
    path: Path | str,
    format_name: str,
    *,
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    trust: float | None = None,
    keep: Collection[str] = (),
    sent_as: str | None = None,
) -> LiteratureTable:
    """Read a published table; every row ends in a film or among the refusals.

    Args:
        path: the CSV file.
        format_name: one of `FORMATS`.
        columns: for `columns`, the header of each field (`ledger.literature.named_columns.FIELDS`).
        units: for `columns`, the unit of loading, conductivity and temperature.
        trust: trust weight in (0, 1]; the format's own where left out.
        sent_as: the name of a table that was sent from elsewhere and lies here for a moment only.
        keep: judgements on rows that are taken back, of `ledger.literature.cleaning.KEEPABLE`.

    Raises:
        BadInput: unknown format, file that cannot be read, columns missing, trust out of range, nothing to keep.
    """
    place = Path(path)
    name, known_as = (place.name, str(place.resolve())) if sent_as is None else (sent_as, f"{SENT}{sent_as}")
    if trust is not None and not 0 < trust <= 1:
        raise BadInput(f"a trust weight of {trust:g}", remedy="Give a number above 0 and at most 1")
    if unknown := [name for name in keep if name not in KEEPABLE]:
        raise BadInput(f"{unknown[0]!r} cannot be kept", place="--keep", remedy=f"Use {' or '.join(KEEPABLE)}")
    if format_name != "columns" and (columns or units):
        raise BadInput(f"columns or units given for --format {format_name}", remedy="They belong to --format columns")
    reader = _reader(format_name, place, columns or {}, units or {})
    entries: list[Entry] = []
    refusals: list[Refusal] = []
    rows = list(read_rows(place, reader.required, format_name))
    wrong = reader.wrong(rows)
    for row in rows:
        try:
            if row.cut:
                raise RowRefused("row breaks off", row.cut)
            if row.number in wrong:
                raise RowRefused(*wrong[row.number])
            entries.append(reader.entry(row, reader.trust if trust is None else trust))
        except RowRefused as refused:
            refusals.append(Refusal(row=row.number, reason=refused.reason, detail=refused.problem))
        except BadInput as error:  # of a file that explains the table: its line is not known here, what is wrong is
            refusals.append(Refusal(row=row.number, reason="not a possible formulation", detail=error.problem))
    table = "columns" if format_name == "columns" else format_name
    contradicting = [] if "conflicts" in keep else conflicts(entries)
    out = {refusal.row for refusal in contradicting}
    films, repeated = films_of(
        (entry for entry in entries if entry.row not in out),
        *(table, {**reader.provenance, "file": name, "path": known_as}),
        keep_duplicates="duplicates" in keep,
    )
    refusals = sorted([*refusals, *contradicting, *repeated], key=lambda refusal: refusal.row)
    return LiteratureTable(
        format=format_name,
        file=str(path) if sent_as is None else sent_as,
        place=known_as,
        rows=len(rows),
        films=tuple(films),
        refusals=tuple(refusals),
    )


def _reader(format_name: str, path: Path, columns: Mapping[str, str], units: Mapping[str, str]) -> _Reader:
    if format_name == "bradford":
        source = {"citation": bradford.CITATION, "doi": bradford.DOI}
        return _Reader(bradford.COLUMNS, source, bradford.TRUST, bradford.entry, _wrong(bradford.SERIES))
    if format_name == "htpmd":
        source = {"citation": htpmd.CITATION, "doi": htpmd.DOI}
        return _Reader(htpmd.COLUMNS, source, htpmd.TRUST, htpmd.entry)
    if format_name == "pe_i":
        source = {"citation": pe_i.CITATION, "doi": pe_i.DOI}
        return _Reader(pe_i.COLUMNS, source, pe_i.TRUST, pe_i.entries_of(path), _wrong(pe_i.SERIES))
    if format_name == "tg":
        return _Reader(
            glass_transitions.COLUMNS, {}, glass_transitions.TRUST, glass_transitions.entry, glass_transitions.in_kelvin
        )
    if format_name == "columns":
        mapping = named_columns.ColumnMap.of(columns, units)
        return _Reader(mapping.required, {}, named_columns.TRUST, mapping.entry, _wrong(mapping.series))
    raise BadInput(f"unknown format {format_name!r}", remedy=f"Known are {', '.join(FORMATS)}")
