"""Every surrogate by its name, with the settings that were found good inside training folds (`docs/models.md`)."""

from collections.abc import Callable

from chemistry.errors import BadInput
from models.averaged import Averaged
from models.boosting import Boosting
from models.kernel_machine import SupportVectorRegression
from models.regressors import Forest

REFERENCE = "forest"
"""The model that others are compared with: a random forest on counted fingerprints."""
DEFAULT = "average"

_EXTRA_TREES = Forest("extra_trees", extra=True, trees=50, share_of_columns=0.5, rows_in_leaf=1)
_BOOSTING = Boosting(rounds=200, rate=0.15, leaves=31)
_SUPPORT_VECTORS = SupportVectorRegression()
_CLOSE_SUPPORT_VECTORS = SupportVectorRegression("close_support_vectors", penalty=10.0, rows_of_a_group=300)
"""Follows the formulations of one polymer more closely."""


def _forest() -> Averaged:
    method = Forest("forest", extra=False, trees=100, share_of_columns=0.33, rows_in_leaf=1)
    return Averaged(REFERENCE, (method,), chemistry=False, glass=False)


_SURROGATES: dict[str, Callable[[], Averaged]] = {
    REFERENCE: _forest,
    "extra_trees": lambda: Averaged("extra_trees", (_EXTRA_TREES,)),
    "boosting": lambda: Averaged("boosting", (_BOOSTING,)),
    "support_vectors": lambda: Averaged("support_vectors", (_SUPPORT_VECTORS,)),
    DEFAULT: lambda: Averaged(DEFAULT, (_EXTRA_TREES, _BOOSTING, _SUPPORT_VECTORS, _CLOSE_SUPPORT_VECTORS)),
}
NAMES = tuple(_SURROGATES)


def surrogate(name: str) -> Averaged:
    """The surrogate of a name; raises `BadInput` for one that there is not."""
    if name not in _SURROGATES:
        raise BadInput(f"there is no model {name!r}", remedy=f"Use one of {', '.join(NAMES)}")
    return _SURROGATES[name]()
