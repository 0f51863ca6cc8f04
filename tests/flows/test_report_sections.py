"""What the report says in each of its sections, or that there is nothing to say."""

import contextlib
import re
import shutil
import uuid
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import numpy as np
import pytest
import yaml

from chemistry.recipe import component_key, masses_mg
from flows.cost import expected_hours
from flows.report.confirming import REPEATS
from flows.report.content import Content, read_content
from flows.report.film_figures import conductivities
from flows.report.model_figures import coverage
from flows.report.page import SECTIONS, render
from flows.spec import CampaignSpec
from ledger.amendments import Change
from ledger.approvals import Approvals
from ledger.journal import Journal
from ledger.kinds import CampaignState
from ledger.stock import Stock
from ledger.store import Ledger
from tests.flows.benchless_campaign import Benchless, begun
from tests.flows.small_campaign import Place
from tests.flows.test_report import Page

NOTHING = {
    "answer": "No film has given a result yet.",
    "confirm": "There is no answer yet that could be confirmed.",
    "progress": "No film has given a result yet.",
    "forecast": "Nothing has been dosed yet.",
    "model": "No model has foretold a result yet.",
    "temperature": "No conductivity has been read yet.",
    "spectra": "There is no film of a front whose spectra could be shown.",
    "theory": "This campaign asked nothing of theory.",
    "failures": "Nobody stepped in",
    "experiments": "No experiment has been begun yet.",
    "versions": "No model has been fitted yet.",
    "environment": "simulated lab",
}
"""What stands in each section of a campaign in which nothing has happened yet."""


@pytest.fixture(scope="module")
def content(finished: Place) -> Iterator[Content]:
    with contextlib.closing(Ledger.open(finished.ledger, create=False)) as ledger:
        yield read_content(ledger, 1)


@pytest.fixture(scope="module")
def html(content: Content) -> str:
    return render(content)


@pytest.fixture
def campaign(tmp_path: Path) -> Iterator[Benchless]:
    campaign = begun(tmp_path)
    yield campaign
    campaign.ledger.close()


def sections(html: str) -> dict[str, str]:
    """The words of each section, by its id."""
    parts = re.split(r'<h2 id="(\w+)">', html.partition("<script>\n// Paper")[0])
    return {name: Page(part).text for name, part in zip(parts[1::2], parts[2::2], strict=True)}


def test_every_section_is_there_and_says_so_where_there_is_nothing(tmp_path: Path, finished: Place) -> None:
    with contextlib.closing(Ledger.open(finished.ledger, create=False)) as ledger:
        old = ledger.campaign(1)
    with contextlib.closing(Ledger.open(tmp_path / "ledger.sqlite")) as ledger:
        empty = ledger.begin_campaign(old.name, old.spec, old.seed, old.lab)
        said = sections(render(read_content(ledger, empty.id)))
    assert set(NOTHING) == set(SECTIONS)
    assert list(said) == list(SECTIONS)
    for name, words in NOTHING.items():
        assert words in said[name]


def test_a_finished_campaign_has_something_in_every_section(html: str) -> None:
    said = sections(html)
    assert list(said) == list(SECTIONS)
    for name, words in NOTHING.items():
        assert name in ("theory", "environment", "failures") or words not in said[name]


def test_confirming_costs_films_like_those_that_were_made(content: Content) -> None:
    again = content.confirming
    assert [one.result for one in again.each] == list(content.standing.best)
    masses = [masses_mg(r.formulation, content.spec.film_mass_mg) for r in content.standing.best]
    assert sum(again.grams.values()) == pytest.approx(REPEATS * sum(sum(m.values()) for m in masses) / 1000)
    assert again.hours == pytest.approx(
        REPEATS * sum(expected_hours(content.spec, r.formulation) for r in content.standing.best)
    )
    for one in again.each:
        for alone, mean, read in zip(one.one_sd, one.mean_sd, one.result.sds, strict=True):
            assert alone is not None
            assert mean == pytest.approx(alone / REPEATS**0.5)
            assert alone > read, "films scatter beyond what one reading tells"
    assert again.short == {}


def test_what_is_not_left_in_stock_is_said(campaign: Benchless) -> None:
    (formulation, *_) = campaign.formulations(1)
    campaign.observed(campaign.suggested(formulation))
    lab = campaign.ledger.lab_of(campaign.campaign_id)
    Stock(campaign.ledger, lab).fill(component_key(formulation.polymer), "the host", 100.0, by="Ada")
    again = read_content(campaign.ledger, campaign.campaign_id).confirming
    assert again.short == {formulation.polymer.label: pytest.approx(0.1)}
    assert again.each[0].one_sd == (None,) * len(campaign.spec.objectives), "no model says how films scatter yet"


def test_hours_and_grams_stand_beside_what_was_expected(content: Content, finished: Place) -> None:
    took, doses = content.taken, 0.0
    with contextlib.closing(Ledger.open(finished.ledger, create=False)) as ledger:
        for tried in content.tried:
            for sample in ledger.samples(tried.experiment.id):
                made = [step.as_made or {} for step in Journal(ledger).steps(sample.id)]
                doses += sum(one["dispensed_mg"] for one in made if "dispensed_mg" in one)
    assert sum(took.dosed_mg.values()) == pytest.approx(doses)
    begun_films = len(took.expected_h)
    assert sum(took.expected_mg.values()) == pytest.approx(begun_films * content.spec.film_mass_mg)
    assert list(took.expected_h) == sorted(took.expected_h)
    assert took.benches == 1
    assert len(took.results_h) == len(content.standing.results)
    assert max(took.results_h) <= content.lab_hours


