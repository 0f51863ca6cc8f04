"""Theory checks what a campaign found: the best films every so many results, and those that came as nobody foretold."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from flows.report.page import write_report
from flows.spec import CampaignSpec, read_campaign
from flows.standing import Result, standing
from flows.suggest import recompute
from flows.theory.validation import NAME, check_due, ranked
from flows.theory.validation_spec import Validation
from ledger.film import Source
from ledger.store import Ledger
from tests.flows.small_campaign import Place, run_here, write_campaign
from tests.ledger.conftest import formulation as film

EVERY, TOP = 3, 2


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("checked")
    checks = [{"recipe": "twin", "every": EVERY, "top": TOP, "core_hours": 1000}]
    write_campaign(folder, experiments=6, batch=2, start=4, validation=checks)
    made = Place(folder, folder / "home")
    run_here(made)
    return made


@pytest.fixture
def ledger(place: Place):
    with Ledger.open(place.ledger, create=False) as opened:
        yield opened


@pytest.fixture
def spec(place: Place) -> CampaignSpec:
    return read_campaign(place.file)


def test_the_best_of_every_look_are_asked_about_and_count_as_no_experiment(ledger: Ledger, spec: CampaignSpec) -> None:
    campaign = ledger.campaigns()[0].id
    rows, results = ledger.calculations(campaign), standing(ledger, campaign, spec).results
    assert len(ledger.experiments(campaign)) == 6
    assert {row.state for row in rows} == {"observed"}
    asked = {row.formulation.key for row in rows}
    for seen in (results[:EVERY], results):
        best = sorted(seen, key=lambda result: -result.values[0])[0]
        assert best.formulation.key in asked
    assert TOP <= len(asked) == len(rows) <= 2 * TOP
    assert asked <= {result.formulation.key for result in results}
    read = ledger.films(campaign, sources=[Source.MD])
    assert {film.film_id for film in read} == {row.film_id for row in rows}


def test_a_check_is_a_suggestion_with_a_reason_that_can_be_made_again(ledger: Ledger, spec: CampaignSpec) -> None:
    campaign = ledger.campaigns()[0].id
    said = ledger.suggestions(campaign)
    checks = [row for row in said if row.planner == NAME]
    assert len(checks) == len(ledger.calculations(campaign))
    assert all(row.reason["summary"].startswith("Experiment ") for row in checks)
    for row in said:
        again = recompute(ledger, campaign, spec, row)
        assert again is not None
        assert (again.formulation.key, again.index, again.planner) == (row.formulation_key, row.index, row.planner)


def test_planners_count_as_if_no_check_were_there(ledger: Ledger, tmp_path: Path) -> None:
    """The even start is the same with and without checks in between."""
    write_campaign(tmp_path, experiments=4, batch=2, start=4)
    without = Place(tmp_path, tmp_path / "home")
    run_here(without)
    with Ledger.open(without.ledger, create=False) as other:
        plain = [row.formulation_key for row in other.suggestions(other.campaigns()[0].id)]
    said = [row.formulation_key for row in ledger.suggestions(ledger.campaigns()[0].id) if row.planner != NAME]
    assert said[:4] == plain


def test_the_best_come_front_by_front_and_the_first_objective_s_best_first(spec: CampaignSpec) -> None:
    """Conductivity and stiffness, both to maximise; what oversteps a limit is left out, however good."""
    values = ((-5.0, 1.0), (-4.0, 0.0), (-6.0, 0.5), (-4.5, -1.0), (-3.0, 3.0))
    results = tuple(
        Result(number, str(number), film(), pair, (0.1, 0.1), (), holds=number != 5, in_front=False)
        for number, pair in enumerate(values, 1)
    )
    assert [result.number for result in ranked(results, spec)] == [2, 1, 4, 3]


def test_core_hours_end_the_checks(ledger: Ledger, spec: CampaignSpec) -> None:
    campaign, event = ledger.campaigns()[0].id, ledger.last_event()
    done = len(ledger.calculations(campaign))
    for hours, due in ((20.0 * done, False), (20.0 * done + 1, True)):
        check = Validation(recipe="twin", every=1, top=6, core_hours=hours)
        more = spec.model_copy(update={"validation": (check,)})
        assert (check_due(ledger, campaign, more, 99, event) is not None) == due


def test_a_surprise_is_asked_about(ledger: Ledger, spec: CampaignSpec) -> None:
    campaign, event = ledger.campaigns()[0].id, ledger.last_event()
    for z, due in ((1e-6, True), (1e6, False)):
        check = Validation(recipe="twin", disagreement=z, core_hours=1e6)
        found = check_due(ledger, campaign, spec.model_copy(update={"validation": (check,)}), 99, event)
        assert (found is not None) == due
        if found is not None:
            assert "what was foretold" in found.reason.summary


def test_the_report_sets_theory_beside_what_was_measured(ledger: Ledger, tmp_path: Path) -> None:
    campaign = ledger.campaigns()[0].id
    page = write_report(ledger, campaign, tmp_path / "report.html").read_text()
    assert page.count("asked of twin") == len(ledger.calculations(campaign))


def test_a_check_says_when_it_is_made() -> None:
    with pytest.raises(ValidationError, match="nothing says when twin is asked"):
        Validation(recipe="twin", core_hours=1)
