"""The loop of a search: choose, run, learn, until the budget is spent.

Choice i is a pure function of the file, of i and of the answers to runs 0 … i - k, with k runs at once; those between
count as pending even where one has ended by then. So a search that was broken off, or whose runs end in another order,
makes the same choices when it is run again, and finds their answers in the ledger.
"""

import queue
import threading
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from flows.dynamics.search.asking import SUBDIFFUSIVE_SD, Outcome, Run
from flows.dynamics.search.file import SearchFile
from planners.box.names import chooser
from planners.box.protocols import Told
from planners.box.ranges import point_of, values_at
from planners.box.sequence import next_point

Ask = Callable[[Run], Outcome]
Hear = Callable[[Run, Outcome | None], None]
"""Is told of a run when it begins, without an outcome, and when it has ended."""


def search(file: SearchFile, ask: Ask, hear: Hear = lambda run, outcome: None) -> list[tuple[Run, Outcome]]:
    """Every run of a search with its outcome, in the order of choice.

    Raises:
        Exception: what `ask` raised; what was answered by then is kept by whoever answered.
    """
    crew, runs, outcomes = _Crew(ask), [], {}
    while len(outcomes) < file.budget.runs:
        index = len(runs)
        if index < file.budget.runs and all(i in outcomes for i in range(index - file.budget.at_once + 1)):
            run = next_run(file, runs, outcomes)
            runs.append(run)
            hear(run, None)
            crew.begin(run)
            continue
        ended, outcome = crew.ended()
        outcomes[ended.index] = outcome
        hear(ended, outcome)
    return [(run, outcomes[run.index]) for run in runs]


def next_run(file: SearchFile, runs: Sequence[Run], outcomes: Mapping[int, Outcome]) -> Run:
    """The run that comes after these."""
    ranges, index = file.parameters.ranges, len(runs)
    counted = {i: outcomes[i] for i in range(index - file.budget.at_once + 1)}
    told = told_of(file, runs, counted)
    point = next_point(file.box, told, chooser(file.planner.name), file.planner.start)
    values = values_at(ranges, point)
    return Run(index, values, sum(dict(run.values) == values for run in runs))


def told_of(file: SearchFile, runs: Sequence[Run], outcomes: Mapping[int, Outcome]) -> Told:
    """Runs as points of the box: what came of those with an outcome, the others pending."""
    points = [point_of(file.parameters.ranges, run.values) for run in runs]
    good = [run.index for run in runs if run.index in outcomes and not outcomes[run.index].failed]
    bad = [run.index for run in runs if run.index in outcomes and outcomes[run.index].failed]
    rest = [run.index for run in runs if run.index not in outcomes]

    def at(indices: Sequence[int]) -> np.ndarray:
        return np.array([points[i] for i in indices]).reshape(len(indices), len(file.parameters.ranges))

    values = [outcomes[i].log10 for i in good]
    errors = [error_of(outcomes[i]) for i in good]
    return Told(
        points=at(good),
        values=np.array(values, float).reshape(-1, 1),
        reference=np.array([-np.inf]),
        seed=file.seed,
        variances=np.square(np.array(errors, float)).reshape(-1, 1),
        pending=at(rest),
        failed=at(bad),
    )


def error_of(outcome: Outcome) -> float:
    """The error of a conductivity, decades: wide where ions do not diffuse yet."""
    sd = outcome.sd or 0.0
    return sd if outcome.diffusive else max(sd, SUBDIFFUSIVE_SD)


def best_of(found: Sequence[tuple[Run, Outcome]]) -> tuple[Run, Outcome] | None:
    """The run of the highest conductivity among those whose ions diffuse; None where there is none."""
    fit = [(run, outcome) for run, outcome in found if outcome.diffusive and outcome.log10 is not None]
    return max(fit, key=lambda one: one[1].log10 or -np.inf) if fit else None


def confirm(file: SearchFile, found: Sequence[tuple[Run, Outcome]], ask: Ask, hear: Hear) -> list[Outcome]:
    """The best run again, from other starts, as often as the file says; one after the other."""
    best, again = best_of(found), []
    if best is None:
        return []
    before = sum(dict(run.values) == dict(best[0].values) for run, _ in found)
    for number in range(file.budget.confirm):
        run = Run(len(found) + number, best[0].values, before + number)
        hear(run, None)
        again.append(ask(run))
        hear(run, again[-1])
    return again


class _Crew:
    """Runs in threads of this process, each of which waits for an engine outside of it.

    The threads end with the process: an engine that is left alone ends too, and goes on from its last segment when it
    is asked for again.
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._ended: queue.Queue[tuple[Run, Outcome | BaseException]] = queue.Queue()

    def begin(self, run: Run) -> None:
        threading.Thread(target=self._run, args=(run,), name=f"run {run.index}", daemon=True).start()

    def ended(self) -> tuple[Run, Outcome]:
        """The next run that ends; raises what it raised."""
        run, outcome = self._ended.get()
        if isinstance(outcome, BaseException):
            raise outcome
        return run, outcome

    def _run(self, run: Run) -> None:
        try:
            self._ended.put((run, self._ask(run)))
        except BaseException as error:  # noqa: BLE001  raised again where it is waited for
            self._ended.put((run, error))
