"""A formulation: everything that decides what a film is made of and how."""

import hashlib
import json
from functools import cached_property
from typing import Self

from pydantic import Field, model_validator

from chemistry.polymer import Polymer
from chemistry.process import Process
from chemistry.remembered import remembered
from chemistry.salt import Additive, Filler, Salt
from chemistry.value import Value


class AdditiveContent(Value):
    """An additive and its weight fraction of the whole film."""

    additive: Additive
    weight_fraction: float = Field(gt=0, lt=1)


class FillerContent(Value):
    """A filler and its weight fraction of the whole film."""

    filler: Filler
    weight_fraction: float = Field(gt=0, lt=1)


class Formulation(Value):
    """A polymer, its salt, what else is in it, and how the film is made. Equal formulations have one `key`.

    Salt loading has one inner system, molality (mol of lithium per kg of polymer, as the conductivity
    tables give it); `chemistry.units` converts Li/O ratio and weight fraction to it and back.
    """

    polymer: Polymer
    salt: Salt | None = None
    """None for a single-ion conductor, whose anion hangs on the chain."""
    salt_molality_mol_kg: float = Field(default=0.0, ge=0)
    additives: tuple[AdditiveContent, ...] = ()
    fillers: tuple[FillerContent, ...] = ()
    process: Process = Process()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.salt is None) != (self.salt_molality_mol_kg == 0):
            raise ValueError(f"a salt and a loading above zero belong together, got {self.salt_molality_mol_kg} mol/kg")
        for kind, names in (
            ("additive", [c.additive.smiles for c in self.additives]),
            ("filler", [c.filler.formula for c in self.fillers]),
        ):
            if twice := sorted({name for name in names if names.count(name) > 1}):
                raise ValueError(f"the {kind} {', '.join(twice)} is given twice; add its weight fractions into one")
        total = sum(c.weight_fraction for c in (*self.additives, *self.fillers))
        if total >= 1:
            raise ValueError(f"the weight fractions of additives and fillers sum to {total:.3f}; nothing is left")
        # One order, so that the order in which components were listed makes no other formulation.
        if len(self.additives) > 1:
            object.__setattr__(self, "additives", tuple(sorted(self.additives, key=lambda c: c.additive.smiles)))
        if len(self.fillers) > 1:
            object.__setattr__(self, "fillers", tuple(sorted(self.fillers, key=lambda c: c.filler.formula)))
        return self

    @cached_property
    def key(self) -> str:
        """Content key (sha256, 16 hex digits): equal for equal formulations, however they were written."""
        parts = [
            _content(self.polymer),
            self.salt.smiles if self.salt else "",
            _digits(self.salt_molality_mol_kg),
            *(f"additive {c.additive.smiles} {_digits(c.weight_fraction)}" for c in self.additives),
            *(f"filler {_content(c.filler)} {_digits(c.weight_fraction)}" for c in self.fillers),
            _content(self.process),
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return self.key == other.key if isinstance(other, Formulation) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def label(self) -> str:
        """A short readable name: `PEO + LiTFSI r=0.080 + 10% SN, dry 80 °C`; nothing is said of the usual process."""
        from chemistry.units import li_per_site

        parts = [self.polymer.label]
        if self.salt is not None:
            loading = (
                f"r={li_per_site(self):.3f}" if self.polymer.sites_mol_kg else f"{self.salt_molality_mol_kg:.2f} mol/kg"
            )
            parts.append(f"{self.salt.label} {loading}")
        parts += [f"{100 * c.weight_fraction:.0f}% {c.additive.label}" for c in self.additives]
        parts += [f"{100 * c.weight_fraction:.0f}% {c.filler.formula}" for c in self.fillers]
        return ", ".join(words for words in (" + ".join(parts), self.process.label) if words)


@remembered
def _content(component: Value) -> str:
    """A component as text; remembered, because planners make thousands of formulations of few components."""
    return json.dumps(_rounded(component.model_dump(mode="json")), sort_keys=True)


def _digits(number: float) -> str:
    """Nine significant digits, so that the last bit of a conversion does not make another formulation."""
    return f"{number:.9g}"


def _rounded(content: object) -> object:
    if isinstance(content, float):
        return float(_digits(content))
    if isinstance(content, dict):
        return {key: _rounded(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_rounded(value) for value in content]
    return content
