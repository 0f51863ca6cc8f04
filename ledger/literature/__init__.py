"""Import of published tables: rows become films with provenance, or refusals with a reason."""

from ledger.literature.cleaning import KEEPABLE, cleaning
from ledger.literature.reading import FORMATS, read_table
from ledger.literature.table import LiteratureTable, Refusal

__all__ = ["FORMATS", "KEEPABLE", "LiteratureTable", "Refusal", "cleaning", "read_table"]
