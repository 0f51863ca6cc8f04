"""What every result of quantum chemistry carries: what exactly was calculated, as a key that a cache can ask for."""

from typing import Self

from pydantic import Field

from chemistry.errors import BadInput
from chemistry.value import Value


class CalculationKey(Value):
    """What was calculated. Two calculations with one key have one result, whoever asked for them."""

    smiles: str
    """Canonical SMILES of the molecule."""
    recipe: str
    """Name and version of the recipe, such as `redox-window/1`; the version rises when its numbers change."""
    method: str
    """Label of the level of theory, such as `B3LYP-D4/def2-SVP`."""
    geometry: str
    """How the geometry was made, such as `GFN2-xTB`; of one that was given, its fingerprint."""
    charge: int = 0
    solvent: str = "none"
    """Such as `IEF-PCM(7.5) shift`; none for the gas phase."""

    @property
    def text(self) -> str:
        """The key in one line, for a table's unique column."""
        parts = (self.recipe, self.method, self.geometry, f"charge {self.charge:+d}", self.solvent, self.smiles)
        return " | ".join(parts)


class Result(Value):
    """The result of one recipe. It exists only where every calculation behind it has converged.

    `model_dump_json` and `from_json` are inverse: not a digit is lost.
    """

    key: CalculationKey
    seconds: float = Field(ge=0)
    """Wall time that it took, in s."""

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The result that was written with `model_dump_json`.

        Raises:
            BadInput: it is the result of another recipe, or was written by another version of this one.
        """
        from pydantic import ValidationError

        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise BadInput(
                f"this is no {cls.__name__} that can be read here", remedy="Calculate it anew with this version"
            ) from error
