"""The example of docs/how_to/instruments.md, taken from the page itself: short, true from lab file to readback."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from chemistry.value_file import read_yaml_value
from devices.epics import epics_lab
from devices.errors import InstrumentError
from devices.lab_file import LabFile
from devices.perform import perform
from tests.channel_access import ACCESS
from tests.served import ROOT

MOST_LINES = 40


def blocks(language: str) -> list[str]:
    """The code of that language in the last section of the page."""
    section = (ROOT / "docs" / "how_to" / "instruments.md").read_text().split("\n## ")[-1]
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


def test_the_example_is_short():
    (code,) = blocks("python")
    assert 10 < len(code.splitlines()) < MOST_LINES


@pytest.fixture
def lab_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LabFile]:
    """The lab file of the page, its station running; on a port of ours, and with the page's simulated dialogue."""
    (code,), (lab, dialogue) = blocks("python"), blocks("yaml")
    (tmp_path / "lab_gauge.py").write_text(code)
    (tmp_path / "gauge.yaml").write_text(dialogue)
    content = yaml.safe_load(lab)
    content["channel_access"] = ACCESS.model_dump(mode="json")
    content["stations"]["bench"]["thickness_gauge"]["driver"]["backend"] = "gauge.yaml@sim"
    file = tmp_path / "lab.yaml"
    file.write_text(yaml.safe_dump(content))
    monkeypatch.syspath_prepend(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-m", "flows.cli.main", "lab", "station", "lab.yaml", "bench", "--folder", "memory"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    while "thickness_gauge is ACME,GAUGE-1" not in said:
        line = process.stdout.readline()
        said += line
        assert line, said
    yield read_yaml_value(LabFile, file)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)


def test_the_example_runs_from_the_lab_file_to_the_readback(lab_file: LabFile, tmp_path: Path):
    lab = epics_lab(lab_file, tmp_path)
    station = lab.stations["bench"]
    gauge = station.instrument("thickness_gauge")
    (kind,) = gauge.understands
    measure = kind.model_validate({})
    assert station.run(perform(gauge, measure), sample="film", token=1)["thickness_um"] == pytest.approx(123.4)
    with pytest.raises(InstrumentError, match="there is no sample to measure"):
        station.run(perform(gauge, measure), token=2)
    assert gauge.state().count == 1
    lab.close()
