"""A campaign from the form of the Prefect UI: its fields, what is refused when, and a run by a worker elsewhere."""

import contextlib
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import yaml
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterDeploymentId
from prefect.client.schemas.objects import State
from prefect.client.schemas.sorting import FlowRunSort
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Crashed, Failed, Running

from chemistry.errors import BadInput
from flows.server.configuration import Configuration, read_configuration
from flows.server.deployments import bring_up_to_date, wanted
from flows.server.new_campaign import written
from flows.server.watch import Watch
from flows.spec import CampaignSpec
from ledger.kinds import EventKind
from ledger.store import Ledger
from tests.flows.held_server import HeldServer
from tests.flows.prefect_api import fill_in, flow_run_state, press, read_flow_run
from tests.flows.small_campaign import ROOT, environment, write_campaign
from tests.flows.test_serve import until

PATIENCE_S = 240.0


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    """One campaign with a form, through a queue that a worker elsewhere takes from; its pool is this test's own."""
    write_campaign(tmp_path, experiments=2, batch=1, start=2, planner={"name": "sobol"})
    pool = f"forms {uuid4().hex[:8]}"
    campaign = {"file": "campaign.yaml", "queue": "synthesis", "form": True}
    content = {"name": pool, "campaigns": [campaign], "queues": {"synthesis": {"here": False}}}
    file = tmp_path / "serve.yaml"
    file.write_text(yaml.safe_dump(content))
    return read_configuration(file)


@pytest.fixture
def client(prefect: HeldServer) -> Iterator[SyncPrefectClient]:
    with temporary_settings({PREFECT_API_URL: prefect.address}), get_client(sync_client=True) as opened:
        yield opened


@contextlib.contextmanager
def worker_of(configuration: Configuration, server: HeldServer, home: Path) -> Iterator[int]:
    """`ionloop worker` with a home of its own, as on another machine; its process."""
    words = ["worker", server.address, "--pool", configuration.spec.name, "--queue", "synthesis"]
    with subprocess.Popen(
        [sys.executable, "-m", "flows.cli.main", *words],
        cwd=ROOT,
        env=environment(home) | {"PREFECT_WORKER_QUERY_SECONDS": "1"},
        stdout=subprocess.DEVNULL,
    ) as process:
        try:
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)


@pytest.mark.timeout(500)
def test_the_form_is_the_campaign_file_and_a_worker_elsewhere_runs_what_was_filled_in(
    client: SyncPrefectClient, prefect: HeldServer, configuration: Configuration, tmp_path: Path
) -> None:
    form = bring_up_to_date(client, configuration, list(wanted(configuration, None)))["new campaign/like peo_salts"]
    there = client.read_deployment(form)
    assert_holds_the_fields(there.parameter_openapi_schema or {})
    filled_in = {**there.parameters["campaign"], "name": "from_a_form", "seed": 3}

    refused = press(
        f"{prefect.address}/deployments/{form}/create_flow_run",
        json={"parameters": {"campaign": {**filled_in, "budget": {"experiments": 0}}}},
    )
    assert refused.status_code == httpx.codes.CONFLICT
    assert "'campaign.budget.experiments'. Failure reason: 0 is less than the minimum of 1" in refused.text

    with worker_of(configuration, prefect, tmp_path / "home") as worker:
        right = ended(prefect, fill_in(prefect.address, str(form), campaign=filled_in))
    assert right["state_type"] == "COMPLETED", right["state"]["message"]
    assert right["name"].startswith("from_a_form 20")
    assert right["labels"]["prefect.worker.name"].endswith(": synthesis")
    with Ledger.open(tmp_path / "runs" / "from_a_form" / "ledger.sqlite", create=False) as ledger:
        (run,) = ledger.campaigns()
        owners = {e.payload["owner"] for e in ledger.events() if e.kind == EventKind.LEASE_TAKEN}
        assert len(ledger.films(run.id)) == 2
    assert (run.name, run.state, run.spec["seed"]) == ("from_a_form", "finished", 3)
    assert {owner.split(":")[1] for owner in owners}.isdisjoint({str(os.getpid()), str(worker)})
    kept = CampaignSpec.model_validate(yaml.safe_load((tmp_path / "from_a_form.yaml").read_text()))
    assert kept == CampaignSpec.model_validate(filled_in)


