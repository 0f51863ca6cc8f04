"""What `ionloop planners compare` is asked to compare on: a pool, the twin, or a standard problem."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from chemistry.errors import BadInput
from planners.compare.problem import Plan, Problem

Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Asked:
    """The options of the command; None where one was left out.

    Attributes:
        pool, twin, problem: a CSV file, a campaign file, the name of a standard problem: exactly one of them.
        smiles_column, objective, log: of the pool.
        initial, budget, batch: of the plan.
    """

    pool: Path | None = None
    twin: Path | None = None
    problem: str | None = None
    smiles_column: str | None = None
    objective: str | None = None
    log: bool = False
    initial: int | None = None
    budget: int | None = None
    batch: int | None = None

    def __post_init__(self) -> None:
        """Refuse what does not say what to compare on, or says two things."""
        on = {"--pool": self.pool, "--twin": self.twin, "--problem": self.problem}
        given = [option for option, value in on.items() if value is not None]
        if len(given) != 1:
            raise BadInput(
                f"{' and '.join(given)} are given together" if given else "nothing is named to compare planners on",
                place="planners compare",
                remedy="Give one of --pool FILE.csv, --twin CAMPAIGN.yaml and --problem NAME",
            )
        of_pool = {"--smiles-column": self.smiles_column, "--objective": self.objective, "--log": self.log or None}
        strange = [option for option, value in of_pool.items() if value is not None]
        if self.pool is None and strange:
            raise BadInput(
                f"{', '.join(strange)} can be said of a pool only, and {given[0]} is given",
                place="planners compare",
                remedy="Leave them out",
            )
        if self.pool is not None and self.objective is None:
            raise BadInput("nothing says which column holds the answers", place="--pool", remedy="Give --objective")

    @property
    def file(self) -> Path | None:
        """What is read, if anything."""
        return self.pool or self.twin

    @property
    def stem(self) -> str:
        """What the default record is named after."""
        return self.file.stem if self.file else str(self.problem)

    def planners(self, named: str | None) -> list[str]:
        """The names that are given, or all usual ones; raises `BadInput` for one that is not there."""
        if self.problem is not None:
            from planners.box.names import NAMES, chooser

            usual, known = NAMES, chooser
        elif self.twin is not None:
            from planners.compare.contenders import OWN, refuse_unknown
            from planners.pool.names import installed

            usual, known = (*OWN, *installed()), refuse_unknown
        else:
            from planners.pool.names import chooser, installed

            usual, known = ("random", "kinship", *installed()), chooser
        names = list(usual) if named is None else [name.strip() for name in named.split(",")]
        if "" in names:
            raise BadInput(
                f"{named!r} holds an empty name", place="--planners", remedy="Put one comma between two names"
            )
        _refuse_twice(names)
        for name in names:
            known(name)
        return names

    def made(self, told: Told = lambda done, all_: None) -> Problem:
        """The problem; `told` hears how much of a pool is read. Raises `BadInput` where it cannot be made."""
        if self.problem is not None:
            return self._standard(self.problem)
        if self.twin is not None:
            from flows.comparing.twin_problem import read_twin_problem

            return read_twin_problem(self.twin, self._plan(Plan(initial=5, budget=35, batch=1)))
        return self._pool(told)

    def about(self, problem: Problem) -> dict[str, object]:
        """What a reader of figures is told beside them."""
        from planners.compare.pool_problem import PoolProblem

        told: dict[str, object] = {
            name: str(path) for name, path in (("pool", self.pool), ("twin", self.twin)) if path is not None
        }
        if isinstance(problem, PoolProblem):
            told["candidates"] = len(problem.pool)
        return told

    def _standard(self, name: str) -> Problem:
        """A standard problem, begun with twice one more than it has numbers, as BoTorch's tutorials begin."""
        from planners.compare.standard_problem import StandardProblem

        usual = Plan(initial=6, budget=40, batch=1)
        size = StandardProblem(name, usual).box.d
        return StandardProblem(name, self._plan(replace(usual, initial=2 * (size + 1))))

    def _pool(self, told: Told) -> Problem:
        from planners.compare.pool_problem import PoolProblem, read_pool

        if self.pool is None or self.objective is None:
            raise ValueError("a pool is read only where one is named")
        candidates, values = read_pool(
            self.pool, self.smiles_column or "smiles", self.objective, log=self.log, told=told
        )
        return PoolProblem(candidates, values, self._plan(Plan()), label=self.pool.name)

    def _plan(self, usual: Plan) -> Plan:
        """The usual plan with what is given in its place; a usual batch is no more than a budget that is given."""
        batch = min(usual.batch, self.budget or usual.budget) if self.batch is None else self.batch
        given = {"initial": self.initial, "budget": self.budget, "batch": batch}
        return replace(usual, **{name: value for name, value in given.items() if value is not None})


def _refuse_twice(names: Sequence[str]) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise BadInput(f"the planner {twice!r} is named twice", place="--planners", remedy="Name each once")
