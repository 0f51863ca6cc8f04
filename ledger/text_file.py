"""A file as lines of text, or the reason why it is none."""

import re
from pathlib import Path

from chemistry.errors import BadInput

LARGEST_BYTES = 256 * 1024 * 1024
"""A spectrum of a thousand points takes 100 kB, a table of ten thousand rows 5 MB; what is larger is something else."""

_EXPORT = "Export it as text from the program that wrote it (BioLogic: .mpt, Gamry: .DTA, spreadsheets: .csv)"


def read_lines(path: Path) -> list[str]:
    """Lines of a text file, without their ends; UTF-8, UTF-16 and UTF-32 by their marks, else UTF-8, else Latin-1.

    Carriage returns are dropped however many there are (PowerSuite writes two before each line feed), so that line
    numbers are those an editor shows.

    Raises:
        BadInput: the file is missing, a directory, unreadable, empty, too large, or binary.
    """
    content = _content(path)
    if content.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        text = _decoded(content, "utf-32", path)
    elif content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = _decoded(content, "utf-16", path)
    elif b"\x00" in content or _control_share(content) > 0.02:
        raise BadInput("this is a binary file, not text", place=str(path), remedy=_EXPORT)
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("latin-1")
    if not text.strip():
        raise BadInput("the file is empty", place=str(path), remedy=_EXPORT)
    lines = re.split(r"\r*\n|\r", text)
    return lines if lines[-1] else lines[:-1]


def _content(path: Path) -> bytes:
    if path.is_dir():
        raise BadInput(
            "this is a directory, not a file", place=str(path), remedy="Name the files in it, for example with *"
        )
    try:
        size = path.stat().st_size
        if size > LARGEST_BYTES:
            limit = f"more than the {LARGEST_BYTES // 2**20} MiB that are read"
            raise BadInput(f"the file has {size // 2**20} MiB, {limit}", place=str(path), remedy=_EXPORT)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise BadInput("there is no such file", place=str(path), remedy="Check the path") from error
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise BadInput(
            f"the file cannot be read ({reason})", place=str(path), remedy="Check the path and its rights"
        ) from error


def _decoded(content: bytes, encoding: str, path: Path) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise BadInput(
            f"the text breaks off in the middle of a {encoding} character", place=str(path), remedy=_EXPORT
        ) from error


def _control_share(content: bytes) -> float:
    head = content[:65536]
    control = sum(1 for byte in head if byte < 32 and byte not in b"\t\n\r\f\x1a")
    return control / max(len(head), 1)
