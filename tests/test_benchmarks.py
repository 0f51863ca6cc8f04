"""What a benchmark is given and cannot use is one paragraph and status 2, before anything is worked out."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.line import named, run_benchmark

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
PARTS = (
    "line",
    "debian_postgres",
    "grown_ledger",
    "killed_bench",
    "library_floor",
    "noted_run",
    "watched_campaign",
    "workers",
)
"""What several benchmarks share."""


def test_every_benchmark_is_run_in_the_one_way() -> None:
    programs = [file for file in BENCHMARKS.glob("*.py") if file.stem not in PARTS]
    assert programs
    end = 'if __name__ == "__main__":\n    run_benchmark(main)\n'
    assert [file.name for file in programs if not file.read_text().endswith(end)] == []


@pytest.mark.parametrize(
    "words",
    [("twin_search.py", "--planners", "random,magic"), ("public_tables.py", "nowhere", "--models", "magic")],
    ids=" ".join,
)
def test_a_name_that_is_not_there_is_one_paragraph_and_status_2(words: tuple[str, ...]) -> None:
    program = (sys.executable, str(BENCHMARKS / words[0]), *words[1:])
    said = subprocess.run(program, capture_output=True, text=True, check=False, cwd=BENCHMARKS.parent)
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith(f"{words[0].removesuffix('.py')}: ")
    assert "'magic'" in said.stderr
    assert said.stderr.count("\n") == 1


def test_names_are_checked_before_anything_is_worked_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert named("b,a", {"a": 1, "b": 2}, "--letters") == ["b", "a"]

    def main() -> None:
        named("a,c", ("a", "b"), "--letters")

    with pytest.raises(SystemExit) as left:
        run_benchmark(main)
    assert left.value.code == 2
    assert capsys.readouterr().err.endswith(": --letters: 'c' is not known. Known are a, b.\n")


def test_a_benchmark_that_ends_well_keeps_its_status() -> None:
    for status in (None, 0, 3):
        with pytest.raises(SystemExit) as left:
            run_benchmark(lambda status=status: status)
        assert left.value.code == status
