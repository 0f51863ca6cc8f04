"""A stop from outside finds every thread, wherever it is."""

import contextlib
import os
import signal
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from chemistry.value_file import read_yaml_value
from devices.errors import NeverSent, PlanAborted
from devices.lab import Lab, LabFile
from devices.protocols import MAKE_ROLES
from flows.computing.spec import Computing
from flows.crew import Crew
from flows.session import Session
from flows.stopping import Stopped, _signals_interrupt
from ledger.kinds import CampaignState
from ledger.tables import ExperimentRow
from sim.lab import simulated_lab

LAB = Path(__file__).parents[2] / "examples" / "simulated_lab.yaml"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_falls_where_the_loop_waits_and_nowhere_else(number: signal.Signals) -> None:
    told: list[BaseException] = []
    before = signal.getsignal(number)
    with _signals_interrupt(cast(Any, SimpleNamespace(stop=told.append))):
        os.kill(os.getpid(), number)
    assert [type(why) for why in told] == [KeyboardInterrupt]
    assert signal.getsignal(number) is before


def test_what_nohup_has_ignored_stays_ignored() -> None:
    told: list[BaseException] = []
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with _signals_interrupt(cast(Any, SimpleNamespace(stop=told.append))):
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert told == []


def test_a_thread_that_comes_to_a_station_after_the_abort_is_sent_away(tmp_path: Path) -> None:
    lab = simulated_lab(read_yaml_value(LabFile, LAB), tmp_path)
    spec = SimpleNamespace(budget=SimpleNamespace(batch=1), calculates=False, theory=Computing())
    session = cast(Session, SimpleNamespace(lab=lab, leasing=SimpleNamespace(), spec=spec, ledger=None))
    on_its_way, refused = threading.Event(), []

    def come_late(hold: Any) -> None:
        on_its_way.wait()
        try:
            with lab.borrow(MAKE_ROLES, hold):
                pass
        except PlanAborted as away:
            refused.append(away)
            raise

    def run_until_stopped() -> None:
        with Crew(session) as crew:
            crew.begin(cast(ExperimentRow, None), come_late)
            threading.Timer(0.1, on_its_way.set).start()
            raise Stopped("enough", CampaignState.PAUSED)

    mine = lab.clock.hold()
    with lab.borrow(MAKE_ROLES, mine), pytest.raises(Stopped):
        run_until_stopped()
    mine.release()
    lab.close()
    assert "enough" in str(refused[0])


def test_a_cell_whose_lab_went_away_while_it_was_cleared_is_cleared_once_more() -> None:
    asked: list[int] = []

    def run(plan: Any, *, token: int, hold: Any) -> None:
        plan.close()
        asked.append(token)
        if len(asked) == 1:
            raise NeverSent("sample_changer", "unload", "no connection")

    station = SimpleNamespace(name="measuring-1", run=run)
    tokens = iter((1, 2))
    crew = cast(
        Any,
        SimpleNamespace(
            _lab=SimpleNamespace(stations_with=lambda roles: [station]),
            _leasing=SimpleNamespace(lease=lambda *_, **__: contextlib.nullcontext(next(tokens))),
            _patience=SimpleNamespace(reached=lambda *_: None),
            _hold=None,
        ),
    )
    crew._clear_cell = lambda which: Crew._clear_cell(crew, which)
    Crew._clear_cells(crew)
    assert asked == [1, 2]


@pytest.mark.parametrize(("state", "turned_off"), [(CampaignState.ABORTED, True), (CampaignState.PAUSED, False)])
def test_an_abort_turns_off_what_a_failed_clean_up_has_left_on(
    tmp_path: Path, state: CampaignState, turned_off: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes back asks what goes on; after an abort nobody does."""
    lab = simulated_lab(read_yaml_value(LabFile, LAB), tmp_path)
    told: list[Lab] = []
    monkeypatch.setattr(Lab, "safe", lambda self: told.append(self))
    spec = SimpleNamespace(budget=SimpleNamespace(batch=1), calculates=False, theory=Computing())
    session = cast(Session, SimpleNamespace(lab=lab, leasing=SimpleNamespace(), spec=spec, ledger=None))
    with contextlib.closing(lab), pytest.raises(Stopped), Crew(session):
        raise Stopped("enough", state)
    assert told == ([lab] if turned_off else [])
