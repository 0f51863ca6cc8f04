"""A campaign in which everything happened that a ledger can hold, beside another one that shares its shelf."""

import uuid
from dataclasses import replace

import numpy as np

from ledger.amendments import Change
from ledger.approvals import Approvals
from ledger.archive.exported import Exported
from ledger.archive.extract import Extract, extract
from ledger.archive.packed import EXPORTED, packed
from ledger.film import Film, Reading, Source
from ledger.journal import Journal
from ledger.kinds import CalculationState, CampaignState
from ledger.leases import Leases
from ledger.measurement import Calorimetry, ImpedanceSpectrum, ModulusReading, Polarisation, VoltageSweep
from ledger.predictions import Prediction
from ledger.published import PublishedFilm
from ledger.stock import Stock
from ledger.store import Ledger
from ledger.tables import ExperimentRow
from ledger.theory import Answer
from tests.ledger.conftest import film_on, formulation

SALT, HOST = "[Li+].F[B-](F)(F)F", "*CCO*"
LAB = {"name": "bench"}
SPEC = {
    "name": "rich",
    "question": "Which film conducts best, at 30 °C?",
    "space": {"pool": {"file": "pool.csv", "sha256": "ab" * 32, "smiles_column": "smiles"}},
    "warm_start": {"sources": ["literature"]},
}
SPECTRUM = ImpedanceSpectrum(
    frequency_Hz=(1e5, 1e3, 0.1), real_ohm=(10.0, 11.1, 1 / 3), imaginary_ohm=(-1.0, -2e-17, -5e9), temperature_C=30.0
)
SIGMA = Prediction(property="log10_conductivity", temperature_C=30.0, mean=-5.0, sd=0.2, film_sd=0.1)
EXPORTER = Exported(by="Ada", ionloop="0.1.0", python="3.11.7", packages={"numpy": "2.4.6"})


def rich_campaign(ledger: Ledger) -> int:
    """Writes the campaign, and what the ledger has beside it; returns its id."""
    _literature(ledger, "first")
    other = ledger.begin_campaign("other", {"name": "other"}, 1, LAB).id
    campaign = ledger.begin_campaign("rich", SPEC, 2**60, LAB).id
    ledger.keep_pool("ab" * 32, "smiles", ["*CCO*", "*CCCO*"])
    stock = Stock(ledger, LAB["name"])
    stock.fill(SALT, "LiBF4", 500.0, by="Ada", lot="7")
    stock.fill(HOST, "PEO", 900.0, by="Ada")
    Leases(ledger).acquire("synthesis", "host:1:1", 30.0)
    first = _film(ledger, campaign, 0)
    _film(ledger, other, 0, dose_mg=33.0)
    _observe(ledger, first, -5.0)
    _fit(ledger, campaign, b"weights of the first")
    stock.weighed(SALT, 420.0, by="Bea", note="spilt")
    second = _film(ledger, campaign, 1, model=1)
    _observe(ledger, second, -4.5)
    _literature(ledger, "second")
    command = ledger.give_command(campaign, "pause", by="Bea", note="lunch")
    ledger.command_done(command.id)
    _theory(ledger, campaign)
    _keep_back(ledger, campaign)
    _fit(ledger, campaign, b"\x00weights of the second\xff")
    _correct(ledger, campaign, first)
    ledger.note_drift(campaign, "conductivity", begun=True, payload={"known_event": ledger.last_event()})
    stock.fill(SALT, "LiBF4", 500.0, by="Ada", lot="8")
    ledger.set_campaign_state(campaign, CampaignState.FINISHED, "the budget is spent")
    stock.fill(HOST, "PEO", 900.0, by="Bea", note="after it was over")
    _literature(ledger, "third")
    return campaign


def exported_from(ledger: Ledger, campaign_id: int) -> Extract:
    """The campaign as a command exports it."""
    taken = extract(ledger.database, campaign_id)
    files = {
        EXPORTED: f"{EXPORTER.model_dump_json()}\n",
        "campaign.yaml": "name: rich\n",
        "requirements.lock": "a==1\n",
    }
    return taken if taken.imported else replace(taken, files=files)


def archive_of(ledger: Ledger, campaign_id: int) -> bytes:
    """The archive of the campaign."""
    return packed(exported_from(ledger, campaign_id))


def _literature(ledger: Ledger, name: str) -> None:
    reading = Reading(
        property="log10_conductivity", value=-6.1, sd=0.4, temperature_C=60.0, source=Source.LITERATURE, trust=0.5
    )
    film = Film(film_id=f"table:{name}", formulation=formulation(0.5), readings=(reading,))
    ledger.add_literature(f"{name}.csv", [PublishedFilm(film=film, reference="doi", provenance={"rows": [1]})])


