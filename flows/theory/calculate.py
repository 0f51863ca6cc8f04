"""Calculations that a campaign asks of theory: run beside the instruments, their results into the ledger."""

import logging

from chemistry.errors import IonloopError
from flows.control import in_words
from flows.session import Session
from flows.step import step
from flows.theory.recipes import Calculated, Recipe, recipe, recipe_of
from flows.theory.workers import CutShort, Workers
from ledger.kinds import CalculationState
from ledger.tables import CalculationRow

logger = logging.getLogger(__name__)


def calculate(session: Session, calculation: CalculationRow, workers: Workers) -> None:
    """Run a calculation to its end; one that was cut off by a crash is begun again: it consumes nothing.

    A calculation that fails is an outcome, whatever it failed of: the campaign goes on, and the ledger says why.

    Raises:
        CutShort: the campaign ended meanwhile.
    """
    ledger, stopping = session.ledger, session.control.now().stopping
    if stopping is not None:
        ledger.end_calculation(calculation.id, CalculationState.CANCELLED, in_words(stopping))
        return
    name = recipe_of(ledger.suggestion_of(calculation))
    label = f"calculate {calculation.source} {calculation.number}: {calculation.formulation.label}"
    try:
        found = _run(session, calculation, recipe(name), workers, label)
    except CutShort:
        raise
    except IonloopError as error:
        ledger.end_calculation(calculation.id, CalculationState.FAILED, str(error))
        return
    except Exception as error:  # of a library, or of a process that ended: no reason to end films
        logger.exception("%s failed", label)
        why = f"{type(error).__name__}: {error}"
        ledger.end_calculation(calculation.id, CalculationState.FAILED, why)
        return
    told = {"recipe": name, "core_hours": found.core_hours, **found.told}
    ledger.calculated(calculation.id, found.readings, told)


def _run(session: Session, calculation: CalculationRow, what: Recipe, workers: Workers, label: str) -> Calculated:
    temperatures, seeds = _temperatures(session, what), [session.spec.seed, calculation.number]
    if what.made_up:  # nothing is calculated: no process is needed
        return step("calculate", label, lambda: what.run(calculation.formulation, temperatures, seeds))
    return workers.run(
        label, what.run, formulation=calculation.formulation, temperatures_C=temperatures, seeds=tuple(seeds)
    )


def _temperatures(session: Session, what: Recipe) -> tuple[float, ...]:
    """Those that the offer names, and those at which films are read, where the recipe tells what is read of them."""
    md = session.spec.offers.md if session.spec.offers else None
    offered = md.temperatures if md is not None and recipe(md.engine) == what else ()
    asked = [one.temperature_C for one in session.spec.outcomes if one.property in what.tells]
    return offered or tuple(dict.fromkeys(T for T in asked if T is not None))
