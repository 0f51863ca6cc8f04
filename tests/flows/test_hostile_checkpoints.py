"""A checkpoint that is broken, of another version or of wrong sizes is refused in one paragraph, whatever is wrong."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chemistry.errors import BadInput
from ledger.literature import read_table
from models.campaign_models import any_surrogate
from models.saved import load_surrogate, pack, unpack
from tests.flows.command import Command
from tests.flows.test_cli import assert_one_paragraph
from tests.flows.test_hostile_tables import table

SIGMA = "log10_conductivity"
Arrays = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoint")
    (folder / "train.csv").write_text(table())
    films = [item.film for item in read_table(folder / "train.csv", "bradford").films]
    for name in ("support_vectors", "gaussian_process", "multi_fidelity"):
        unpack(pack(any_surrogate(name).fit(films)), folder / name)
    return folder


def configured(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], object]:
    """A change of the configuration."""

    def spoil(folder: Path) -> None:
        told = json.loads((folder / "configuration.json").read_text())
        change(told)
        (folder / "configuration.json").write_text(json.dumps(told))

    return spoil


def arranged(change: Callable[[Arrays], object], *, hashed: bool = True) -> Callable[[Path], object]:
    """A change of the arrays, as another version might have written them: the hash goes with them, if it is to."""

    def spoil(folder: Path) -> None:
        with np.load(folder / "weights.npz") as file:
            arrays = {key: file[key] for key in file.files}
        change(arrays)
        np.savez_compressed(folder / "weights.npz", **arrays)  # pyright: ignore[reportArgumentType]
        if hashed:
            content = hashlib.sha256((folder / "weights.npz").read_bytes()).hexdigest()
            configured(lambda told: told.update(weights_sha256=content))(folder)

    return spoil


def without(key: str) -> Callable[[Arrays], object]:
    return lambda arrays: arrays.pop(key)


def shorter(key: str) -> Callable[[Arrays], object]:
    return lambda arrays: arrays.update({key: arrays[key][..., :-3]})


def emptied(key: str) -> Callable[[Arrays], object]:
    return lambda arrays: arrays.update({key: np.full_like(arrays[key], np.nan)})


_BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "another version": (configured(lambda told: told.update(format=1)), "saved by another version"),
    "unknown model": (configured(lambda told: told.update(surrogate="oracle")), "a model 'oracle'"),
    "unknown method": (
        configured(lambda told: told["properties"][SIGMA].update(members=["oracle"])),
        "weights of a 'oracle'",
    ),
    "nothing learnt": (configured(lambda told: told.update(properties={})), "knows nothing of log10_conductivity"),
    "weights of two members": (
        configured(lambda told: told["properties"][SIGMA]["unseen"].update(weights=[0.5, 0.5])),
        "broken or of another version",
    ),
    "a list": (lambda folder: (folder / "configuration.json").write_text("[]"), "no saved surrogate is here"),
    "cut": (lambda folder: (folder / "configuration.json").write_text('{"surrogate": "av'), "no saved surrogate"),
    "bytes": (lambda folder: (folder / "configuration.json").write_bytes(b"\xff\xfe\0"), "no saved surrogate"),
    "no weights": (lambda folder: (folder / "weights.npz").unlink(), "No such file"),
    "weights cut": (
        lambda folder: (folder / "weights.npz").write_bytes((folder / "weights.npz").read_bytes()[:300]),
        "not the file that configuration.json was written with",
    ),
    "other weights": (arranged(emptied(f"{SIGMA}/0/centre"), hashed=False), "not the file that configuration.json"),
    "array missing": (arranged(without(f"{SIGMA}/0/centre")), "broken or of another version"),
    "range missing": (arranged(without(f"{SIGMA}/of/lowest")), "broken or of another version"),
    "range of another size": (arranged(shorter(f"{SIGMA}/of/lowest")), "broken or of another version"),
    "fingerprints of another size": (arranged(shorter(f"{SIGMA}/of/fingerprints")), "broken or of another version"),
    "method of another size": (arranged(shorter(f"{SIGMA}/0/centre")), "broken or of another version"),
    "NaN": (arranged(emptied(f"{SIGMA}/0/coefficient")), "what they say of log10_conductivity is no number"),
    "pickled": (
        arranged(lambda arrays: arrays.update(x=np.array([{}], dtype=object))),
        "Object arrays cannot be loaded",
    ),
}


@pytest.mark.parametrize(("spoil", "message"), _BROKEN.values(), ids=_BROKEN)
def test_a_broken_checkpoint_is_told_in_one_paragraph(
    ionloop: Command, saved: Path, spoil: Callable[[Path], object], message: str
) -> None:
    shutil.copytree(saved / "support_vectors", "model")
    spoil(Path("model"))
    Path("pool.csv").write_text("smiles\n*CCO*\n")
    words = ("screen", "pool.csv", "--salts", "LiTFSI", "--loadings", "0.1", "--temperatures", "60")
    said = ionloop(*words, "--fitted", "model", "--json")
    assert_one_paragraph(said, message)
    assert not said.out


@pytest.mark.parametrize("cut", [0, 200])
def test_so_is_that_of_a_process(saved: Path, tmp_path: Path, cut: int) -> None:
    shutil.copytree(saved / "gaussian_process", tmp_path / "model")
    load_surrogate(tmp_path / "model")
    weights = tmp_path / "model" / "weights.pt"
    weights.write_bytes(weights.read_bytes()[:cut])
    with pytest.raises(BadInput, match="the weights of 'gaussian_process' are broken"):
        load_surrogate(tmp_path / "model")


def test_weights_that_cannot_be_written_leave_nothing(saved: Path, tmp_path: Path) -> None:
    content = pack(load_surrogate(saved / "support_vectors"))
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="the weights cannot be written"):
        unpack(content, tmp_path / "file" / "model")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    (tmp_path / "model").mkdir()
    unpack(content, tmp_path / "model")
    assert sorted(path.name for path in (tmp_path / "model").iterdir()) == ["configuration.json", "weights.npz"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "model"]


@pytest.mark.parametrize("name", ["support_vectors", "gaussian_process", "multi_fidelity"])
def test_the_weights_of_another_checkpoint_are_refused(saved: Path, tmp_path: Path, name: str) -> None:
    films = [item.film for item in read_table(saved / "train.csv", "bradford").films]
    any_surrogate(name).fit(films[: len(films) // 2]).save(tmp_path / "other")
    shutil.copytree(saved / name, tmp_path / "mixed")
    (weights,) = (path.name for path in (tmp_path / "other").glob("weights.*"))
    shutil.copy(tmp_path / "other" / weights, tmp_path / "mixed" / weights)
    with pytest.raises(BadInput, match=f"{weights} is not the file"):
        load_surrogate(tmp_path / "mixed")
