"""Campaigns are counted by name, end once, and obey commands in their order."""

import pytest

from ledger.errors import LedgerError
from ledger.kinds import CampaignState, EventKind
from ledger.store import Ledger


def test_runs_of_one_name_are_counted(ledger: Ledger) -> None:
    runs = [ledger.begin_campaign(name, {}, 1).run for name in ("a", "b", "a", "a")]
    assert runs == [1, 1, 2, 3]
    assert ledger.campaign("a").run == 3
    assert [row.name for row in ledger.campaigns()] == ["a", "b", "a", "a"]


def test_only_a_campaign_that_is_not_over_is_resumed(ledger: Ledger) -> None:
    assert ledger.unfinished_campaign("a") is None
    first = ledger.begin_campaign("a", {}, 1)
    ledger.set_campaign_state(first.id, "paused", "lunch")
    unfinished = ledger.unfinished_campaign("a")
    assert unfinished is not None
    assert (unfinished.id, unfinished.state, unfinished.why) == (first.id, "paused", "lunch")
    ledger.set_campaign_state(first.id, CampaignState.FINISHED)
    assert ledger.unfinished_campaign("a") is None


@pytest.mark.parametrize("final", [state for state in CampaignState if state.final])
def test_what_is_over_stays_over(ledger: Ledger, campaign: int, final: CampaignState) -> None:
    ledger.set_campaign_state(campaign, final)
    before = ledger.last_event()
    with pytest.raises(LedgerError, match=final):
        ledger.set_campaign_state(campaign, CampaignState.RUNNING)
    assert ledger.last_event() == before


def test_commands_wait_until_they_are_obeyed(ledger: Ledger, campaign: int) -> None:
    for command in ("pause", "resume", "stop"):
        ledger.give_command(campaign, command, by="Ada")
    first, *_ = ledger.commands(campaign)
    ledger.command_done(first.id)
    given = [(row.command, row.by, row.done_event is not None) for row in ledger.commands(campaign)]
    assert given == [("pause", "Ada", True), ("resume", "Ada", False), ("stop", "Ada", False)]
    with pytest.raises(LedgerError):
        ledger.command_done(first.id)


def test_a_command_names_an_experiment_that_there_is_and_a_campaign_that_obeys(ledger: Ledger, campaign: int) -> None:
    before = ledger.last_event()
    with pytest.raises(LedgerError, match="no experiment 7"):
        ledger.give_command(campaign, "abort", by="Ada", experiment=7)
    with pytest.raises(ValueError, match="explode"):
        ledger.give_command(campaign, "explode", by="Ada")
    assert ledger.last_event() == before
    ledger.set_campaign_state(campaign, "finished")
    with pytest.raises(LedgerError, match="obeys no more"):
        ledger.give_command(campaign, "pause", by="Ada")


def test_what_is_not_there_is_said_so(ledger: Ledger) -> None:
    for ask in (lambda: ledger.campaign("nobody"), lambda: ledger.campaign(99), lambda: ledger.experiment(99)):
        with pytest.raises(LedgerError, match="has no"):
            ask()


def test_events_carry_wall_and_lab_time(ledger: Ledger) -> None:
    ledger.begin_campaign("a", {}, 1)
    ledger.set_lab_clock(lambda: 42.5)
    ledger.begin_campaign("b", {}, 1)
    before, after = ledger.events()
    assert (before.lab_time_s, after.lab_time_s) == (None, 42.5)
    assert before.wall_time <= after.wall_time
    assert after.kind == EventKind.CAMPAIGN_BEGUN
    assert ledger.events(after=1) == [after]
    assert ledger.events(campaign_id=before.campaign_id) == [before]
