"""Files in one ZIP archive: the same bytes for the same files, and nothing believed of an archive from elsewhere."""

import hashlib
import io
import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import PurePosixPath

from chemistry.errors import BadInput

MANIFEST = "manifest-sha256.txt"
"""One line a file: its sha256, two blanks, its path. It names every file but itself."""
MOST_FILES = 200_000
LARGEST_BYTES = 4 * 2**30
"""Of everything in an archive together, unpacked. A campaign of six films takes half a megabyte."""
MOST_TIMES = 50
"""How many times longer an archive may be unpacked, beyond 64 MiB; ours are three to fifteen times longer."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first moment that a ZIP archive can name: when a file was packed says nothing of a campaign."""
_AGAIN = "Export the campaign again, or fetch the archive once more"


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Files as an archive, with the manifest of them."""
    manifest = "".join(f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in sorted(files.items()))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, content in sorted({**files, MANIFEST: manifest.encode()}.items()):
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            entry.create_system = 3  # the same on every system
            archive.writestr(entry, content, compresslevel=6)
    return packed.getvalue()


def unzipped(content: bytes, place: str) -> dict[str, bytes]:
    """The files of an archive, each held against the manifest. Nothing is written anywhere.

    Raises:
        BadInput: it is no archive of ours, it is damaged, or it would do harm.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _refuse_harm(entries, len(content), place)
            files = {entry.filename: _read(archive, entry, place) for entry in entries if not entry.is_dir()}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise BadInput(f"it cannot be read as a ZIP archive ({error})", place=place, remedy=_AGAIN) from error
    _refuse_damage(files, place)
    return files


def _refuse_harm(entries: list[zipfile.ZipInfo], packed_bytes: int, place: str) -> None:
    if len(entries) > MOST_FILES:
        raise BadInput(f"it holds {len(entries)} files, and {MOST_FILES} are read", place=place, remedy=_AGAIN)
    size = sum(entry.file_size for entry in entries)
    most = min(LARGEST_BYTES, max(64 * 2**20, MOST_TIMES * packed_bytes))
    if size > most:
        limit = f"{most // 2**20} MiB are read of one of its length"
        raise BadInput(f"unpacked it has {size // 2**20} MiB, and {limit}", place=place, remedy=_AGAIN)
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename
        if why := _why_not(entry):
            raise BadInput(f"its file {name[:200]!r} {why}", place=place, remedy="Do not use this archive")
        if name in seen:
            raise BadInput(f"it holds {name[:200]!r} twice", place=place, remedy="Do not use this archive")
        seen.add(name)


def _why_not(entry: zipfile.ZipInfo) -> str:
    name, mode = entry.filename.removesuffix("/"), entry.external_attr >> 16
    if entry.filename != entry.orig_filename or "\\" in name or ":" in name or name.startswith("/"):
        return "does not lie in the archive's own folder"
    if not name or str(PurePosixPath(name)) != name or ".." in PurePosixPath(name).parts:
        return "does not lie in the archive's own folder"
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR) or (entry.is_dir() and entry.file_size):
        return "is no plain file"
    if entry.flag_bits & 1:
        return "is encrypted"
    return ""


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, place: str) -> bytes:
    with archive.open(entry) as file:
        held = file.read(entry.file_size + 1)  # no more is unpacked than was announced
    if len(held) != entry.file_size:
        raise BadInput(f"its file {entry.filename!r} is not as long as it says", place=place, remedy=_AGAIN)
    return held


def _refuse_damage(files: Mapping[str, bytes], place: str) -> None:
    if MANIFEST not in files:
        raise BadInput(f"it has no {MANIFEST}, so it is no archive of ionloop", place=place, remedy=_AGAIN)
    wanted: dict[str, str] = {}
    for line in files[MANIFEST].decode(errors="replace").splitlines():
        told, _, path = line.partition("  ")
        wanted[path] = told
    missing = sorted(wanted.keys() - files.keys())
    more = sorted(files.keys() - wanted.keys() - {MANIFEST})
    changed = sorted(p for p in wanted.keys() & files.keys() if hashlib.sha256(files[p]).hexdigest() != wanted[p])
    for problem, paths in (("lacks", missing), ("has besides its manifest", more), ("has changed", changed)):
        if paths:
            named = ", ".join(path[:200] for path in paths[:5])
            what = f"the archive {problem}: {named} ({len(paths)} of {len(wanted)} files)"
            raise BadInput(what, place=place, remedy=_AGAIN)
