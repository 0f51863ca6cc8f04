"""A file that appears whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TextIO


@contextmanager
def written_whole(path: Path) -> Iterator[TextIO]:
    """A file to write to, which takes its name when the block ends well; folders above it are made.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=path.parent, suffix=".part", newline="", encoding="utf-8", delete=False) as file:
        part = Path(file.name)
        try:
            yield file  # pyright: ignore[reportReturnType]  a wrapper with all that a text file has
        except BaseException:
            part.unlink()
            raise
    part.chmod(0o644)
    part.replace(path)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file, which takes its name when all of it is there; folders above it are made.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        part = Path(file.name)
        try:
            file.write(content)
        except BaseException:
            part.unlink()
            raise
    part.chmod(0o644)
    part.replace(path)
