"""A surrogate of one or several unlike methods on features of readings: their mean, with calibrated intervals.

Trees, boosting and a kernel machine err in different ways. The better ones count for more, by their errors out of fold
inside the training films, and apart for unseen polymers and for new formulations (`models.calibration`). For
each property a surrogate keeps its learnt methods, an estimate of the glass transition where the films teach one, the
width of its intervals, and the fingerprints of what it was trained on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chemistry.errors import BadInput
from ledger.film import Film
from models.calibration import LEAST_ROWS, Method, Rows, calibrated
from models.composition import polymer_fingerprints
from models.fidelity import FIDELITIES
from models.fidelity_tables import Beside, LearnsBeside, fidelity_tables
from models.film_content import film_content, training_hash
from models.fitted_average import FittedAverage, LearntAverage
from models.glass_estimate import GLASS_TRANSITION, GlassEstimate, glass_estimate
from models.learning_table import LearningTable, learning_table, properties_of
from models.splits import polymer_group
from models.structured_points import structured_points

NO_GLASS = (
    "T - Tg is left out: the films hold glass transitions of fewer than 50 neat polymers. Add a table of them (--tg)"
)
_FEW = (
    "Intervals of {} are too narrow: {} readings are too few to hold any out, so that they are the errors on what was "
    f"learnt. Give {LEAST_ROWS} readings or more"
)


@dataclass(frozen=True)
class Averaged:
    """A `models.protocols.PropertySurrogate`.

    Attributes:
        methods: what is averaged.
        chemistry: chemical features; counted fingerprints where False.
        glass: whether T − Tg is a feature where the films teach a glass transition.
        calibrate: whether interval widths are found out of fold; without it the in-sample error stands in, which is too
            small, and is of use only where the mean alone is asked for.
    """

    name: str
    methods: tuple[Method, ...]
    chemistry: bool = True
    glass: bool = True
    calibrate: bool = True

    def fit(
        self, films: Sequence[Film], properties: Sequence[str] | None = None, estimate: GlassEstimate | None = None
    ) -> FittedAverage:
        """Learn from films. A glass transition itself is learnt without T − Tg.

        Args:
            films: what is known.
            properties: those to learn; all that the films carry where left out.
            estimate: of the glass transition, where the caller has learnt one already; it must not have seen a polymer
                that this surrogate is tested on.

        Raises:
            BadInput: there is nothing to learn.
        """
        # One order, so that neither the order nor the names of films play a part.
        films = sorted(films, key=film_content)
        asked = list(properties) if properties is not None else properties_of(films)
        if not asked:
            raise BadInput("no film has a reading to learn from", remedy="Measure first, or import literature data")
        wanted = self.glass and self.chemistry
        glass = (estimate or glass_estimate(films)) if wanted else None
        tables = {name: self._tables(films, name) for name in asked}
        notes = (NO_GLASS,) if wanted and glass is None else ()
        notes += tuple(_FEW.format(name, len(own)) for name, (own, *_) in tables.items() if len(own) < LEAST_ROWS)
        learnt = {name: self._learnt(*own, glass) for name, own in tables.items()}
        return FittedAverage(self.name, self.chemistry, learnt, glass, notes, training_hash(films))

    def _tables(self, films: Sequence[Film], name: str) -> tuple[LearningTable, LearningTable | None, np.ndarray]:
        """Experiments, and theory beside them with its fidelities where a method learns from that."""
        if any(isinstance(method, LearnsBeside) for method in self.methods):
            return fidelity_tables(films, name)
        return learning_table(films, name), None, np.empty(0, dtype=int)

    def _learnt(
        self, table: LearningTable, theory: LearningTable | None, fidelity: np.ndarray, glass: GlassEstimate | None
    ) -> LearntAverage:
        if table.property == GLASS_TRANSITION:
            glass = None
        estimates = None if glass is None else glass.of(table.points.polymers)
        points = structured_points(table.property, table.points, self.chemistry, estimates, table)
        names = [polymer_group(polymer) for polymer in table.points.polymers]
        known, group = np.unique([names[place] for place in table.points.polymer], return_inverse=True)
        first = [names.index(name) for name in known]
        fingerprints = polymer_fingerprints([table.points.polymers[place] for place in first])
        rows = Rows(table, points, table.weight / table.weight.mean(), group, fingerprints)
        beside = None if theory is None else self._beside(theory, fidelity, glass, [str(name) for name in known])
        methods = tuple(m.beside(beside) if isinstance(m, LearnsBeside) else m for m in self.methods)
        members = rows.learnt(methods, np.arange(len(table)))
        found = calibrated(methods, rows, members, held_out=self.calibrate)
        return LearntAverage(
            members=members,
            with_glass=glass is not None,
            unseen=found.unseen,
            seen=found.seen,
            film_sd=found.film_sd,
            polymers=tuple(str(name) for name in known),
            fingerprints=fingerprints,
            lowest=np.nanmin(points.matrix, axis=0, initial=np.inf, where=~np.isnan(points.matrix)),
            highest=np.nanmax(points.matrix, axis=0, initial=-np.inf, where=~np.isnan(points.matrix)),
        )

    def _beside(
        self, theory: LearningTable, fidelity: np.ndarray, glass: GlassEstimate | None, known: Sequence[str]
    ) -> Beside:
        """Readings of theory with their features; their polymers are numbered as `known` ones, and on from there."""
        estimates = None if glass is None else glass.of(theory.points.polymers)
        points = structured_points(theory.property, theory.points, self.chemistry, estimates, theory)
        numbers = {name: place for place, name in enumerate(known)}
        of_polymer = [numbers.setdefault(polymer_group(one), len(numbers)) for one in theory.points.polymers]
        present, own = np.unique(fidelity, return_inverse=True)
        return Beside(
            points=points,
            value=theory.value,
            weight=theory.weight / theory.weight.mean(),
            group=np.array(of_polymer)[theory.points.polymer],
            polymers=len(known),
            fidelity=own.ravel(),
            names=tuple(FIDELITIES[place] for place in present),
        )
