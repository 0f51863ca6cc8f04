"""Samples, measurements and documents come back as they went in."""

import math
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from ledger.errors import IllegalMove, LedgerError
from ledger.kinds import ExperimentState
from ledger.measurement import Calorimetry, ImpedanceSpectrum, ModulusReading, Polarisation, VoltageSweep
from ledger.store import Ledger
from tests.ledger.conftest import Suggest, formulation

SPECTRUM = ImpedanceSpectrum(
    frequency_Hz=(1e6, 1e3, 1.0),
    real_ohm=(17.25, 99.0, 100.125),
    imaginary_ohm=(-0.1, -5e-300, -1e8),
    temperature_C=30.0,
)


def test_samples_are_named_after_campaign_and_experiment(ledger: Ledger, suggest: Suggest) -> None:
    first, second = suggest(), suggest()
    names = [ledger.add_sample(first.id, "A1").id, ledger.add_sample(second.id, "A2").id]
    cut = ledger.add_sample(first.id, "A3", parent_id=names[0])
    assert [*names, cut.id] == ["c1-e001a", "c1-e002a", "c1-e001b"]
    assert [row.id for row in ledger.samples(first.id)] == ["c1-e001a", "c1-e001b"]
    assert ledger.sample_ids(first.campaign_id)[first.id] == ("c1-e001a", "c1-e001b")
    assert cut.parent_id == "c1-e001a"


def test_a_sample_becomes_what_was_really_made(ledger: Ledger, suggest: Suggest) -> None:
    experiment = suggest(formulation(1.0))
    sample = ledger.add_sample(experiment.id, "A1")
    assert sample.formulation is None
    ledger.as_made(sample.id, formulation(0.98), 148.0, 0.785)
    made = ledger.sample(sample.id)
    assert (made.formulation, made.thickness_um, made.area_cm2) == (formulation(0.98), 148.0, 0.785)
    assert ledger.experiment(experiment.id).formulation == formulation(1.0)


def test_measurements_are_typed_and_exact(ledger: Ledger, suggest: Suggest) -> None:
    sample = ledger.add_sample(suggest().id, "A1").id
    modulus = ModulusReading(storage_modulus_MPa=0.3, sd_MPa=0.01, temperature_C=30.0)
    ledger.add_measurement(sample, SPECTRUM, "run-1")
    ledger.add_measurement(sample, modulus, None)
    assert [row.measurement for row in ledger.measurements(sample)] == [SPECTRUM, modulus]
    (only,) = ledger.measurements(sample, kind="impedance")
    assert (only.measurement, only.run_uid) == (SPECTRUM, "run-1")


@pytest.mark.parametrize(
    "measured",
    [
        Polarisation(
            voltage_V=0.01,
            time_s=(0.2, 1.0, 3600.0),
            current_A=(1.0000000000000002e-05, 5e-6, 3e-6),
            before=SPECTRUM,
            after=SPECTRUM,
            temperature_C=70.0,
        ),
        VoltageSweep(
            potential_V=(2.5, 2.504),
            current_density_A_cm2=(1e-9, -3e-9),
            rate_mV_s=0.5,
            resistance_ohm_cm2=44.1,
            temperature_C=70.01,
        ),
        Calorimetry(sample_temperature_C=(-130.0, -129.5), heat_flow_mW=(1.2, 1.3), rate_K_min=10.0, mass_mg=8.1),
    ],
    ids=lambda measured: measured.kind,
)
def test_each_kind_of_measurement_comes_back_as_it_was(
    ledger: Ledger, suggest: Suggest, measured: Polarisation | VoltageSweep | Calorimetry
) -> None:
    sample = ledger.add_sample(suggest().id, "A1").id
    ledger.add_measurement(sample, measured, "run-1")
    (row,) = ledger.measurements(sample, kind=measured.kind)
    assert row.measurement == measured


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        (Polarisation, {"time_s": (1.0, 1.0), "current_A": (1e-6, 1e-6)}, "rise"),
        (Polarisation, {"time_s": (0.0, 1.0), "current_A": (1e-6, 1e-6)}, "above zero"),
        (VoltageSweep, {"potential_V": (3.0, 2.0), "current_density_A_cm2": (0.0, 0.0)}, "rise"),
        (VoltageSweep, {"potential_V": (2.0, 3.0), "current_density_A_cm2": (0.0,)}, "one length"),
        (Calorimetry, {"sample_temperature_C": (0.0, 1.0), "heat_flow_mW": (1.0,)}, "one length"),
    ],
)
def test_a_measurement_that_cannot_be_is_refused(
    kind: type[Polarisation | VoltageSweep | Calorimetry], content: dict[str, object], words: str
) -> None:
    rest: dict[type, dict[str, object]] = {
        Polarisation: {"voltage_V": 0.01, "before": SPECTRUM, "after": SPECTRUM, "temperature_C": 70.0},
        VoltageSweep: {"rate_mV_s": 0.5, "resistance_ohm_cm2": 1.0, "temperature_C": 70.0},
        Calorimetry: {"rate_K_min": 10.0, "mass_mg": 8.0},
    }
    with pytest.raises(ValidationError, match=words):
        kind.model_validate({**rest[kind], **content})


