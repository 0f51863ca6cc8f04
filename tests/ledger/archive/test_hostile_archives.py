"""Archives that were damaged on the way, or made to do harm: one paragraph each, and nothing written."""

import io
import json
import random
import stat
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from chemistry.errors import BadInput
from ledger.archive.bring import bring
from ledger.archive.extract import Extract
from ledger.archive.files import extract_from, table_file
from ledger.archive.identity import digest
from ledger.archive.packed import HEAD, unpacked
from ledger.archive.zipped import MANIFEST, unzipped, zipped
from ledger.migrations import known_versions
from ledger.store import Ledger
from tests.ledger.archive.conftest import NewLedger

Files = dict[str, bytes]


def opened(archive: bytes) -> Files:
    files = unzipped(archive, "")
    del files[MANIFEST]
    return files


def put_together(files: Mapping[str, bytes]) -> bytes:
    """An archive whose checksums are right, however wrong its rows are: whoever means harm can count, too."""
    files = dict(files)
    try:
        head = json.loads(files[HEAD]) | {"rows_sha256": digest(extract_from(files))}
        files[HEAD] = json.dumps(head).encode()
    except (BadInput, KeyError, ValueError):
        pass
    return zipped(files)


def entries(*names: tuple[str, bytes, int]) -> bytes:
    """A ZIP archive of files with these modes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, mode in names:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return packed.getvalue()


PLAIN_FILE = stat.S_IFREG | 0o644
NO_ARCHIVES = {
    "nothing": (b"", "ZIP archive"),
    "words": (b"this is no archive", "ZIP archive"),
    "another archive": (entries(("readme.txt", b"hello", PLAIN_FILE)), MANIFEST),
    "a manifest alone": (zipped({}), "so it is no archive of ionloop"),
    "another crate": (zipped({"ro-crate-metadata.json": b"{}"}), "archive.json"),
    "a way out": (entries(("../outside", b"x", PLAIN_FILE)), "own folder"),
    "a way out below": (entries(("ledger/../../outside", b"x", PLAIN_FILE)), "own folder"),
    "the root": (entries(("/etc/passwd", b"x", PLAIN_FILE)), "own folder"),
    "a drive": (entries(("C:x", b"x", PLAIN_FILE)), "own folder"),
    "a link": (entries(("link", b"/etc/passwd", stat.S_IFLNK | 0o777)), "no plain file"),
    "a pipe": (entries(("pipe", b"", stat.S_IFIFO | 0o644)), "no plain file"),
}


@pytest.mark.parametrize("name", NO_ARCHIVES)
def test_what_is_no_archive_of_ours_is_refused(name: str) -> None:
    content, words = NO_ARCHIVES[name]
    with pytest.raises(BadInput, match=words):
        unpacked(content, "here.zip")


def test_a_bomb_is_refused() -> None:
    bomb = entries(("bomb", b"\x00" * (300 * 2**20), PLAIN_FILE))
    with pytest.raises(BadInput, match="MiB"):
        unpacked(bomb, "here.zip")


def test_a_name_that_is_there_twice_is_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = entries(("a", b"1", PLAIN_FILE), ("a", b"2", PLAIN_FILE))
    with pytest.raises(BadInput, match="twice"):
        unpacked(twice, "")


def test_a_missing_a_changed_and_an_added_file_are_told(rich_archive: bytes) -> None:
    files = unzipped(rich_archive, "")
    path = table_file("observation")
    for changed, words in (
        ({name: content for name, content in files.items() if name != path}, f"lacks: {path}"),
        (files | {path: files[path] + b" "}, f"has changed: {path}"),
        (files | {"more": b""}, "has besides its manifest: more"),
    ):
        again = entries(*((name, content, PLAIN_FILE) for name, content in changed.items()))
        with pytest.raises(BadInput, match=words):
            unpacked(again, "here.zip")


def test_an_archive_that_was_packed_again_by_another_program_is_read(rich_archive: bytes) -> None:
    files = unzipped(rich_archive, "")
    folders = [("ledger/", b"", stat.S_IFDIR | 0o755)]
    again = entries(*folders, *((name, content, PLAIN_FILE) for name, content in files.items()))
    assert digest(unpacked(again, "")) == digest(unpacked(rich_archive, ""))


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("layout", known_versions()[-1], "older layout"),
        ("layout", "9999", "another version of ionloop"),
        ("format", 2, "format 1 is the newest known"),
        ("format", [1], "format 1 is the newest known"),
        ("run", "first", "cannot be read"),
        ("rows_sha256", "0", "not those that it was made of"),
    ],
)
def test_other_versions_are_refused(rich_archive: bytes, key: str, value: Any, words: str) -> None:
    files = opened(rich_archive)
    files[HEAD] = json.dumps(json.loads(files[HEAD]) | {key: value}).encode()
    with pytest.raises(BadInput, match=words):
        unpacked(zipped(files), "")


def test_every_damaged_byte_is_seen(rich_archive: bytes) -> None:
    """A byte that is changed, or a tail that is lost, ends in a refusal, or was none that says anything."""
    chance = random.Random(0)
    whole = digest(unpacked(rich_archive, ""))
    for _ in range(150):
        damaged = bytearray(rich_archive)
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        try:
            assert digest(unpacked(bytes(damaged), "")) == whole
        except BadInput:
            continue
    for length in (10, 1000, len(rich_archive) // 2, len(rich_archive) - 1):
        with pytest.raises(BadInput):
            unpacked(rich_archive[:length], "")


def refused(ledger: Ledger, archive: bytes) -> str:
    """What is said of an archive that cannot be taken in; nothing of it is written."""
    event = ledger.last_event()
    with pytest.raises(BadInput) as told:
        bring(ledger.database, unpacked(archive, "here.zip"), by="me")
    assert ledger.last_event() == event
    assert ledger.campaigns() == []
    return str(told.value)


Edit = Callable[[list[dict[str, Any]]], object]
EDITS: dict[str, tuple[str, Edit, str]] = {
    "no campaign": ("campaign", lambda rows: rows.clear(), "refers|no such row|holds 0 campaigns"),
    "two campaigns": ("campaign", lambda rows: rows.append({**rows[0], "id": 2, "run": 2}), "holds 2 campaigns"),
    "a campaign under way": ("campaign", lambda rows: rows[0].update(state="running"), "was running when"),
    "a state of its own": ("experiment", lambda rows: rows[0].update(state="eaten"), "a word that this ionloop"),
    "a kind of its own": ("event", lambda rows: rows[0].update(kind="party"), "a word that this ionloop"),
    "a column more": ("sample", lambda rows: rows[0].update(colour="blue"), "not the columns"),
    "a column less": ("sample", lambda rows: rows[0].pop("position"), "not the columns"),
    "text for a number": ("observation", lambda rows: rows[0].update(value="-5"), "no Float"),
    "truth for a number": ("experiment", lambda rows: rows[0].update(number=True), "no Integer"),
    "nothing for a number": ("observation", lambda rows: rows[0].update(value=None), "is missing"),
    "a number beyond all": ("experiment", lambda rows: rows[0].update(number=2**40), "too large"),
    "a moment without zone": ("campaign", lambda rows: rows[0].update(begun_at="2026-11-29T10:00:00"), "DateTime"),
    "somebody else's row": ("experiment", lambda rows: rows[0].update(suggestion_id=99), "no such row"),
    "no event of ours": ("observation", lambda rows: rows[0].update(event=10**6), "no such row"),
    "a sample of nobody": ("measurement", lambda rows: rows[0].update(sample_id="c9-e999z"), "no such row"),
    "a gap": ("event", lambda rows: rows.pop(5), "number is|no such row"),
    "no formulation": ("film", lambda rows: rows[0].update(formulation={"polymer": 3}), "cannot be read"),
    "no measurement": ("measurement", lambda rows: rows[0].update(measurement={"kind": "magic"}), "cannot be read"),
    "a unit of its own": ("observation", lambda rows: rows[0].update(unit="furlong"), "no property"),
    "half a character": ("campaign", lambda rows: rows[0].update(why="\ud800"), "no String"),
    "a zero within a text": ("campaign", lambda rows: rows[0].update(why="a\x00b"), "no String"),
    "an abyss": ("event", lambda rows: rows[0].update(payload=abyss(300)), "no Payload|no JSON"),
    "the same number twice": ("experiment", lambda rows: rows[1].update(number=1), "cannot hold"),
    "weights of nothing": ("model_weights", lambda rows: rows[0].update(model_version_id=77), "no model version"),
    "no document": ("bluesky_document", lambda rows: rows[0].update(name="stop"), "is missing"),
    "no answer": ("theory", lambda rows: rows[0].update(core_hours="much"), "cannot be taken"),
}


def abyss(depth: int) -> dict[str, Any]:
    payload: dict[str, Any] = {}
    for _ in range(depth):
        payload = {"below": payload}
    return payload


def edited(archive: bytes, table: str, edit: Edit) -> bytes:
    files = opened(archive)
    rows = [json.loads(line) for line in files[table_file(table)].decode().split("\n")[:-1]]
    edit(rows)
    files[table_file(table)] = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    return put_together(files)


@pytest.mark.parametrize("name", EDITS)
def test_rows_that_no_ledger_could_hold_are_refused(name: str, rich_archive: bytes, new_ledger: NewLedger) -> None:
    table, edit, words = EDITS[name]
    said = refused(new_ledger(), edited(rich_archive, table, edit))
    assert any(word in said for word in words.split("|")), said


@pytest.mark.parametrize("line", [b"{", b"[1]", b'{"id": NaN}', b"[" * 100_000, b"\xff"])
def test_lines_that_are_no_rows_are_refused(line: bytes, rich_archive: bytes, new_ledger: NewLedger) -> None:
    files = opened(rich_archive)
    files[table_file("sample")] += line + b"\n"
    assert "ledger/sample.jsonl" in refused(new_ledger(), put_together(files))


def test_a_line_that_breaks_off_is_refused(rich_archive: bytes, new_ledger: NewLedger) -> None:
    files = opened(rich_archive)
    files[table_file("sample")] = files[table_file("sample")][:-1]
    assert "breaks off" in refused(new_ledger(), put_together(files))


@pytest.mark.parametrize("text", ["x" * (2**20 + 1), "a\x00b"])
def test_a_text_that_no_ledger_keeps_is_refused(text: str, rich_archive: bytes, new_ledger: NewLedger) -> None:
    files = opened(rich_archive) | {"campaign.yaml": text.encode()}
    assert "campaign.yaml cannot be taken" in refused(new_ledger(), put_together(files))


def test_whatever_stands_in_a_row_is_taken_or_refused(rich_archive: bytes, new_ledger: NewLedger) -> None:
    """A value that is put anywhere is found fit, or refused in words: it never ends in anything else."""
    chance, extract, ledger = random.Random(1), unpacked(rich_archive, ""), new_ledger()
    odd = [None, True, -1, 0, 1, 2, 10**30, 1e308, "", "x", "c1-e001a", [], {}, [None], {"id": 1}, b"bytes", "\x00"]
    for _ in range(40):
        rows = {name: [dict(row) for row in held] for name, held in extract.rows.items()}
        table = chance.choice([name for name, held in rows.items() if held])
        row = chance.choice(rows[table])
        row[chance.choice(list(row))] = chance.choice(odd)
        event = ledger.last_event()
        try:
            bring(ledger.database, Extract(rows, extract.files, imported=True), by="me")
        except BadInput:
            assert ledger.last_event() == event
        else:
            ledger = new_ledger()
