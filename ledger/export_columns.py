"""Observations as a Parquet file: columns with types, for those who read many."""

from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from chemistry.errors import BadInput
from ledger.export import COLUMNS

_NUMBERS = ("value", "sd", "temperature_C", "trust", "molar_mass_kg_mol", "salt_molality_mol_kg")
_AT_ONCE = 10_000
"""Rows to a group: what is held at a time."""


def write_parquet(path: Path, rows: Iterable[Mapping[str, Any]]) -> int:
    """Write exported rows (`ledger.export.observation_rows`) to a Parquet file; returns their number.

    Raises:
        BadInput: the package pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise BadInput("Parquet needs the package pyarrow", remedy="`pip install pyarrow`, or take CSV") from error
    kinds = {name: pyarrow.float64() for name in _NUMBERS} | {"event": pyarrow.int64()}
    schema = pyarrow.schema([(name, kinds.get(name, pyarrow.string())) for name in COLUMNS])
    count, left = 0, iter(rows)
    with parquet.ParquetWriter(path, schema) as writer:
        while group := list(islice(left, _AT_ONCE)):
            writer.write_table(pyarrow.Table.from_pylist(group, schema=schema))
            count += len(group)
    return count
