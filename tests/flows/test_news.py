"""What is told of a campaign, from its ledger: each thing once, and nothing that people did themselves."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from chemistry.formulation import Formulation
from flows.leasing import Leasing, campaign_lease
from flows.left_runs import note_flow_run
from flows.server.configuration import configuration_of_campaign
from flows.server.mark import Mark
from flows.server.news import Told, hanging, news_of
from flows.server.watch import _left_by_its_process
from flows.server.watched import Watched
from flows.spec import CampaignSpec, read_campaign
from flows.stopping import INTERRUPTED
from ledger.approvals import Approvals
from ledger.kinds import CampaignState
from ledger.store import Ledger
from tests.flows.small_campaign import Place, write_campaign

NAME = "peo_salts"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_campaign(tmp_path, experiments=2, batch=1, start=2)


@pytest.fixture
def spec(file: Path) -> CampaignSpec:
    return read_campaign(file)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "run" / "ledger.sqlite") as opened:
        yield opened


def begun(ledger: Ledger, spec: CampaignSpec) -> int:
    return ledger.begin_campaign(NAME, spec.model_dump(mode="json"), 0).id


def kinds(news: list[Told]) -> list[str]:
    return [told.kind for told in news]


def test_an_end_is_told_with_what_was_found(finished: Place) -> None:
    with Ledger.open(finished.ledger, create=False) as ledger:
        *_, told = news_of(ledger, NAME, 0)
        assert told.kind == "ended"
        assert told.subject == "peo_salts (run 1) is finished"
        assert "of 6 experiments gave a result" in told.text
        assert "log10_conductivity at 30 °C" in told.text
        assert news_of(ledger, NAME, told.event) == []
        assert news_of(ledger, "another", 0) == []
        assert hanging(ledger, NAME, 0.0) is None, "what has ended does not hang"


@pytest.mark.parametrize(
    ("why", "told"),
    [
        ("the next film would run dry: LiTFSI; `ionloop stock fill` says what you filled", ["waits"]),
        ("nobody can tell whether `dose` of c1-e001a was done before a crash", ["waits"]),
        ("paused by Ada: lunch", []),
        (INTERRUPTED, []),
    ],
)
def test_a_pause_is_news_unless_somebody_commanded_it(
    ledger: Ledger, spec: CampaignSpec, why: str, told: list[str]
) -> None:
    ledger.set_campaign_state(begun(ledger, spec), CampaignState.PAUSED, why)
    assert kinds(news_of(ledger, NAME, 0)) == told


def test_a_question_to_people_is_told(ledger: Ledger, spec: CampaignSpec, peo_litfsi: Formulation) -> None:
    experiment = ledger.add_suggestion(
        begun(ledger, spec),
        index=0,
        formulation=peo_litfsi,
        action={"source": "experiment", "plan": "film", "cost_h": 1.0},
        reason={"summary": "first"},
        planner="sobol",
        knowledge_event=1,
    )
    Approvals(ledger).ask(experiment.id, ("It is dear.",), 60)
    (told,) = news_of(ledger, NAME, 0)
    assert (told.kind, told.subject) == ("waits", "peo_salts (run 1) waits for approval of experiment 1")
    assert told.text.startswith("It is dear.")


def test_a_drift_is_told(ledger: Ledger, spec: CampaignSpec) -> None:
    campaign = begun(ledger, spec)
    ledger.note_drift(
        campaign,
        "log10_conductivity at 30 °C",
        begun=True,
        payload={"property": "log10_conductivity", "known_event": 1, "since_experiment": 3, "experiment": 9,
                 "shift_sd": -2.5, "widening": 1.7},
    )  # fmt: skip
    (told,) = news_of(ledger, NAME, 0)
    assert told.kind == "drifts"
    assert "since experiment 3" in told.text


def test_silence_hangs_where_the_campaign_should_be_at_work(ledger: Ledger, spec: CampaignSpec) -> None:
    campaign = begun(ledger, spec)
    told = hanging(ledger, NAME, 0.0)
    assert told is not None
    assert "no process runs it" in told.text
    assert hanging(ledger, NAME, timedelta(hours=1).total_seconds()) is None
    ledger.set_campaign_state(campaign, CampaignState.PAUSED, "paused by Ada")
    assert hanging(ledger, NAME, 0.0) is None


def test_a_run_that_its_process_has_left_is_known_by_the_lease(file: Path, ledger: Ledger, spec: CampaignSpec) -> None:
    configured = configuration_of_campaign(
        file, cron=None, time_zone="UTC", folder=file.parent / "run", ledger_url=None, hardware=False, port=4200
    ).campaigns[NAME]
    served = Watched(NAME, configured.ledger, resumes=True, deployment=uuid4(), forms=frozenset())
    assert _left_by_its_process(served) == []
    run = "3f8a1f4c-5cf6-403e-bd71-83175f347330"
    ledger.set_campaign_state(begun(ledger, spec), CampaignState.RUNNING, note_flow_run("tonight", run))
    leasing = Leasing(ledger)
    with leasing.lease(campaign_lease(NAME)):
        assert _left_by_its_process(served) == [], "this very process runs it"
    leasing.close()
    assert _left_by_its_process(served) == [run]


def test_what_was_told_is_remembered_for_its_ledger_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IONLOOP_HOME", str(tmp_path / "home"))
    mark = Mark("ionloop", NAME, "postgresql://ada:secret@db/one")
    assert mark.read() is None
    mark.write(12)
    assert Mark("ionloop", NAME, "postgresql://ada:secret@db/one").read() == 12
    assert Mark("ionloop", NAME, "postgresql://ada:secret@db/two").read() is None
    assert "secret" not in "".join(path.read_text() for path in (tmp_path / "home" / "told").iterdir())
