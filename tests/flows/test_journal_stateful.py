"""The journal, the preprocessor and the reconciliation under random crashes, replies, power cuts and lies.

Hypothesis drives the real journal on a real ledger, the real preprocessor and the real reconciliation; the dispenser is
the real ophyd class on signals in memory, with a model of a balance behind it that counts what really fell.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from bluesky.utils import FailedStatus, Msg
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from ophyd.status import Status

from devices.dispenser import Dispenser
from devices.errors import InstrumentError
from devices.fake import fake_instrument
from devices.journaled import journaled
from devices.lab import Lab
from devices.perform import perform
from devices.protocols import Dose
from devices.station import Station
from flows.control import Control
from flows.leasing import Leasing
from flows.resume import reconcile
from ledger.errors import StepRepeated
from ledger.journal import Journal
from ledger.kinds import DONE, ExperimentState, StepState
from ledger.store import Ledger
from ledger.tables import ExperimentRow
from sim.clock import VirtualClock
from tests.ledger.conftest import formulation

IN_A_ROW = 8
DOSE_mg, STRANGERS_mg = 5.0, 11.0
STEP = "dose PEO"
CRASHES = ("before it is intended", "before it is sent", "after it was sent", "before it is confirmed")


def void(_: object) -> None:
    """Drop what came back."""


class Crash(Exception):
    """The controller dies."""


class Balance:
    """What stands behind the dispenser's signals: it remembers, unless its power is cut."""

    def __init__(self, device: Any) -> None:
        self.device = device
        self.fallen: Counter[tuple[str, str]] = Counter()
        self.fate = "done"
        self.names: dict[str, tuple[str, str]] = {}
        """Order id to sample and step."""
        self._under_way: str | None = None
        device.go.sim_set_putter(lambda *_, **__: self._receive(device.order_id.get(), DOSE_mg))
        device.token.sim_set_putter(lambda value, **__: device.token.sim_put(value))
        self._show(accepted="none yet", totaliser_mg=0.0)

    def _receive(self, order: str, mass_mg: float) -> None:
        if self._under_way is not None or self.fate == "refused":
            self._show(error="refused", failed=order)
            return
        self._under_way = order
        self._show(accepted=order, busy=1)
        if self.fate != "goes on":
            self.end(mass_mg)

    def end(self, mass_mg: float = DOSE_mg) -> None:
        """What is under way comes to its end, good or bad."""
        order, self._under_way = self._under_way, None
        if order is None:
            return
        bad = self.fate == "fails in the middle"
        fell_mg = mass_mg / 2 if bad else mass_mg
        if order in self.names:
            self.fallen[self.names[order]] += 1
        total = self.device.totaliser_mg.get() + fell_mg
        self._show(dispensed_mg=fell_mg, totaliser_mg=total)
        if bad:
            self._show(busy=0, error="jammed", failed=order)
        else:
            self._show(count=self.device.count.get() + 1, busy=0, echo=order)

    def strangers_order(self, order: str) -> None:
        """Somebody with another ledger doses."""
        if self._under_way is None:
            self.fate = "done"
            self._receive(order, STRANGERS_mg)

    def power_cut(self) -> None:
        """It forgets its orders; what it was busy with is left half done. The totaliser stays."""
        if self._under_way is not None:
            self.fate = "fails in the middle"
            self.end()
        self._show(accepted="", echo="", failed="", error="", busy=0)

    def lie(self, accepted: str, count: int) -> None:
        """It claims whatever it likes of its past."""
        self._show(accepted=accepted, echo="", failed="", count=count)

    def _show(self, **values: object) -> None:
        for name, value in values.items():
            getattr(self.device, name).sim_put(value)


