"""What is mixed into the polymer: salts, liquid or solid additives, solid fillers."""

from pydantic import Field, field_validator

from chemistry.value import Named, Value


class Salt(Named):
    """A lithium salt, kept as its canonical SMILES (`F[B-](F)(F)F.[Li+]`).

    Amounts of a salt are counted in moles of lithium: for a salt of two lithium ions, one mole is half a formula unit.
    """

    smiles: str

    @field_validator("smiles")
    @classmethod
    def _canonical(cls, smiles: str) -> str:
        from chemistry.canonical import canonical_salt

        return canonical_salt(smiles)

    @property
    def molar_mass(self) -> float:
        """Molar mass, g/mol, per lithium."""
        from chemistry.canonical import lithium_count, molar_mass_g_mol

        return molar_mass_g_mol(self.smiles) / lithium_count(self.smiles)

    @property
    def label(self) -> str:
        """The name where there is one, its own or the catalogue's, else the SMILES."""
        from chemistry.catalogue import name_of

        return self.name or name_of(self) or self.smiles


class Additive(Named):
    """A molecular additive, such as a plasticiser, kept as its canonical SMILES."""

    smiles: str

    @field_validator("smiles")
    @classmethod
    def _canonical(cls, smiles: str) -> str:
        from chemistry.canonical import canonical_molecule

        return canonical_molecule(smiles)

    @property
    def molar_mass(self) -> float:
        """Molar mass, g/mol."""
        from chemistry.canonical import molar_mass_g_mol

        return molar_mass_g_mol(self.smiles)

    @property
    def label(self) -> str:
        """The name where there is one, its own or the catalogue's, else the SMILES."""
        from chemistry.catalogue import name_of

        return self.name or name_of(self) or self.smiles


class Filler(Value):
    """A solid filler, passive (SiO2) or conducting (LLZO), named by its formula."""

    formula: str = Field(min_length=1)
    particle_size_nm: float | None = Field(default=None, gt=0)
    conducting: bool = False