def test_what_was_begun_by_the_form_and_cut_off_goes_on_by_itself_once(
    client: SyncPrefectClient, configuration: Configuration, tmp_path: Path
) -> None:
    deployments = bring_up_to_date(client, configuration, list(wanted(configuration, None)))
    form = deployments["new campaign/like peo_salts"]
    first = client.read_deployment(form).parameters["campaign"]

    def run_of(name: str, state: State, seed: int = 0, **more: str) -> None:
        campaign = {**first, "name": name, "seed": seed}
        run = client.create_flow_run_from_deployment(form, parameters={"campaign": campaign, **more})
        client.set_flow_run_state(run.id, state, force=True)

    def begun(name: str) -> None:
        written({**first, "name": name, "seed": 0}, tmp_path, hardware=False)
        with Ledger.open(tmp_path / "runs" / name / "ledger.sqlite") as ledger:
            ledger.begin_campaign(name, {**first, "name": name}, seed=0)

    def runs() -> Counter[str]:
        asked = FlowRunFilter(deployment_id=FlowRunFilterDeploymentId(any_=[form]))
        found = client.read_flow_runs(flow_run_filter=asked, sort=FlowRunSort.ID_DESC, limit=200)
        return Counter(run.parameters["campaign"]["name"] for run in found)

    for name in ("cut_off", "at_work", "by_hand"):
        begun(name)
    run_of("cut_off", Crashed(message="its machine was switched off"))
    run_of("at_work", Running())  # by a worker elsewhere
    run_of("cut_off", Failed(message="there is another campaign of the name"), seed=99)
    run_of("by_hand", Crashed(message="the same, and nobody had looked yet"), seed=99)
    run_of("x" * 60, Crashed(message="nothing was written"), folder="/" + "x" * 300)
    before = runs()
    watch = Watch(configuration, deployments, "here")
    watch.look(client)
    assert runs() - before == {"cut_off": 1}
    (again,) = [
        run for run in client.read_flow_runs(sort=FlowRunSort.ID_DESC, limit=200) if run.name == "cut_off goes on"
    ]
    assert again.parameters["campaign"]["seed"] == 0, "as it was begun, not as somebody else wanted to"
    watch.look(client)
    Watch(configuration, deployments, "here").look(client)
    assert runs() - before == {"cut_off": 1}, "one that waits for its turn is enough"


def assert_holds_the_fields(schema: dict[str, Any]) -> None:
    """Types, choices, limits and words are those of the campaign file."""
    fields, own = schema["definitions"]["CampaignSpec"]["properties"], CampaignSpec.model_json_schema()
    assert set(fields) == set(own["properties"])
    for name, field in own["properties"].items():
        for key in ("type", "enum", "minimum", "maximum", "description", "pattern", "minItems"):
            assert fields[name].get(key) == field.get(key) or (name, key) == ("lab", "enum")
    assert fields["lab"]["enum"] == ["simulated_lab.yaml"]
    for part, held in own["$defs"].items():
        assert set(schema["definitions"][part].get("properties", {})) == set(held.get("properties", {}))
    assert schema["properties"]["campaign"]["description"].startswith("What it asks")
    assert schema["required"] == ["campaign", "folder", "runs"]


def ended(prefect: HeldServer, run: str) -> dict[str, Any]:
    """A flow run, once it has ended."""
    open_states = ("SCHEDULED", "PENDING", "RUNNING")
    until(lambda: flow_run_state(prefect.address, run) not in open_states, PATIENCE_S)
    return read_flow_run(prefect.address, run)


@pytest.fixture
def filled_in(tmp_path: Path) -> dict[str, Any]:
    file = write_campaign(tmp_path, experiments=2, batch=1, start=2, name="mine")
    said = yaml.safe_load(file.read_text())
    file.unlink()
    return said


def test_what_was_filled_in_twice_is_one_campaign_and_another_of_its_name_is_refused(
    filled_in: dict[str, Any], tmp_path: Path
) -> None:
    file = written(filled_in, tmp_path, hardware=False)
    before = file.stat().st_mtime_ns
    assert written(filled_in, tmp_path, hardware=False) == file
    with pytest.raises(BadInput, match="another campaign of the name mine"):
        written({**filled_in, "seed": 99}, tmp_path, hardware=False)
    assert file.stat().st_mtime_ns == before
    assert sorted(path.suffix for path in tmp_path.glob("*mine*")) == [".yaml"]


def test_defaults_that_the_page_fills_in_are_as_good_as_left_out(filled_in: dict[str, Any], tmp_path: Path) -> None:
    """As Prefect's page sends it: every field that has a default, whether anybody touched it or not."""
    schema = CampaignSpec.model_json_schema()

    def as_sent(given: Any, of: dict[str, Any]) -> Any:
        of = schema["$defs"][of["$ref"].rpartition("/")[2]] if "$ref" in of else of
        if isinstance(given, list) and isinstance(of.get("items"), dict):
            return [as_sent(entry, of["items"]) for entry in given]
        if not isinstance(given, dict) or "properties" not in of:
            return given
        defaults = {key: field["default"] for key, field in of["properties"].items() if "default" in field}
        return defaults | {key: as_sent(value, of["properties"].get(key, {})) for key, value in given.items()}

    sent = as_sent(filled_in, schema)
    assert sent["objectives"][0]["over"] == "worst", "which the file refuses where there is one temperature"
    file = written(sent, tmp_path, hardware=False)
    assert CampaignSpec.model_validate(yaml.safe_load(file.read_text())) == CampaignSpec.model_validate(filled_in)
    assert written(filled_in, tmp_path, hardware=False) == file, "which says the same"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": "../mine"}, "`name` .*small letters"),
        ({"lab": "none.yaml"}, "`none.yaml` does not exist"),
        ({"budget": {"experiments": 1, "batch": 2}, "seed": -1}, "2 problems found, nothing was started"),
        ({"budget": {"experiments": 1, "batch": 2}}, "`budget.batch` a batch of 2 is more than all 1 experiments"),
        ({"space": {"pool": {"file": "none.csv"}}, "planner": {"name": "pool"}}, "form"),
    ],
)
def test_what_makes_no_campaign_leaves_nothing(
    filled_in: dict[str, Any], tmp_path: Path, changed: dict[str, Any], words: str
) -> None:
    before = sorted(tmp_path.iterdir())
    with pytest.raises(BadInput, match=words) as refused:
        written({**filled_in, **changed}, tmp_path, hardware=False)
    assert ".new" not in str(refused.value)
    assert sorted(tmp_path.iterdir()) == before