def _film(
    ledger: Ledger, campaign: int, index: int, *, model: int | None = None, dose_mg: float = 20.0
) -> ExperimentRow:
    """A film that was made, pressed again and measured in every way."""
    of = formulation(1.0 + index, plasticiser=0.1)
    experiment = ledger.add_suggestion(
        campaign,
        index=index,
        formulation=of,
        action={"source": "experiment", "plan": "make_film", "cost_h": 20.0},
        reason={"summary": "because – ×²", "nearest_film": None},
        planner="bayesian",
        knowledge_event=ledger.last_event(),
        model_version=model,
        foretold=(1, [SIGMA]),
    )
    ledger.move(experiment.id, "making")
    sample = ledger.add_sample(experiment.id, "rack A1")
    stock, journal = Stock(ledger, LAB["name"]), Journal(ledger, LAB["name"])
    stock.reserve(sample.id, {SALT: dose_mg, HOST: 50.0})
    for name, component, mass in (("LiBF4", SALT, dose_mg), ("PEO", HOST, 50.0)):
        order = str(uuid.uuid4())
        journal.intend(
            order, "dispenser", "synthesis", f"dose {name}", sample.id, {"mg": mass}, 1, takes=(component, mass)
        )
        journal.confirm(order, {"dispensed_mg": mass + 0.1})
    failed = str(uuid.uuid4())
    journal.intend(failed, "press", "synthesis", "press", sample.id, {}, 1)
    journal.resolve(failed, "never_started", {"totaliser": 1.0})
    ledger.as_made(sample.id, of, 151.25, 0.785)
    ledger.move(experiment.id, "made")
    ledger.move(experiment.id, "measuring")
    run = str(uuid.uuid4())
    documents = [("start", {"uid": run, "station": "one"}), ("event", {"z": float("nan"), "a": np.array([1, 2])})]
    ledger.add_documents(run, documents, experiment.id)
    ledger.add_documents(run, [("stop", {"exit": "success – ok"})], experiment.id)
    ledger.measured(experiment.id, sample.id, _measurements(), run)
    return ledger.experiment(experiment.id)


def _measurements() -> list[ImpedanceSpectrum | ModulusReading | Polarisation | VoltageSweep | Calorimetry]:
    return [
        SPECTRUM,
        ModulusReading(storage_modulus_MPa=1 / 7, sd_MPa=0.01, temperature_C=30.0),
        Polarisation(
            voltage_V=0.01,
            time_s=(1.0, 2.0),
            current_A=(1e-6, 5e-7),
            before=SPECTRUM,
            after=SPECTRUM,
            temperature_C=60.0,
        ),
        VoltageSweep(
            potential_V=(3.0, 3.1),
            current_density_A_cm2=(1e-9, 2e-9),
            rate_mV_s=0.1,
            resistance_ohm_cm2=5.0,
            temperature_C=30.0,
        ),
        Calorimetry(sample_temperature_C=(-50.0, -49.0), heat_flow_mW=(0.1, 0.2), rate_K_min=10.0, mass_mg=5.0),
    ]


def _observe(ledger: Ledger, experiment: ExperimentRow, value: float) -> None:
    sample = ledger.samples(experiment.id)[-1]
    ledger.decide(experiment.id, sample.id, "accept", "all of it can be read", {"missing": []})
    film = film_on(sample.id, formulation(1.1), value, value + 0.25)
    spectrum = ledger.measurements(sample.id)[0]
    ledger.observe(experiment.id, film, {"verdicts": ["accepted"]}, measurement_ids=[spectrum.id, None])


def _fit(ledger: Ledger, campaign: int, weights: bytes) -> None:
    version = ledger.add_model_version(
        campaign,
        name="gaussian_process",
        configuration={"properties": ["log10_conductivity"]},
        training_hash="abc",
        training_event=ledger.last_event(),
        n=2,
        metrics={"rmse": 1 / 3},
        weights=weights,
        environment={"python": "3.11"},
        keep_weights=True,
    )
    ledger.promote(campaign, version.number, "it knows more")


def _theory(ledger: Ledger, campaign: int) -> None:
    of = formulation(2.0)
    told = {"reason": {"summary": "cheaper"}, "planner": "multi_fidelity", "action": {"source": "dft", "plan": "w"}}
    first = ledger.add_calculation(campaign, index=2, formulation=of, knowledge_event=ledger.last_event(), **told)
    ledger.keep_theory("window/1 | B3LYP | CCOCCO", Answer('{"V": 4.5}', 0.1))
    ledger.keep_theory("window/1 | B3LYP | nothing of ours", Answer('{"V": 1.0}', 0.1))
    reading = Reading(property="oxidation_limit", value=4.5, sd=0.35, temperature_C=30.0, source=Source.DFT)
    ledger.calculated(first.id, [reading], {"molecules": {"CCOCCO": {}}, "core_hours": 0.1})
    second = ledger.add_calculation(campaign, index=3, formulation=of, knowledge_event=ledger.last_event(), **told)
    ledger.end_calculation(second.id, CalculationState.FAILED, "it fell apart")


def _keep_back(ledger: Ledger, campaign: int) -> None:
    experiment = ledger.add_suggestion(
        campaign,
        index=4,
        formulation=formulation(3.0),
        action={},
        reason={},
        planner="sobol",
        knowledge_event=ledger.last_event(),
    )
    Approvals(ledger).ask(experiment.id, ["It costs much."], 60.0)
    Approvals(ledger).answer(campaign, experiment.number, approved=False, by="Bea", note="too dear")


def _correct(ledger: Ledger, campaign: int, experiment: ExperimentRow) -> None:
    """One number is replaced, another taken back, and a published one too: what rested on them is marked."""
    first, second = ledger.observations(ledger.samples(experiment.id)[-1].id)
    ledger.amend(
        [Change(observation_id=first.id, value=-5.2), Change(observation_id=second.id, value=None)],
        by="Cara",
        note="thinner",
    )
    (published,) = ledger.observations("table:first")
    ledger.amend([Change(observation_id=published.id, value=-6.2)], by="Cara", note="slip", used_by=[campaign])
