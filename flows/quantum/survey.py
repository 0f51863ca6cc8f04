"""What `ionloop dft pool` does: read, look up, choose and calculate one window after the other, foretell the others."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from chemistry.errors import BadInput, IonloopError
from flows.outputs import refuse_unwritable
from flows.quantum.survey_asked import PROPERTIES, Asked
from flows.quantum.survey_candidates import Candidate, Candidates, candidates
from flows.quantum.survey_told import Told, tell_survey
from flows.terminal import bar, console
from flows.theory.kept_windows import answers, keep_failure, keep_window, known_failure, known_window
from ledger.store import Ledger
from planners.pool.candidates import counted
from planners.pool.survey import FEWEST, Foretold, Survey, nearness
from sim.dft.conformers import relaxed_model
from sim.dft.failure import engine
from sim.dft.oligomer import refuse_length
from sim.dft.result import CalculationKey
from sim.dft.window import RedoxWindow, redox_window

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

_LINE_EACH = 50
"""Polymers or windows between two lines of progress where no bar is drawn."""


class Surveyed:
    """What is known of a pool: windows and failures by the place of the candidate.

    Polymers whose model is one molecule share what is known of it, and it counts once.
    """

    def __init__(self, pool: Candidates) -> None:
        self.windows: dict[int, RedoxWindow] = {}
        self.failures: dict[int, str] = {}
        self._places: dict[str, list[int]] = {}
        for place, one in enumerate(pool.those):
            self._places.setdefault(one.key.text, []).append(place)

    def bring(self, key: CalculationKey, window: RedoxWindow) -> None:
        """A molecule's window is known now."""
        self.windows.update(dict.fromkeys(self._places[key.text], window))

    def fail(self, key: CalculationKey, reason: str) -> None:
        """A molecule's calculation was in vain."""
        self.failures.update(dict.fromkeys(self._places[key.text], reason))

    @property
    def molecules(self) -> list[int]:
        """One place of each molecule whose window is known, rising."""
        return sorted(places[0] for places in self._places.values() if places[0] in self.windows)

    @property
    def spent(self) -> int:
        """Calculations, those in vain among them."""
        return len(self.molecules) + sum(places[0] in self.failures for places in self._places.values())


def survey_pool(asked: Asked) -> None:
    """Survey a pool and tell what came of it.

    Raises:
        BadInput: the table, an option, a file or an engine cannot be used.
    """
    method, medium = asked.method, asked.medium  # a wrong name is told before anything is read
    refuse_length(asked.units)
    for name, limit in asked.limits.items():
        if not math.isfinite(limit):
            raise BadInput(f"a limit of {limit:g} V for {name}", remedy="Give a number of volts against Li+/Li")
    refuse_unwritable({"--out": asked.out}, {}, (asked.table,))
    for module, package in (("pyscf.dft", "pyscf"), ("tblite.interface", "tblite"), ("ase.optimize", "ase")):
        engine(module, package, "a survey of windows")
    out = console(stderr=True)
    with answers(asked.ledger, asked.campaign) as ledger, bar(out) as drawn:
        pool = candidates(asked, ledger, _stage(drawn, out, "quick levels"))
        levels = np.array([_levels(one) for one in pool.those])
        survey = Survey(counted(tuple(one.unit for one in pool.those)), levels, asked.seed)
        known = look_up(pool, ledger, asked)
        before = len(known.molecules)
        progress = _stage(drawn, out, f"windows by {method.label}")
        for place in chosen(survey, pool, known, asked):
            one = pool.those[place]
            progress(known.spent, asked.calculations)
            if not out.is_terminal:
                out.print(f"window {known.spent + 1} of {asked.calculations}: {one.unit} as {one.model}")
            with _outcome(known, one, ledger):
                # Another process may have brought it meanwhile.
                window = known_window(ledger, one.key) or keep_window(
                    ledger, lambda one=one: redox_window(relaxed_model(one.model), method, medium, asked.full_solvent)
                )
                known.bring(one.key, window)
    told = Told(pool, known.windows, known.failures, len(known.molecules), before, foretold(survey, known))
    tell_survey(asked, told)


def look_up(pool: Candidates, ledger: Ledger, asked: Asked) -> Surveyed:
    """What the ledger knows of the candidates; with `--again` failures count as never tried."""
    known = Surveyed(pool)
    for one in pool.those:
        window = known_window(ledger, one.key)
        if window is not None:
            known.bring(one.key, window)
        elif not asked.again and (reason := known_failure(ledger, one.key)) is not None:
            known.fail(one.key, reason)
    return known


def chosen(survey: Survey, pool: Candidates, known: Surveyed, asked: Asked) -> Iterator[int]:
    """The places to calculate, one after the other; what came of the last is to be in `known` before the next."""
    large = [place for place, one in enumerate(pool.those) if one.large]
    while known.spent < asked.calculations:
        values = foretold(survey, known) if asked.limits else {}
        weight = nearness(asked.limits, values) if values else None
        place = survey.next(known.windows.keys(), {*large, *known.failures}, weight)
        if place is None:
            return
        yield place


def foretold(survey: Survey, known: Surveyed) -> dict[str, Foretold]:
    """What is foretold of every candidate, property by property; nothing while too little is known."""
    rows = known.molecules  # each once: a twin would foretell it without error
    if len(rows) < FEWEST:
        return {}
    return {
        name: survey.foretell(rows, np.array([getattr(known.windows[row], name) for row in rows]))
        for name in PROPERTIES
    }


@contextmanager
def _outcome(known: Surveyed, one: Candidate, ledger: Ledger) -> Iterator[None]:
    """A molecule that cannot be calculated is an outcome: written down, and the survey goes on."""
    try:
        yield
        return
    except IonloopError as error:
        reason = error.problem if isinstance(error, BadInput) else str(error)
    except (ArithmeticError, np.linalg.LinAlgError, RuntimeError, MemoryError) as error:  # of an engine
        reason = f"{type(error).__name__}: {error}"
    known.fail(one.key, reason)
    keep_failure(ledger, one.key, reason)


def _levels(one: Candidate) -> list[float]:
    quick = one.levels
    return [quick.homo_eV, quick.lumo_eV, quick.vertical_ionisation_eV, quick.vertical_affinity_eV]


def _stage(drawn: "Progress", out: "Console", name: str) -> Callable[[int, int], None]:
    """Hears how many of how many are done: a bar on a terminal, a line now and then elsewhere."""
    task = drawn.add_task(name, total=None)

    def told(done: int, of: int) -> None:
        drawn.update(task, completed=done, total=of)
        if not out.is_terminal and done and done % _LINE_EACH == 0:
            out.print(f"{name}: {done} of {of}")

    return told
