"""Theory about the best films of a campaign, asked from outside of it."""

import contextlib
from pathlib import Path
from typing import Any

from chemistry.errors import BadInput, IonloopError
from chemistry.quantities import with_uncertainty
from devices.lab_file import LabFile
from flows.lab_files import is_simulated
from flows.model_fit import shelf_of_campaign
from flows.standing import standing
from flows.theory.asking import Theory
from flows.theory.offers import temperatures_of
from flows.theory.recipes import recipe
from flows.theory.validation import ranked
from flows.theory.workers import Workers


def best_checked(
    campaign_file: Path, folder: Path, ledger_url: str | None, name: str, best: int
) -> tuple[list[dict[str, Any]], list[str]]:
    """A recipe's answers about the best films of the latest run, and why there is none of others.

    Questions are answered from the ledger where it knows, and their answers kept there; the campaign's own observations
    stay as they are.

    Raises:
        BadInput: there is no run, no result yet, or the recipe makes its answers up and the lab is real.
    """
    what = recipe(name)
    with shelf_of_campaign(campaign_file, folder, ledger_url) as shelf:
        if shelf.spec is None:
            raise BadInput("a table has no films to ask theory about", place=str(campaign_file))
        lab = LabFile.model_validate(shelf.row.lab or {})
        if what.made_up and not is_simulated(lab):
            raise BadInput(
                f"the recipe {name!r} makes up what theory would say, and `{lab.name}` is a real lab",
                remedy="Name a recipe that calculates.",
            )
        found = ranked(standing(shelf.ledger, shelf.row.id, shelf.spec).results, shelf.spec)[:best]
        if not found:
            raise BadInput(f"`{shelf.row.name}` has no result yet", remedy="Let it run first.")
        rows: list[dict[str, Any]] = []
        failed: list[str] = []
        workers = Workers(shelf.spec.theory)
        with contextlib.ExitStack() as at_the_end:
            at_the_end.callback(workers.stop)
            theory = Theory(shelf.ledger, workers)
            at = temperatures_of(shelf.spec, what)
            for result in found:
                try:
                    told = what.run(result.formulation, at, (shelf.spec.seed, result.number), theory)
                except IonloopError as error:
                    failed.append(f"experiment {result.number}: {error}")
                    continue
                rows.append(
                    {"experiment": result.number, "formulation": result.formulation.label}
                    | {
                        f"{reading.property} at {reading.temperature_C:g} °C": with_uncertainty(
                            reading.value, reading.sd
                        )
                        for reading in told.readings
                    }
                    | {"core_hours": round(told.core_hours, 3)}
                )
    return rows, failed
