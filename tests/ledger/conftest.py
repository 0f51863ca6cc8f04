"""A ledger on each database, and small chemistry to put into it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from chemistry.formulation import AdditiveContent, Formulation
from chemistry.polymer import Polymer, RepeatUnit
from chemistry.salt import Additive, Salt
from ledger.film import Film, Reading
from ledger.store import Ledger
from ledger.tables import ExperimentRow, SampleRow, metadata

PEO = Polymer(units=(RepeatUnit(smiles="*CCO*"),), fractions=(1.0,), name="PEO")
BF4 = Salt(smiles="[Li+].F[B-](F)(F)F", name="LiBF4")
SUCCINONITRILE = Additive(smiles="N#CCCC#N", name="succinonitrile")


def formulation(molality: float = 1.0, plasticiser: float = 0.0) -> Formulation:
    """PEO with LiBF4, and perhaps a plasticiser."""
    additives = (AdditiveContent(additive=SUCCINONITRILE, weight_fraction=plasticiser),) if plasticiser else ()
    return Formulation(polymer=PEO, salt=BF4, salt_molality_mol_kg=molality, additives=additives)


def film_on(film_id: str, of: Formulation, *values: float) -> Film:
    """A film with one conductivity at 30, 40 … °C for each value."""
    readings = (
        Reading(property="log10_conductivity", value=value, sd=0.05, temperature_C=30.0 + 10 * place)
        for place, value in enumerate(values)
    )
    return Film(film_id=film_id, formulation=of, readings=tuple(readings))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty ledger to copy: quicker than making its tables for every test."""
    path = tmp_path_factory.mktemp("template") / "ledger.sqlite"
    Ledger.open(path).close()
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[Ledger]:
    """A ledger in PostgreSQL, to be emptied for every test."""
    with Ledger.open(postgres_server) as ledger:
        yield ledger


@pytest.fixture(params=["sqlite", "postgresql"])
def made_ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty ledger is: once a file, once a PostgreSQL database."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        return str(shutil.copy(template, tmp_path / "ledger.sqlite"))
    ledger: Ledger = request.getfixturevalue("postgres_template")
    with ledger.database.engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY CASCADE"))
        connection.execute(text("INSERT INTO event_counter (id, last) VALUES (1, 0)"))
    return request.getfixturevalue("postgres_server")


@pytest.fixture
def ledger(made_ledger_url: str) -> Iterator[Ledger]:
    """An empty ledger."""
    with Ledger.open(made_ledger_url) as opened:
        yield opened


@pytest.fixture
def campaign(ledger: Ledger) -> int:
    """A running campaign."""
    return ledger.begin_campaign("peo_salts", {"name": "peo_salts"}, 7).id


Suggest = Callable[..., ExperimentRow]
Measured = Callable[..., tuple[ExperimentRow, SampleRow]]


@pytest.fixture
def suggest(ledger: Ledger, campaign: int) -> Suggest:
    """Adds the next suggestion of the campaign."""

    def add(of: Formulation | None = None, model_version: int | None = None) -> ExperimentRow:
        return ledger.add_suggestion(
            campaign,
            index=len(ledger.suggestions(campaign)),
            formulation=of or formulation(),
            action={"source": "experiment", "plan": "make_film, measure_film", "cost_h": 20.0},
            reason={"summary": "because"},
            planner="sobol",
            knowledge_event=ledger.last_event(),
            model_version=model_version,
        )

    return add


@pytest.fixture
def measured(ledger: Ledger, suggest: Suggest) -> Measured:
    """Brings an experiment to the point where it can be observed."""

    def bring(of: Formulation | None = None) -> tuple[ExperimentRow, SampleRow]:
        experiment = suggest(of)
        ledger.move(experiment.id, "making")
        sample = ledger.add_sample(experiment.id, "rack A1")
        ledger.as_made(sample.id, of or formulation(), 150.0, 0.785)
        for state in ("made", "measuring", "measured"):
            ledger.move(experiment.id, state)
        return ledger.experiment(experiment.id), ledger.sample(sample.id)

    return bring
