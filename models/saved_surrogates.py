"""Any saved surrogate, by the name that its configuration tells."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from chemistry.errors import BadInput
from models.fitted_average import FittedAverage, load_average

if TYPE_CHECKING:
    from models.gaussian_process import FittedGaussianProcess


def load_surrogate(folder: Path) -> "FittedAverage | FittedGaussianProcess":
    """The surrogate that was saved into a folder, with the same predictions.

    Raises:
        BadInput: no saved surrogate is in the folder, or its configuration is no JSON.
        IonloopError: it was saved by another version (`OtherWeights`, `UnusableWeights`).
    """
    path = folder / "configuration.json"
    if not path.exists():
        raise BadInput("no saved surrogate is here", place=str(folder), remedy="Give the folder that was saved into")
    try:
        name = json.loads(path.read_text(encoding="utf-8"))["surrogate"]
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput("this is no configuration of a surrogate", place=str(path), remedy="Fit it again") from error
    if name == "gaussian_process":
        from models.gaussian_process import load

        return load(folder)
    return load_average(folder)
