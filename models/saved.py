"""Weights as one packed archive, and back: arrays and configuration, nothing that could run."""

import io
import json
import tempfile
import zipfile
from pathlib import Path

from chemistry.errors import BadInput, IonloopError
from models.campaign_models import CAMPAIGN_MODELS, names
from models.protocols import Fitted

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
    """Write the files of an archive into a folder, which is made.

    Raises:
        BadInput: it is no archive of weights.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile as error:
        raise BadInput("the weights are no archive that ionloop wrote", remedy=_AGAIN) from error
    if "configuration.json" not in files or any(Path(name).name != name for name in files):
        raise BadInput("the weights are no archive that ionloop wrote", remedy=_AGAIN)
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)


def load_packed(content: bytes) -> Fitted:
    """The surrogate that `pack` packed.

    Raises:
        BadInput: it is no archive of weights, or one of another version or of a model that this version does not know.
    """
    with tempfile.TemporaryDirectory() as folder:
        unpack(content, Path(folder))
        return load_surrogate(Path(folder))


def load_surrogate(folder: Path) -> Fitted:
    """The surrogate that was saved into a folder, whichever it is.

    Raises:
        BadInput: as `load_packed`.
    """
    try:
        told = json.loads((folder / "configuration.json").read_text(encoding="utf-8"))
        name = str(told["surrogate"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput("no saved surrogate is here", place=str(folder), remedy=_AGAIN) from error
    if name not in names():
        raise BadInput(f"the weights are of a model {name!r}, which this version does not know", remedy=_AGAIN)
    try:
        if name in CAMPAIGN_MODELS:
            return CAMPAIGN_MODELS[name].load(folder)
        from models.fitted_average import load_average

        return load_average(folder)
    except BadInput:
        raise
    except (IonloopError, OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        reason = f"{type(error).__name__} in {error}" if isinstance(error, KeyError) else str(error)
        raise BadInput(
            f"the weights of {name!r} are of another format ({_first_line(reason)})", remedy=_AGAIN
        ) from error


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0][:200] if text.strip() else "unreadable"
