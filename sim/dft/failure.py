"""What can go wrong in a calculation that was asked for rightly, and engines that are not there."""

import importlib
import sys
from contextlib import nullcontext
from types import ModuleType

from chemistry.errors import BadInput, IonloopError
from sim.dft.processor import told_of_the_processor


class CalculationFailed(IonloopError):
    """A calculation that was begun and has no result: an outcome to be written down, not a number."""


class NotConverged(CalculationFailed):
    """The self-consistent field, or a relaxation, did not settle; nothing of it may be used."""


class BondsChanged(CalculationFailed):
    """Relaxation has turned the molecule into another one."""


def engine(module: str, package: str, purpose: str) -> ModuleType:
    """The module of an engine, imported when it is needed.

    Raises:
        BadInput: it is not installed.
    """
    try:
        with nullcontext() if "pyscf" in sys.modules else told_of_the_processor():
            return importlib.import_module(module)
    except ImportError as error:
        raise BadInput(
            f"{package} is not installed, and {purpose} needs it", remedy=f"Install it: pip install {package}"
        ) from error