class Controllers(RuleBasedStateMachine):
    """One ledger, one dispenser, film after film, and controllers that die."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.ledger = Ledger.open(Path(self.folder.name) / "ledger.sqlite")
        self.clock = VirtualClock()
        device = fake_instrument(Dispenser, "X:", name="dispenser", clock=self.clock)
        self.balance, self.device = Balance(device), device
        lab = Lab("lab", {"synthesis": Station("synthesis", {"dispenser": device}, self.clock)}, self.clock)
        campaign = self.ledger.begin_campaign("c", {}, 1).id
        self.journal, self.leasing = Journal(self.ledger), Leasing(self.ledger)
        self.session: Any = SimpleNamespace(
            ledger=self.ledger,
            lab=lab,
            campaign_id=campaign,
            spec=SimpleNamespace(unknown_steps="discard"),
            leasing=self.leasing,
            control=Control(self.ledger, campaign),
            journal=self.journal,
        )
        self.all_samples: list[str] = []
        self.experiments = self.strangers = 0
        self.sample = self._new_sample()

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.leasing.close()
            self.clock.close()
            self.ledger.close()
            self.folder.cleanup()

    @rule(seed=st.integers(0, 2**64))
    def things_happen(self, seed: int) -> None:
        """Some things in a row, drawn by weight: left to itself the search keeps to few of them, and to short runs."""
        chance = Random(seed)
        for _ in range(IN_A_ROW):
            self._something_happens(chance)
            self.check()

    def check(self) -> None:
        rows = self.rows()
        self.nothing_fell_twice()
        self.the_journal_says_what_happened(rows)
        self.a_step_is_done_or_open_once(rows)

    def _something_happens(self, chance: Random) -> None:
        crash = chance.choice(CRASHES)
        acts: list[tuple[int, str, Callable[[], None]]] = [
            (3, f"die {crash}", lambda: self._dose("done", crash)),
            (1, f"die {crash}, while it goes on", lambda: self._dose("goes on", crash)),
            (2, "dose", lambda: self._dose("done", "never")),
            (1, "dose, refused", lambda: self._dose("refused", "never")),
            (1, "dose, failed", lambda: self._dose("fails in the middle", "never")),
            (1, "come back", lambda: void(reconcile(self.session))),
            (1, "go on", self.balance.end),
            (1, "power cut", self.balance.power_cut),
            (3, "stranger", self._stranger),
            *self.more_acts(chance),
        ]
        _, name, act = chance.choices(acts, [weight for weight, _, _ in acts])[0]
        note(name)
        act()

    def more_acts(self, chance: Random) -> list[tuple[int, str, Callable[[], None]]]:
        """What else can happen: how often beside the others, its name, and what it does."""
        return []

    def _stranger(self) -> None:
        self.strangers += 1
        self.balance.strangers_order(f"stranger {self.strangers}")

    def _dose(self, fate: str, crash: str) -> None:
        """A controller that has reconciled doses the film, and may die of it."""
        reconcile(self.session)
        sample = self._sample()
        before = self.journal.confirmed(sample).get(STEP)
        self.balance.fate = fate
        with self.leasing.lease("synthesis", above=self.device.largest_token()) as token:
            plan = perform(self.device, Dose(step=STEP, component="PEO", mass_mg=DOSE_mg))
            try:
                made = self._run(journaled(plan, self.journal, "synthesis", token, sample), (sample, STEP), crash)
            except Crash:
                return
            except InstrumentError as fault:
                self.ledger.move(self._experiment(sample).id, ExperimentState.CANCELLED, str(fault))
                return
        assert before is None or made == before, "what was done is told as it was recorded"

    def _sample(self) -> str:
        """The film that is dosed; another one where it was dosed, or given up."""
        if self._experiment(self.sample).state != ExperimentState.MAKING or self.journal.confirmed(self.sample).get(
            STEP
        ):
            self.sample = self._new_sample()
        return self.sample

    def _experiment(self, sample: str) -> ExperimentRow:
        return self.ledger.experiment(self.ledger.sample(sample).experiment_id)

    def _new_sample(self) -> str:
        self.experiments += 1
        campaign = self.session.campaign_id
        experiment = self.ledger.add_suggestion(
            campaign,
            index=self.experiments,
            formulation=formulation(),
            action={},
            reason={},
            planner="s",
            knowledge_event=0,
        )
        self.ledger.move(experiment.id, "making")
        sample = self.ledger.add_sample(experiment.id, "rack").id
        self.all_samples.append(sample)
        return sample

    def _run(self, plan: Any, what: tuple[str, str], crash: str) -> Any:
        """What the RunEngine does with the messages of such a plan; a crash drops everything where it stands."""
        answer: Any = None
        failure: FailedStatus | None = None
        status: Status | None = None
        while True:
            try:
                message: Msg = plan.throw(failure) if failure is not None else plan.send(answer)
            except StopIteration as end:
                return end.value
            answer, failure = None, None
            if message.command == "clear_checkpoint" and crash == "before it is intended":
                raise Crash
            if message.command == "set":
                order = message.args[0]
                if crash == "before it is sent":
                    raise Crash
                self.balance.names[order.id] = what
                status = self.device.set(order)
                if crash == "after it was sent":
                    self.device.forget()
                    raise Crash
            elif message.command == "wait" and status is not None:
                if self.device.busy.get():  # it takes long: by then the controller is gone, or it has come to its end
                    self.balance.end()
                error = status.exception(timeout=5)
                if error is not None:
                    failure = FailedStatus(status)
                    failure.__cause__ = error  # pyright: ignore[reportAttributeAccessIssue]
            elif message.command == "as_made":
                if crash == "before it is confirmed" and not message.args:
                    raise Crash
                answer = message.args[0] if message.args else self.device.as_made()

    def rows(self) -> list[Any]:
        return [row for sample in self.all_samples for row in self.journal.steps(sample)]

    def nothing_fell_twice(self) -> None:
        assert all(count == 1 for count in self.balance.fallen.values()), self.balance.fallen

    def the_journal_says_what_happened(self, rows: Sequence[Any]) -> None:
        for row in rows:
            fell = self.balance.fallen[row.sample_id, row.step]
            if row.state in DONE:
                assert fell == 1, f"{row.step} of {row.sample_id} is {row.state}, and nothing fell"

    def a_step_is_done_or_open_once(self, rows: Sequence[Any]) -> None:
        live = Counter((r.sample_id, r.step) for r in rows if r.state != StepState.NEVER_STARTED)
        assert all(count == 1 for count in live.values()), live


class Liars(Controllers):
    """The dispenser claims what it likes: the journal may be misled, and stays a journal."""

    def more_acts(self, chance: Random) -> list[tuple[int, str, Callable[[], None]]]:
        """It claims what it likes of its past."""
        claim, count = chance.choice(("", "none yet", "another")), chance.randrange(4)
        return [(3, f"lie {claim!r} {count}", lambda: self.balance.lie(claim, count))]

    def nothing_fell_twice(self) -> None:
        """Nobody can promise that of a balance that denies what it did."""

    def the_journal_says_what_happened(self, rows: Sequence[Any]) -> None:
        """Nor this."""

    @rule()
    def what_is_settled_stays_settled(self) -> None:
        before = {row.order_id: row.state for row in self.rows() if row.state in DONE}
        reconcile(self.session)
        done = {row.order_id: row for row in self.rows() if row.state in DONE}
        assert all(done[order].state == state for order, state in before.items())
        self.check()
        for sample in {row.sample_id for row in done.values()}:
            with pytest.raises(StepRepeated):
                self.journal.intend("x", "dispenser", "synthesis", STEP, sample, {}, self.token())

    def token(self) -> int:
        with self.leasing.lease("synthesis") as token:
            return token


COMMON = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "derandomize": True,
    "phases": (Phase.generate,),  # a run is a row of seeds: there is little to shrink
    "stateful_step_count": 4,
}
TestControllers = Controllers.TestCase
TestControllers.settings = settings(max_examples=8, **COMMON)  # pyright: ignore
TestLiars = Liars.TestCase
TestLiars.settings = settings(max_examples=6, **COMMON)  # pyright: ignore
