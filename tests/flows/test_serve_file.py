"""The configuration of `ionloop serve`: what it may say, and what is said of a mistake."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from chemistry.errors import BadInput
from flows.server.configuration import configuration_of_campaign, is_configuration, read_configuration
from flows.server.serve import in_words
from tests.flows.command import Command
from tests.flows.small_campaign import EXAMPLES, write_campaign

SCREEN = {
    "name": "p",
    "pool": "campaign.yaml",
    "salts": "LiTFSI",
    "loadings": "0.1",
    "temperatures": "30",
    "table": "campaign.yaml",
    "out": "o.csv",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_campaign(tmp_path, experiments=2, batch=1, start=2)
    return tmp_path


def written(folder: Path, **more: Any) -> Path:
    content = {"campaigns": [{"file": "campaign.yaml", "schedule": "0 20 * * *"}], **more}
    path = folder / "serve.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return path


def test_the_example_is_one(ionloop: Command) -> None:
    configuration = read_configuration(EXAMPLES / "serve.yaml")
    assert list(configuration.campaigns) == ["peo_salts"]
    assert set(configuration.queues) == {"theory", "house", "alerts", "synthesis"}
    schema = json.loads(ionloop("schema", "serve").out)
    validator = pytest.importorskip("jsonschema").Draft202012Validator(schema)
    content = yaml.safe_load((EXAMPLES / "serve.yaml").read_text())
    assert [error.message for error in validator.iter_errors(content)] == []
    assert not validator.is_valid({**content, "naem": "a key too many"})


def test_a_dashboard_shows_one_ledger(folder: Path) -> None:
    other = folder / "other.yaml"
    other.write_text((folder / "campaign.yaml").read_text().replace("name: peo_salts", "name: other"))
    campaigns = [{"file": "campaign.yaml"}, {"file": "other.yaml"}]
    assert read_configuration(written(folder, dashboard={})).dashboard_ledger.endswith("peo_salts/ledger.sqlite")
    with pytest.raises(BadInput, match="several ledgers, and a dashboard shows one"):
        read_configuration(written(folder, campaigns=campaigns, dashboard={}))
    named = read_configuration(written(folder, campaigns=campaigns, dashboard={"campaign": "other"}))
    assert named.dashboard_ledger.endswith("other/ledger.sqlite")
    shared = [{**one, "ledger": "all.sqlite"} for one in campaigns]
    assert read_configuration(written(folder, campaigns=shared, dashboard={})).dashboard_ledger.endswith("all.sqlite")


def test_paths_are_relative_to_the_file_and_a_queue_is_there_for_each_lab(folder: Path) -> None:
    found = read_configuration(written(folder, back_up={"folder": "kept"})).campaigns["peo_salts"]
    assert found.file == folder / "campaign.yaml"
    assert found.ledger == str(folder / "runs" / "peo_salts" / "ledger.sqlite")
    assert found.queue == "simulated lab"
    assert read_configuration(written(folder)).path("kept") == folder / "kept"
    assert not (folder / "runs").exists(), "it is read, and nothing is made"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"campaigns": [{"file": "none.yaml"}]}, ("line 2", "there is no campaign file", "relative")),
        ({"campaigns": [{"file": "campaign.yaml", "schedule": "at night"}]}, ("Line 3", "no cron schedule")),
        ({"campaigns": [{"file": "campaign.yaml", "schedule": "0 0 20 * * *"}]}, ("Line 3", "no cron schedule")),
        ({"time_zone": "Europe/Nowhere"}, ("Line 4", "names no time zone")),
        ({"retrain": [{"campaign": "other"}]}, ("line 5", "no campaign of the name other", "peo_salts")),
        ({"retrain": [{"campaign": "peo_salts", "model": "magic"}]}, ("Line 6", "is no model", "average", "'magic'")),
        ({"validate": [{"campaign": "peo_salts", "recipe": "magic"}]}, ("Line 6", "'magic'")),
        ({"dashboard": {"campaign": "other"}}, ("line 5", "no campaign of the name other", "peo_salts")),
        ({"campaigns": [{"file": "~nobody_at_all/x.yaml"}]}, ("line 2", "can be no path", "relative")),
        ({"campaigns": [{"file": f"{'x' * 300}.yaml"}]}, ("line 2", "can be no path", "too long")),
        ({"campaigns": [{"file": "campaign.yaml", "folder": "a\0b"}]}, ("line 3", "can be no path")),
        ({"back_up": {"folder": "a\0b"}}, ("line 5", "can be no path")),
        ({"screen": [{"name": "p", "pool": "p.csv", "salts": "LiTFSI", "loadings": "0.1", "temperatures": "30",
                      "fitted": "kept", "out": "o.csv"}]}, ("line 6", "there is no file", "p.csv", "relative")),
        ({"dashboard": {"port": 4200}}, ("Line 5", "4200 is the port of the Prefect server")),
        ({"queues": {"ovens": {"at_once": 1}}}, ("line 5", "nothing that is served goes through a queue ovens")),
        ({"campaigns": [{"file": "campaign.yaml"}] * 2}, ("campaign.yaml is served twice",)),
        ({"campaigns": [{"file": "campaign.yaml", "queue": "theory"}]}, ("Line 3", "jobs that move nothing")),
        ({"alerts": {"when": ["ended"]}}, ("Line 4", "nobody is told")),
        ({"alerts": {"webhooks": [{"url": "ftp://x"}]}}, ("Line 6", "pattern")),
        (
            {"alerts": {"mail": {"to": ["a@b"], "sender": "a@b", "user": "a", "password_variable": "P"}}},
            ("Line 5", "over TLS only"),
        ),
        ({"server": {"database": "sqlite:///x"}}, ("Line 5", "postgresql")),
        ({"screen": [{"name": "p", "pool": "p.csv", "salts": "LiTFSI", "loadings": "0.1", "temperatures": "30",
                      "out": "o.csv"}]}, ("either `table` or `fitted`",)),
        ({"screen": [{**SCREEN, "salts": "LiTFSI, salz"}]}, ("line 7", "salz")),
        ({"screen": [{**SCREEN, "loadings": "0.1 stone"}]}, ("line 8", "'stone' is no unit of a salt loading")),
        ({"screen": [{**SCREEN, "temperatures": "333"}]}, ("line 9", "333 °C is not between", "'333 K'")),
        ({"screen": [{**SCREEN, "model": "magic"}]}, ("Line 12", "is no model", "average", "'magic'")),
        ({"back_up": {"folder": "campaign.yaml"}}, ("line 5", "campaign.yaml is a file", "Name a folder")),
        ({"backup": {"folder": "x"}}, ("unknown key `backup`; did you mean `back_up`?",)),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)  # fmt: skip
def test_a_mistake_is_one_paragraph_with_its_line(
    folder: Path, ionloop: Command, more: dict[str, Any], words: tuple[str, ...]
) -> None:
    said = ionloop("serve", written(folder, **more))
    assert said.status == 2
    assert said.err.count("\n") == 1
    assert [word for word in words if word not in said.err] == []
    assert not (folder / "runs").exists()


@pytest.mark.parametrize("option", [("--cron", "0 3 * * *"), ("--hardware",), ("--port", "4300")])
def test_what_the_file_says_is_not_said_again(folder: Path, ionloop: Command, option: tuple[str, ...]) -> None:
    said = ionloop("serve", written(folder), *option)
    assert said.status == 2
    assert option[0] in said.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--cron", "at night"), "--cron: 'at night' is no cron schedule"),
        (("--timezone", "Nowhere"), "--timezone: 'Nowhere' names no time zone"),
        (("--port", "70000"), "--port: 70000 should be at most 65535"),
    ],
)
def test_a_mistake_in_the_short_form_names_the_option(
    folder: Path, ionloop: Command, options: tuple[str, ...], words: str
) -> None:
    said = ionloop("serve", folder / "campaign.yaml", *options)
    assert said.status == 2
    assert words in said.err


def test_the_short_form_is_a_configuration_of_one_campaign(folder: Path) -> None:
    file = folder / "campaign.yaml"
    assert not is_configuration(file)
    options: dict[str, Any] = {"folder": folder / "run", "ledger_url": None, "hardware": False, "port": 4200}
    made = configuration_of_campaign(file, cron="0 3 * * *", time_zone="UTC", **options)
    assert in_words(made) == ["Serving peo_salts: it runs on the schedule `0 3 * * *` (UTC)."]
    assert made.campaigns["peo_salts"].folder.path == folder / "run"
    by_hand = configuration_of_campaign(file, cron=None, time_zone="UTC", **options)
    assert in_words(by_hand) == ["Serving peo_salts: it runs when you press Run."]


def test_a_file_that_cannot_be_read_is_told_as_a_campaign_file(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("campaigns: [")
    assert not is_configuration(broken)
    with pytest.raises(BadInput, match="not valid YAML"):
        read_configuration(broken)


def test_a_server_open_to_others_wants_a_password(folder: Path, ionloop: Command) -> None:
    said = ionloop("serve", written(folder, server={"host": "192.0.2.7"}))
    assert said.status == 2
    assert "PREFECT_SERVER_API_AUTH_STRING" in said.err


def test_a_dashboard_open_to_others_wants_an_account(folder: Path, ionloop: Command) -> None:
    said = ionloop("serve", written(folder, dashboard={"host": "0.0.0.0"}))
    assert said.status == 2
    assert "nobody has an account yet" in said.err
    assert "ionloop people add" in said.err


@pytest.mark.parametrize("address", ["there", "ftp://there/api", "http://"])
def test_a_worker_wants_the_address_of_a_server(ionloop: Command, address: str) -> None:
    said = ionloop("worker", address, "--queue", "theory")
    assert said.status == 2
    assert "4200/api" in said.err
    assert said.err.count("\n") == 1
