"""A campaign whose films are made of numbers: the ledger and the learning are real, no lab is there."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
import yaml

from chemistry.formulation import Formulation
from flows.learn import learn_from
from flows.session import Session
from flows.spec import CampaignSpec
from ledger.film import Film, Reading
from ledger.predictions import Prediction
from ledger.store import Ledger
from ledger.tables import ExperimentRow, ModelVersionRow
from planners.points import formulation_at
from planners.sampling import sample
from tests.flows.small_campaign import write_campaign

SIGMA = "log10_conductivity"


@dataclass
class Benchless:
    """A ledger with one run, and results that are brought in by hand."""

    ledger: Ledger
    spec: CampaignSpec
    campaign_id: int
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))

    @property
    def session(self) -> Session:
        """What the learning asks of a session, and nothing else."""
        return cast(Session, self)

    def formulations(self, n: int) -> list[Formulation]:
        """Of the campaign's space."""
        return [formulation_at(self.spec.space, point) for point in sample(self.spec.space, n, 1)]

    def suggested(
        self, formulation: Formulation, foretold: tuple[int, list[Prediction]] | None = None
    ) -> ExperimentRow:
        """The next experiment; what a version foretold of it is as said."""
        return self.ledger.add_suggestion(
            self.campaign_id,
            index=self.ledger.count_suggestions(self.campaign_id),
            formulation=formulation,
            action={"source": "experiment", "plan": "make_film", "cost_h": 1.0},
            reason={"summary": "because", "expected": {}},
            planner="bayesian",
            knowledge_event=self.ledger.last_event(),
            foretold=foretold,
        )

    def observed(self, experiment: ExperimentRow, shift: float = 0.0, value: float | None = None) -> None:
        """Its film is made and read at three temperatures; `value` is that at 30 °C."""
        self.ledger.move(experiment.id, "making")
        name = self.ledger.add_sample(experiment.id, "rack").id
        self.ledger.as_made(name, experiment.formulation, 150.0, 0.785)
        for state in ("made", "measuring", "measured"):
            self.ledger.move(experiment.id, state)
        base = truth(experiment.formulation) + self.random.normal(0, 0.05) if value is None else value
        readings = tuple(
            Reading(property=SIGMA, value=base + shift + 0.02 * (T - 30), sd=0.02, temperature_C=T)
            for T in (30.0, 60.0, 80.0)
        )
        self.ledger.observe(experiment.id, Film(film_id=name, formulation=experiment.formulation, readings=readings))

    def learnt(self, experiment: ExperimentRow) -> ModelVersionRow:
        """What the campaign learns from it."""
        version = learn_from(self.session, experiment)
        assert version is not None
        return version

    def some_results(self, n: int) -> None:
        """N results; learnt from after the last of them."""
        rows = [self.suggested(formulation) for formulation in self.formulations(n)]
        for row in rows:
            self.observed(row)
        self.learnt(rows[-1])


def truth(formulation: Formulation) -> float:
    """log10 conductivity at 30 °C, S/cm: some smooth law of the loading."""
    return -6.0 - (formulation.salt_molality_mol_kg - 1.5) ** 2 / 4


def begun(folder: Path, **more: Any) -> Benchless:
    """A run of the small example with one objective, in a new ledger of the folder."""
    objective = {"property": SIGMA, "goal": "maximise", "temperature": "30 °C", "reference": -9.0}
    file = write_campaign(folder, experiments=60, batch=1, start=2, **{"objectives": [objective], **more})
    spec = CampaignSpec.model_validate(yaml.safe_load(file.read_text()))
    (folder / "run").mkdir(exist_ok=True)
    ledger = Ledger.open(folder / "run" / "ledger.sqlite")
    row = ledger.begin_campaign(spec.name, spec.model_dump(mode="json"), spec.seed)
    return Benchless(ledger, spec, row.id)
