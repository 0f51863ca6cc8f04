"""LAMMPS dumps as others write them: the same paths out of every way of writing positions."""

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from chemistry.errors import BadInput
from sim.md.dump import read_dump

EDGE, LOW = 8.0, -1.0
FRAMES, N = 6, 20


@pytest.fixture
def paths() -> np.ndarray:
    """`f x n x 3` paths that leave the box; the walls are at -1 and 7."""
    random = np.random.default_rng(1)
    steps = random.uniform(-1, 1, (FRAMES, N, 3))
    steps[0] = random.uniform(LOW, LOW + EDGE, steps[0].shape)
    steps[1:, 0] = (1.5, 0, 0)  # one that passes the wall for certain
    return steps.cumsum(axis=0)


def columns_of(paths: np.ndarray, form: str) -> tuple[str, np.ndarray]:
    images = np.floor((paths - LOW) / EDGE)
    wrapped = paths - images * EDGE
    return {
        "unwrapped": ("xu yu zu", paths),
        "scaled": ("xsu ysu zsu", (paths - LOW) / EDGE),
        "images": ("x y z ix iy iz", np.concatenate([wrapped, images], axis=-1)),
        "scaled and images": ("xs ys zs ix iy iz", np.concatenate([(wrapped - LOW) / EDGE, images], axis=-1)),
        "wrapped": ("x y z", wrapped),
    }[form]


def text_of(paths: np.ndarray, form: str, *, every: int = 100) -> str:
    names, values = columns_of(paths, form)
    lines = []
    for frame, table in enumerate(values):
        lines += ["ITEM: TIMESTEP", str(frame * every), "ITEM: NUMBER OF ATOMS", str(N)]
        lines += ["ITEM: BOX BOUNDS pp pp pp", *[f"{LOW} {LOW + EDGE}"] * 3, f"ITEM: ATOMS q id {names} type element"]
        rows = [
            f"0.5 {i + 1} {' '.join(f'{v:.12g}' for v in row)} {1 + i % 2} {'Li' if i % 2 else 'O'}"
            for i, row in enumerate(table)
        ]
        lines += [rows[i] for i in np.random.default_rng(frame).permutation(N)]  # LAMMPS keeps no order
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("form", ["unwrapped", "scaled", "images", "scaled and images", "wrapped"])
def test_paths_are_the_same_however_they_were_written(paths: np.ndarray, form: str, tmp_path: Path) -> None:
    file = tmp_path / "a.lammpstrj"
    file.write_text(text_of(paths, form))
    read = read_dump(file, timestep=0.5, names={"1": "O", "2": "Li"})
    assert read.positions - read.positions[:1] == pytest.approx(paths - paths[:1], abs=1e-9)
    assert read.times.tolist() == [50.0 * frame for frame in range(FRAMES)]
    assert read.count("Li") == N // 2
    assert read.edges[0].tolist() == [EDGE] * 3
    assert bool(read.notes) == (form not in ("unwrapped", "scaled"))


def test_gzip_is_told_by_its_content(paths: np.ndarray, tmp_path: Path) -> None:
    plain, zipped = tmp_path / "plain", tmp_path / "zipped"
    plain.write_text(text_of(paths, "unwrapped"))
    zipped.write_bytes(gzip.compress(plain.read_bytes()))
    assert (read_dump(zipped).positions == read_dump(plain).positions).all()


