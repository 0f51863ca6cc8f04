"""Every planner in a campaign: its file, its ledger, and the same answer when it is asked again."""

from pathlib import Path

import pytest
import yaml

from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from chemistry.polymer import Polymer, RepeatUnit
from flows.approving.approval import FIRST_USE, Desk
from flows.knowledge import knowledge_at
from flows.lab_files import read_files
from flows.session import Session, open_session
from flows.spec import CampaignSpec
from flows.suggest import recompute, suggest_next
from ledger.kinds import CampaignState
from ledger.store import Ledger
from ledger.tables import ExperimentRow
from planners.points import formulation_at
from planners.sampling import sample
from tests.flows.benchless_campaign import Benchless, begun
from tests.flows.command import Command
from tests.flows.small_campaign import EXAMPLES, Place, run_here, write_campaign
from tests.flows.test_campaign_file import changed

QUICK = {"genetic": {"population": 6, "generations": 2}, "swarm": {"particles": 3}}
PLANNERS = {
    "random": {"name": "random"},
    "swarm": {"name": "swarm", "swarm": QUICK["swarm"]},
    "genetic": {"name": "genetic", "start": 2, "genetic": QUICK["genetic"]},
    "genetic by results": {"name": "genetic", "start": 2, "genetic": {"fitness": "experiment"}},
    "portfolio": {"name": "portfolio", "start": 2, **QUICK, "portfolio": {"of": ["genetic", "swarm", "random"]}},
}
OPEN = {"most_atoms": 14, "lenders": 40}


@pytest.mark.parametrize("planner", PLANNERS.values(), ids=list(PLANNERS))
def test_every_suggestion_can_be_recomputed(planner: dict[str, object], tmp_path: Path) -> None:
    campaign = begun(tmp_path, planner=planner)
    campaign.some_results(4)
    rows = [suggest_next(campaign.session) for _ in range(3)]
    assert isinstance(rows[-1], ExperimentRow)
    campaign.observed(rows[-1])
    assert suggest_next(campaign.session) is not None
    told = campaign.ledger.suggestions(campaign.campaign_id)[4:]
    assert len(told) == 4
    for said in told:
        again = recompute(campaign.ledger, campaign.campaign_id, campaign.spec, said)
        assert again is not None
        assert again.formulation.key == said.formulation_key
        assert again.planner == said.planner
        assert again.reason.summary == said.reason["summary"]
    campaign.ledger.close()


def test_bred_polymers_are_recomputed_too_and_known_from_then_on(tmp_path: Path) -> None:
    plan = {"name": "genetic", "start": 2, "genetic": {"fitness": "experiment"}}
    campaign = begun(tmp_path, planner=plan, space=opened())
    campaign.some_results(4)
    for _ in range(6):
        row = suggest_next(campaign.session)
        assert isinstance(row, ExperimentRow)
        campaign.observed(row)
    named = set(campaign.spec.space.polymers)
    told = campaign.ledger.suggestions(campaign.campaign_id)[4:]
    assert any(said.formulation.polymer not in named for said in told)
    for said in told:
        again = recompute(campaign.ledger, campaign.campaign_id, campaign.spec, said)
        assert again is not None
        assert again.formulation == said.formulation
    campaign.ledger.close()


def test_the_history_is_what_was_known_at_the_event(tmp_path: Path) -> None:
    campaign = begun(tmp_path, planner={"name": "random"})
    ledger, run = campaign.ledger, campaign.campaign_id
    first, second, third = (campaign.suggested(formulation) for formulation in campaign.formulations(3))
    before = ledger.last_event()
    campaign.observed(first)
    ledger.move(second.id, "failed", "cracked")
    ledger.move(third.id, "cancelled")

    def outcomes(event: int) -> list[str]:
        known = knowledge_at(ledger, run, campaign.spec, 0, event, suggested=3)
        assert {one.film_id for one in known.history if one.film_id} == {film.film_id for film in known.films}
        return [decided.outcome for decided in known.history]

    assert outcomes(before) == ["pending"] * 3
    assert outcomes(ledger.last_event()) == ["observed", "failed", "cancelled"]
    assert [decided.index for decided in knowledge_at(ledger, run, campaign.spec, 0, before, 3).history] == [0, 1, 2]
    ledger.close()


