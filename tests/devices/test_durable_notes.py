"""Notes are read as they were written, or refused."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from chemistry.errors import BadInput
from chemistry.value import Value
from devices.drivers.durable_notes import read_notes, write_notes


class Memory(Value):
    number: float
    words: dict[str, str] = Field(default={})


@settings(max_examples=20, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False), st.dictionaries(st.text(), st.text()))
def test_notes_come_back_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, number: float, words: dict[str, str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "notes" / "memory.json"
    written = Memory(number=number, words=words)
    write_notes(written, path)
    assert read_notes(Memory, path) == written


def test_where_nothing_was_written_there_are_no_notes(tmp_path: Path) -> None:
    assert read_notes(Memory, tmp_path / "memory.json") is None


def test_a_draft_that_a_killed_process_left_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "memory.json"
    write_notes(Memory(number=1), path)
    (tmp_path / ".memory.json.part").write_text("{half")
    assert read_notes(Memory, path) == Memory(number=1)
    write_notes(Memory(number=2), path)
    assert read_notes(Memory, path) == Memory(number=2)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"number": 1, "more": 2}', "\x00"])
def test_something_else_is_refused_rather_than_taken_for_empty_notes(tmp_path: Path, content: str) -> None:
    path = tmp_path / "memory.json"
    path.write_text(content)
    with pytest.raises(BadInput, match="not the notes of this driver") as refused:
        read_notes(Memory, path)
    assert str(path) in str(refused.value)


def test_a_folder_in_the_place_of_notes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read_notes(Memory, tmp_path)
