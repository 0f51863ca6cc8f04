"""A short campaign for the four properties that the field asks of an electrolyte, from the file to the report."""

import contextlib
import shutil
from pathlib import Path

import pytest
import yaml

from flows.report.content import read_content
from flows.report.figures import front_figure
from flows.report.front_picture import draw_front
from flows.report.model_figures import parity_figure
from flows.report.pairs import objective_pairs
from flows.report.words import axis_title
from flows.spec import read_campaign
from flows.standing import best_table, standing
from ledger.kinds import ExperimentState
from ledger.store import Ledger
from tests.flows.small_campaign import EXAMPLES, Place, run_here

EXPERIMENTS = 6
NAMES = ["log10_conductivity", "transference_number", "oxidation_limit", "log10_storage_modulus"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("four")
    content = yaml.safe_load((EXAMPLES / "four_properties.yaml").read_text())
    content["budget"] = {"experiments": EXPERIMENTS, "batch": 2}
    content["measure"]["temperatures"] = ["30 °C", "60 °C", "80 °C"]
    content["planner"]["start"] = 4
    (folder / "campaign.yaml").write_text(yaml.safe_dump(content, allow_unicode=True))
    shutil.copy(EXAMPLES / "simulated_lab.yaml", folder)
    place = Place(folder, folder / "home")
    run_here(place)
    return place


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_campaign_of_four_objectives_runs_to_its_report(place: Place, tmp_path: Path) -> None:
    spec = read_campaign(place.file)
    with contextlib.closing(Ledger.open(str(place.ledger), create=False)) as ledger:
        (campaign,) = ledger.campaigns()
        now = standing(ledger, campaign.id, spec)
        content = read_content(ledger, campaign.id)
        films = ledger.films(campaign.id)
        kinds = [
            [row.kind for row in ledger.measurements(sample.id)]
            for experiment in ledger.experiments(campaign.id)
            if experiment.state == ExperimentState.OBSERVED
            for sample in ledger.samples(experiment.id)
        ]
    assert len(now.results) + len(now.without_result) == EXPERIMENTS
    assert len(now.results) >= 3
    assert all({reading.property for reading in film.readings} >= set(NAMES) for film in films)
    visits = [" ".join(kind).split("voltage_sweep") for kind in kinds]
    assert all(not visit[-1] for visit in visits), "the sweep that may harm the film comes last"
    assert all(part.count("polarisation") == 1 for visit in visits for part in visit[:-1])
    assert [o.property for o in now.objectives] == NAMES
    for result in now.results:
        conductivity, transference, limit, modulus = result.values
        assert -10 < conductivity < -1
        assert 0 <= transference <= 1
        assert 3 < limit < 6
        assert -4 < modulus < 4
        assert all(sd > 0 for sd in result.sds)
    assert list(now.hypervolume) == sorted(now.hypervolume)
    assert set(best_table(now)[0]) == {"experiment", "formulation", *(o.label for o in now.objectives)}
    foretold = [t for t in content.tried if t.suggestion.reason["expected"]]
    assert all(list(t.suggestion.reason["expected"]) == NAMES for t in foretold)

    figure = front_figure(content).to_dict()
    assert len(figure["data"]) == 2 * len(objective_pairs(4)), "films and front in each panel"
    axes = [axis for name, axis in figure["layout"].items() if name.startswith(("xaxis", "yaxis"))]
    assert {axis["title"]["text"] for axis in axes} == {axis_title(objective) for objective in now.objectives}
    assert all(trace["mode"] == "markers" for trace in figure["data"])
    foretold = parity_figure(content)
    assert foretold is None or len(foretold.to_dict()["data"]) == 2 * len(NAMES)
    draw_front(now, tmp_path / "front.png")
    assert (tmp_path / "front.png").stat().st_size > 10_000


@pytest.mark.parametrize(("count", "panels"), [(1, 1), (2, 1), (3, 3), (4, 6)])
def test_every_pair_of_objectives_has_one_panel(count: int, panels: int) -> None:
    pairs = objective_pairs(count)
    assert len(set(pairs)) == panels
    assert {axis for pair in pairs for axis in pair if axis is not None} == set(range(count))
