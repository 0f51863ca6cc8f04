"""Planners compared on campaigns: one start for all, a score that never falls, and what the space forbids."""

import math
from pathlib import Path

import numpy as np
import pytest

from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from ledger.film import Film, Reading
from planners.compare import campaign_problem
from planners.compare.campaign_problem import CampaignProblem
from planners.compare.contenders import OWN
from planners.compare.labelled import labels, point_of_row, row_of
from planners.compare.problem import Plan, first_reaching, median_of_hits
from planners.compare.run import compare
from planners.compare.summit import summit
from planners.objectives import Limit, Objective
from planners.points import Point, formulation_at, reasons_not_to
from planners.pool.names import PEERS, installed
from planners.protocols import Action, Knowledge, Reason, Suggestion
from planners.sampling import sample
from planners.space import DesignSpace
from tests.planners.conftest import SPACE, conductivity, modulus

PLAN = Plan(initial=4, budget=3, batch=2)
SIGMA = Objective(property="log10_conductivity", temperature_C=30.0, reference=-9.0)
STIFF = Objective(property="log10_storage_modulus", temperature_C=30.0, reference=-3.0)


class Formula:
    """A bench whose truth is a formula, and whose films read it with noise."""

    name = "formula"

    def film(self, formulation: Formulation, film_id: str, random: np.random.Generator | None) -> Film:
        truth = {"log10_conductivity": conductivity(formulation, 30.0), "log10_storage_modulus": modulus(formulation)}
        readings = tuple(
            Reading(
                property=name,
                value=value + (random.normal(0, 0.05) if random else 0.0),
                sd=0.05,
                temperature_C=30.0,
            )
            for name, value in truth.items()
        )
        return Film(film_id=film_id, formulation=formulation, readings=readings)


@pytest.fixture(scope="module")
def space() -> DesignSpace:
    return DesignSpace.model_validate(SPACE)


@pytest.fixture(scope="module")
def problem(space: DesignSpace) -> CampaignProblem:
    return CampaignProblem(space, (SIGMA, STIFF), Formula(), PLAN)


@pytest.mark.parametrize("name", [*OWN, "random"])
def test_every_planner_begins_at_the_same_start_and_never_loses(problem: CampaignProblem, name: str) -> None:
    trial, other = problem.trial(name, 3), problem.trial("random", 3)
    assert trial.chosen[:4] == other.chosen[:4]
    assert len(trial.values) == len(trial.chosen) == len(trial.outcomes) == 7
    assert list(trial.values) == sorted(trial.values)
    assert trial.values[-1] == pytest.approx(problem.score(trial.outcomes), abs=1e-6)
    assert trial.refused == 0
    assert trial.seconds_per_suggestion > 0


def test_a_trial_is_the_same_again_and_another_start_is_another(problem: CampaignProblem) -> None:
    once, again, other = (problem.trial("genetic", seed) for seed in (3, 3, 4))
    assert once.chosen == again.chosen
    assert once.values == again.values
    assert once.chosen[:4] != other.chosen[:4]


def test_scores_are_what_they_say(problem: CampaignProblem, space: DesignSpace) -> None:
    assert problem.score([]) == problem.score([()]) == 0.0
    assert problem.score([(-5.0, 1.0)]) == pytest.approx(4.0 * 4.0)
    assert problem.score([(-5.0, 1.0), (-8.0, 2.0)]) == pytest.approx(16.0 + 1.0)
    limited = CampaignProblem(
        space, (SIGMA,), Formula(), PLAN, limits=(Limit(property="log10_storage_modulus", at_least=0.0),)
    )
    assert limited.score([(-5.0, 1.0), (-4.0, -0.1)]) == pytest.approx(4.0)


