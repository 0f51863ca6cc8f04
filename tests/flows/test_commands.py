"""Pause, resume and stop, of a campaign and of one experiment: commands in the ledger, read at checkpoints."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.crew import Crew
from flows.loop import how_it_ended, run_loop
from flows.session import Session, open_session
from flows.stopping import Stopped
from ledger.kinds import ExperimentState
from ledger.store import Ledger
from tests.flows.command import Command
from tests.flows.small_campaign import Place, write_campaign

PATIENCE_S = 60
EXPERIMENTS = 4


class Running:
    """The loop of a campaign in a thread of its own, without Prefect."""

    def __init__(self, session: Session) -> None:
        self.session, self.ledger, self.campaign = session, session.ledger, session.campaign_id
        self.learn: Callable[[Any], None] = lambda experiment: None
        self.errors: list[BaseException] = []
        self.crew: Crew | None = None
        self._thread = threading.Thread(target=self._run)

    def begin(self) -> None:
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def command(self, command: str, experiment: int | None = None) -> None:
        self.ledger.give_command(self.campaign, command, by="Ada", note="because", experiment=experiment)

    def end(self) -> dict[int, tuple[str, str]]:
        """State and reason of each experiment, once the loop has ended."""
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
        assert not self.errors
        return {e.number: (e.state, e.why) for e in self.ledger.experiments(self.campaign)}

    def until(self, condition: Callable[[], object]) -> None:
        began = time.monotonic()
        while not condition():
            assert time.monotonic() - began < PATIENCE_S
            assert self._thread.is_alive()
            time.sleep(0.02)

    def _run(self) -> None:
        try:
            with Crew(self.session) as crew:
                self.crew = crew
                run_loop(self.session, crew, lambda experiment: self.learn(experiment))
        except BaseException as error:  # noqa: BLE001  told to the test
            self.errors.append(error)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    file = write_campaign(tmp_path, experiments=EXPERIMENTS, batch=2, start=EXPERIMENTS)
    with open_session(file, tmp_path / "run", None, hardware=False) as session:
        yield Running(session)


def moving(ledger: Ledger, campaign: int) -> int:
    """The number of the last event: it stands where nothing happens."""
    return len(ledger.events(campaign))


def test_a_paused_campaign_begins_nothing_until_it_is_resumed(running: Running) -> None:
    running.command("pause")
    running.begin()
    time.sleep(1.5)
    assert running.ledger.count_suggestions(running.campaign) == 0
    running.command("resume")
    assert len(running.end()) == EXPERIMENTS


def test_plans_hold_at_their_next_checkpoint_and_go_on_where_they_were(running: Running) -> None:
    running.learn = lambda experiment: running.command("pause") if experiment.number == 1 else None
    running.begin()
    running.until(lambda: running.session.control.now().paused())
    time.sleep(1.0)  # what instruments are busy with comes to its end meanwhile
    before = moving(running.ledger, running.campaign)
    time.sleep(1.0)
    assert moving(running.ledger, running.campaign) == before
    running.command("resume")
    assert [state for state, _ in running.end().values() if state != ExperimentState.DISCARDED].count("observed") >= 3


def test_one_experiment_is_held_while_the_others_go_on(running: Running) -> None:
    def first() -> Any:
        return running.ledger.experiments(running.campaign)[0]

    running.begin()
    running.until(lambda: running.ledger.experiments(running.campaign))
    running.until(lambda: first().state == ExperimentState.MEASURING)  # there are more measuring stations
    running.command("pause", experiment=1)
    others = [ExperimentState.OBSERVED, ExperimentState.DISCARDED]
    running.until(lambda: len(running.ledger.experiments(running.campaign, states=others)) == EXPERIMENTS - 1)
    assert first().state == ExperimentState.MEASURING
    running.command("resume", experiment=1)
    assert ExperimentState(running.end()[1][0]).final


def test_stop_finishes_what_is_wet_and_begins_nothing(running: Running) -> None:
    running.learn = lambda experiment: running.command("stop") if experiment.number == 1 else None
    running.begin()
    ends = running.end()
    assert 1 < len(ends) < EXPERIMENTS
    begun = {s.id for e in running.ledger.experiments(running.campaign) for s in running.ledger.samples(e.id)}
    for state, why in ends.values():
        assert ExperimentState(state).final
        assert state != ExperimentState.CANCELLED or why == "stopped by Ada: because"
    assert begun
    assert how_it_ended(running.session) == ("stopped", "stopped by Ada: because")


def test_one_experiment_is_called_off_and_the_campaign_goes_on(running: Running) -> None:
    running.begin()
    running.until(lambda: len(running.ledger.experiments(running.campaign)) >= 2)
    running.command("stop", experiment=2)
    ends = running.end()
    assert ends[2] == (ExperimentState.CANCELLED, "stopped by Ada: because")
    assert len(ends) == EXPERIMENTS
    assert ends[1][0] != ExperimentState.CANCELLED


@pytest.mark.parametrize(
    ("role", "step"),
    [
        ("dispenser", "dose"),
        ("thermal_stage", "heat"),
        pytest.param("sample_changer", "unload", marks=pytest.mark.slow),
    ],
)
def test_one_experiment_is_aborted_and_its_station_serves_the_next(running: Running, role: str, step: str) -> None:
    """Cut off in a dose that cannot be stopped, with the film in the cell, or with the arm on its way back."""
    begun, holds = threading.Event(), list[Any]()
    for station in running.session.lab.stations.values():
        if role in station.instruments:
            watch(station.instruments[role], step, running.session.lab.clock, begun, holds)
    running.begin()
    assert begun.wait(PATIENCE_S)
    running.command("abort", experiment=1)
    assert running.crew is not None
    running.crew.abort_experiment(1, "aborted by Ada")
    time.sleep(0.3)  # the plan ends; lab time stands
    holds[0].release()
    ends = running.end()
    assert ends[1] == (ExperimentState.CANCELLED, "aborted by Ada: because")
    assert len(ends) == EXPERIMENTS
    assert ExperimentState.CANCELLED not in [state for number, (state, _) in ends.items() if number != 1], ends


def watch(device: Any, step: str, clock: Any, begun: threading.Event, holds: list[Any]) -> None:
    """Let lab time stand as soon as the first order of a step has begun."""
    original = device.set

    def set_and_hold(order: Any) -> Any:
        status = original(order)
        if order.command.step.startswith(step) and not begun.is_set():
            holds.append(clock.hold())
            begun.set()
        return status

    device.set = set_and_hold


def test_a_stop_ends_what_is_paused_too(running: Running) -> None:
    running.learn = lambda experiment: running.command("pause") if experiment.number == 1 else None
    running.begin()
    running.until(lambda: running.session.control.now().paused())
    running.command("stop")
    assert all(ExperimentState(state).final for state, _ in running.end().values())
    assert how_it_ended(running.session)[0] == "stopped"


def test_an_abort_that_nobody_was_there_to_obey_comes_before_anything_moves(running: Running) -> None:
    running.command("abort")
    with pytest.raises(Stopped, match="aborted by Ada"), Crew(running.session) as crew:
        run_loop(running.session, crew, lambda experiment: None)
    assert not running.ledger.experiments(running.campaign)


def test_the_command_line_writes_a_command_and_says_who_obeys(ionloop: Command, tmp_path: Path) -> None:
    file = write_campaign(tmp_path, experiments=EXPERIMENTS, batch=2, start=EXPERIMENTS)
    place = Place(tmp_path, tmp_path / "home")
    with open_session(file, place.run, None, hardware=False) as session:
        said = ionloop("pause", file, "--folder", place.run, "--by", "Ada", "--note", "lunch")
        assert said.status == 0
        assert "obeys" in said.out
        (given,) = session.ledger.commands(session.campaign_id)
        assert (given.command, given.by, given.note, given.experiment) == ("pause", "Ada", "lunch", None)
    told = json.loads(ionloop("resume", file, "--folder", place.run, "--json").out)
    assert told["running"] is False
    said = ionloop("abort", file, "--folder", place.run, "--experiment", "99")
    assert said.status == 2
    assert "no experiment 99" in said.err
    with contextlib.closing(Ledger.open(place.ledger)) as ledger:
        ledger.set_campaign_state(ledger.campaign("peo_salts").id, "finished")
    said = ionloop("stop", file, "--folder", place.run)
    assert said.status == 2
    assert "is finished" in said.err