def test_the_yardstick_is_as_long_as_the_campaign_and_says_what_it_is(content: Content, html: str) -> None:
    even = content.even_spread
    assert not isinstance(even, str)
    assert even.counts[-1] == len(content.standing.results)
    words = sections(html)["progress"]
    assert f"An even spread of {even.counts[-1]} films is foretold to reach" in words
    assert "The even spread was not made" in words


def test_a_campaign_that_is_an_even_spread_is_compared_with_none(tmp_path: Path) -> None:
    campaign = begun(tmp_path, planner={"name": "sobol"})
    even = read_content(campaign.ledger, campaign.campaign_id).even_spread
    campaign.ledger.close()
    assert isinstance(even, str)
    assert "an even spread itself" in even


def test_what_was_foretold_is_held_against_what_came(content: Content) -> None:
    told = content.foretold[content.spec.outcomes[0].label]
    assert {one.experiment for one in told} <= {result.number for result in content.standing.results}
    assert 0 <= coverage(told) <= len(told)
    assert all(one.sd > 0 and one.z == pytest.approx((one.value - one.mean) / one.sd) for one in told)


def test_the_law_of_a_film_runs_through_its_points(content: Content) -> None:
    drawn = [tried for tried in content.tried if tried.law is not None and len(conductivities(tried)) > 2]
    assert drawn
    for tried in drawn:
        assert tried.law is not None
        readings = conductivities(tried)
        along = tried.law.log10_conductivity(np.array([r.temperature_C for r in readings]))
        off = np.sort(np.abs(along - [r.value for r in readings]))
        assert off[: len(off) - tried.law.outliers].max() < 0.2
        assert "kJ/mol" in tried.law.words


def test_a_corrected_thickness_moves_the_law_with_the_points(tmp_path: Path, finished: Place) -> None:
    copy = tmp_path / "ledger.sqlite"
    shutil.copy(finished.ledger, copy)
    with contextlib.closing(Ledger.open(copy, create=False)) as ledger:
        before = next(t for t in read_content(ledger, 1).tried if t.law is not None and t.film is not None)
        assert before.film is not None
        sample = ledger.sample(before.film.film_id)
        rows = [row for row in ledger.observations(sample.id) if row.property == "log10_conductivity"]
        changes = [Change(observation_id=row.id, value=row.value + 1) for row in rows]
        ledger.amend(changes, by="Ada", note="gauge", thickness_um={sample.id: 10 * (sample.thickness_um or 0)})
        after = next(t for t in read_content(ledger, 1).tried if t.experiment.id == before.experiment.id)
    assert before.law is not None
    assert after.law is not None
    at = np.array([30.0])
    assert after.law.log10_conductivity(at) == pytest.approx(before.law.log10_conductivity(at) + 1)


def test_failures_and_decisions_are_told_with_their_reasons(campaign: Benchless) -> None:
    ledger, run = campaign.ledger, campaign.campaign_id
    first, second, third = (campaign.suggested(formulation) for formulation in campaign.formulations(3))
    campaign.observed(first)
    ledger.move(second.id, "making")
    sample = ledger.add_sample(second.id, "rack 2")
    order = str(uuid.uuid4())
    Journal(ledger).intend(order, "dispenser", "synthesis", "dose PEO", sample.id, {}, 1)
    Journal(ledger).fail(order, "the nozzle <b>clogged</b>")
    ledger.move(second.id, "cancelled", "an instrument failed: the nozzle clogged")
    Approvals(ledger).ask(third.id, ["LiTFSI is H301."], 3600)
    Approvals(ledger).answer(run, 3, approved=False, by="Bea", note="not in this hood")
    ledger.give_command(run, "pause", by="Ada", note="lunch")
    ledger.set_campaign_state(run, CampaignState.STOPPED, "out of nitrogen")
    reading = ledger.observations(ledger.samples(first.id)[-1].id)[0]
    ledger.amend([Change(observation_id=reading.id, value=None)], by="Cyd", note="wrong cell")

    content = read_content(ledger, run)
    said = sections(render(content))["failures"]
    for words in (
        "2 of 3 experiments gave no result",
        "an instrument failed: the nozzle clogged",
        "`dose PEO` failed: the nozzle <b>clogged</b>",
        "asked for approval: LiTFSI is H301.",
        "refused by Bea: not in this hood",
        "pause by Ada: lunch",
        "stopped: out of nitrogen",
        "taken back by Cyd: wrong cell",
    ):
        assert words in said
    assert "running" not in said, "that it goes on is no news"
    hours = [turn.when for turn in content.turns]
    assert hours == sorted(hours)


def test_a_campaign_file_is_told_whole(content: Content, html: str) -> None:
    start = html.index("<pre>") + len("<pre>")
    told = yaml.safe_load(unescape(html[start : html.index("</pre>", start)]))
    assert CampaignSpec.model_validate(told) == content.spec
