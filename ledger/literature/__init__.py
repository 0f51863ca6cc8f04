"""Import of published tables: rows become films with provenance, or refusals with a reason."""

from ledger.literature.reading import FORMATS, read_table
from ledger.literature.table import LiteratureTable, Refusal

__all__ = ["FORMATS", "LiteratureTable", "Refusal", "read_table"]
