"""BoTorch by its own tutorials, for comparisons: the same process, its acquisition climbed by gradients from restarts.

qLogNEHVI for several objectives and qLogNEI for one, 128 Monte Carlo samples, 10 restarts from 512 draws, a batch one
after the other (https://botorch.org/docs/tutorials/multi_objective_bo); where some numbers are binary, BoTorch's
alternating search of discrete and continuous ones with its own settings.
"""

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from models.film_process import one_thread
from planners import acquisition  # noqa: F401  (switches off a kernel that BoTorch would compile)
from planners.box.choosers import learnt
from planners.box.protocols import Box, Told

if TYPE_CHECKING:
    from botorch.acquisition.acquisition import AcquisitionFunction

_SAMPLES, _RESTARTS, _DRAWS = 128, 10, 512


@dataclass(frozen=True)
class Recipe:
    """The tutorials' closed loop, one step of it."""

    def choose(self, n: int, box: Box, told: Told) -> np.ndarray:
        """A batch, one point after the other."""
        import torch
        from botorch.optim import optimize_acqf
        from botorch.optim.optimize_mixed import optimize_acqf_mixed_alternating
        from botorch.utils.sampling import manual_seed
        from linear_operator.utils.warnings import NumericalWarning

        bounds = torch.stack([torch.zeros(box.d), torch.ones(box.d)]).double()
        with one_thread(), manual_seed(told.seed + told.chosen), warnings.catch_warnings():
            warnings.simplefilter("ignore", NumericalWarning)  # jitter is added where points come close
            value = _acquisition(told)
            common: dict[str, Any] = {"q": n, "num_restarts": _RESTARTS, "raw_samples": _DRAWS, "sequential": True}
            if box.binary:
                whole = {column: [0.0, 1.0] for column in box.binary}
                found, _ = optimize_acqf_mixed_alternating(value, bounds, discrete_dims=whole, **common)
            else:
                common["options"] = {"batch_limit": 5, "maxiter": 200}
                found, _ = optimize_acqf(value, bounds, **common)
        return box.rounded(found.detach().numpy())


def _acquisition(told: Told) -> "AcquisitionFunction":
    import torch
    from botorch.acquisition.logei import qLogNoisyExpectedImprovement
    from botorch.acquisition.multi_objective.logei import qLogNoisyExpectedHypervolumeImprovement
    from botorch.sampling.normal import SobolQMCNormalSampler

    sampler = SobolQMCNormalSampler(torch.Size([_SAMPLES]), seed=told.seed)
    known, model = torch.from_numpy(told.points), learnt(told)
    if told.values.shape[1] == 1:
        return qLogNoisyExpectedImprovement(model, known, sampler=sampler, prune_baseline=True)
    return qLogNoisyExpectedHypervolumeImprovement(
        model, told.reference.tolist(), known, sampler=sampler, prune_baseline=True
    )