def test_what_a_run_measured_enters_whole_or_not_at_all(ledger: Ledger, suggest: Suggest) -> None:
    first, second = suggest(), suggest()
    sample = ledger.add_sample(first.id, "A1").id
    with pytest.raises(IllegalMove):
        ledger.measured(first.id, sample, [SPECTRUM], "run-1")
    for state in ("making", "made", "measuring"):
        ledger.move(first.id, state)
        ledger.move(second.id, state)
    with pytest.raises(LedgerError, match="none of"):
        ledger.measured(second.id, sample, [SPECTRUM], "run-1")
    assert ledger.measurements(sample) == []
    before = ledger.last_event()
    ledger.measured(first.id, sample, [SPECTRUM, SPECTRUM], "run-1")
    assert ledger.last_event() == before + 1
    assert [row.run_uid for row in ledger.measurements(sample)] == ["run-1", "run-1"]
    assert ledger.experiment(first.id).state == ExperimentState.MEASURED


def test_documents_come_back_in_order_and_as_they_were(ledger: Ledger, suggest: Suggest) -> None:
    experiment = suggest()
    ledger.add_documents("u", [("start", {"uid": "u", "plan_args": {"T": np.array([30.0, 40.0])}})], experiment.id)
    ledger.add_documents("u", [("event", {"data": {"R": float("nan"), "n": np.int64(3)}}), ("stop", {})], experiment.id)
    ledger.add_documents("other", [("start", {})])
    (start, begun), (event, seen), (stop, ended) = ledger.documents("u")
    assert (start, event, stop) == ("start", "event", "stop")
    assert begun == {"uid": "u", "plan_args": {"T": [30.0, 40.0]}}
    assert math.isnan(seen["data"]["R"])
    assert seen["data"]["n"] == 3
    assert ended == {}


def test_nothing_is_hung_on_what_is_not_there(ledger: Ledger, suggest: Suggest) -> None:
    before = ledger.last_event()
    with pytest.raises(LedgerError):
        ledger.add_sample(77, "A1")
    with pytest.raises(LedgerError):
        ledger.add_measurement("nobody", SPECTRUM)
    with pytest.raises(LedgerError):
        ledger.as_made("nobody", formulation(), 1.0, 1.0)
    assert ledger.last_event() == before


def test_films_of_two_ledgers_at_one_bench_never_bear_one_name(tmp_path: Path) -> None:
    def first_film(name: str) -> tuple[str, str]:
        with Ledger.open(tmp_path / name) as ledger:
            campaign = ledger.begin_campaign("c", {}, 1).id
            experiment = ledger.add_suggestion(
                campaign, index=0, formulation=formulation(), action={}, reason={}, planner="sobol", knowledge_event=0
            )
            ledger.mark_samples()
            return ledger.add_sample(experiment.id, "rack 1").id, ledger.database.sample_mark

    one, mark = first_film("one.sqlite")
    other, _ = first_film("other.sqlite")
    assert one.startswith("c1-e001a-")
    assert one != other
    assert len(one) <= 36
    with Ledger.open(tmp_path / "one.sqlite") as again:
        again.mark_samples()
        assert again.database.sample_mark == mark
