"""What readings would teach is what they do teach once they are made."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from ledger.film import Source
from models.film_process import reduced_temperature
from models.formulation_model import LearntProperty
from models.gaussian_process import GaussianProcess
from models.multi_fidelity import MultiFidelity
from models.protocols import Condition, Teachable
from tests.models.test_multi_fidelity import SIGMA, case

ASKED = Condition(SIGMA, 40.0)
SD = 0.1


@pytest.fixture(scope="module")
def fitted():
    measured, simulated, _, _ = case(1)
    return MultiFidelity().fit([*measured, *simulated[4:20]])


@pytest.fixture(scope="module")
def held_out(fitted):
    return fitted.features(case(1)[3])


def believed(learnt, rows):
    """Mean and covariance of the truth at 40 °C."""
    return learnt.at(reduced_temperature(40.0)).joint(torch.from_numpy(rows))


def made(learnt, rows, temperature_C, source, values):
    """The same process with readings of new films besides; hyperparameters stay."""
    data, n = learnt.data, len(learnt.data.features)
    new = torch.arange(len(rows))
    more = replace(
        data,
        features=torch.cat([data.features, torch.from_numpy(rows)]),
        film=torch.cat([data.film, n + new]),
        tau=torch.cat([data.tau, torch.full((len(rows),), reduced_temperature(temperature_C), dtype=torch.double)]),
        value=torch.cat([data.value, (values - learnt.centre) / learnt.scale]),
        variance=torch.cat([data.variance, torch.full((len(rows),), (SD / learnt.scale) ** 2, dtype=torch.double)]),
        source=torch.cat([data.source, torch.full((len(rows),), source)]),
    )
    return LearntProperty(learnt.process, more, learnt.centre, learnt.scale)


@pytest.mark.parametrize(("fidelity", "place"), [("measured", 0), ("md", 1)])
@pytest.mark.parametrize("temperature_C", [40.0, 80.0])
def test_variance_falls_by_the_squares_and_means_move_along(fitted, held_out, fidelity, place, temperature_C):
    learnt, new = fitted.learnt[SIGMA], held_out[:3]
    told = fitted.teaching(ASKED, held_out, Condition(SIGMA, temperature_C), fidelity, new, SD)
    moves = told.together([0, 1, 2])
    before, covariance = believed(learnt, held_out)
    first, second = (made(learnt, new, temperature_C, place, torch.tensor(v)) for v in ([-5.0, -5, -5], [-4.0, -5, -5]))
    (mean, after), (other, _) = believed(first, held_out), believed(second, held_out)
    fall = covariance.diagonal() - after.diagonal()
    np.testing.assert_allclose(fall, (moves**2).sum(dim=0), rtol=1e-5, atol=1e-9)
    # A decade more in the first reading moves all means along M, by what that decade is in independent draws z.
    z = torch.linalg.solve_triangular(
        torch.linalg.cholesky(told.among), torch.tensor([[1.0], [0], [0]], dtype=torch.double), upper=False
    )
    np.testing.assert_allclose(other - mean, (moves.T @ z).flatten(), rtol=1e-5, atol=1e-9)
    assert before.shape == mean.shape


def test_readings_together_teach_no_less_than_the_best_of_them_and_no_more_than_is_unknown(fitted, held_out):
    told = fitted.teaching(ASKED, held_out, ASKED, "md", held_out[:8], SD)
    _, covariance = believed(fitted.learnt[SIGMA], held_out)
    every = (told.together(list(range(8))) ** 2).sum(dim=0)
    assert (every >= (told.alone() ** 2).max(dim=0).values - 1e-12).all()
    assert (every <= covariance.diagonal()).all()


def test_an_experiment_teaches_more_than_a_simulation_and_a_rough_one_less(fitted, held_out):
    moved = {
        (fidelity, sd): fitted.teaching(ASKED, held_out, ASKED, fidelity, held_out, sd).alone().diagonal()
        for fidelity, sd in (("measured", 0.05), ("measured", 0.5), ("md", 0.05))
    }
    assert (moved["measured", 0.05] > moved["measured", 0.5]).all()
    assert (moved["measured", 0.05] > moved["md", 0.05]).all()


def test_what_nothing_was_learnt_from_teaches_nothing(fitted, held_out):
    with pytest.raises(KeyError):
        fitted.teaching(ASKED, held_out, ASKED, "dft", held_out, SD)
    with pytest.raises(ValueError, match="say nothing"):
        fitted.teaching(ASKED, held_out, Condition("glass_transition"), "md", held_out, SD)


def test_the_process_of_one_fidelity_says_so_too(held_out):
    measured, *_ = case(1)
    one = GaussianProcess().fit(measured)
    assert isinstance(one, Teachable)
    own = one.teaching(ASKED, held_out, ASKED, Source.MEASURED.value, held_out, SD).alone().diagonal()
    assert (own.numpy() < one.posterior(case(1)[3], [ASKED]).sd[:, 0]).all()
    with pytest.raises(KeyError):
        one.teaching(ASKED, held_out, ASKED, "md", held_out, SD)
