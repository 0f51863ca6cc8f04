"""What becomes of steps and experiments that a crash left open, by what the instrument shows."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chemistry.catalogue import polymer, salt
from chemistry.formulation import Formulation
from devices.clock import HeldClock, RealClock
from devices.dispenser import Dispenser
from devices.fake import fake_instrument
from devices.lab import Lab
from devices.station import Station
from flows.computing.spec import Computing
from flows.control import Control
from flows.crew import Crew
from flows.leasing import Leasing
from flows.reconcile import _facts
from flows.resume import LOOK_AGAIN_S, reconcile, waiting_steps
from flows.session import open_session
from flows.suggest import suggest_next
from ledger.journal import Journal
from ledger.stock import Stock
from ledger.store import Ledger
from sim.clock import VirtualClock
from tests.flows.command import Command
from tests.flows.small_campaign import write_campaign

BEFORE = {"accepted": "before", "count": 7}


class Crashed:
    """A campaign that died when one dose was intended; its dispenser shows what the test says."""

    def __init__(self, ledger: Ledger, clock: HeldClock) -> None:
        self.ledger, self.journal, self.clock = ledger, Journal(ledger), clock
        device = fake_instrument(Dispenser, "X:", name="dispenser", clock=self.clock)
        self.device = device
        lab = Lab(
            "lab", {"synthesis": Station("synthesis", {"dispenser": device}, self.clock)}, self.clock, lambda: None
        )
        campaign = ledger.begin_campaign("c", {}, 1).id
        budget = SimpleNamespace(batch=1)
        spec = SimpleNamespace(unknown_steps="discard", budget=budget, calculates=False, theory=Computing())
        self.leasing = Leasing(ledger)
        self.session: Any = SimpleNamespace(
            ledger=ledger,
            lab=lab,
            campaign_id=campaign,
            spec=spec,
            leasing=self.leasing,
            control=Control(ledger, campaign),
            journal=self.journal,
            stock=Stock(ledger, ""),
        )
        peo = Formulation(polymer=polymer("PEO"), salt=salt("LiTFSI"), salt_molality_mol_kg=1.0)
        self.experiment = ledger.add_suggestion(
            campaign, index=0, formulation=peo, action={}, reason={}, planner="sobol", knowledge_event=0
        ).id
        ledger.move(self.experiment, "making")
        self.sample = ledger.add_sample(self.experiment, "rack 1").id
        content = {"command": "Dose", "component": "*CCO*", "mass_mg": 5.0, "before": BEFORE}
        self.journal.intend("mine", "dispenser", "synthesis", "dose PEO", self.sample, content, 1)

    def show(self, **values: object) -> None:
        for name, value in values.items():
            getattr(self.device, name).sim_put(value)

    def after(self) -> tuple[str, str, str]:
        """Reconcile; the states of the step and of the experiment, and why."""
        going_on = reconcile(self.session)
        experiment = self.ledger.experiment(self.experiment)
        assert bool(going_on) == (experiment.state == "making")
        return self.journal.steps(self.sample)[0].state, experiment.state, experiment.why


@pytest.fixture
def crashed(tmp_path: Path) -> Iterator[Crashed]:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        campaign = Crashed(ledger, VirtualClock())
        yield campaign
        campaign.leasing.close()
        campaign.clock.close()


def test_whoever_waits_for_a_busy_instrument_can_be_stopped(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        campaign = Crashed(ledger, RealClock())  # in whose time nothing jumps to the end of what is under way
        campaign.show(accepted="mine", busy=1)
        with Crew(campaign.session) as crew:
            threading.Timer(0.2, crew.stop, [KeyboardInterrupt()]).start()
            began = time.monotonic()
            with pytest.raises(KeyboardInterrupt):
                crew.reconcile()
        assert time.monotonic() - began < LOOK_AGAIN_S / 3
        assert campaign.journal.steps(campaign.sample)[0].state == "intended", "nothing is decided by an interrupt"
        campaign.leasing.close()
        campaign.clock.close()


def test_what_was_done_or_never_begun_goes_on(crashed: Crashed) -> None:
    crashed.show(accepted="before", count=7)
    assert crashed.after() == ("never_started", "making", "")


def test_what_nobody_can_tell_is_called_off_and_not_asked_again(crashed: Crashed) -> None:
    state, experiment, why = crashed.after()  # a power cut: it remembers nothing
    assert (state, experiment) == ("unknown", "cancelled")
    assert why.startswith("nobody can tell whether `dose PEO` was done before the controller ended: ")
    assert why.endswith("dispenser has forgotten what it began last")
    assert not crashed.ledger.failures(crashed.session.campaign_id)
    crashed.show(accepted="before", count=7)
    assert crashed.after()[0] == "unknown"


def test_what_nobody_can_tell_waits_for_a_person_where_the_policy_is_to_ask(crashed: Crashed) -> None:
    crashed.session.spec.unknown_steps = "ask"
    assert reconcile(crashed.session) == [], "it must not go on"
    (waiting,) = waiting_steps(crashed.session)
    assert (waiting.order_id, waiting.state) == ("mine", "unknown")
    assert crashed.ledger.experiment(crashed.experiment).state == "making"
    crashed.journal.resolve("mine", "done_by_evidence", {"words": "Ada says: done", "as_made": {"dispensed_mg": 4.9}})
    assert crashed.after() == ("done_by_evidence", "making", "")
    assert not waiting_steps(crashed.session)


def test_what_waits_for_a_person_ends_when_it_is_told_to(crashed: Crashed) -> None:
    crashed.session.spec.unknown_steps = "ask"
    reconcile(crashed.session)
    crashed.ledger.give_command(crashed.session.campaign_id, "stop", by="Ada", experiment=1)
    assert crashed.after()[1:] == ("cancelled", "stopped by Ada")
    assert not waiting_steps(crashed.session)


def test_the_instrument_is_fenced_before_it_is_asked(crashed: Crashed) -> None:
    fenced: list[int] = []
    crashed.device.token.sim_set_putter(fenced.append)
    crashed.show(accepted="before", count=7, fenced=41)
    crashed.after()
    assert fenced == [42]


def test_what_the_instrument_says_failed_is_called_off_with_its_words(crashed: Crashed) -> None:
    crashed.show(accepted="mine", failed="mine", error="nozzle blocked")
    state, experiment, why = crashed.after()
    assert (state, experiment) == ("failed", "cancelled")
    assert "nozzle blocked" in why


def test_an_experiment_whose_failed_step_was_noted_before_the_crash_is_called_off(crashed: Crashed) -> None:
    crashed.journal.fail("mine", "nozzle blocked")
    assert crashed.after()[:2] == ("failed", "cancelled")


def test_what_was_answered_after_its_deadline_is_what_the_instrument_says(crashed: Crashed) -> None:
    crashed.journal.fail("mine", "no answer within 1 h of lab time", answered=False)
    crashed.show(accepted="mine", busy=1, count=7)
    crashed.clock.call_at(1000.0, lambda: crashed.show(count=8, busy=0, dispensed_mg=5.01, echo="mine"))
    assert crashed.after() == ("done_by_evidence", "making", ""), "the film is as good as any"
    (step,) = crashed.journal.steps(crashed.sample)
    assert (step.as_made or {})["dispensed_mg"] == 5.01
    assert "later than it should" in (step.evidence or {})["words"]


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        ({"accepted": "another", "count": 9}, "no answer"),
        ({"accepted": "mine", "failed": "mine", "error": "nozzle blocked"}, "nozzle blocked"),
    ],
    ids=["it cannot tell", "it says that it failed"],
)
def test_what_no_instrument_says_was_done_stays_failed(crashed: Crashed, shown: dict[str, Any], words: str) -> None:
    crashed.journal.fail("mine", "no answer within 1 h of lab time", answered=False)
    crashed.show(**shown)
    assert crashed.after()[:2] == ("failed", "cancelled")
    assert words in crashed.journal.steps(crashed.sample)[0].words


def test_what_the_instrument_itself_says_failed_is_not_asked_for_again(crashed: Crashed) -> None:
    crashed.journal.fail("mine", "nozzle blocked")
    crashed.show(accepted="mine", count=8, echo="mine")
    assert crashed.after()[:2] == ("failed", "cancelled")


def test_an_instrument_that_is_still_busy_is_waited_for(crashed: Crashed) -> None:
    crashed.show(accepted="mine", busy=1, count=7)
    crashed.clock.call_at(1000.0, lambda: crashed.show(count=8, busy=0, dispensed_mg=5.01, echo="mine"))
    assert crashed.after() == ("done_by_evidence", "making", "")
    assert (crashed.journal.confirmed(crashed.sample).get("dose PEO") or {})["dispensed_mg"] == 5.01
    assert 1000 <= crashed.clock.now() <= 1030


def test_an_instrument_that_stays_busy_is_not_waited_for_for_ever(crashed: Crashed) -> None:
    crashed.show(accepted="mine", busy=1, count=7)
    state, experiment, why = crashed.after()
    assert (state, experiment) == ("unknown", "cancelled")
    assert "still busy with it, longer than it may take" in why
    assert crashed.clock.now() == Dispenser.deadline_s


def test_a_person_settles_what_no_instrument_can_tell(ionloop: Command, tmp_path: Path) -> None:
    """A whole session: the bench knows nothing of the step, `reconcile` shows it, and takes a person's word for it."""
    file = write_campaign(tmp_path, experiments=2, batch=1, start=2, unknown_steps="ask")
    where = (file, "--folder", tmp_path / "run")
    assert ionloop("reconcile", *where).status == 2, "there is no ledger yet"
    with open_session(file, tmp_path / "run", None, hardware=False) as session:
        experiment = suggest_next(session)
        assert experiment is not None
        session.ledger.move(experiment.id, "making")
        sample = session.ledger.add_sample(experiment.id, "rack 1").id
        asked = {"command": "Dose", "component": "*CCO*", "mass_mg": 5.0}
        Journal(session.ledger).intend("mine", "dispenser", "synthesis", "dose PEO", sample, asked, 1)
    (told,) = json.loads(ionloop("reconcile", *where, "--json").out)
    assert (told["state"], told["order"]) == ("unknown", "mine")
    shown = ionloop("reconcile", *where).out
    assert f"{file} --folder {tmp_path / 'run'} --step mine --by YOU --note HOW --say never-started" in shown
    assert "--say done --as-made dispensed_mg=…" in shown
    lines = {line[:20].strip(): line for line in shown.splitlines() if line.startswith("    ")}
    assert "5.00 mg" in shown.splitlines()[1]
    assert lines["began last"].split("  ")[-1] == "nothing yet"
    assert "rack 1 by the ledger; in no measuring cell" in lines["sample"]
    for words, fault in (
        (("--step", "other", "--say", "done"), "no step `other` waits"),
        (("--step", "mine", "--say", "perhaps"), "perhaps"),
        (("--step", "mine", "--say", "done"), "dispensed_mg"),
        (("--step", "mine", "--say", "done", "--as-made", "dispensed_mg=much"), "dispensed_mg=much"),
        (("--policy", "guess"), "guess"),
    ):
        said = ionloop("reconcile", *where, *words)
        assert said.status == 2
        assert fault in said.err
    word = ("--step", "mine", "--say", "done", "--as-made", "dispensed_mg=4.97", "--by", "Ada", "--note", "weighed")
    (told,) = json.loads(ionloop("reconcile", *where, *word, "--json").out)
    assert told["state"] == "done_by_evidence"
    assert told["as_made"] == {"dispensed_mg": 4.97}
    assert told["words"] == "Ada says: done (weighed)"
    assert ionloop("reconcile", *where).out == "No step was left open.\n"


def test_the_evidence_of_the_moment_is_kept_for_the_person_who_looks_later(crashed: Crashed) -> None:
    crashed.session.stock.fill("CC", "ethane", 100.0, by="Ada")
    content = {"command": "Dose", "component": "CC", "mass_mg": 5.0, "before": {**BEFORE, "totaliser_mg": 12.5}}
    crashed.journal.intend("next", "dispenser", "synthesis", "dose ethane", crashed.sample, content, 1, takes=("CC", 5))
    crashed.show(accepted="another", count=9, totaliser_mg=112.5)
    crashed.after()
    crashed.show(accepted="yet another", count=30, totaliser_mg=990.0)
    facts = {fact["what"]: fact for fact in _facts(crashed.session, crashed.journal.steps(crashed.sample)[1])}
    assert facts["orders finished"] == {"what": "orders finished", "before": "7", "asked": "9", "now": "30"}
    assert (facts["totaliser"]["asked"], facts["totaliser"]["now"]) == ("112.50 mg (+100.00)", "990.00 mg (+977.50)")
    assert (
        facts["container of ethane"]["now"] == "95.0 mg by the ledger, this dose taken off unless it was weighed since"
    )
