"""Reads LAMMPS text dumps, our own and foreign ones: custom columns, wrapped or not, plain or gzip."""

import gzip
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from chemistry.errors import BadInput
from sim.md.trajectory import Trajectory
from sim.md.unwrapping import unwrapped

_FORMS = (("xu", "yu", "zu"), ("xsu", "ysu", "zsu"), ("x", "y", "z"), ("xs", "ys", "zs"))
"""Columns of positions, the first that are there: unwrapped, unwrapped and scaled, wrapped, wrapped and scaled."""
_IMAGES, _DIPOLES, _FORCES = ("ix", "iy", "iz"), ("mux", "muy", "muz"), ("fx", "fy", "fz")
_KIND = ("type", "element")
_TEXTS = ("element", "typelabel", "procname")


@dataclass(frozen=True, eq=False)
class _Frame:
    step: int
    time: float | None
    low: np.ndarray
    edges: np.ndarray
    columns: tuple[str, ...]
    table: np.ndarray
    """`n x c`, in order of the ids; zero for what is text in the file."""
    kinds: Mapping[str, np.ndarray]
    """`n` types and elements, those that the file has."""


def read_dump(path: Path, *, timestep: float = 1.0, names: Mapping[str, str] | None = None) -> Trajectory:
    """A dump as a trajectory.

    Positions that are wrapped are unwrapped by their image counts, or where these are missing by the shortest way from
    frame to frame; the trajectory's notes say so.

    Args:
        path: The file; gzip is told by its content.
        timestep: Time of one step of the simulation; a dump with times of its own needs none.
        names: What a particle is called, by its type or its element as the file has them; others keep their element,
            or their type where the file has no elements.

    Raises:
        BadInput: it is no text dump, its box is skewed or has no volume, columns are missing, particles were lost on
            the way, or they moved too far between two frames to be unwrapped.
    """
    frames, notes = _read_frames(path)
    first = frames[0]
    form = _form(first.columns, path)
    _refuse_lost(frames, path)
    columns = {name: place for place, name in enumerate(first.columns)}
    edges = np.array([frame.edges for frame in frames])
    positions = _columns(frames, columns, form)
    if form[0].startswith("xs"):
        positions = positions * edges[:, None]
    else:
        positions = positions - np.array([frame.low for frame in frames])[:, None]
    if not form[0].endswith("u"):
        if all(name in columns for name in _IMAGES):
            positions = positions + _columns(frames, columns, _IMAGES) * edges[:, None]
            notes.append("positions were unwrapped by their image counts")
        else:
            positions = unwrapped(positions, edges, path.name)
            notes.append("positions were unwrapped by the shortest way from frame to frame")
    return Trajectory(
        times=np.array([frame.step * timestep if frame.time is None else frame.time for frame in frames]),
        positions=positions,
        edges=edges,
        names=_named(first, names or {}),
        molecules=first.table[:, columns["mol"]].astype(int) if "mol" in columns else None,
        notes=tuple(notes),
        dipoles=_columns(frames, columns, _DIPOLES) if all(name in columns for name in _DIPOLES) else None,
        forces=_columns(frames, columns, _FORCES) if all(name in columns for name in _FORCES) else None,
    )


def _read_frames(path: Path) -> tuple[list[_Frame], list[str]]:
    notes: list[str] = []
    frames: dict[int, _Frame] = {}
    try:
        with _opened(path) as file:
            for frame in _frames(file, path, notes):
                frames[frame.step] = frame  # a run that was resumed writes its last frame again
    except (OSError, EOFError, zlib.error) as error:
        if not frames:
            raise BadInput(f"cannot be read ({error})", place=str(path), remedy="Give a LAMMPS dump") from error
        notes.append("the file ends early; its whole frames are used")
    except UnicodeDecodeError as error:
        raise BadInput("is no text dump", place=str(path), remedy="Write it with `dump custom`") from error
    if not frames:
        raise BadInput("holds no whole frame", place=str(path), remedy="Give a dump written by `dump custom`")
    return [frames[step] for step in sorted(frames)], notes


def _opened(path: Path) -> IO[str]:
    with path.open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rt") if zipped else path.open()


def _frames(file: IO[str], path: Path, notes: list[str]) -> Iterator[_Frame]:
    """Whole frames one by one; one that is cut off at the end is left out with a note."""
    head: dict[str, list[str]] = {}
    line = file.readline()
    while line:
        if not line.startswith("ITEM:"):
            raise BadInput(
                f"{line.strip()[:40]!r} stands where a LAMMPS dump has `ITEM:`",
                place=str(path),
                remedy="Give a text dump, as `dump custom` writes it",
            )
        title = line[5:].strip()
        if title.startswith("ATOMS"):
            columns = tuple(title.split()[1:])
            count = _whole(head, "NUMBER OF ATOMS", least=1, path=path)
            rows = [file.readline() for _ in range(count)]
            if not rows[-1].endswith("\n") or len(rows[-1].split()) != len(columns):
                notes.append("the last frame is cut off and left out")
                return
            yield _frame(head, columns, rows, path)
            head, line = {}, file.readline()
            continue
        body = []
        line = file.readline()
        while line and not line.startswith("ITEM:"):
            body.append(line)
            line = file.readline()
        head[title] = body


