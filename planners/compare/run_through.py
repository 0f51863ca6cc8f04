"""A campaign in memory, in lock step: what is known, told a batch of suggestions at a time."""

from collections.abc import Callable, Sequence

import numpy as np

from chemistry.formulation import Formulation
from ledger.film import Film
from planners.points import point_of, reasons_not_to
from planners.protocols import Decided, Failed, Knowledge, Suggestion
from planners.sobol import even_start

_PATIENCE = 20
"""Batches one after the other of which nothing can be made, after which a planner has nothing more to suggest."""

ReadFilm = Callable[[Formulation, str, np.random.Generator], Film]


class RunThrough:
    """One campaign: `knowledge` is all that its planner may know, `made` the formulations in their order."""

    def __init__(self, knowledge: Knowledge, read: ReadFilm) -> None:
        self.knowledge = knowledge
        self.made: list[Formulation] = []
        self.refused = 0
        self._read = read
        self._random = np.random.default_rng(knowledge.seed)
        self._barren = 0

    def begin(self, n: int) -> None:
        """Make n films of an even spread, the same whoever plans."""
        self.take(even_start(n, self.knowledge, n, "start"))

    def take(self, suggestions: Sequence[Suggestion]) -> bool:
        """Make what was suggested and may be made; False where there is no use in asking on."""
        before = len(self.made)
        for suggestion in suggestions:
            if self._forbidden(suggestion.formulation):
                self.refused += 1
                self._know(suggestion, None)
            else:
                film = self._read(suggestion.formulation, f"film {len(self.made)}", self._random)
                self.made.append(suggestion.formulation)
                self._know(suggestion, film)
        self._barren = 0 if len(self.made) > before else self._barren + 1
        return bool(suggestions) and self._barren < _PATIENCE

    def _forbidden(self, formulation: Formulation) -> bool:
        """Whether the space or chemistry stands against it; a bred polymer belongs to no named component."""
        space = self.knowledge.space
        strange = space.open_polymers is None and point_of(space, formulation) is None
        return strange or bool(reasons_not_to(space, formulation))

    def _know(self, suggestion: Suggestion, film: Film | None) -> None:
        known, formulation = self.knowledge, suggestion.formulation
        decided = Decided(
            index=known.suggested,
            planner=suggestion.planner,
            formulation=formulation,
            outcome="failed" if film is None else "observed",
            film_id=film.film_id if film else None,
        )
        failed = () if film else (Failed(formulation=formulation, reason="it may not be made"),)
        self.knowledge = known.model_copy(
            update={
                "films": (*known.films, *((film,) if film else ())),
                "failures": (*known.failures, *failed),
                "history": (*known.history, decided),
                "suggested": known.suggested + 1,
                "event": known.event + 1,
            }
        )
