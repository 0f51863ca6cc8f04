"""Objectives over several temperatures from the campaign file to the report, and planners' options in the file."""

from pathlib import Path

import pytest

from chemistry.errors import BadInput
from flows.lab_files import read_files
from flows.report.content import read_content
from flows.report.page import render
from flows.spec import CampaignSpec, read_campaign
from flows.standing import best_table, standing
from flows.suggest import recompute, suggest_next
from flows.theory.offers import quickly
from flows.wanted import wanted_of
from planners.protocols import Reason
from tests.flows.benchless_campaign import SIGMA, begun
from tests.flows.test_campaign_file import changed

BOTH = {"property": SIGMA, "temperature": ["30 °C", "80 °C"], "reference": [-9, -7], "goal": "maximise"}
LABEL = f"worst {SIGMA} at 30 and 80 °C above -9 and -7"


def test_it_is_read_with_its_units_and_read_again(tmp_path: Path) -> None:
    spec = read_campaign(changed(tmp_path, objectives=[{**BOTH, "temperature": ["303.15 K", 80]}]))
    (objective,) = spec.objectives
    assert objective.temperatures_C == pytest.approx((30.0, 80.0))
    assert (objective.references, objective.reference, objective.over) == ((-9.0, -7.0), 0.0, "worst")
    assert CampaignSpec.model_validate(spec.model_dump(mode="json")) == spec
    (alike,) = read_campaign(changed(tmp_path, objectives=[{**BOTH, "reference": -9, "over": "mean"}])).objectives
    assert (alike.references, alike.over) == ((-9.0, -9.0), "mean")


def test_each_temperature_is_measured(tmp_path: Path) -> None:
    stiff = {"property": "log10_storage_modulus", "temperature": ["30 °C", "60 °C"], "reference": [-3, -4]}
    assert wanted_of(read_campaign(changed(tmp_path, objectives=[BOTH, stiff]))).indent_at_C == (30.0, 60.0)


@pytest.mark.parametrize(
    ("objective", "words"),
    [
        ({**BOTH, "reference": None}, ["worthless value at each", "[-9, -6]"]),
        ({**BOTH, "reference": [-9]}, ["2 temperatures", "worthless value at each"]),
        ({**BOTH, "temperature": ["30 °C"], "reference": -9}, ["two or more"]),
        ({**BOTH, "temperature": ["30 °C", "30 °C"]}, ["each given once"]),
        ({**BOTH, "temperature": ["30 °C", "180 °C"]}, ["180 °C", "within 10 K"]),
        ({**BOTH, "over": "best"}, ["best", "worst, mean"]),
        ({**BOTH, "temperature": "30 °C", "reference": -9, "over": "mean"}, ["leave it out"]),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, objective: dict[str, object], words: list[str]) -> None:
    with pytest.raises(BadInput) as refused:
        read_files(changed(tmp_path, objectives=[objective]), hardware=False)
    for word in words:
        assert word in str(refused.value)


def test_the_order_of_temperatures_makes_no_other_objective(tmp_path: Path) -> None:
    turned = {**BOTH, "temperature": BOTH["temperature"][::-1], "reference": BOTH["reference"][::-1]}
    with pytest.raises(
        BadInput, match=r"`objectives\.1`: worst .* is given twice, as objective 1 and 2; leave one out"
    ):
        read_files(changed(tmp_path, objectives=[BOTH, turned]), hardware=False)
    mean = {**turned, "over": "mean"}
    assert len(read_campaign(changed(tmp_path, objectives=[BOTH, mean])).objectives) == 2


def test_two_directions_of_one_property_are_refused(tmp_path: Path) -> None:
    other = {"property": SIGMA, "temperature": "30 °C", "goal": "minimise", "reference": -3}
    with pytest.raises(BadInput, match="maximised and minimised"):
        read_files(changed(tmp_path, objectives=[BOTH, other]), hardware=False)


@pytest.mark.parametrize(
    "planner",
    [
        {"name": "bayesian", "start": 2},
        {"name": "bayesian", "start": 2, "bayesian": {"acquisition": "thompson", "per_cost": True, "rivals": 0.3}},
        {"name": "genetic", "start": 2, "genetic": {"population": 6, "generations": 2}},
    ],
    ids=["bayesian", "thompson", "genetic"],
)
def test_it_is_planned_for_told_and_recomputed(planner: dict[str, object], tmp_path: Path) -> None:
    campaign = begun(tmp_path, objectives=[BOTH], planner=planner)
    for formulation, value in zip(campaign.formulations(5), (-6.2, -5.9, -7.5, -6.6, -8.0), strict=True):
        campaign.observed(campaign.suggested(formulation), value=value)
    campaign.learnt(campaign.ledger.experiments(campaign.campaign_id)[-1])
    now = standing(campaign.ledger, campaign.campaign_id, campaign.spec)
    # One decade more at 80 °C: heights are y + 9 and y + 8, of which the second is the least.
    assert [result.values[0] for result in now.results] == pytest.approx([1.8, 2.1, 0.5, 1.4, 0.0])
    assert now.hypervolume[-1] == pytest.approx(2.1)
    assert best_table(now)[0][LABEL].endswith("decades")
    assert suggest_next(campaign.session) is not None
    said = campaign.ledger.suggestions(campaign.campaign_id)[-1]
    reason = Reason.model_validate(said.reason)
    assert list(reason.expected) == [SIGMA]
    assert -1 < reason.expected[SIGMA] < 4
    again = recompute(campaign.ledger, campaign.campaign_id, campaign.spec, said)
    assert again is not None
    assert again.reason == reason
    told = campaign.ledger.predictions(campaign.campaign_id)
    assert {row.temperature_C for row in told} == {30.0, 80.0}, "each temperature is foretold"
    page = render(read_content(campaign.ledger, campaign.campaign_id))
    assert "worst of log₁₀ conductivity at 30 and 80 °C, above -9 and -7 (decades)" in page
    campaign.ledger.close()


@pytest.mark.parametrize(
    ("planner", "words"),
    [
        ({"name": "bayesian", "bayesian": {"acquisition": "magic"}}, ["magic", "confidence_bound"]),
        ({"name": "bayesian", "bayesian": {"rivals": 1}}, ["planner.bayesian.rivals", "1"]),
        ({"name": "bayesian", "bayesian": {"boldness": -1}}, ["planner.bayesian.boldness"]),
        ({"name": "genetic", "bayesian": {"rivals": 0.2}}, ["options of bayesian are given"]),
    ],
)
def test_options_that_make_no_sense_are_refused(tmp_path: Path, planner: dict[str, object], words: list[str]) -> None:
    with pytest.raises(BadInput) as refused:
        read_files(changed(tmp_path, planner=planner), hardware=False)
    for word in words:
        assert word in str(refused.value)


def test_a_quick_scan_must_read_all_of_its_temperatures(tmp_path: Path) -> None:
    planner = {"name": "multi_fidelity", "surrogate": "multi_fidelity"}

    def scanned(*temperatures: str) -> Path:
        offers = {"quick_scan": {"temperatures": list(temperatures)}}
        return changed(tmp_path, objectives=[BOTH], planner=planner, offers=offers)

    spec = read_campaign(scanned("30 °C", "80 °C"))
    assert quickly(spec).objectives == spec.objectives
    assert quickly(spec).measure.temperatures == (30.0, 80.0)
    with pytest.raises(BadInput, match="and not log10_conductivity at 80 °C"):
        read_campaign(scanned("30 °C"))