def _frame(head: Mapping[str, list[str]], columns: tuple[str, ...], rows: list[str], path: Path) -> _Frame:
    title = next((name for name in head if name.startswith("BOX BOUNDS")), "")
    if "xy" in title or "abc" in title or not title:
        raise BadInput(
            "its box is skewed" if title else "it says nothing of its box",
            place=str(path),
            remedy="Displacements and distances are worked out in rectangular boxes alone",
        )
    step = _whole(head, "TIMESTEP", least=0, path=path)
    low, edges = _box(head[title], step, path)
    if "id" not in columns:
        raise BadInput(
            f"has no column `id`, only {', '.join(columns)}",
            place=str(path),
            remedy="Write `id`: LAMMPS writes particles in another order every time",
        )
    first = dict(zip(columns, rows[0].split(), strict=False))
    texts = [name for name in columns if name in _TEXTS or (name == "type" and not _is_number(first.get(name, "")))]
    places = [place for place, name in enumerate(columns) if name not in texts]
    table = np.zeros((len(rows), len(columns)))
    try:
        table[:, places] = np.loadtxt(rows, usecols=places, ndmin=2, comments=None)
    except ValueError as error:
        raise BadInput(
            f"a row of step {step} does not hold {len(columns)} numbers ({error})",
            place=str(path),
            remedy="Cut the file before that step, or write numbers alone",
        ) from error
    _refuse_unnamed(table, columns, step, path)
    kinds = {
        name: np.array([row.split()[columns.index(name)] for row in rows])
        if name in texts
        else table[:, columns.index(name)].astype(int).astype(str)
        for name in _KIND
        if name in columns
    }
    order = np.argsort(table[:, columns.index("id")], kind="stable")
    time = _number(head, "TIME", path) if "TIME" in head else None
    return _Frame(
        step,
        time,
        low,
        edges,
        columns,
        table[order],
        {name: kind[order] for name, kind in kinds.items()},
    )


def _number(head: Mapping[str, list[str]], title: str, path: Path) -> float:
    """The finite number that stands under a title."""
    text = " ".join(head.get(title, ())).strip()
    number = float(text) if _is_number(text) else float("nan")
    if not np.isfinite(number):
        raise BadInput(
            f"a frame has {text[:40]!r} as its {title}" if title in head else f"a frame has no `ITEM: {title}`",
            place=str(path),
            remedy="Give a text dump, as `dump custom` writes it",
        )
    return number


def _whole(head: Mapping[str, list[str]], title: str, *, least: int, path: Path) -> int:
    number = _number(head, title, path)
    if number < least or number != round(number):
        raise BadInput(
            f"a frame has {number:g} as its {title}, where a whole number from {least} belongs",
            place=str(path),
            remedy="Cut that frame out of the file",
        )
    return int(number)


def _box(rows: list[str], step: int, path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Lower corner and edges."""
    words = [row.split()[:2] for row in rows]
    if len(words) != 3 or not all(len(pair) == 2 and all(map(_is_number, pair)) for pair in words):
        wrong = "has no two numbers for each of its three directions"
    else:
        low, high = np.array(words, float).T
        if np.isfinite(high - low).all() and (high > low).all():
            return low, high - low
        wrong = f"goes from {', '.join(f'{x:g}' for x in low)} to {', '.join(f'{x:g}' for x in high)}"
    raise BadInput(
        f"the box of step {step} {wrong}", place=str(path), remedy="Cut that frame out, or mend its `BOX BOUNDS`"
    )


def _refuse_unnamed(table: np.ndarray, columns: tuple[str, ...], step: int, path: Path) -> None:
    """Refuse particles that cannot be followed or named; other columns may hold what they like."""
    ids = table[:, columns.index("id")]
    kinds = table[:, columns.index("type")] if "type" in columns else ids
    if not np.isfinite([ids, kinds]).all() or len(np.unique(ids)) < len(ids):
        raise BadInput(
            f"step {step} holds particles without an `id` or a `type` of their own, or two with one `id`",
            place=str(path),
            remedy="Cut the file before that step, or write it again",
        )


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _form(columns: tuple[str, ...], path: Path) -> tuple[str, str, str]:
    form = next((form for form in _FORMS if all(name in columns for name in form)), None)
    if form is None:
        raise BadInput(
            f"has no positions among its columns {', '.join(columns)}",
            place=str(path),
            remedy="Write `xu yu zu`, or `x y z` with `ix iy iz`",
        )
    return form


def _named(frame: _Frame, names: Mapping[str, str]) -> np.ndarray:
    types = frame.kinds.get("type", np.full(len(frame.table), "1"))
    elements = frame.kinds.get("element", types)
    pairs = zip(types.tolist(), elements.tolist(), strict=True)
    return np.array([names.get(kind, names.get(element, element)) for kind, element in pairs])


def _refuse_lost(frames: list[_Frame], path: Path) -> None:
    place = frames[0].columns.index("id")
    first = frames[0].table[:, place]
    for frame in frames:
        ids = frame.table[:, place]
        if frame.columns != frames[0].columns:
            raise BadInput(f"step {frame.step} has other columns", place=str(path), remedy="Give one dump of one kind")
        if len(ids) != len(first) or (ids != first).any():
            raise BadInput(
                f"step {frame.step} holds {len(ids)} particles, and not the {len(first)} of step {frames[0].step}",
                place=str(path),
                remedy="Particles were lost, or the dump's group changed: cut the file before that step",
            )


def _columns(frames: list[_Frame], columns: Mapping[str, int], names: tuple[str, ...]) -> np.ndarray:
    places = [columns[name] for name in names]
    return np.array([frame.table[:, places] for frame in frames])
