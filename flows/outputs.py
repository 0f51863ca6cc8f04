"""Where a command is to write: looked at before anything long begins, and never one of the files that it reads."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from chemistry.errors import BadInput

_PAGE = b"<!doctype html"


def refuse_unwritable(
    files: Mapping[str, Path | None], folders: Mapping[str, Path | None], read: Iterable[Path | None]
) -> None:
    """Refuse outputs that cannot be written, that are one another, or that are read.

    Args:
        files: option → the file that it writes, made with the folders above it if need be.
        folders: option → the new folder that it writes; one that holds something is refused.
        read: what the command reads.

    Raises:
        BadInput: with option, path and remedy.
    """
    taken = {path.resolve(): "which is read" for path in read if path is not None}
    for option, path in (*files.items(), *folders.items()):
        if path is None:
            continue
        if problem := taken.get(path.resolve()) or _why_not(path, folder=option in folders):
            raise BadInput(
                f"nothing can be written to {str(path)[:300]!r}, {problem}",
                place=option,
                remedy="Name another folder" if option in folders else "Name another file",
            )
        taken[path.resolve()] = f"which {option} writes"


def refuse_over_another(pages: Mapping[str, Path | None], *, begin: bytes = _PAGE, kind: str = "HTML page") -> None:
    """Refuse to put a page where another kind of file lies: a page is made anew, a table or a ledger is not.

    Args:
        pages: option → the file that it writes; an older page there may be replaced.
        begin: how a page of this kind begins, in small letters where case does not matter.
        kind: what people call it.

    Raises:
        BadInput: with option, path and remedy.
    """
    for option, path in pages.items():
        if path is None or not path.is_file():
            continue
        try:
            with path.open("rb") as file:
                begun = file.read(len(begin))
        except OSError:
            continue  # which is told by who writes it
        if begun and begun.lower() != begin.lower():
            raise BadInput(
                f"a page would take the place of {str(path)[:300]!r}, which is no {kind}",
                place=option,
                remedy="Name another file, or move that one away first",
            )


def _why_not(path: Path, *, folder: bool) -> str:
    """Why a path cannot become a file, or a folder; empty where it can."""
    try:
        if not folder and path.is_dir():
            return "which is a folder"
        if folder and path.exists() and (not path.is_dir() or any(path.iterdir())):
            return "which is there already"
        if path.exists() and not folder and not path.is_file():
            return "which is no file"
        if path.exists():
            return "" if os.access(path, os.W_OK) else "which may not be changed"
        above = next(parent for parent in path.resolve().parents if parent.exists())
    except OSError as error:
        return error.strerror or "which cannot be looked at"
    if not above.is_dir():
        return f"because {above} is no folder"
    return "" if os.access(above, os.W_OK) else f"because {above} may not be changed"
