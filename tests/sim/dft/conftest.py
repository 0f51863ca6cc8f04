"""Small molecules at fixed geometries, and the cheapest level of theory that still obeys every law."""

import pytest

pytest.importorskip("pyscf", reason="needs pyscf")
pytest.importorskip("tblite", reason="needs tblite")

from sim.dft.geometry import Geometry, checked
from sim.dft.methods import Method, method_named

Place = tuple[float, float, float]


def placed(smiles: str, *atoms: tuple[str, Place], charge: int = 0, multiplicity: int = 1) -> Geometry:
    symbols, positions = zip(*atoms, strict=True)
    return checked(
        smiles=smiles,
        origin="test",
        symbols=symbols,
        positions_A=positions,
        charge=charge,
        multiplicity=multiplicity,
    )


@pytest.fixture(scope="session")
def cheap() -> Method:
    return method_named("PBE", "sto-3g", "none")


@pytest.fixture(scope="session")
def hydrogen() -> Geometry:
    return placed("[H][H]", ("H", (0, 0, 0)), ("H", (0, 0, 0.74)))


@pytest.fixture(scope="session")
def water() -> Geometry:
    return placed("O", ("O", (0, 0, 0.119)), ("H", (0, 0.763, -0.477)), ("H", (0, -0.763, -0.477)))


@pytest.fixture(scope="session")
def lithium_hydride() -> Geometry:
    return placed("[LiH]", ("Li", (0, 0, 0)), ("H", (0, 0, 1.595)))
