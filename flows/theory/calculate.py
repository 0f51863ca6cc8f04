"""Calculations that a campaign asks of theory: run beside the instruments, their results into the ledger."""

import contextlib
import logging
from collections.abc import Iterator

from chemistry.errors import IonloopError
from flows.control import in_words
from flows.session import Session
from flows.step import step
from flows.theory.asking import Theory
from flows.theory.offers import temperatures_of
from flows.theory.recipes import recipe, recipe_of
from flows.theory.workers import CutShort
from ledger.errors import IllegalMove
from ledger.kinds import CalculationState
from ledger.tables import CalculationRow

logger = logging.getLogger(__name__)


def calculate(session: Session, calculation: CalculationRow, theory: Theory) -> None:
    """Run a calculation to its end; one that was cut off by a crash is begun again: it consumes nothing.

    Raises:
        CutShort: the campaign ended meanwhile.
    """
    label = f"{calculation.source} {calculation.number}: {calculation.formulation.label}"
    step("calculate", f"calculate {label}", lambda: _calculate(session, calculation, theory))


def _calculate(session: Session, calculation: CalculationRow, theory: Theory) -> None:
    """A calculation that fails is an outcome, whatever it failed of: the campaign goes on, and the ledger says why."""
    ledger, stopping = session.ledger, session.control.now().stopping
    if _is_over(session, calculation):  # aborted before its turn came
        return
    if stopping is not None:
        ledger.end_calculation(calculation.id, CalculationState.CANCELLED, in_words(stopping))
        return
    name = recipe_of(ledger.suggestion_of(calculation))
    what, seeds = recipe(name), (session.spec.seed, calculation.number)
    try:
        found = what.run(calculation.formulation, temperatures_of(session.spec, what), seeds, theory)
    except CutShort:
        raise
    except IonloopError as error:
        with _unless_aborted(session, calculation):
            ledger.end_calculation(calculation.id, CalculationState.FAILED, str(error))
    except Exception as error:  # of a library, or of a process that ended: no reason to end films
        logger.exception("calculation %d failed", calculation.number)
        with _unless_aborted(session, calculation):
            ledger.end_calculation(calculation.id, CalculationState.FAILED, f"{type(error).__name__}: {error}")
    else:
        told = {"recipe": name, "core_hours": found.core_hours, **found.told}
        with _unless_aborted(session, calculation):
            ledger.calculated(calculation.id, found.readings, told)


@contextlib.contextmanager
def _unless_aborted(session: Session, calculation: CalculationRow) -> Iterator[None]:
    """What comes of a calculation that somebody aborted meanwhile is left."""
    try:
        yield
    except IllegalMove:
        if not _is_over(session, calculation):
            raise


def _is_over(session: Session, calculation: CalculationRow) -> bool:
    return any(
        row.id == calculation.id and CalculationState(row.state).final
        for row in session.ledger.calculations(session.campaign_id)
    )
