"""Raw documents in a real Tiled catalogue: the same data, once, whatever breaks off in between."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import numpy as np
import pytest

pytest.importorskip("tiled", reason="the extra `tiled` is not installed")

from chemistry.errors import BadInput
from devices.lab_file import LabFile
from flows.catalogue import address, keeper
from flows.catalogue.address import Catalogue, CatalogueAway
from flows.catalogue.keeper import Keeper
from flows.catalogue.local import local_catalogue
from flows.catalogue.sending import MARK, Sender, runs_of
from flows.home import CampaignFolder
from flows.lab_files import read_lab
from ledger.store import Ledger
from tests.flows.benchless_campaign import begun
from tests.flows.command import Command
from tests.flows.small_campaign import EXAMPLES, Place

pytestmark = pytest.mark.timeout(600)
WITHIN_S = 400.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("catalogue")


@pytest.fixture(scope="module")
def catalogue(folder: Path) -> Iterator[Catalogue]:
    with local_catalogue(CampaignFolder(folder / "run")) as served:
        yield served


@pytest.fixture(scope="module")
def ledger(finished: Place, folder: Path) -> Iterator[Ledger]:
    with contextlib.closing(small_ledger(finished, folder)) as opened:
        yield opened


def small_ledger(finished: Place, folder: Path) -> Ledger:
    """A ledger with one campaign, of which the documents of two runs are known: one film made, and one measured."""
    campaign = begun(folder)
    experiment = campaign.suggested(campaign.formulations(1)[0])
    with contextlib.closing(Ledger.open(finished.ledger, create=False)) as whole:
        for uid in list(runs_of(whole, 1)[0])[:2]:
            campaign.ledger.add_documents(uid, whole.documents(uid), experiment.id)
    return campaign.ledger


@contextlib.contextmanager
def looking_into(catalogue: Catalogue) -> Iterator[Any]:
    from tiled.client import from_uri

    client = from_uri(catalogue.uri, api_key=catalogue.key)
    try:
        yield client
    finally:
        client.context.http_client.close()


def read(run: Any, stream: str) -> Any:
    """The table of a stream's events, its arrays as arrays."""
    import dask.config as dask_config

    with dask_config.set({"dataframe.convert-string": False}):
        return run[stream].base["internal"].read()


def until(holds: Callable[[], bool]) -> None:
    give_up = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def test_the_catalogue_holds_what_the_ledger_holds_and_holds_it_once(ledger: Ledger, catalogue: Catalogue) -> None:
    runs, last = runs_of(ledger, 1)
    assert 0 < last <= ledger.last_event()
    assert all(runs.values()), "every run of a finished campaign has its stop"
    with Sender(ledger, catalogue) as sender:
        assert [sender.send(uid) for uid in runs] == [True] * len(runs)
        assert [sender.send(uid) for uid in runs] == [False] * len(runs)
    with looking_into(catalogue) as client:
        assert set(client) >= set(runs)
        for uid in runs:
            _same(client[uid], ledger.documents(uid))


def _same(run: Any, documents: list[tuple[str, dict[str, Any]]]) -> None:
    (start,) = [document for name, document in documents if name == "start"]
    (stop,) = [document for name, document in documents if name == "stop"]
    assert run.item["attributes"]["metadata"] == {"start": start, "stop": stop, MARK: {"documents": len(documents)}}
    streams = {document["uid"]: document for name, document in documents if name == "descriptor"}
    assert set(run) == {descriptor["name"] for descriptor in streams.values()}
    for uid, descriptor in streams.items():
        table = read(run, descriptor["name"])
        events = [document for name, document in documents if name == "event" and document["descriptor"] == uid]
        assert table["seq_num"].tolist() == [event["seq_num"] for event in events]
        for key in descriptor["data_keys"]:
            for kept, event in zip(table[key], events, strict=True):
                np.testing.assert_equal(np.asarray(kept).tolist(), np.asarray(event["data"][key]).tolist())
                assert kept is not None
        assert run[descriptor["name"]].metadata["data_keys"].keys() == descriptor["data_keys"].keys()


def test_what_an_outage_cut_in_half_is_written_anew(ledger: Ledger, catalogue: Catalogue) -> None:
    from bluesky.callbacks.tiled_writer import TiledWriter

    uid = _copied(ledger, "half")
    documents = ledger.documents(uid)
    with looking_into(catalogue) as client:
        half = TiledWriter(client)
        for name, document in documents[:3]:
            half(name, document)
        assert "stop" not in client[uid].metadata
    with Sender(ledger, catalogue) as sender:
        assert (sender.send(uid), sender.send(uid)) == (True, False)
    with looking_into(catalogue) as client:
        _same(client[uid], documents)


def test_a_run_without_its_end_is_sent_as_what_it_is(ledger: Ledger, catalogue: Catalogue) -> None:
    uid = _copied(ledger, "cut", whole=False)
    assert runs_of(ledger, 1)[0][uid] is False
    with Sender(ledger, catalogue) as sender:
        assert (sender.send(uid), sender.send(uid)) == (True, False)
    events = [document for name, document in ledger.documents(uid) if name == "event"]
    with looking_into(catalogue) as client:
        assert set(client[uid].metadata) == {"start", MARK}
        assert len(read(client[uid], "primary")) == len([e for e in events if len(e["data"])])


def _copied(ledger: Ledger, name: str, *, whole: bool = True) -> str:
    """A run of one stream under another uid, as the first experiment's."""
    for uid in runs_of(ledger, 1)[0]:
        documents = ledger.documents(uid)
        if sum(kind == "descriptor" for kind, _ in documents) == 1:
            break
    else:
        pytest.fail("no run of one stream")
    text = json.dumps(documents).replace(uid, f"{name}-{uid}")
    copied = [tuple(pair) for pair in json.loads(text)]
    new = f"{name}-{uid}"
    ledger.add_documents(new, copied if whole else copied[:-1], ledger.experiments(1)[0].id)
    return new


