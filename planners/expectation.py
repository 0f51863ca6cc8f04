"""What a surrogate expects of formulations in a campaign's own terms: its objectives, and what its limits ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chemistry.formulation import Formulation
from models.protocols import Fitted, JointModel
from planners.limits import column_signs, columns, conditions, places
from planners.objectives import Limit, Objective

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Expectation:
    """Means and standard deviations of n formulations, in the units of what is asked for.

    Attributes:
        mean, sd: `n x m`, of the objectives.
        limited, limited_sd: `n x l`, of what the limits ask for.
    """

    mean: "np.ndarray"
    sd: "np.ndarray"
    limited: "np.ndarray"
    limited_sd: "np.ndarray"


def expectation(
    fitted: Fitted, formulations: Sequence[Formulation], objectives: Sequence[Objective], limits: Sequence[Limit] = ()
) -> Expectation:
    """What is expected of formulations.

    An objective over several temperatures is worked out from draws of all of them together: the worst of two is less
    than the worse of two means, and by how much hangs on what they share. Where a surrogate gives no joint posterior,
    temperatures count as independent.
    """
    posterior = fitted.posterior(formulations, conditions(objectives, limits))
    own, limited = [place[0] for place in places(objectives)], columns(objectives, limits)
    mean, sd = posterior.mean[:, own], posterior.sd[:, own]
    if any(objective.temperatures_C for objective in objectives):
        mean, sd = _gathered(fitted, formulations, objectives)
    return Expectation(mean, sd, posterior.mean[:, limited], posterior.sd[:, limited])


def _gathered(
    fitted: Fitted, formulations: Sequence[Formulation], objectives: Sequence[Objective]
) -> tuple["np.ndarray", "np.ndarray"]:
    import numpy as np
    import torch

    from planners.gathered import Gathered, gather_of
    from planners.outlook import mean_and_sd
    from planners.raised_model import upwards

    gather, signs = gather_of(objectives), column_signs(objectives)
    if gather is None:
        raise ValueError("each objective is read at one temperature")
    if isinstance(fitted, JointModel):
        model = Gathered(upwards(fitted.botorch_model(conditions(objectives)), signs), gather)
        mean, sd = mean_and_sd(model, torch.from_numpy(fitted.features(formulations)))
    else:
        told = fitted.posterior(formulations, conditions(objectives))
        normal = np.random.default_rng(0).standard_normal((256, *told.mean.shape))
        drawn = gather(torch.from_numpy((told.mean + normal * told.sd) * np.array(signs)))
        mean, sd = drawn.mean(dim=0), drawn.std(dim=0)
    turned = np.array([objective.sign for objective in objectives])
    return mean.numpy() * turned, sd.numpy()
