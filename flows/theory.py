"""Calculations that a campaign asks of theory: run beside the instruments, their results into the ledger."""

import numpy as np

from chemistry.errors import IonloopError
from flows.control import in_words
from flows.engines import engine
from flows.session import Session
from flows.step import step
from ledger.errors import IllegalMove
from ledger.kinds import CalculationState
from ledger.tables import CalculationRow


def calculate(session: Session, calculation: CalculationRow) -> None:
    """Run a calculation to its end; one that was cut off by a crash is begun again: it consumes nothing."""
    label = f"{calculation.source} {calculation.number}: {calculation.formulation.label}"
    step("calculate", f"calculate {label}", lambda: _calculate(session, calculation))


def _calculate(session: Session, calculation: CalculationRow) -> None:
    ledger, stopping = session.ledger, session.control.now().stopping
    if _is_over(session, calculation):  # aborted before its turn came
        return
    if stopping is not None:
        ledger.end_calculation(calculation.id, CalculationState.CANCELLED, in_words(stopping))
        return
    md = session.spec.offers.md if session.spec.offers else None
    if md is None:
        ledger.end_calculation(calculation.id, CalculationState.CANCELLED, "the campaign offers no simulations")
        return
    chance = np.random.default_rng([session.spec.seed, calculation.number])
    try:
        readings = engine(md.engine).run(calculation.formulation, md.temperatures, chance)
    except IonloopError as error:
        if not _is_over(session, calculation):
            ledger.end_calculation(calculation.id, CalculationState.FAILED, str(error))
        return
    try:
        ledger.calculated(calculation.id, readings, {"engine": md.engine})
    except IllegalMove:
        if not _is_over(session, calculation):  # else somebody aborted it meanwhile, and its result is left
            raise


def _is_over(session: Session, calculation: CalculationRow) -> bool:
    return any(
        row.id == calculation.id and CalculationState(row.state).final
        for row in session.ledger.calculations(session.campaign_id)
    )
