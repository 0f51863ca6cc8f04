"""A forecast is there for every question that a campaign file can ask."""

import shutil
from pathlib import Path

import pytest
import yaml

from flows.forecast import forecast_campaign
from tests.flows.small_campaign import EXAMPLES


@pytest.mark.parametrize("example", ["priced_theory", "bred_polyethers", "dry_and_mix"])
def test_an_example_is_forecast_with_films_of_the_even_spread(example: str, tmp_path: Path) -> None:
    """Offers, open polymers and settings included: what only another planner can choose is left aside."""
    content = yaml.safe_load((EXAMPLES / f"{example}.yaml").read_text())
    content["budget"] = {"experiments": 2, "batch": 1}
    content["measure"]["temperatures"] = [content["objectives"][0]["temperature"]]
    shutil.copy(EXAMPLES / "simulated_lab.yaml", tmp_path)
    file = tmp_path / "campaign.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True))

    forecast = forecast_campaign(file)

    assert forecast.experiments == 2
    assert forecast.film_grams == pytest.approx(2 * 0.4, rel=0.05)
    assert forecast.lab_hours > 0