def test_status_says_who_suggested_how_many(tmp_path: Path, ionloop: Command) -> None:
    campaign = begun(tmp_path, planner=PLANNERS["portfolio"])
    campaign.some_results(4)
    for _ in range(3):
        assert suggest_next(campaign.session) is not None
    campaign.ledger.close()
    said = ionloop("status", tmp_path / "campaign.yaml", "--folder", tmp_path / "run")
    assert "suggested by bayesian (4), genetic (1), swarm (1), random (1)" in said.out


IN_THE_PORTFOLIO = ("random", "swarm", "genetic by results")
"""Planners, or one that is much like them, that the portfolio asks on the twin, too."""


@pytest.mark.parametrize(
    "planner",
    [pytest.param(p, marks=pytest.mark.slow if n in IN_THE_PORTFOLIO else (), id=n) for n, p in PLANNERS.items()],
)
def test_a_campaign_on_the_twin_runs_to_its_end(planner: dict[str, object], tmp_path: Path) -> None:
    space = opened() if planner["name"] == "genetic" else closed()
    place = run_small(tmp_path, planner=planner, space=space, experiments=5 if "portfolio" in planner else 3)
    with Ledger.open(place.ledger) as ledger:
        (row,) = ledger.campaigns()
        spec = CampaignSpec.model_validate(row.spec)
        told = ledger.suggestions(row.id)
        assert len(told) == spec.budget.experiments
        assert all(row.state == "observed" for row in ledger.experiments(row.id))
        last = recompute(ledger, row.id, spec, told[-1])
        assert last is not None
        assert last.formulation.key == told[-1].formulation_key


def test_a_run_is_replayed_decision_by_decision(tmp_path: Path) -> None:
    place = run_small(tmp_path, planner={"name": "random"}, experiments=3)
    run_small(tmp_path, planner={"name": "replay", "replay": {"run": 1}}, experiments=4)
    with Ledger.open(place.ledger) as ledger:
        first, second = ledger.campaigns()
        told, again = ledger.suggestions(first.id), ledger.suggestions(second.id)
        assert [said.formulation_key for said in again] == [said.formulation_key for said in told]
        assert again[0].reason["summary"] == "Decision 1 of run 1 of peo_salts, made again."
        spec = CampaignSpec.model_validate(second.spec)
        repeated = recompute(ledger, second.id, spec, again[2])
        assert repeated is not None
        assert repeated.formulation.key == told[2].formulation_key


@pytest.mark.parametrize("replay", [{"run": 2}, {"campaign": "another", "run": 1}])
def test_a_replay_of_what_is_not_there_is_refused_and_nothing_is_begun(
    tmp_path: Path, replay: dict[str, object]
) -> None:
    campaign: Benchless = begun(tmp_path, planner={"name": "random"})
    campaign.ledger.set_campaign_state(campaign.campaign_id, CampaignState.FINISHED)
    campaign.ledger.close()
    with pytest.raises(BadInput, match="holds no earlier run"):
        run_small(tmp_path, planner={"name": "replay", "replay": replay})
    with pytest.raises(BadInput, match="made no decision"):
        run_small(tmp_path, planner={"name": "replay", "replay": {"run": 1}})
    with Ledger.open(tmp_path / "run" / "ledger.sqlite") as ledger:
        assert len(ledger.campaigns()) == 1


