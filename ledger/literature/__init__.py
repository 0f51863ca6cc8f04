"""Import of published tables: rows become films with provenance, or refusals with a reason."""

from ledger.literature.cleaning import KEEPABLE, cleaning
from ledger.literature.named_columns import FIELDS, UNITS
from ledger.literature.reading import FORMATS, read_table
from ledger.literature.rows import headers
from ledger.literature.table import LiteratureTable, Refusal

__all__ = [
    "FIELDS",
    "FORMATS",
    "KEEPABLE",
    "UNITS",
    "LiteratureTable",
    "Refusal",
    "cleaning",
    "headers",
    "read_table",
]