def test_what_the_space_forbids_is_refused_and_costs_no_experiment(
    problem: CampaignProblem, space: DesignSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every other suggestion of this planner has more salt and plasticiser than a film may hold."""
    allowed = sample(space, 40, 11)
    forbidden = Point((0, 0, 1), (0.2, 0.3))
    assert reasons_not_to(space, formulation_at(space, forbidden))
    heard: list[int] = []

    class Careless:
        name = "careless"

        def suggest(self, n: int, knowledge: Knowledge) -> list[Suggestion]:
            heard.append(len(knowledge.failures))
            number = knowledge.suggested
            point = forbidden if number % 2 else allowed[number]
            return [
                Suggestion(
                    formulation=formulation_at(space, point),
                    action=Action(),
                    reason=Reason(summary=""),
                    planner=self.name,
                    event=knowledge.event,
                    index=number,
                )
            ]

    monkeypatch.setattr(campaign_problem, "contender", lambda *given: Careless())
    trial = problem.trial("careless", 0)
    assert trial.refused == heard[-1] == 2
    assert len(trial.values) == 7
    assert all(trial.outcomes)


def test_a_planner_that_has_nothing_more_keeps_its_score(
    problem: CampaignProblem, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Empty:
        name = "empty"

        def suggest(self, n: int, knowledge: Knowledge) -> list[Suggestion]:
            return []

    monkeypatch.setattr(campaign_problem, "contender", lambda *given: Empty())
    trial = problem.trial("empty", 0)
    assert set(trial.values[3:]) == {trial.values[3]}
    assert trial.outcomes[4:] == ((),) * 3
    assert problem.figures([trial])["refused"] == [0]


def test_the_summit_is_not_beaten_and_is_what_algebra_says(space: DesignSpace) -> None:
    """Without a constraint that binds, the best film has r = 0.08 and as much plasticiser as may be."""
    one = CampaignProblem(space, (SIGMA,), Formula(), Plan(initial=4, budget=12, batch=6))
    best = one.best
    assert best is not None
    assert best == pytest.approx(9.0 - 5.0 + 5 * 0.3, abs=2e-3)
    trial = one.trial("bayesian", 0)
    assert trial.values[-1] <= best + 1e-3
    regret = one.figures([trial])["regret"]
    assert regret == [pytest.approx(best - trial.values[-1], abs=1e-5)]
    spread = [conductivity(formulation_at(space, point), 30.0) + 9.0 for point in sample(space, 500, 5)]
    assert max(spread) <= best + 1e-3


def test_the_summit_keeps_to_the_constraints(space: DesignSpace) -> None:
    def parts(formulation: Formulation) -> float:
        return float(sum(content.weight_fraction for content in formulation.additives))

    narrow = space.model_copy(update={"constraints": [{"sum": ["plasticiser_fraction"], "at_most": 0.1234}]})
    assert summit(narrow, parts) == pytest.approx(0.1234, abs=2e-3)
    assert summit(narrow, parts) <= 0.1234
    assert math.isclose(summit(space, parts), 0.3)


def test_a_record_resumes_and_another_plan_is_another_problem(
    problem: CampaignProblem, space: DesignSpace, tmp_path: Path
) -> None:
    record, done = tmp_path / "record.jsonl", []
    first = compare(problem, ["random", "sobol"], 2, record, done.append, first_seed=100)
    assert compare(problem, ["random", "sobol"], 2, record, done.append, first_seed=100) == first
    assert [(trial.planner, trial.seed) for trial in done] == [
        ("random", 100),
        ("sobol", 100),
        ("random", 101),
        ("sobol", 101),
    ]
    others = (
        CampaignProblem(space, (SIGMA, STIFF), Formula(), Plan(4, 3, 1)),
        CampaignProblem(space, (SIGMA,), Formula(), PLAN),
        CampaignProblem(
            space, (SIGMA, STIFF), Formula(), PLAN, limits=(Limit(property="glass_transition", at_most=0),)
        ),
    )
    assert len({problem.key, *(other.key for other in others)}) == 4


def test_rows_for_peers_lead_back_to_their_points(space: DesignSpace) -> None:
    assert len(labels(space)["salt"]) == 4
    for point in sample(space, 50, 3):
        assert point_of_row(space, row_of(space, point)) == point


@pytest.mark.parametrize("name", ["magic", "kinship", ""])
def test_a_planner_that_is_not_there_is_refused(problem: CampaignProblem, name: str) -> None:
    with pytest.raises(BadInput, match=f"'{name}'"):
        problem.trial(name, 0)


def test_a_peer_that_is_not_installed_is_refused(problem: CampaignProblem, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PEERS, "ax", "a_module_that_nobody_has")
    with pytest.raises(BadInput, match="'ax' is not installed"):
        problem.trial("ax", 0)


def test_what_leaves_nothing_to_compare_is_refused(space: DesignSpace) -> None:
    with pytest.raises(BadInput, match="no reference"):
        CampaignProblem(space, (Objective(property="log10_conductivity", temperature_C=30.0),), Formula(), PLAN)


def test_curves_are_read_as_they_say() -> None:
    assert first_reaching([1.0, 2.0, 2.0, 3.0], 2.0) == 2
    assert first_reaching([1.0, 2.0], 5.0) is None
    assert median_of_hits([3, None, 1]) == 3.0
    assert median_of_hits([3, None]) is None


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # what peers warn of is theirs
@pytest.mark.parametrize("name", installed())
def test_peers_suggest_what_stands_in_the_space(problem: CampaignProblem, name: str) -> None:
    trial = problem.trial(name, 3)
    assert trial.chosen[:4] == problem.trial("random", 3).chosen[:4]
    assert all(trial.outcomes)
    assert trial.refused == 0 or name != "baybe"
