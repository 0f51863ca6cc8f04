"""New polymers bred from those of an open-ended space, and the space that holds those that are known by now."""

import random
from collections.abc import Iterable
from functools import lru_cache

from chemistry.exchange import exchanged
from chemistry.feasibility import refused_polymer
from chemistry.formulation import Formulation
from chemistry.generated_units import generated_units
from chemistry.polymer import Polymer, RepeatUnit
from planners.components import identity
from planners.protocols import Knowledge
from planners.space import DesignSpace

_TRIES = 12


def grown(space: DesignSpace, formulations: Iterable[Formulation]) -> DesignSpace:
    """The space with the polymers of formulations after its own, where they are open-ended or a pool; else itself."""
    if space.open_polymers is None and space.pool is None:
        return space
    known = {identity(polymer): polymer for polymer in space.polymers}
    for formulation in formulations:
        known.setdefault(identity(formulation.polymer), formulation.polymer)
    return space if len(known) == len(space.polymers) else space.model_copy(update={"polymers": tuple(known.values())})


def in_grown_space(knowledge: Knowledge) -> Knowledge:
    """The same knowledge in a space that holds every polymer that was ever suggested."""
    space = grown(knowledge.space, (decided.formulation for decided in knowledge.history))
    space = grown(space, knowledge.pending)
    space = grown(space, (failure.formulation for failure in knowledge.failures))
    return knowledge if space is knowledge.space else knowledge.model_copy(update={"space": space})


def bred(space: DesignSpace, one: Polymer, other: Polymer, draw: random.Random) -> Polymer | None:
    """A homopolymer whose repeat unit is one of `one` with a fragment of one of `other`; None where there is none.

    It coordinates lithium and no rule of `chemistry.feasibility` refuses it.
    """
    rules = space.open_polymers
    if rules is None:
        return None
    for _ in range(_TRIES):
        mine, theirs = draw.choice(one.units).smiles, draw.choice(other.units).smiles
        child = exchanged(mine, theirs, rules.most_atoms, draw)
        if child is not None:
            polymer = Polymer(units=(RepeatUnit(smiles=child),))
            if not refused_polymer(polymer):
                return polymer
    return None


def lender(space: DesignSpace, draw: random.Random) -> Polymer | None:
    """A generated polymer that lends fragments; None where the space allows none."""
    if space.open_polymers is None or not space.open_polymers.lenders:
        return None
    return Polymer(units=(RepeatUnit(smiles=draw.choice(_lending(space.open_polymers.lenders))),))


@lru_cache(maxsize=4)
def _lending(count: int) -> tuple[str, ...]:
    return generated_units(count)
