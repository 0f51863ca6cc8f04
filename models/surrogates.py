"""Every surrogate by its name, with the settings found good on other folds (`docs/reference/model_figures.md`)."""

from collections.abc import Callable, Sequence

from chemistry.errors import BadInput
from models.averaged import Averaged
from models.boosting import Boosting
from models.kernel_machine import KernelRidge, SupportVectorRegression
from models.kinship.method import TanimotoProcess
from models.networks.method import Network
from models.networks.multitask import MultitaskNetwork
from models.networks.settings import EncoderSettings, PretrainingSettings
from models.networks.transfer import Transfer
from models.regressors import Forest

REFERENCE = "forest"
"""The model that others are compared with: a random forest on counted fingerprints."""
DEFAULT = "average"

_EXTRA_TREES = Forest("extra_trees", extra=True, trees=50, share_of_columns=0.5, rows_in_leaf=1)
_BOOSTING = Boosting(rounds=200, rate=0.15, leaves=31)
_SUPPORT_VECTORS = SupportVectorRegression()
_KERNEL_RIDGE = KernelRidge(penalty=0.3, rows_of_a_group=60)
_CLOSE_KERNEL_RIDGE = KernelRidge("close_kernel_ridge", penalty=0.05, width=2.0, rows_of_a_group=60)
"""Follows single polymers more closely, which pays where thousands are known, as of their glass transitions."""
_CLOSE_SUPPORT_VECTORS = SupportVectorRegression("close_support_vectors", penalty=10.0, rows_of_a_group=300)
"""Follows the formulations of one polymer more closely."""
_AVERAGED = (_EXTRA_TREES, _BOOSTING, _KERNEL_RIDGE, _CLOSE_KERNEL_RIDGE, _CLOSE_SUPPORT_VECTORS)
MEMBERS = 3
"""Networks of an ensemble, which differ in their seed: first weights, batches, and the polymers that stop training."""

Unlabelled = tuple[str, ...]


def _forest(_: Unlabelled) -> Averaged:
    method = Forest("forest", extra=False, trees=100, share_of_columns=0.33, rows_in_leaf=1)
    return Averaged(REFERENCE, (method,), chemistry=False, glass=False)


def _ensemble(network: Callable[[int], Network]) -> Averaged:
    """A deep ensemble (Lakshminarayanan, Pritzel and Blundell, NeurIPS 2017)."""
    members = tuple(network(seed) for seed in range(MEMBERS))
    return Averaged(members[0].name, members)


def _feed_forward(_: Unlabelled) -> Averaged:
    return _ensemble(lambda seed: Network("feed_forward", seed, descriptors="chemical"))


def _graph_network(_: Unlabelled) -> Averaged:
    return _ensemble(lambda seed: Network("graph_network", seed, EncoderSettings("graph", width=96), "chemical"))


def _multitask_graph(_: Unlabelled) -> Averaged:
    encoder = EncoderSettings("graph", width=96)
    members = tuple(MultitaskNetwork("multitask_graph", seed, encoder, "chemical") for seed in range(MEMBERS))
    return Averaged("multitask_graph", members)


def _transformer(unlabelled: Unlabelled) -> Averaged:
    encoder, pretraining = EncoderSettings("transformer", width=64, depth=2), PretrainingSettings(units=1500)
    return _ensemble(
        lambda seed: Network("transformer", seed, encoder, "chemical", pretraining=pretraining, unlabelled=unlabelled)
    )


def _recurrent(_: Unlabelled) -> Averaged:
    return _ensemble(
        lambda seed: Network("recurrent", seed, EncoderSettings("recurrent", width=64, depth=1), "chemical")
    )


_SURROGATES: dict[str, Callable[[Unlabelled], Averaged]] = {
    REFERENCE: _forest,
    "extra_trees": lambda _: Averaged("extra_trees", (_EXTRA_TREES,)),
    "boosting": lambda _: Averaged("boosting", (_BOOSTING,)),
    "support_vectors": lambda _: Averaged("support_vectors", (_SUPPORT_VECTORS,)),
    "kernel_ridge": lambda _: Averaged("kernel_ridge", (_KERNEL_RIDGE,)),
    "feed_forward": _feed_forward,
    "graph_network": _graph_network,
    "multitask_graph": _multitask_graph,
    "graph_transfer": lambda unlabelled: Averaged("graph_transfer", (Transfer(unlabelled=unlabelled),)),
    "tanimoto_process": lambda _: Averaged("tanimoto_process", (TanimotoProcess(),)),
    "transformer": _transformer,
    "recurrent": _recurrent,
    DEFAULT: lambda _: Averaged(DEFAULT, _AVERAGED),
}
NAMES = tuple(_SURROGATES)


def surrogate(name: str, unlabelled: Sequence[str] = ()) -> Averaged:
    """The surrogate of a name; raises `BadInput` for one that there is not.

    `unlabelled` are canonical repeat units that nobody measured (`models.unlabelled`): those that pretrain learn from
    them beside the generated ones, the others need none.
    """
    if name not in _SURROGATES:
        raise BadInput(f"there is no model {name!r}", remedy=f"Use one of {', '.join(NAMES)}")
    return _SURROGATES[name](tuple(unlabelled))
