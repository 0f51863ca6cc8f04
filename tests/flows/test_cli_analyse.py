"""`ionloop analyse` prints what the analysis says of each file, and writes nothing when one cannot be read."""

import json
import math
import re
import sys
from pathlib import Path

import pytest

from flows.cli.main import main

REAL_FILES = Path(__file__).parents[3] / "shared" / "data" / "eis"
GEOMETRY = ("--thickness-um", "150", "--area-cm2", "0.785")


def spectrum_file(path: Path, ohm: float = 2000.0, points: int = 43) -> Path:
    """A film of known resistance between blocking electrodes, 1 MHz to 1 Hz, as a CSV file."""
    lines = ["frequency/Hz,Re(Z)/ohm,-Im(Z)/ohm"]
    for index in range(points):
        frequency = 10 ** (6 - 6 * index / (points - 1))
        jw = 2j * math.pi * frequency
        z = 1 / (1 / ohm + 225e-12 * jw**0.97) + 1 / (3e-6 * jw**0.66)
        lines.append(f"{frequency:.8g},{z.real:.8g},{-z.imag:.8g}")
    path.write_text("\n".join(lines) + "\n")
    return path


def ionloop(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: object
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["ionloop", *map(str, words)])
    with pytest.raises(SystemExit) as end:
        main()
    output = capsys.readouterr()
    return int(end.value.code or 0), output.out, output.err


def test_json_gives_the_conductivity_of_a_known_film(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [spectrum_file(tmp_path / "a.txt", 2000), spectrum_file(tmp_path / "b.txt", 2e5)]
    status, out, _ = ionloop(monkeypatch, capsys, "analyse", *files, *GEOMETRY, "--json")
    rows = json.loads(out)
    assert status == 0
    assert [row["file"] for row in rows] == [str(path) for path in files]
    assert set(rows[0]) >= {"file", "sigma_S_cm", "log10_sigma_sd", "resistance_ohm", "verdict", "reason"}
    for row, ohm in zip(rows, (2000, 2e5), strict=True):
        assert row["verdict"] == "accepted"
        assert row["resistance_ohm"] == pytest.approx(ohm, rel=0.05)
        assert row["sigma_S_cm"] == pytest.approx(150e-4 / 0.785 / row["resistance_ohm"], rel=1e-6)
        assert row["log10_sigma_sd"] > 0


def test_the_table_names_verdict_and_reason_and_one_picture_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("models.spectrum_plot")
    picture = tmp_path / "pictures" / "a.png"
    words = ("analyse", spectrum_file(tmp_path / "a.txt"), *GEOMETRY, "--plot", picture)
    status, out, _ = ionloop(monkeypatch, capsys, *words)
    assert status == 0
    assert re.search(r"a\.txt.*accepted", out)
    assert "read as plain table" in out
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_without_geometry_there_is_a_resistance_and_no_conductivity(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = ionloop(monkeypatch, capsys, "analyse", spectrum_file(tmp_path / "a.txt"), "--json")
    (row,) = json.loads(out)
    assert status == 0
    assert row["sigma_S_cm"] is None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("missing.z",), r"missing\.z: there is no such file"),
        (("binary",), r"binary: this is a binary file"),
        (("good.txt", "missing.z"), r"1 of 2 files cannot be read: .*missing\.z"),
        (("good.txt", "--thickness-um", "-3"), r"--thickness-um -3 µm"),
        (("good.txt", "--area-cm2", "nan"), r"--area-cm2 nan cm²"),
        (("good.txt", "good.txt", "--plot", "one.png"), r"one\.png, for 2 files.*folder"),
        (("good.txt", "--plot", "good.txt"), r"good\.txt is a file and no picture"),
    ],
)
def test_bad_input_is_one_paragraph_and_nothing_is_written(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    message: str,
) -> None:
    spectrum_file(tmp_path / "good.txt")
    (tmp_path / "binary").write_bytes(b"\x00\x01\x02")
    before = sorted(tmp_path.iterdir())
    monkeypatch.chdir(tmp_path)
    status, out, err = ionloop(monkeypatch, capsys, "analyse", *words)
    assert status == 2
    assert not out
    assert re.search(message, err)
    assert err.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.skipif(not REAL_FILES.is_dir(), reason=f"the public impedance files are not at {REAL_FILES}")
def test_published_files_with_a_cut_sweep_say_so_in_the_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [REAL_FILES / f"impedancepy_exampleData{name}" for name in ("GamryABORT.DTA", "ZPlot.z", "VersaStudio.par")]
    status, out, _ = ionloop(monkeypatch, capsys, "analyse", *files, *GEOMETRY, "--json")
    assert status == 0
    for row in json.loads(out):
        assert row["verdict"] != "accepted"
        assert re.search("aborted|truncated", row["reason"])
