"""A pool behind the seam of campaigns: what the ledger knows in, formulations out."""

from dataclasses import dataclass, field

import numpy as np

from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from chemistry.polymer import Polymer, RepeatUnit
from chemistry.quantities import with_uncertainty
from chemistry.units import molality
from planners.objectives import Objective
from planners.pareto import objective_values
from planners.points import reasons_not_to
from planners.pool.candidates import Pool
from planners.pool.choosers import AtRandom, Kinship
from planners.pool.protocols import Choice, Chooser, Told
from planners.protocols import Action, Knowledge, Reason, Suggestion
from planners.space import DesignSpace
from planners.stock import enough_for


@dataclass(frozen=True, eq=False)
class PoolPlanner:
    """The planner of a campaign whose polymers are a finite pool: a `planners.protocols.Planner`.

    The space tells what each polymer is made with: one salt at one loading, no plasticiser; the polymers that it names
    play no part. A formulation is built for what is suggested alone. The answer is a pure function of the pool and of
    what is known.

    Attributes:
        start: suggestions at random before the chooser is asked.
    """

    pool: Pool
    chooser: Chooser = field(default_factory=Kinship)
    start: int = 5
    name: str = "pool"

    def suggest(self, n: int, knowledge: Knowledge) -> list[Suggestion]:
        """At most n suggestions; fewer only where no more of the pool may be made.

        Raises:
            BadInput: several objectives, limits, or a space that leaves open what a polymer is made with.
        """
        objective = _only(knowledge)
        place = {unit: row for row, unit in enumerate(self.pool.units)}
        results = _results(knowledge, objective, place)
        tried = [*knowledge.pending, *(failure.formulation for failure in knowledge.failures)]
        tried += [film.formulation for film in knowledge.films]
        taken = {row for formulation in tried if (row := place.get(_unit(formulation))) is not None} - set(results)
        enough = enough_for(knowledge)
        chosen: list[tuple[Formulation, Choice]] = []
        while len(chosen) < n:
            random = knowledge.suggested + len(chosen) < self.start
            wanted = n - len(chosen)
            if random:
                wanted = min(wanted, self.start - knowledge.suggested - len(chosen))
            told = Told(tuple(results), tuple(results.values()), tuple(sorted(taken)), knowledge.seed)
            choices = (AtRandom() if random else self.chooser).choose(wanted, self.pool, told)
            if not choices:
                break
            for choice in choices:
                formulation = formulation_of(self.pool.units[choice.row], knowledge.space)
                taken.add(choice.row)
                if not reasons_not_to(knowledge.space, formulation) and enough(formulation):
                    chosen.append((formulation, choice))
        return [
            Suggestion(
                formulation=formulation,
                action=Action(),
                reason=self._reason(choice, objective, knowledge),
                planner=self.name,
                event=knowledge.event,
                index=knowledge.suggested + number,
            )
            for number, (formulation, choice) in enumerate(chosen)
        ]

    def _reason(self, choice: Choice, objective: Objective, knowledge: Knowledge) -> Reason:
        if choice.expected is None or choice.sd is None:
            return Reason(summary=f"One of {len(self.pool):,} polymers, by {self.chooser.name} without a forecast.")
        expected = objective.sign * choice.expected
        forecast = f"{objective.property} {with_uncertainty(expected, choice.sd)}"
        film, like = None, ""
        if choice.nearest is not None:
            unit = self.pool.units[choice.nearest[0]]
            film = next(film.film_id for film in knowledge.films if _unit(film.formulation) == unit)
            like = f"; most like it (Tanimoto {choice.nearest[1]:.2f}) is film {film}"
        return Reason(
            summary=f"Among the highest of {len(self.pool):,} polymers by confidence bound ({forecast}){like}.",
            expected={objective.property: expected},
            sd={objective.property: choice.sd},
            acquisition=choice.worth,
            nearest_film=film,
        )


def formulation_of(unit: str, space: DesignSpace) -> Formulation:
    """What a polymer of a pool is made into: the salt of the space at its loading.

    Raises:
        BadInput: the space leaves the salt, the loading, a plasticiser or the process open.
    """
    salt, *others = space.salts
    if others or space.salt_loading.span > 0 or any(space.plasticisers) or space.settings:
        raise BadInput(
            "a pool is ranked by its polymers, and the space leaves open what each is made with",
            place="space",
            remedy="Name one salt, one loading (low and high the same), no plasticiser and one process",
        )
    polymer = Polymer(units=(RepeatUnit(smiles=unit),), fractions=(1.0,))
    loading = molality(space.salt_loading.low, space.salt_loading.unit, polymer, salt, 0.0)
    return Formulation(polymer=polymer, salt=salt, salt_molality_mol_kg=loading, process=space.made_by(()))


def _results(knowledge: Knowledge, objective: Objective, place: dict[str, int]) -> dict[int, float]:
    """Result of each row that has one, to maximise, by row; the mean where a polymer was made several times."""
    found: dict[int, list[float]] = {}
    for film in knowledge.films:
        row, values = place.get(_unit(film.formulation)), objective_values(film, (objective,))
        if row is not None and values is not None:
            found.setdefault(row, []).append(objective.sign * values[0])
    # Sorted, so that the order in which results came in plays no part.
    return {row: float(np.mean(sorted(found[row]))) for row in sorted(found)}


def _only(knowledge: Knowledge) -> Objective:
    if len(knowledge.objectives) != 1 or knowledge.limits:
        asked = f"{len(knowledge.objectives)} objectives with {len(knowledge.limits)} limits"
        raise BadInput(
            f"a pool is ranked by one objective, and {asked} are asked",
            place="objectives",
            remedy="Name one objective and no limits, or take the planner bayesian",
        )
    return knowledge.objectives[0]


def _unit(formulation: Formulation) -> str:
    """The repeat unit of a homopolymer; empty for what no pool holds."""
    units = formulation.polymer.units
    return units[0].smiles if len(units) == 1 else ""
