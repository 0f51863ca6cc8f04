"""The pool of a campaign: a table of polymers, and at how many loadings each of them may be made."""

from pydantic import Field

from chemistry.value import Value


class PoolFile(Value):
    """A CSV file whose polymers are the only ones that a campaign may make."""

    file: str = Field(min_length=1)
    """Relative to the campaign file."""
    smiles_column: str = Field(default="smiles", min_length=1)
    """Column of the repeat units, each with two open ends."""
    loadings: int = Field(default=1, ge=1, le=20)
    """Loadings at which each polymer may be made, spread evenly from the low to the high end of `salt_loading`."""
    sha256: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    """Of the file. It may be left out, and is written down when the campaign is begun; a file that changed since is
    refused."""
