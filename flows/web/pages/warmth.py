"""What the first page of a kind would wait for, imported before anybody asks: figures, and what finds a front."""

import importlib
import threading

_HEAVY = (
    "plotly.graph_objects",
    "plotly.subplots",
    "botorch.utils.multi_objective.hypervolume",
    "botorch.utils.multi_objective.pareto",
    "scipy.stats",
)


def warm_up() -> None:
    """Import it on a thread of its own; pages that need none of it are there meanwhile."""
    threading.Thread(
        target=lambda: [importlib.import_module(name) for name in _HEAVY], name="warmth", daemon=True
    ).start()
