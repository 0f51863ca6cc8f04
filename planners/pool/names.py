"""Choosers by name: the one place that knows them all."""

from importlib.util import find_spec

from chemistry.errors import BadInput
from planners.pool.choosers import AtRandom, Kinship, Thompson
from planners.pool.protocols import Chooser

OWN = ("random", "kinship", "tanimoto", "thompson")
"""`tanimoto` is one view of `kinship` alone: the plain process that papers take."""
PEERS = {"baybe": "baybe", "ax": "ax"}
"""Peers by name, and the module that must be installed: `pip install ionloop[peers]`."""


def installed() -> tuple[str, ...]:
    """Peers that can be asked here."""
    return tuple(name for name, module in PEERS.items() if find_spec(module) is not None)


def refuse_missing(name: str) -> None:
    """Raise `BadInput` for a peer that is not installed."""
    if name in PEERS and name not in installed():
        raise BadInput(f"the peer {name!r} is not installed", place="planners", remedy="Install ionloop[peers]")


def chooser(name: str) -> Chooser:
    """The chooser of a name.

    Raises:
        BadInput: none has this name, or it is a peer that is not installed.
    """
    refuse_missing(name)
    if name == "random":
        return AtRandom()
    if name == "kinship":
        return Kinship()
    if name == "tanimoto":
        return Kinship(committees=(("tanimoto",),), name="tanimoto")
    if name == "thompson":
        return Thompson()
    if name == "baybe":
        from planners.pool.peer_baybe import Baybe

        return Baybe()
    if name == "ax":
        from planners.pool.peer_ax import Ax

        return Ax()
    raise BadInput(
        f"nothing that chooses from a pool is called {name!r}",
        place="planners",
        remedy=f"Known are {', '.join((*OWN, *PEERS))}",
    )
