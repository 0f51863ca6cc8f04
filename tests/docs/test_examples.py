"""Every example is read by the reader that it is for, and the page of examples knows each of them."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from chemistry.value import Value
from chemistry.value_file import read_yaml_value
from devices.lab_file import LabFile
from flows.computing.spec import Slurm
from flows.dynamics.formulation_file import MdFile
from flows.dynamics.search.file import SearchFile
from flows.lab_files import read_files
from flows.server.serve_spec import ServeSpec
from sim.faults.fault_file import FaultFile
from tests.docs.command_line import command_of, understood
from tests.docs.pages import ROOT

EXAMPLES = ROOT / "examples"
Reader = Callable[[Path], object]


def value(kind: type[Value]) -> Reader:
    return lambda file: read_yaml_value(kind, file)


def campaign(file: Path) -> object:
    """The campaign with its lab, its pool and all else that it names."""
    return read_files(file, hardware=True)


def pool(file: Path) -> object:
    """The table, by the campaign that chooses from it."""
    assert file.name in file.with_suffix(".yaml").read_text()
    return campaign(file.with_suffix(".yaml"))


READERS: dict[str, Reader] = {
    "bare_lab.yaml": value(LabFile),
    "bred_polyethers.yaml": campaign,
    "coarse_grained_search.yaml": value(SearchFile),
    "dry_and_mix.yaml": campaign,
    "epics_lab.yaml": value(LabFile),
    "faults.yaml": value(FaultFile),
    "four_properties.yaml": campaign,
    "pcl_18_salts.yaml": campaign,
    "peo_litfsi_atoms.yaml": value(MdFile),
    "peo_litfsi_md.yaml": value(MdFile),
    "peo_salts.yaml": campaign,
    "polymer_pool.csv": pool,
    "polymer_pool.yaml": campaign,
    "priced_theory.yaml": campaign,
    "serve.yaml": value(ServeSpec),
    "simulated_lab.yaml": value(LabFile),
    "slurm_jobs.yaml": value(Slurm),
    "stable_conductors.yaml": campaign,
}
"""Campaigns are rehearsed with two films each in `tests/flows/test_forecast.py`, which takes all that there are."""


def test_every_example_has_a_reader_and_a_line_in_the_page_of_examples() -> None:
    there = {file.name for file in EXAMPLES.iterdir() if file.is_file()}
    page = (ROOT / "docs" / "reference" / "examples.md").read_text()
    rows = dict(re.findall(r"^\| `([a-z_0-9.]+)` \|(.*)", page, re.MULTILINE))
    assert there == set(READERS) == set(rows)
    for name, row in rows.items():
        for test in re.findall(r"`(?:tests/)?([a-z_/]+\.py)`", row):
            files = (ROOT / "tests").rglob(test)
            assert any(name.partition(".")[0] in file.read_text() for file in files), f"{test} says nothing of {name}"


@pytest.mark.parametrize("name", READERS)
def test_an_example_is_read(name: str) -> None:
    assert READERS[name](EXAMPLES / name)


COMMAND = re.compile(r"^#.*?(ionloop [a-z].*?)(?: {3,}|$)", re.MULTILINE)
"""A command in the comment at the head of an example."""


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.yaml")), ids=lambda file: file.name)
def test_commands_in_the_comments_of_an_example_are_understood(file: Path) -> None:
    for words in (tuple(found.split()[1:]) for found in COMMAND.findall(file.read_text()) if "`" not in found):
        told = understood(words)
        assert told.path.startswith(command_of(words)[0])
        assert [word for word in words if word.startswith("examples/") and not (ROOT / word).is_file()] == []
