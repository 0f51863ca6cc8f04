"""Calculations that a campaign asks of theory: run beside the instruments, their results into the ledger."""

import numpy as np

from chemistry.errors import IonloopError
from flows.control import in_words
from flows.session import Session
from flows.step import step
from flows.theory.engines import engine
from ledger.kinds import CalculationState
from ledger.tables import CalculationRow


def calculate(session: Session, calculation: CalculationRow) -> None:
    """Run a calculation to its end; one that was cut off by a crash is begun again: it consumes nothing."""
    label = f"{calculation.source} {calculation.number}: {calculation.formulation.label}"
    step("calculate", f"calculate {label}", lambda: _calculate(session, calculation))


def _calculate(session: Session, calculation: CalculationRow) -> None:
    ledger, stopping = session.ledger, session.control.now().stopping
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
        ledger.end_calculation(calculation.id, CalculationState.FAILED, str(error))
        return
    ledger.calculated(calculation.id, readings, {"engine": md.engine})
