"""Quantum chemistry of a limit at its price: bought where the limit may be overstepped, and nowhere else."""

import pytest

from ledger.film import Film, Reading, Source
from models.multi_fidelity import MultiFidelity
from planners.bayesian import BayesianPlanner
from planners.multi_fidelity import MultiFidelityPlanner
from planners.objectives import Limit, Measurand, Objective
from planners.points import formulation_at
from planners.protocols import Decided, Kind, Knowledge, Offer
from planners.sampling import sample
from planners.space import DesignSpace
from sim.twin import truth_log10_conductivity, truth_oxidation_limit_V
from sim.twin.simulated import LATER_V, WINDOW_SD_V, window

SIGMA, OXIDATION, AT_C = "log10_conductivity", "oxidation_limit", 30.0
ASKED = tuple(Measurand(property=name, temperature_C=AT_C) for name in (SIGMA, OXIDATION))
EXPERIMENT = Offer(source="experiment", tells=ASKED, sd=0.02, cost_h=20.0)
DFT = Offer(source="dft", tells=ASKED[1:], sd=WINDOW_SD_V, cost_h=0.001)
PLANNER = MultiFidelityPlanner(
    BayesianPlanner(start=4, surrogate_fit=MultiFidelity(learn_films=16).fit, pool=128, finalists=32)
)


HOSTS = ("PEO", "PPO", "PTHF", "PEC", "PCL", "PTMC", "PPC", "PDXL", "PAGE", "PGME", "LPEI", "PES", "PEA", "PBS", "PMMA")
SPACE = DesignSpace.model_validate(
    {
        "polymers": HOSTS,
        "salts": ["LiTFSI", "LiFSI", "LiClO4", "LiPF6"],
        "salt_loading": {"low": 0.2, "high": 3.0, "unit": "mol/kg"},
    }
)


def made(formulation, name: str) -> Film:
    def read(what: str, value: float, sd: float) -> Reading:
        return Reading(property=what, value=value, sd=sd, temperature_C=AT_C, source=Source.MEASURED)

    readings = read(SIGMA, truth_log10_conductivity(formulation, AT_C), 0.02), read(OXIDATION, truth(formulation), 0.02)
    return Film(film_id=name, formulation=formulation, readings=readings)


def truth(formulation) -> float:
    return truth_oxidation_limit_V(formulation, AT_C)


@pytest.fixture(scope="module")
def known() -> Knowledge:
    """Sixteen films, whose windows and two dozen others were calculated."""
    formulations = [formulation_at(SPACE, point) for point in sample(SPACE, 40, seed=4)]
    films = tuple(made(one, f"film {place}") for place, one in enumerate(formulations[:16]))
    calculations = tuple(
        Film(film_id=f"dft {place}", formulation=one, readings=window(one, [AT_C]))
        for place, one in enumerate(formulations)
    )
    asked: list[tuple[Kind, Film]] = [
        *(("experiment", film) for film in films),
        *(("dft", film) for film in calculations),
    ]
    history = [
        Decided(index=place, planner="multi_fidelity", formulation=film.formulation, source=source, outcome="observed")
        for place, (source, film) in enumerate(asked)
    ]
    return Knowledge(
        space=SPACE,
        objectives=(Objective(property=SIGMA, temperature_C=AT_C, reference=-9.0),),
        films=films,
        calculations=calculations,
        history=tuple(history),
        suggested=len(history),
        offers=(DFT, EXPERIMENT),
        seed=5,
    )


def suggested_under(known: Knowledge, least_V: float):
    limit = Limit(property=OXIDATION, temperature_C=AT_C, at_least=least_V)
    (found,) = PLANNER.suggest(1, known.model_copy(update={"limits": (limit,)}))
    return found


def test_a_window_is_bought_where_a_film_may_overstep_the_limit(known):
    limits = sorted(truth(film.formulation) for film in known.films)
    found = suggested_under(known, limits[len(limits) // 2])
    assert (found.action.source, found.action.cost_h) == ("dft", DFT.cost_h)
    assert found.formulation.key not in {film.formulation.key for film in known.calculations}
    assert list(found.reason.margin)


def test_none_is_bought_where_every_film_holds_the_limit(known):
    assert suggested_under(known, 1.0).action.source == "experiment"


def test_none_is_bought_where_no_limit_is_asked_for(known):
    (found,) = PLANNER.suggest(1, known)
    assert found.action.source == "experiment"


def test_the_twin_s_windows_err_by_host_and_never_by_chance(known):
    formulation = known.films[0].formulation
    assert window(formulation, [AT_C]) == window(formulation, [AT_C])
    by_host = {film.formulation.polymer.label: window(film.formulation, [AT_C])[0].value for film in known.films}
    errors = [window(film.formulation, [AT_C])[0].value - truth(film.formulation) for film in known.films]
    assert len(by_host) > 1
    assert sum(errors) / len(errors) == pytest.approx(LATER_V, abs=3 * WINDOW_SD_V)
