"""A model turned over and made wider: each output by its own factors, whatever the layout of the joint covariance."""

import numpy as np
import pytest
import torch
from botorch.models import ModelListGP, SingleTaskGP
from botorch.posteriors.gpytorch import GPyTorchPosterior
from gpytorch.distributions import MultitaskMultivariateNormal
from torch import Tensor

from models.rescaled import Rescaled, interleaved

ROWS = torch.tensor([[0.1], [0.35], [0.8]], dtype=torch.double)
MEAN, DEVIATION = torch.tensor([-1.0, 1.0]).double(), torch.tensor([-1.0, 3.0]).double()


@pytest.fixture(scope="module")
def model() -> ModelListGP:
    """Two outputs of unlike length scales."""
    known = torch.linspace(0, 1, 5, dtype=torch.double)[:, None]
    parts = []
    for scale in (0.1, 0.6):
        values = torch.sin(3 * known) - torch.sin(3 * known).mean()
        part = SingleTaskGP(known, values / values.std(), torch.full_like(known, 1e-2), outcome_transform=None)
        part.covar_module.lengthscale = scale  # type: ignore[assignment]
        parts.append(part.eval())
    return ModelListGP(*parts)


def blocks(posterior: object) -> tuple[Tensor, list[Tensor]]:
    """Mean, `q x m`, and each output's covariance, `q x q`."""
    assert isinstance(posterior, GPyTorchPosterior)
    normal = posterior.distribution
    assert isinstance(normal, MultitaskMultivariateNormal)
    whole, q = normal.covariance_matrix, len(ROWS)
    places = [
        range(output, 2 * q, 2) if interleaved(normal) else range(output * q, output * q + q) for output in (0, 1)
    ]
    return normal.mean, [whole[list(own)][:, list(own)] for own in places]


@torch.no_grad()
def test_each_output_of_a_joint_posterior_is_rescaled_by_its_own_factors(model: ModelListGP) -> None:
    mean, covariances = blocks(model.posterior(ROWS))
    turned_mean, turned = blocks(Rescaled(model, MEAN, DEVIATION).posterior(ROWS))
    np.testing.assert_allclose(turned_mean, mean * MEAN)
    for covariance, rescaled, factor in zip(covariances, turned, DEVIATION, strict=True):
        np.testing.assert_allclose(rescaled, covariance * factor**2, atol=1e-9)


@torch.no_grad()
def test_samples_of_an_output_that_is_turned_over_are_those_of_the_model_turned_over(model: ModelListGP) -> None:
    """Joint moments of many samples: they differ between the outputs, and would not if they were mixed up."""
    torch.manual_seed(1)
    turned = Rescaled(model, MEAN, torch.tensor([-1.0, 1.0]).double())
    drawn = turned.posterior(ROWS).rsample(torch.Size([20_000]))
    _, covariances = blocks(model.posterior(ROWS))
    for output, covariance in enumerate(covariances):
        np.testing.assert_allclose(np.cov(drawn[..., output].T), covariance, atol=0.03)
