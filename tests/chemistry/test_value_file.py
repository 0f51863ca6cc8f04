"""What a file says is taken as it was written, or refused once, in words of ours."""

from pathlib import Path

import pytest
from pydantic import Field

from chemistry.errors import BadInput
from chemistry.value import Value
from chemistry.value_file import LARGEST, read_yaml_value


class Bottle(Value):
    label: str
    count: int = Field(default=1, ge=1)
    mass_mg: dict[str, float] = Field(default={})
    open: bool = False


def read(tmp_path: Path, text: str) -> Bottle:
    file = tmp_path / "bottle.yaml"
    file.write_text(text)
    return read_yaml_value(Bottle, file)


@pytest.mark.parametrize("word", ["yes", "No", "on", "2026-11-24", "true"])
def test_a_word_stays_the_word_that_was_written(tmp_path: Path, word: str) -> None:
    assert read(tmp_path, f"label: {word}").label == word


@pytest.mark.parametrize(("word", "means"), [("yes", True), ("off", False), ("true", True), ("False", False)])
def test_what_takes_yes_or_no_reads_both(tmp_path: Path, word: str, means: bool) -> None:
    assert read(tmp_path, f"label: a\nopen: {word}").open is means


@pytest.mark.parametrize("word", ["yes", "true", "1e99", "2.5", "[1]", "0", "-1"])
def test_what_is_no_count_is_refused_once_with_line_and_value(tmp_path: Path, word: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(tmp_path, f"label: a\ncount: {word}")
    (problem,) = refused.value.problems
    assert problem.startswith("Line 2: `count`:")
    assert word.strip("[]") in problem


def test_a_key_with_nothing_after_it_is_no_key_left_out(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nothing stands after the key `mass_mg`") as refused:
        read(tmp_path, "label: a\nmass_mg:\nopen: no")
    assert refused.value.place.endswith("line 2")


def test_no_number_is_beyond_what_can_be_meant(tmp_path: Path) -> None:
    assert read(tmp_path, f"label: a\nmass_mg: {{LiTFSI: {LARGEST:f}}}").mass_mg
    with pytest.raises(BadInput, match=r"Line 2: `mass_mg.LiTFSI`: 1e\+300 is beyond"):
        read(tmp_path, "label: a\nmass_mg: {LiTFSI: 1e300, PEO: 1}")


def test_a_long_value_is_shown_in_part(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        read(tmp_path, f"label: a\ncount: {'9' * 4000}")
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize("count", ["9" * 9000, "[" * 9000 + "]" * 9000])
def test_what_python_cannot_hold_is_refused_too(tmp_path: Path, count: str) -> None:
    with pytest.raises(BadInput, match=r"bottle\.yaml"):
        read(tmp_path, f"label: a\ncount: {count}")


@pytest.mark.parametrize("name", ["x" * 5000, "/dev/null/bottle.yaml"])
def test_a_path_that_cannot_be_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="file"):
        read_yaml_value(Bottle, Path(name))
