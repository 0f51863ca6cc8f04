"""Which settings of a model are searched, between which bounds, and the model with what was found."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from chemistry.errors import BadInput
from models.averaged import Averaged
from models.boosting import Boosting
from models.calibration import Method
from models.kernel_machine import KernelRidge, SupportVectorRegression
from models.kinship.method import TanimotoProcess
from models.regressors import Forest

if TYPE_CHECKING:
    from optuna import Trial


@dataclass(frozen=True)
class Setting:
    """A setting and the values that are tried."""

    name: str
    low: float
    high: float
    log: bool = False
    whole: bool = False

    def tried(self, trial: "Trial", prefix: str) -> float | int:
        """The value of one trial."""
        name = f"{prefix}.{self.name}"
        if self.whole:
            return trial.suggest_int(name, int(self.low), int(self.high), log=self.log)
        return trial.suggest_float(name, self.low, self.high, log=self.log)


_SETTINGS: dict[type, tuple[Setting, ...]] = {
    Forest: (Setting("share_of_columns", 0.1, 1.0), Setting("rows_in_leaf", 1, 10, log=True, whole=True)),
    Boosting: (
        Setting("rounds", 50, 400, log=True, whole=True),
        Setting("rate", 0.03, 0.3, log=True),
        Setting("leaves", 7, 63, log=True, whole=True),
        Setting("share_of_columns", 0.1, 1.0),
        Setting("ridge", 0.1, 10.0, log=True),
    ),
    SupportVectorRegression: (
        Setting("penalty", 0.3, 30.0, log=True),
        Setting("insensitive", 0.05, 0.5, log=True),
        Setting("width", 0.1, 4.0, log=True),
        Setting("rows_of_a_group", 30, 400, log=True, whole=True),
    ),
    KernelRidge: (
        Setting("penalty", 0.01, 1.0, log=True),
        Setting("width", 0.1, 4.0, log=True),
        Setting("rows_of_a_group", 30, 400, log=True, whole=True),
    ),
    TanimotoProcess: (
        Setting("learn_films", 1, 10, log=True, whole=True),
        Setting("film_sd", 0.1, 0.6, log=True),
        Setting("extra_sd", 0.02, 0.4, log=True),
    ),
}
"""What is searched for each method."""


def settings_of(model: object) -> dict[str, tuple[Setting, ...]]:
    """Settings of each method of a model, by the method's name.

    Raises:
        BadInput: it has none.
    """
    methods = model.methods if isinstance(model, Averaged) else ()
    found = {method.name: _SETTINGS[type(method)] for method in methods if type(method) in _SETTINGS}
    if not found:
        name = getattr(model, "name", type(model).__name__)
        raise BadInput(
            f"the model {name!r} has no settings to tune",
            remedy="Tune forest, extra_trees, boosting, support_vectors, kernel_ridge, tanimoto_process or average",
        )
    return found


def with_settings(model: Averaged, settings: dict[str, Any]) -> Averaged:
    """The model with other settings, `method.setting` each."""

    def changed(method: Method) -> Method:
        own = {key.split(".", 1)[1]: value for key, value in settings.items() if key.split(".", 1)[0] == method.name}
        return replace(method, **own) if own else method  # pyright: ignore[reportArgumentType, reportCallIssue]  a dataclass

    return replace(model, methods=tuple(changed(method) for method in model.methods))
