"""LAMMPS for the tests of molecular dynamics; where it is not installed they are skipped."""

import pytest

from chemistry.errors import BadInput
from sim.md.program import Program, find_program


@pytest.fixture(scope="session")
def program() -> Program:
    try:
        return find_program()
    except BadInput as missing:
        pytest.skip(str(missing))