def test_a_catalogue_that_dies_in_the_middle_loses_nothing(
    finished: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "AWAY_S", 0.2)
    monkeypatch.setattr(keeper, "LOOK_S", 0.1)
    monkeypatch.setattr(keeper, "LAST_S", WITHIN_S)
    here = CampaignFolder(tmp_path / "run")
    with contextlib.closing(small_ledger(finished, tmp_path)) as ledger:
        before = list(runs_of(ledger, 1)[0])
        with Keeper(ledger, 1, "local", here) as kept:
            until(lambda: not kept._waiting)
            note = here.path / "tiled" / "server.json"
            os.kill(json.loads(note.read_text())["pid"], signal.SIGKILL)
            later = [_copied(ledger, f"later-{number}") for number in range(2)]
        assert not note.exists(), "no server is left"
        with local_catalogue(here) as catalogue, looking_into(catalogue) as client:
            assert sorted(client) == sorted([*before, *later])
            for uid in later:
                _same(client[uid], ledger.documents(uid))
    assert (here.path / "tiled" / "key").stat().st_mode & 0o077 == 0, "the key is its owner's alone"


def test_nobody_waits_for_a_catalogue_that_is_away(ledger: Ledger, folder: Path, caplog: Any) -> None:
    before = time.monotonic()
    with (
        pytest.raises(RuntimeError, match="stopped"),
        Keeper(ledger, 1, "http://127.0.0.1:1", CampaignFolder(folder / "run")),
    ):
        raise RuntimeError("stopped")
    assert time.monotonic() - before < 12
    assert "`ionloop documents send` sends them" in caplog.text


def test_a_command_sends_what_is_missing(
    ionloop: Command, folder: Path, catalogue: Catalogue, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(address.KEY, catalogue.key)
    runs = len(runs_of(ledger, 1)[0])
    campaign = folder / "campaign.yaml"
    words = ("documents", "send", campaign, "--folder", folder / "run", "--to", catalogue.uri, "--json")
    first, second = ionloop(*words), ionloop(*words)
    assert (first.status, second.status) == (0, 0)
    told = json.loads(second.out)
    assert told == {"catalogue": catalogue.uri, "runs": runs, "sent": 0, "there_already": runs}


def test_the_catalogue_of_a_campaign_is_served_until_it_is_told_to_end(
    folder: Path, ionloop: Command, finished: Place
) -> None:
    campaign = finished.file
    none = ionloop("documents", "serve", campaign, "--folder", folder / "nowhere")
    assert (none.status, "has no catalogue of its own" in none.err) == (2, True)
    own = folder / "served"
    (own / "tiled").mkdir(parents=True)
    words = [sys.executable, "-m", "flows.cli.main", "documents", "serve", str(campaign), "--folder", str(own)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        uri = said.split()[1].rstrip(",")
        assert httpx.get(f"{uri}/api/v1/", timeout=30).status_code == 200
        process.terminate()
        assert process.wait(60) == 0
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"{uri}/api/v1/", timeout=5)


def test_a_wrong_key_no_key_and_no_catalogue_are_told_apart(catalogue: Catalogue) -> None:
    with pytest.raises(BadInput, match="refuses the key"):
        Catalogue(catalogue.uri, "wrong").refuse_unfit()
    with pytest.raises(BadInput, match="wants a key"):
        Catalogue(catalogue.uri, "").refuse_unfit()
    with pytest.raises(CatalogueAway, match="does not answer"):
        Catalogue("http://127.0.0.1:1", "key").refuse_unfit()
    catalogue.refuse_unfit()


def test_another_server_is_no_catalogue() -> None:
    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Other) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(BadInput, match="is no Tiled catalogue"):
            Catalogue(f"http://127.0.0.1:{server.server_port}", "key").refuse_unfit()
        server.shutdown()


def test_a_campaign_is_refused_before_it_begins(
    ionloop: Command, tmp_path: Path, catalogue: Catalogue, finished: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(finished.file, tmp_path / "campaign.yaml")
    lab = (EXAMPLES / "simulated_lab.yaml").read_text()
    monkeypatch.setenv(address.KEY, "wrong")
    for uri, words in (
        (catalogue.uri, "refuses the key"),
        ("ftp://x", "tiled_uri"),
        (f"{catalogue.uri}?api_key=a", "key"),
    ):
        (tmp_path / "simulated_lab.yaml").write_text(f"{lab}\ntiled_uri: {uri!r}\n")
        said = ionloop("run", "campaign.yaml", "--folder", "run")
        assert (said.status, said.err.count("\n")) == (2, 1)
        assert words in said.err
        assert not (tmp_path / "run" / "tiled").exists()


def test_without_the_extra_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address, "find_spec", lambda name: None)
    for uri in ("local", "http://127.0.0.1:1"):
        with pytest.raises(BadInput, match="not installed") as refused:
            address.refuse_unfit_catalogue(uri)
        assert "ionloop[tiled]" in str(refused.value)
    address.refuse_unfit_catalogue("")


@pytest.mark.parametrize("uri", ["", "local", "https://tiled.example.org", "http://127.0.0.1:8000/"])
def test_an_address_is_read_from_the_lab_file(uri: str) -> None:
    lab = read_lab(EXAMPLES / "simulated_lab.yaml").model_dump(mode="json")
    assert LabFile.model_validate({**lab, "tiled_uri": uri}).tiled_uri == uri
