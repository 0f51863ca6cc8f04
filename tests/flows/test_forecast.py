"""A forecast is there for every question that a campaign file can ask: the examples, each rehearsed with two films."""

import shutil
from pathlib import Path

import pytest
import yaml

from flows.forecast import forecast_campaign
from tests.flows.small_campaign import EXAMPLES

CAMPAIGNS = sorted(file.stem for file in EXAMPLES.glob("*.yaml") if "objectives:" in file.read_text())


@pytest.mark.parametrize("example", CAMPAIGNS)
def test_an_example_is_forecast_with_films_of_the_even_spread(example: str, tmp_path: Path) -> None:
    """Offers, open polymers and settings included: what only another planner can choose is left aside."""
    content = yaml.safe_load((EXAMPLES / f"{example}.yaml").read_text())
    content["budget"] = {"experiments": 2, "batch": 1}
    asked = content["objectives"] + content.get("limits", [])
    content["measure"]["temperatures"] = sorted({one["temperature"] for one in asked if "temperature" in one})
    for beside in ("simulated_lab.yaml", "polymer_pool.csv"):
        shutil.copy(EXAMPLES / beside, tmp_path)
    file = tmp_path / "campaign.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True))

    forecast = forecast_campaign(file, tmp_path / "nothing here")

    assert forecast.experiments == 2
    assert forecast.film_grams == pytest.approx(2 * content.get("film_mass_mg", 400) / 1000, rel=0.05)
    assert forecast.lab_hours > 0
