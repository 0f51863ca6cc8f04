"""A campaign that buys theory and quick scans: what is bought, kept, resumed, recomputed and told."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from chemistry.errors import BadInput
from flows.approving.approval import Desk
from flows.cli.main import app
from flows.computing.spec import Computing
from flows.knowledge import knowledge_at
from flows.report.page import write_report
from flows.resume import settle_stop, unfinished_calculations
from flows.session import Session, open_session
from flows.spec import CampaignSpec, read_campaign
from flows.stopping import Stopped
from flows.suggest import recompute, suggest_next
from flows.theory import calculate
from flows.theory.asking import Theory
from flows.theory.calculated import Calculated
from flows.theory.recipes import recipe, refuse_made_up
from flows.theory.workers import Workers
from ledger.approvals import Approvals
from ledger.film import Source
from ledger.kinds import CalculationState, CampaignState
from ledger.store import Ledger
from ledger.tables import CalculationRow, ExperimentRow
from planners.protocols import Suggestion
from tests.flows.small_campaign import EXAMPLES, Place, run_here

SIGMA = "log10_conductivity"
FILMS = 5


def written(folder: Path, **more: object) -> Place:
    """The example with fewer films, temperatures and runs."""
    content = yaml.safe_load((EXAMPLES / "priced_theory.yaml").read_text())
    content["budget"] = {"experiments": FILMS, "batch": 2}
    content["measure"]["temperatures"] = ["30 °C", "60 °C", "80 °C"]
    content["offers"]["md"]["most"] = 6
    content["planner"]["start"] = 3
    (folder / "simulated_lab.yaml").write_text((EXAMPLES / "simulated_lab.yaml").read_text())
    place = Place(folder, folder / "home")
    place.file.write_text(yaml.safe_dump({**content, **more}, allow_unicode=True))
    return place


def answered(session: Session, row: CalculationRow) -> None:
    """The calculation is carried out, as the crew does it."""
    calculate.calculate(session, row, Theory(session.ledger, Workers(Computing())))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    made = written(tmp_path_factory.mktemp("priced"))
    run_here(made)
    return made


@pytest.fixture
def ledger(place: Place):
    with Ledger.open(place.ledger, create=False) as opened:
        yield opened


def test_films_are_what_the_budget_counts_and_theory_is_bought_up_to_its_limit(ledger: Ledger) -> None:
    campaign = ledger.campaigns()[0].id
    assert len(ledger.experiments(campaign)) == FILMS
    rows = ledger.calculations(campaign)
    assert 3 <= len(rows) <= 6
    assert {row.state for row in rows} == {"observed"}
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    simulated = ledger.films(campaign, sources=[Source.MD])
    assert {film.film_id for film in simulated} == {row.film_id for row in rows}
    assert {reading.temperature_C for film in simulated for reading in film.readings} == {30.0, 80.0}
    assert ledger.count_suggestions(campaign) == FILMS + len(rows)


def test_the_start_pairs_theory_with_films_that_are_measured_in_full(ledger: Ledger) -> None:
    campaign = ledger.campaigns()[0].id
    said = ledger.suggestions(campaign)[:6]
    assert [row.source for row in said] == ["md", "experiment"] * 3
    assert [row.formulation_key for row in said[::2]] == [row.formulation_key for row in said[1::2]]


def test_a_quick_scan_reads_what_it_says_and_an_experiment_all(ledger: Ledger) -> None:
    campaign = ledger.campaigns()[0].id
    source = {e.number: ledger.source_of(e.id) for e in ledger.experiments(campaign)}
    samples, films = ledger.sample_ids(campaign), {film.film_id: film for film in ledger.films(campaign)}
    for experiment in ledger.experiments(campaign):
        for sample in samples[experiment.id]:
            if sample in films:
                at = {
                    round(r.temperature_C or 0.0)
                    for r in films[sample].readings
                    if r.property == SIGMA and not r.derived
                }
                assert at == ({30} if source[experiment.number] == "quick_scan" else {30, 60, 80})


def test_every_suggestion_can_be_recomputed(place: Place, ledger: Ledger) -> None:
    spec, campaign = read_campaign(place.file), ledger.campaigns()[0].id
    for row in ledger.suggestions(campaign):
        again = recompute(ledger, campaign, spec, row)
        assert isinstance(again, Suggestion)
        assert (again.formulation.key, again.action.source) == (row.formulation_key, row.source)


def test_theory_stands_in_no_front_and_in_the_report(place: Place, ledger: Ledger, tmp_path: Path) -> None:
    campaign = ledger.campaigns()[0].id
    page = write_report(ledger, campaign, tmp_path / "report.html").read_text()
    assert "Theory beside experiment" in page
    assert ledger.calculations(campaign)[0].formulation.label in page
    scanned = [e for e in ledger.experiments(campaign) if ledger.source_of(e.id) == "quick_scan"]
    assert page.count("multi_fidelity, a quick scan: ") == len(scanned)
    told = CliRunner().invoke(app, ["status", str(place.file), "--folder", str(place.run), "--json"])
    found = json.loads(told.stdout)
    assert set(found["calculations"].values()) == {"observed"}
    assert {row["experiment"] for row in found["best"]} <= set(range(1, FILMS + 1))
    told = CliRunner().invoke(app, ["status", str(place.file), "--folder", str(place.run), "--verify", "--json"])
    assert all(json.loads(told.stdout)["suggestions_recomputed"].values())
    text = CliRunner().invoke(app, ["status", str(place.file), "--folder", str(place.run)]).stdout
    assert f"{len(found['calculations'])} calculations" in text


def test_a_planner_hears_of_theory_and_never_takes_it_for_a_film(place: Place, ledger: Ledger) -> None:
    """However good a calculation is, the front that is to be raised is one of films."""
    campaign, spec = ledger.campaigns()[0].id, read_campaign(place.file)
    known = knowledge_at(ledger, campaign, spec, spec.seed, ledger.last_event(), ledger.count_suggestions(campaign))
    told = {film.film_id: {reading.source for reading in film.readings} for film in known.films}
    assert set(told) <= {name for names in ledger.sample_ids(campaign).values() for name in names}
    assert all(sources == {Source.MEASURED} for sources in told.values())
    assert {film.film_id for film in known.calculations} == {row.film_id for row in ledger.calculations(campaign)}
    assert known.evidence == (*known.films, *known.calculations)


def test_a_calculation_that_a_kill_cut_off_is_begun_again(tmp_path: Path) -> None:
    cut_off = written(tmp_path, budget={"experiments": 1, "batch": 1})
    with open_session(cut_off.file, cut_off.run, None, hardware=False) as session:
        begun = suggest_next(session)
        assert begun is not None
        (row,) = unfinished_calculations(session)
        assert row.id == begun.id
    run_here(cut_off)
    with Ledger.open(cut_off.ledger, create=False) as ledger:
        first = ledger.calculations(ledger.campaigns()[0].id)[0]
        assert (first.id, first.state) == (begun.id, "observed")
        assert len(ledger.films(ledger.campaigns()[0].id, sources=[Source.MD])) == len(
            ledger.calculations(ledger.campaigns()[0].id)
        )


def test_an_abort_leaves_no_calculation_under_way(tmp_path: Path) -> None:
    aborted = written(tmp_path)
    with open_session(aborted.file, aborted.run, None, hardware=False) as session:
        begun = suggest_next(session)
        assert begun is not None
        settle_stop(session, Stopped("aborted by Ada", CampaignState.ABORTED))
        (row,) = session.ledger.calculations(session.campaign_id)
        assert (row.id, row.state, row.why) == (begun.id, "cancelled", "aborted by Ada")


def test_one_calculation_is_aborted_by_its_number_and_what_it_says_later_is_left(tmp_path: Path) -> None:
    made = written(tmp_path)
    of_it = (str(made.file), "--folder", str(made.run), "--calculation", "1", "--by", "Ada", "--note", "too long")
    with open_session(made.file, made.run, None, hardware=False) as session:
        begun = suggest_next(session)
        assert isinstance(begun, CalculationRow)
        for words, wrong in (("pause", "cannot be told to pause"), ("abort --experiment 1", "an experiment is named")):
            told = CliRunner().invoke(app, [*words.split(), *of_it])
            assert isinstance(told.exception, BadInput)
            assert wrong in str(told.exception)
        told = CliRunner().invoke(app, ["abort", *of_it, "--json"])
        assert json.loads(told.stdout)["calculation"] == 1, told.output
        answered(session, begun)  # its engine comes to its end all the same
        (row,) = session.ledger.calculations(session.campaign_id)
        assert (row.state, row.why, row.film_id) == ("cancelled", "aborted by Ada: too long", None)
        assert session.ledger.films(session.campaign_id, sources=[Source.MD]) == []
        again = CliRunner().invoke(app, ["abort", *of_it])
        assert isinstance(again.exception, BadInput)
        assert "it is over" in str(again.exception)
        assert suggest_next(session) is not None, "the campaign goes on"


def test_policy_keeps_back_films_and_no_theory(tmp_path: Path) -> None:
    """However much lab time a calculation is held to be worth: it makes nothing."""
    made = written(tmp_path, approval={"cost_above": "0.01 h"})
    with open_session(made.file, made.run, None, hardware=False) as session:
        assert session.spec.offers is not None
        assert session.spec.offers.md is not None
        assert session.spec.offers.md.price > 0.01
        bought, film = suggest_next(session), suggest_next(session)
        assert isinstance(bought, CalculationRow)
        assert isinstance(film, ExperimentRow)
        answered(session, bought)
        assert [row.state for row in session.ledger.calculations(session.campaign_id)] == ["observed"]
        assert Desk(session).keeps_back(film)
        (asked,) = Approvals(session.ledger).of(session.campaign_id)
        assert asked.experiment_id == film.id


def test_a_calculation_that_is_aborted_while_its_engine_runs_keeps_no_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = written(tmp_path)
    with open_session(made.file, made.run, None, hardware=False) as session:
        begun = suggest_next(session)
        assert isinstance(begun, CalculationRow)
        usual = recipe("twin")

        def aborted_meanwhile(*asked: Any) -> Calculated:
            session.ledger.end_calculation(begun.id, CalculationState.CANCELLED, "aborted by Ada")
            return usual.run(*asked)

        monkeypatch.setattr(calculate, "recipe", lambda name: replace(usual, run=aborted_meanwhile))
        answered(session, begun)
        assert [row.state for row in session.ledger.calculations(session.campaign_id)] == ["cancelled"]
        assert session.ledger.films(session.campaign_id, sources=[Source.MD]) == []


OXIDATION = {"property": "oxidation_limit", "at_least": "4.0 V", "temperature": "60 °C"}
WINDOWS = {"engine": "twin_window", "price": "0.5 h", "most": 3}


def test_quantum_chemistry_and_molecular_dynamics_are_offered_side_by_side(tmp_path: Path) -> None:
    place = written(
        tmp_path,
        budget={"experiments": 2, "batch": 1},
        limits=[OXIDATION],
        offers={"dft": WINDOWS, "md": {"price": "1 h", "temperatures": ["30 °C"], "most": 3}},
    )
    run_here(place)
    with Ledger.open(place.ledger, create=False) as ledger:
        campaign = ledger.campaigns()[0].id
        said = ledger.suggestions(campaign)
        assert [row.source for row in said] == ["dft", "md", "experiment"] * 2
        assert {row.action["plan"] for row in said if row.source == "dft"} == {"twin_window"}
        told = [reading for film in ledger.films(campaign, sources=[Source.DFT]) for reading in film.readings]
        assert {(one.property, one.temperature_C) for one in told} == {("oxidation_limit", 60.0)}
        spec = read_campaign(place.file)
        assert all(isinstance(recompute(ledger, campaign, spec, row), Suggestion) for row in said)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"offers": {"dft": WINDOWS}}, "no objective and no limit asks for"),
        ({"validation": [{"recipe": "twin", "every": 200, "core_hours": 1}]}, "give at most 5"),
        ({"validation": [{"recipe": "twin", "every": 2, "core_hours": 1}] * 2}, "name it once"),
        ({"planner": {"name": "bayesian", "surrogate": "multi_fidelity"}}, "offers are for the planner multi_fidelity"),
        ({"planner": {"name": "multi_fidelity"}}, "surrogate: multi_fidelity"),
        ({"offers": {}}, "nothing to choose from"),
        ({"offers": {"md": {"price": "0 h", "temperatures": ["30 °C"]}}}, "price"),
        ({"offers": {"md": {"price": "1 h", "temperatures": []}}}, "temperatures"),
        ({"offers": {"quick_scan": {"temperatures": ["50 °C"]}}}, "could be no answer"),
        ({"offers": {"md": {"price": "1 h", "temperatures": ["30 °C", "303.15 K"]}}}, "30 °C is given twice"),
        ({"offers": {"quick_scan": {"temperatures": ["30 °C", "30 °C"]}}}, "30 °C is given twice"),
        ({"offers": {"md": {"price": "1 h", "temperatures": ["30 °C"], "engine": "abacus"}}}, "engine"),
    ],
)
def test_what_cannot_be_offered_is_refused_in_one_paragraph(tmp_path: Path, change: dict, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        read_campaign(written(tmp_path, **change).file)


def test_made_up_theory_is_not_for_real_instruments(place: Place) -> None:
    class Real:
        name, simulated = "bench", False

    spec = CampaignSpec.model_validate(read_campaign(place.file).model_dump())
    with pytest.raises(BadInput, match="makes up what theory would say") as refused:
        refuse_made_up(spec, Real())  # type: ignore[arg-type]
    assert "leave `md` out of the offers" in str(refused.value)
    assert "`planner: {name: bayesian}`" in str(refused.value), "without offers multi_fidelity is refused in its turn"
