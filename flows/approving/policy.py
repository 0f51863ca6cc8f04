"""Which experiments a person must approve before they are begun: policy in the campaign file."""

import re
from collections.abc import Callable, Iterator
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from chemistry import catalogue
from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from chemistry.polymer import Polymer
from chemistry.salt import Additive, Salt
from chemistry.value import Value
from planners.breeding import grown
from planners.points import point_of
from planners.space import DesignSpace


def _hours(given: object) -> object:
    """`12 h`, `30 min` or a number of hours."""
    from chemistry.units import quantity

    if not isinstance(given, str):
        return given
    try:
        return quantity(given, "hour")
    except BadInput as error:
        raise ValueError(str(error)) from error


_Hours = Annotated[float, BeforeValidator(_hours, json_schema_input_type=float | str), Field(gt=0)]
Limits = tuple[float, float]


class TrustedRange(Value):
    """Within what people trust the lab and the model; what is not named is trusted."""

    polymers: tuple[str, ...] | None = None
    salts: tuple[str, ...] | None = None
    plasticisers: tuple[str, ...] | None = None
    salt_loading: Limits | None = None
    """Low and high, in the unit of the design space."""
    plasticiser_fraction: Limits | None = None
    sd: float | None = Field(default=None, gt=0)
    """Largest predicted standard deviation, in the unit of each objective; suggestions that no model foretold pass."""

    @field_validator("polymers", "salts", "plasticisers")
    @classmethod
    def _known(cls, names: tuple[str, ...] | None, info: ValidationInfo) -> tuple[str, ...] | None:
        """Names as the catalogue writes them: one that it does not know would be trusted by nobody."""
        kind = {"polymers": "polymer", "salts": "salt", "plasticisers": "additive"}[str(info.field_name)]
        find: Callable[[str], Polymer | Salt | Additive] = getattr(catalogue, kind)
        try:
            return names if names is None else tuple(find(name).label for name in names)
        except BadInput as unknown:
            raise ValueError(str(unknown)) from unknown

    @field_validator("salt_loading", "plasticiser_fraction")
    @classmethod
    def _ordered(cls, limits: Limits | None) -> Limits | None:
        if limits is not None and not limits[0] <= limits[1]:
            raise ValueError(f"limits from {limits[0]:g} to {limits[1]:g}; write the smaller one first")
        return limits


class ApprovalPolicy(Value):
    """What a person must be asked about. Nothing but the first use of real hardware, unless the file says so.

    It is of films, quick scans included; theory makes none, and what may be bought of it is said under `offers`.
    """

    cost_above: _Hours | None = None
    """Lab hours of one experiment above which it is asked for."""
    hazards: tuple[str, ...] = ()
    """GHS hazard statements, such as H300; one that is not known of a salt or an additive is asked for too."""
    trusted: TrustedRange = TrustedRange()
    first_hardware: bool = True
    """Whether the first experiment in a lab of real instruments is asked for."""
    within: Annotated[_Hours, Field(le=10_000)] = 12.0
    """Wall time after which no answer means refused."""

    @field_validator("hazards")
    @classmethod
    def _statements(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := [code for code in codes if not re.fullmatch(r"H[234]\d\d[A-Za-z]{0,2}", code)]:
            raise ValueError(f"{', '.join(wrong)} is no GHS hazard statement such as H302")
        return codes

    def reasons(
        self, formulation: Formulation, space: DesignSpace, cost_h: float, sd: dict[str, float]
    ) -> tuple[str, ...]:
        """Why a person must approve an experiment, one sentence each; empty where none need.

        Args:
            formulation: What is to be made.
            space: In whose units loadings are trusted.
            cost_h: Expected lab hours.
            sd: Predicted standard deviation of each objective; empty where no model was asked.
        """
        found = [*self._dangers(formulation), *self._strange(formulation, space, sd)]
        if self.cost_above is not None and cost_h > self.cost_above:
            found.append(f"It takes {cost_h:.1f} h of the lab, more than {self.cost_above:g} h.")
        return tuple(found)

    def _dangers(self, formulation: Formulation) -> Iterator[str]:
        if not self.hazards:
            return
        facts = [(formulation.polymer.label, catalogue.polymer_facts(formulation.polymer), False)]
        if formulation.salt is not None:
            facts.append((formulation.salt.label, catalogue.salt_facts(formulation.salt), True))
        facts += [(c.additive.label, catalogue.additive_facts(c.additive), True) for c in formulation.additives]
        for label, known, must_be_known in facts:
            meant = [code for code in known.hazard_codes if code.startswith(self.hazards)]
            if meant:
                yield f"{label} is classified {', '.join(meant)}."
            elif known.hazards is None and must_be_known:
                yield f"The catalogue does not know the hazards of {label}."

    def _strange(self, formulation: Formulation, space: DesignSpace, sd: dict[str, float]) -> Iterator[str]:
        trusted = self.trusted
        salt = formulation.salt
        names = [("polymer", formulation.polymer.label, trusted.polymers)]
        names += [("salt", salt.label, trusted.salts)] if salt is not None else []
        names += [("plasticiser", c.additive.label, trusted.plasticisers) for c in formulation.additives]
        for kind, label, known in names:
            if known is not None and label not in known:
                yield f"The {kind} {label} is not among the trusted ones ({', '.join(known)})."
        point = point_of(grown(space, [formulation]), formulation)
        loadings = [
            ("salt loading", point.loading if point else 0.0, trusted.salt_loading),
            ("plasticiser fraction", point.fraction if point else 0.0, trusted.plasticiser_fraction),
        ]
        for name, value, limits in loadings:
            if limits is not None and not limits[0] <= value <= limits[1]:
                yield f"The {name} {value:g} is outside the trusted {limits[0]:g} to {limits[1]:g}."
        if trusted.sd is not None:
            yield from (
                f"The model does not know {name} well: its standard deviation is {value:.2g}, above {trusted.sd:g}."
                for name, value in sd.items()
                if value > trusted.sd
            )
