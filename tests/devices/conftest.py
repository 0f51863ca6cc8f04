"""A small simulated lab, a formulation, and a journal in memory."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chemistry.catalogue import polymer, salt
from chemistry.formulation import Formulation
from chemistry.value_file import read_yaml_value
from devices.lab import Lab, LabFile

LAB = Path(__file__).parents[2] / "examples" / "simulated_lab.yaml"


class MemoryJournal:
    """What `devices.journaled` asks of the ledger's journal."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}

    def intend(
        self,
        order_id: str,
        device: str,
        station: str,
        step: str,
        sample: str,
        parameters: dict[str, Any],
        token: int,
        consuming: bool,
    ) -> None:
        self.rows[order_id] = {
            "device": device,
            "station": station,
            "step": step,
            "sample": sample,
            "parameters": parameters,
            "state": "intended",
        }

    def confirm(self, order_id: str, as_made: dict[str, Any]) -> None:
        self.rows[order_id] |= {"state": "confirmed", "as_made": as_made}

    def fail(self, order_id: str, words: str) -> None:
        self.rows[order_id] |= {"state": "failed", "words": words}

    def confirmed(self, sample: str, step: str) -> dict[str, Any] | None:
        for row in self.rows.values():
            if (row["sample"], row["step"], row["state"]) == (sample, step, "confirmed"):
                return row["as_made"]
        return None


@pytest.fixture
def lab_file() -> LabFile:
    return read_yaml_value(LabFile, LAB)


@pytest.fixture
def open_lab(lab_file: LabFile, tmp_path: Path) -> Iterator[Callable[[], Lab]]:
    """Opens the simulated lab of this test's folder; may be called again after a close."""
    from sim.lab import simulated_lab

    labs: list[Lab] = []

    def open_it() -> Lab:
        labs.append(simulated_lab(lab_file, tmp_path))
        return labs[-1]

    yield open_it
    for lab in labs:
        lab.close()


@pytest.fixture
def lab(open_lab: Callable[[], Lab]) -> Lab:
    return open_lab()


@pytest.fixture
def journal() -> MemoryJournal:
    return MemoryJournal()


@pytest.fixture
def peo_litfsi() -> Formulation:
    return Formulation(polymer=polymer("PEO"), salt=salt("LiTFSI"), salt_molality_mol_kg=1.5)
