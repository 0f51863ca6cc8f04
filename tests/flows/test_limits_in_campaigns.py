"""Hard limits from the campaign file to the report: read, refused, measured, recomputed, and what is best then."""

from pathlib import Path

import pytest

from chemistry.errors import BadInput
from flows.lab_files import read_files
from flows.report.content import read_content
from flows.report.page import render
from flows.spec import CampaignSpec, read_campaign
from flows.standing import best_table, standing
from flows.suggest import recompute, suggest_next
from flows.wanted import wanted_of
from planners.protocols import Reason
from tests.flows.benchless_campaign import SIGMA, Benchless, begun
from tests.flows.test_campaign_file import changed

HOT = {"property": SIGMA, "temperature": "80 °C"}
COLD = {"property": "glass_transition", "at_most": "-20 °C"}
STABLE = {"property": "oxidation_limit", "at_least": "4.5 V", "temperature": "70 °C"}


def test_limits_are_read_with_their_units(tmp_path: Path) -> None:
    conducts = {**HOT, "at_least": "1e-5 S/cm", "at_most": -2.0}
    spec = read_campaign(changed(tmp_path, limits=[STABLE, {**COLD, "at_most": "253.15 K"}, conducts]))
    stable, cold, hot = spec.limits
    assert (stable.at_least, stable.at_most, stable.temperature_C) == (4.5, None, 70.0)
    assert cold.at_most == pytest.approx(-20.0)
    assert (hot.at_least, hot.at_most) == (-5.0, -2.0)
    assert CampaignSpec.model_validate(spec.model_dump(mode="json")) == spec


def test_what_a_limit_asks_for_is_measured(tmp_path: Path) -> None:
    plain = wanted_of(read_campaign(changed(tmp_path)))
    assert not plain.sweep_voltage_at_C
    assert plain.scan_heat is None
    wanted = wanted_of(read_campaign(changed(tmp_path, limits=[STABLE, COLD])))
    assert wanted.sweep_voltage_at_C == (70.0,)
    assert wanted.scan_heat is not None
    assert set(wanted.roles) > set(plain.roles)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ([{**STABLE, "at_least": "4.5 kg"}], ["limits.0", "4.5 kg", "V"]),
        ([{**STABLE, "at_least": "4.5"}], ["limits.0", "no unit"]),
        ([{**HOT, "at_least": "-3 S/cm"}], ["limits.0", "no logarithm"]),
        ([{**STABLE, "at_most": "4 V"}], ["no film can hold", "at least 4.5", "at most 4"]),
        ([{"property": "glass_transition"}], ["neither at_least nor at_most"]),
        (
            [STABLE, {**STABLE, "at_least": None, "at_most": "4 V"}],
            ["`limits.1`: the limit on oxidation_limit at 70 °C is given twice", "both bounds"],
        ),
        ([{**COLD, "property": "log10_lithium_diffusivity"}], ["no instrument measures the limit on", "oxidation"]),
        ([{**COLD, "property": "shininess"}], ["limits.0", "shininess"]),
        ([{**STABLE, "temperature": "200 °C"}], ["the limit on oxidation_limit is read at 200 °C", "80"]),
        ([{"property": "oxidation_limit", "at_least": "4.5 V"}], ["needs a temperature"]),
        ([{**COLD, "temperature": "30 °C"}], ["has no temperature"]),
        ([{**STABLE, "at_least": "7 V"}], ["7 V", "measure.voltage_sweep cannot tell", "6 V"]),
        ([{**COLD, "at_least": "-30 °C", "at_most": "900 °C"}], ["900", "measure.calorimetry cannot tell"]),
        ([{**COLD, "at_mots": "-20 °C"}], ["at_mots"]),
    ],
    ids=lambda value: " ".join(value) if value and isinstance(value[0], str) else "",
)
def test_a_limit_that_cannot_be_meant_is_refused(
    tmp_path: Path, limits: list[dict[str, object]], words: list[str]
) -> None:
    with pytest.raises(BadInput) as refused:
        read_files(changed(tmp_path, limits=limits), hardware=False)
    message = str(refused.value)
    assert "\n" not in message
    for word in words:
        assert word in message


def limited(folder: Path, **more: object) -> Benchless:
    """Films read 1 decade higher at 80 °C than at 30 °C; those above -5.5 there are no answer."""
    campaign = begun(folder, limits=[{**HOT, "at_most": -5.5}], **more)
    for value in (-6.2, -5.9, -7.5):
        campaign.observed(campaign.suggested(campaign.formulations(9)[int(-10 * value) % 9]), value=value)
    for formulation, value in zip(campaign.formulations(5)[3:], (-6.6, -8.0), strict=True):
        campaign.observed(campaign.suggested(formulation), value=value)
    campaign.learnt(campaign.ledger.experiments(campaign.campaign_id)[-1])
    return campaign


def test_the_best_leaves_out_what_oversteps_a_limit(tmp_path: Path) -> None:
    campaign = limited(tmp_path)
    now = standing(campaign.ledger, campaign.campaign_id, campaign.spec)
    assert [result.holds for result in now.results] == [False, False, True, True, True]
    assert [result.values[0] for result in now.best] == [-6.6]
    assert now.hypervolume == pytest.approx((0.0, 0.0, 1.5, 2.4, 2.4))
    (row,) = best_table(now)
    assert row[f"{SIGMA} at 80 °C (limited)"].startswith("-5.6")
    page = render(read_content(campaign.ledger, campaign.campaign_id))
    assert "2 of 5 films overstep one" in page
    assert page.count("oversteps a limit") == 2
    campaign.ledger.close()


@pytest.mark.parametrize(
    "planner",
    [{"name": "bayesian", "start": 2}, {"name": "genetic", "start": 2, "genetic": {"population": 6, "generations": 2}}],
    ids=lambda planner: planner["name"],
)
def test_suggestions_under_limits_carry_their_margin_and_are_recomputed(
    planner: dict[str, object], tmp_path: Path
) -> None:
    campaign = limited(tmp_path, planner=planner)
    row = suggest_next(campaign.session)
    assert row is not None
    said = campaign.ledger.suggestions(campaign.campaign_id)[-1]
    reason = Reason.model_validate(said.reason)
    assert set(reason.margin) == set(reason.margin_sd) == {f"{SIGMA} at 80 °C"}
    again = recompute(campaign.ledger, campaign.campaign_id, campaign.spec, said)
    assert again is not None
    assert again.formulation.key == said.formulation_key
    assert again.reason == reason
    told = campaign.ledger.predictions(campaign.campaign_id)
    assert {row.temperature_C for row in told} == {30.0, 80.0}, "limited properties are foretold too"
    campaign.ledger.close()
