"""Process settings and two plasticisers in a campaign: made on the simulated lab as asked, recomputed, told of."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from chemistry.process import Dry, Press
from flows.lab_files import read_files
from flows.spec import CampaignSpec
from flows.suggest import recompute, suggest_next
from ledger.store import Ledger
from planners.points import point_of, reasons_not_to
from sim.lab_record import read_things
from tests.flows.benchless_campaign import begun
from tests.flows.command import Command
from tests.flows.small_campaign import EXAMPLES, Place, run_here, write_campaign

EXAMPLE = EXAMPLES / "dry_and_mix.yaml"


def example_space(**process: Any) -> dict[str, Any]:
    space = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))["space"]
    return {**space, "process": {**space["process"], **process}}


def test_the_example_can_be_read() -> None:
    spec, _ = read_files(EXAMPLE, hardware=False)
    assert len(spec.space.settings) == 4
    assert CampaignSpec.model_validate(spec.model_dump(mode="json")) == spec


def test_films_are_made_as_they_were_asked_for(tmp_path: Path) -> None:
    """What the bench did to each sample, by its own record, is the process that the ledger holds of its film."""
    planner = {"name": "genetic", "start": 4, "genetic": {"fitness": "experiment"}}
    file = write_campaign(tmp_path, experiments=6, batch=2, start=4, space=example_space(), planner=planner, seed=2)
    place = Place(file.parent, tmp_path)
    run_here(place)
    with Ledger.open(place.ledger) as ledger:
        (row,) = ledger.campaigns()
        spec = CampaignSpec.model_validate(row.spec)
        asked = {said.index: said for said in ledger.suggestions(row.id)}
        films = ledger.films(row.id)
        assert len(asked) == 6
        assert len(films) >= 4
        for said in asked.values():
            assert point_of(spec.space, said.formulation) is not None
            assert not reasons_not_to(spec.space, said.formulation)
        done = samples_of(place.lab)
        for film in films:
            steps = [step.model_dump(mode="json") for step in film.formulation.process.steps]
            assert done[film.film_id]["steps"][: len(steps)] == steps
            assert len(done[film.film_id]["contents_mg"]) == 2 + len(film.formulation.additives)
    held = [said.formulation for said in asked.values()]
    assert max(len(formulation.additives) for formulation in held) == 2
    for kind, field in ((Dry, "temperature_C"), (Press, None)):
        of_kind = [[step for step in formulation.process.steps if isinstance(step, kind)] for formulation in held]
        told = {getattr(steps[0], field) if field else len(steps) for steps in of_kind}
        assert len(told) > 1, f"{kind.__name__} varies"


@pytest.mark.parametrize("planner", ["bayesian", "genetic", "swarm", "portfolio"])
def test_every_suggestion_is_recomputed(planner: str, tmp_path: Path) -> None:
    """The model knows of the process, and the columns that it is given follow from the films alone."""
    quick = {"genetic": {"genetic": {"population": 6, "generations": 2}}, "swarm": {"swarm": {"particles": 3}}}
    plan = {"name": planner, "start": 3, **quick.get(planner, {})}
    campaign = begun(tmp_path, planner=plan, space=example_space())
    campaign.some_results(5)
    rows = [suggest_next(campaign.session) for _ in range(2)]
    assert None not in rows
    for said in campaign.ledger.suggestions(campaign.campaign_id)[5:]:
        again = recompute(campaign.ledger, campaign.campaign_id, campaign.spec, said)
        assert again is not None
        assert again.formulation == said.formulation
        assert again.reason.summary == said.reason["summary"]
    campaign.ledger.close()


def samples_of(lab: Path) -> dict[str, dict[str, Any]]:
    """Samples of the bench by their name, as its record keeps them."""
    return {name: content for (kind, name), content in read_things(lab).items() if kind == "sample"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"process": {"anneal": {"temperature": [60, 80]}}}, ["unknown key `space.process.anneal`"]),
        ({"process": {"dry": {"temperature": []}}}, ["`space.process.dry.temperature`", "needs at least 1"]),
        ({"process": {"dry": {"temperature": ["60 °C", "2 h"]}}}, ["space.process.dry.temperature.1", "'2 h'"]),
        ({"process": {"press": {"times": {"low": 1}}}}, ["`space.process.press.times`", "{low: 1, high: 3}"]),
        ({"process": {"cure": {"times": 0, "time": [1, 2]}}}, ["cure has several settings of time", "0 times"]),
        ({"process": {"steps": [], "dry": {}}}, ["unknown key `space.process.dry`"]),
        ({"process": "fast"}, ["`space.process`", "should hold `key: value` pairs"]),
        ({"most_plasticisers": 4}, ["most_plasticisers is 4", "names 3 of them"]),
        (
            {"constraints": [{"at_most_components": 2, "of": ["tetraglyme", "succinonitrile"]}]},
            ["holds always", "raise most_plasticisers"],
        ),
    ],
)
def test_what_makes_no_sense_is_one_clear_paragraph(
    change: dict[str, Any], words: list[str], tmp_path: Path, ionloop: Command
) -> None:
    file = write_campaign(tmp_path, experiments=6, batch=2, start=4, space={**example_space(), **change})
    said = ionloop("run", file, "--folder", tmp_path / "run", "--json")
    assert said.status == 2
    for word in words:
        assert word in said.err
    assert not (tmp_path / "run").exists()


def test_a_space_that_holds_nothing_is_refused_before_anything_is_begun(tmp_path: Path, ionloop: Command) -> None:
    space = {**example_space(cast={"temperature": "-90 °C"}), "polymers": ["PEC"]}
    file = write_campaign(tmp_path, experiments=6, batch=2, start=4, space=space)
    said = ionloop("run", file, "--folder", tmp_path / "run", "--json")
    assert said.status == 2
    assert "no formulation of the design space may be made" in said.err
    assert "casting temperature" in said.err