def test_particles_are_called_by_type_or_element(paths: np.ndarray, tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text(text_of(paths, "unwrapped"))
    assert set(read_dump(file).names) == {"O", "Li"}
    assert set(read_dump(file, names={"2": "lithium"}).names) == {"O", "lithium"}
    assert set(read_dump(file, names={"Li": "lithium"}).names) == {"O", "lithium"}
    file.write_text(file.read_text().replace(" element", " other").replace(" Li\n", " 0\n").replace(" O\n", " 0\n"))
    assert set(read_dump(file).names) == {"1", "2"}


def test_a_cut_off_frame_is_left_out_with_a_note(paths: np.ndarray, tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text(text_of(paths, "unwrapped")[:-30])
    read = read_dump(file)
    assert read.frames == FRAMES - 1
    assert "cut off" in read.notes[0]


def test_frames_that_a_resumed_run_wrote_again_are_taken_once(paths: np.ndarray, tmp_path: Path) -> None:
    file = tmp_path / "a"
    whole = text_of(paths, "unwrapped")
    file.write_text(whole + text_of(paths[-1:], "unwrapped").replace("\n0\n", "\n500\n", 1))
    assert read_dump(file).frames == FRAMES


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: "hello\n" + text, "stands where a LAMMPS dump has"),
        (lambda text: text.replace("xu yu zu", "vx vy vz"), "no positions among its columns"),
        (lambda text: text.replace(" id ", " serial "), "no column `id`"),
        (lambda text: text.replace("BOX BOUNDS pp pp pp", "BOX BOUNDS xy xz yz pp pp pp"), "its box is skewed"),
        (lambda text: text.replace("0.5 3 ", "0.5 77 ", 1), "not the 20 of step 0"),
        (lambda text: "", "holds no whole frame"),
    ],
)
def test_what_cannot_be_used_is_refused(
    paths: np.ndarray, change: Callable[[str], str], said: str, tmp_path: Path
) -> None:
    file = tmp_path / "a"
    file.write_text(change(text_of(paths, "unwrapped")))
    with pytest.raises(BadInput, match=said):
        read_dump(file)


def test_moves_that_cannot_be_unwrapped_are_refused(paths: np.ndarray, tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text(text_of(paths * np.array([3.0, 1.0, 1.0]), "wrapped"))
    with pytest.raises(BadInput, match=r"of the box between two frames.*image"):
        read_dump(file)


BOX = f"{LOW} {LOW + EDGE}\n"


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        (f"ITEM: NUMBER OF ATOMS\n{N}\n", "", "no `ITEM: NUMBER OF ATOMS`"),
        (f"ATOMS\n{N}\n", "ATOMS\nforty\n", "'forty' as its NUMBER OF ATOMS"),
        (f"ATOMS\n{N}\n", "ATOMS\n0\n", "0 as its NUMBER OF ATOMS"),
        ("ITEM: TIMESTEP\n100\n", "", "no `ITEM: TIMESTEP`"),
        ("TIMESTEP\n100\n", "TIMESTEP\nnan\n", "'nan' as its TIMESTEP"),
        (BOX, "0 ten\n", "the box of step 0 has no two numbers"),
        (BOX, "", "the box of step 0 has no two numbers"),
        (BOX, "0 nan\n", "the box of step 0 goes from"),
        (BOX, "4 4\n", "the box of step 0 goes from"),
        (BOX, "4 -4\n", "the box of step 0 goes from"),
        ("0.5 2 ", "0.5 nan ", "without an `id`"),
        ("0.5 2 ", "0.5 1 ", "two with one `id`"),
        (" 2 Li\n", " nan Li\n", "without an `id` or a `type`"),
    ],
)
def test_a_broken_frame_is_refused_by_what_is_wrong_with_it(
    paths: np.ndarray, was: str, becomes: str, told: str, tmp_path: Path
) -> None:
    file = tmp_path / "a.lammpstrj"
    file.write_text(text_of(paths, "unwrapped").replace(was, becomes, 1))
    with pytest.raises(BadInput, match=told) as refused:
        read_dump(file)
    assert str(file) in str(refused.value)


def test_a_damaged_gzip_is_refused(paths: np.ndarray, tmp_path: Path) -> None:
    zipped = gzip.compress(text_of(paths, "unwrapped").encode())
    file = tmp_path / "a.gz"
    file.write_bytes(zipped[:20] + bytes(range(256)) + zipped[276:])
    with pytest.raises(BadInput, match=r"a\.gz"):
        read_dump(file)
