"""What a driver must still know after its process was killed: one value in one file, replaced as a whole."""

import os
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from chemistry.errors import BadInput
from chemistry.value import Value

Notes = TypeVar("Notes", bound=Value)


def read_notes(kind: type[Notes], path: Path) -> Notes | None:
    """The notes in a file; None where there is no such file.

    Raises:
        BadInput: the file cannot be read, or holds something else.
    """
    remedy = "Look what it is: these notes say what was done already, and an empty file would let it be done again"
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as failure:
        raise BadInput(f"the notes cannot be read ({failure.strerror})", place=str(path), remedy=remedy) from failure
    try:
        return kind.model_validate_json(content)
    except ValidationError as broken:
        problem = f"these are not the notes of this driver ({broken.error_count()} problems, the first: "
        problem += f"{broken.errors()[0]['msg']})"
        raise BadInput(problem, place=str(path), remedy=remedy) from broken


def write_notes(notes: Value, path: Path) -> None:
    """Write notes so that a reader finds the old ones or the new ones, whenever the power fails; durable on return.

    Raises:
        OSError: the disk is full, or the folder may not be written to.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, notes.model_dump_json(indent=1).encode())
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # the new name, too, must survive
        finally:
            os.close(folder)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that nobody ever sees half written."""
    draft = path.with_name(f".{path.name}.part")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
