"""What people search formulations by. It repeats what the formulations say, and is made anew from them when needed."""

from sqlmodel import Field

from ledger.tables.base import Row


class FormulationWordsRow(Row, table=True):
    """The words of one formulation, in lower case, so that one comparison finds them on either database."""

    formulation_key: str = Field(primary_key=True)
    polymer: str
    """Names and repeat units of the polymer, and its architecture."""
    salt: str
    """Name and SMILES of the salt; empty where there is none."""
    words: str
    """All of it: polymer, salt, additives, fillers."""
