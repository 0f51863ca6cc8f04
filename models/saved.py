"""Weights as one packed archive, and back: arrays and configuration, nothing that could run."""

import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from chemistry.errors import BadInput, IonloopError
from models.campaign_models import CAMPAIGN_MODELS, names
from models.protocols import Condition, Fitted

_AGAIN = "Fit it again: `ionloop models fit`"


def pack(fitted: Fitted) -> bytes:
    """What a surrogate's `save` writes, as one archive."""
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        fitted.save(Path(folder))
        for path in sorted(Path(folder).iterdir()):
            archive.write(path, path.name)
    return packed.getvalue()


def unpack(content: bytes, folder: Path) -> None:
    """Write the files of an archive into a new folder, all of them or none.

    Raises:
        BadInput: it is no archive of weights, or the folder cannot be made.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile as error:
        raise BadInput("the weights are no archive that ionloop wrote", remedy=_AGAIN) from error
    if "configuration.json" not in files or any(Path(name).name != name for name in files):
        raise BadInput("the weights are no archive that ionloop wrote", remedy=_AGAIN)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as beside:
            draft = Path(beside) / "draft"
            draft.mkdir()
            for name, data in files.items():
                (draft / name).write_bytes(data)
            draft.replace(folder)  # an empty folder that is there already gives way
    except OSError as error:
        raise BadInput(
            f"the weights cannot be written ({error.strerror})", place=str(folder), remedy="Name another folder"
        ) from error


def load_packed(content: bytes) -> Fitted:
    """The surrogate that `pack` packed.

    Raises:
        BadInput: it is no archive of weights, or one of another version or of a model that this version does not know.
    """
    with tempfile.TemporaryDirectory() as folder:
        unpack(content, Path(folder))
        return _load(Path(folder), "")[1]


def load_surrogate(folder: Path) -> Fitted:
    """The surrogate that was saved into a folder, whichever it is.

    Raises:
        BadInput: as `load_packed`.
    """
    return load_named(folder)[1]


def load_named(folder: Path) -> tuple[str, Fitted]:
    """As `load_surrogate`, with the name that the surrogate has in `models.campaign_models`."""
    return _load(folder, str(folder))


def _load(folder: Path, place: str) -> tuple[str, Fitted]:
    try:
        told = json.loads((folder / "configuration.json").read_text(encoding="utf-8"))
        name = str(told["surrogate"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            "no saved surrogate is here", place=place, remedy="Give the folder that one was saved into, or fit it again"
        ) from error
    if name not in names():
        raise BadInput(
            f"the weights are of a model {name!r}, which this version does not know", place=place, remedy=_AGAIN
        )
    return name, _guarded(lambda: _asked_once(_loader(name)(folder)), name, place)


def _loader(name: str) -> Callable[[Path], Fitted]:
    if name in CAMPAIGN_MODELS:
        return CAMPAIGN_MODELS[name].load
    from models.fitted_average import load_average

    return load_average


def _guarded(load: Callable[[], Fitted], name: str, place: str) -> Fitted:
    """What `load` gives; whatever a broken file makes it raise becomes bad input."""
    try:
        return load()
    except BadInput:
        raise
    except (
        *(IonloopError, OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, RuntimeError),
        *(AssertionError, ArithmeticError, zipfile.BadZipFile),
    ) as error:
        reason = str(error) if isinstance(error, IonloopError | OSError) else f"{type(error).__name__}: {error}"
        raise BadInput(
            f"the weights of {name!r} are broken or of another version ({_first_line(reason)})",
            place=place,
            remedy=_AGAIN,
        ) from error


def _asked_once(fitted: Fitted) -> Fitted:
    """The surrogate, after one question: arrays of a wrong size, and numbers that are none, are found here and now."""
    from chemistry.catalogue import polymer, salt
    from chemistry.formulation import Formulation

    learnt: dict[str, Any] = getattr(fitted, "learnt", {})
    film = Formulation(polymer=polymer("PEO"), salt=salt("LiTFSI"), salt_molality_mol_kg=1.0)
    for name in learnt:
        told = fitted.posterior([film], [Condition(name, 60.0)])
        if not all(np.isfinite(part).all() for part in (told.mean, told.sd, told.film_sd)):
            raise ValueError(f"what they say of {name} is no number")
    return fitted


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0][:200] if text.strip() else "unreadable"
