"""What a fact of a component is: a number, its unit, and who says so."""

from typing import Self

from pydantic import Field, field_validator, model_validator

from chemistry.value import Value


class Fact(Value):
    """One sourced number."""

    value: float
    unit: str
    source: str = Field(min_length=1)


class Hazards(Value):
    """GHS hazard statements of a substance; no codes means that it was assessed and is not classified."""

    codes: tuple[str, ...]
    source: str = Field(min_length=1)

    @field_validator("codes")
    @classmethod
    def _hazard_statements(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := [code for code in codes if not (code[:1] == "H" and code[1:4].isdigit())]:
            raise ValueError(f"{', '.join(wrong)} is no GHS hazard statement such as H302")
        return codes


class Facts(Value):
    """What is known of one component. A fact that nobody gave is None."""

    name: str = ""
    glass_transition_C: Fact | None = None
    melting_point_C: Fact | None = None
    """None too for a polymer that does not crystallise, see `amorphous`."""
    density_g_cm3: Fact | None = None
    relative_permittivity: Fact | None = None
    anion_volume_nm3: Fact | None = None
    """Thermochemical volume of a salt's anion."""
    peo_log10_offset: Fact | None = None
    """log10 conductivity in PEO at 80 °C, less that of LiTFSI: how well a salt dissociates and moves."""
    hazards: Hazards | None = None
    """None where nobody classified it, or where the catalogue does not know."""
    amorphous: bool = False
    """The polymer, as usually made, does not crystallise."""

    @model_validator(mode="after")
    def _one_state(self) -> Self:
        if self.amorphous and self.melting_point_C is not None:
            raise ValueError(f"{self.name} is said to be amorphous and to melt")
        return self

    @property
    def hazard_codes(self) -> tuple[str, ...]:
        """GHS hazard statements; empty too where they are not known."""
        return self.hazards.codes if self.hazards else ()


FACT_UNITS = {
    "glass_transition_C": "degC",
    "melting_point_C": "degC",
    "density_g_cm3": "g/cm3",
    "relative_permittivity": "1",
    "anion_volume_nm3": "nm3",
    "peo_log10_offset": "log10",
}
"""Unit of every numeric fact."""