@pytest.mark.parametrize(
    ("planner", "words"),
    [
        ({"name": "oracle"}, ["planner.name", "oracle", "genetic"]),
        ({"name": "sobol", "genetic": {"population": 8}}, ["options of genetic are given", "sobol"]),
        ({"name": "genetic", "swarm": {"particles": 8}}, ["options of swarm are given"]),
        ({"name": "genetic", "genetic": {"fitness": "beauty"}}, ["beauty", "experiment, surrogate, both"]),
        ({"name": "genetic", "genetic": {"population": 1}}, ["planner.genetic.population", "4"]),
        ({"name": "genetic", "genetic": {"popluation": 9}}, ["popluation", "population"]),
        ({"name": "swarm", "swarm": {"inertia": 1.5}}, ["planner.swarm.inertia", "1.5"]),
        ({"name": "portfolio", "portfolio": {"of": ["swarm"]}}, ["planner.portfolio.of", "2"]),
        ({"name": "portfolio", "portfolio": {"of": ["swarm", "swarm"]}}, ["named twice"]),
        ({"name": "portfolio", "portfolio": {"of": ["swarm", "replay"]}}, ["replay", "bayesian, genetic, swarm"]),
        ({"name": "portfolio", "portfolio": {"of": ["swarm", "random"]}, "genetic": {}}, ["options of genetic"]),
        ({"name": "replay"}, ["must be told what", "replay: {campaign: peo_salts, run: 1}"]),
        ({"name": "replay", "replay": {"run": 0}}, ["planner.replay.run", "0"]),
    ],
)
def test_options_that_make_no_sense_are_refused(tmp_path: Path, planner: dict[str, object], words: list[str]) -> None:
    with pytest.raises(BadInput) as refused:
        read_files(changed(tmp_path, planner=planner), hardware=False)
    for word in words:
        assert word in str(refused.value)


@pytest.mark.parametrize("name", ["bayesian", "sobol", "random", "swarm"])
def test_open_polymers_are_refused_where_nobody_breeds_them(tmp_path: Path, name: str) -> None:
    file = changed(tmp_path, space__open_polymers=OPEN, planner={"name": name})
    with pytest.raises(BadInput, match=f"the planner {name} breeds no polymers"):
        read_files(file, hardware=False)


@pytest.mark.parametrize("name", ["genetic", "portfolio"])
def test_open_polymers_are_accepted_where_somebody_does(tmp_path: Path, name: str) -> None:
    spec, _ = read_files(changed(tmp_path, space__open_polymers=OPEN, planner={"name": name}), hardware=False)
    assert spec.space.open_polymers is not None
    assert spec.space.open_polymers.most_atoms == 14


def closed() -> dict[str, object]:
    """The example's space."""
    return yaml.safe_load((EXAMPLES / "peo_salts.yaml").read_text())["space"]


def opened() -> dict[str, object]:
    """The example's space, with polymers open-ended."""
    return {**closed(), "open_polymers": OPEN}


def run_small(folder: Path, *, experiments: int = 5, **more: object) -> Place:
    """A campaign of a few experiments on the twin, run to its end."""
    place = Place(folder, folder / "home")
    write_campaign(folder, experiments=experiments, batch=1, start=2, **more)
    run_here(place)
    return place


def test_a_bred_polymer_waits_for_a_person_where_instruments_are_real(tmp_path: Path) -> None:
    plan = {"name": "genetic", "start": 1}
    file = write_campaign(tmp_path, experiments=4, batch=1, start=1, planner=plan, space=opened())
    with open_session(file, tmp_path / "run", None, hardware=False) as session:
        named = formulation_at(session.spec.space, sample(session.spec.space, 1, 0)[0])
        polymer = Polymer(units=(RepeatUnit(smiles="*CCOCC(C)O*"),))
        bred = named.model_copy(update={"polymer": polymer})
        rows = [suggested(session, formulation) for formulation in (named, bred)]
        assert not Desk(session).keeps_back(rows[1]), "a simulated lab makes what it is asked for"
        session.lab.simulated = False
        desk = Desk(session)
        assert all(desk.keeps_back(row) for row in rows)
        reasons = {row.experiment_id: row.reasons for row in desk.waiting()}
        assert reasons[rows[0].id] == [FIRST_USE]
        assert "*CCOCC(C)O* was bred by the planner: somebody must make it" in reasons[rows[1].id][-1]


def suggested(session: Session, formulation: Formulation) -> ExperimentRow:
    ledger, campaign = session.ledger, session.campaign_id
    return ledger.add_suggestion(
        campaign,
        index=ledger.count_suggestions(campaign),
        formulation=formulation,
        action={"source": "experiment", "plan": "make_film", "cost_h": 1.0},
        reason={"summary": "because"},
        planner="genetic",
        knowledge_event=ledger.last_event(),
    )
