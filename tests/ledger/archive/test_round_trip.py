"""The round trip law: whatever ledger a campaign is brought into, it comes out of it again as it went in."""

import dataclasses
from typing import Any

import pytest

from chemistry.errors import BadInput
from ledger.amendments import Change
from ledger.approvals import Approvals
from ledger.archive.bring import bring
from ledger.archive.extract import extract
from ledger.archive.identity import digest
from ledger.archive.packed import packed, unpacked
from ledger.archive.plain_tables import CAMPAIGN_TABLES, KNOWN_BY_CONTENT, LEFT_OUT
from ledger.film import Source
from ledger.kinds import CampaignState, EventKind
from ledger.stock import Stock
from ledger.store import Ledger
from ledger.tables import metadata
from tests.ledger.archive.conftest import NewLedger
from tests.ledger.archive.rich_campaign import LAB, archive_of, exported_from, rich_campaign
from tests.ledger.conftest import formulation


def known_at_each_suggestion(ledger: Ledger, campaign: int) -> list[Any]:
    """What planners were told when each suggestion was made, without the numbers of rows."""
    stock = Stock(ledger, LAB["name"])
    found = []
    for said in ledger.suggestions(campaign):
        event = said.knowledge_event
        champion = ledger.champion(campaign, event)
        found.append(
            {
                "films": ledger.films(campaign, event),
                "literature": ledger.films(None, event, [Source.LITERATURE]),
                "pending": ledger.pending(campaign, event),
                "failures": ledger.failures(campaign, event),
                "decisions": ledger.decisions(campaign, event),
                "stock": stock.levels(event),
                "champion": champion and champion.number,
                "drifting": list(ledger.drifting(campaign, event)),
            }
        )
    return found


def test_every_table_is_in_an_archive_or_left_out_on_purpose() -> None:
    spoken_of = (*CAMPAIGN_TABLES, *KNOWN_BY_CONTENT, *LEFT_OUT)
    assert sorted(spoken_of) == sorted(metadata.tables)


def test_the_rich_campaign_has_a_row_of_every_kind(ledger: Ledger, rich: int) -> None:
    rows = extract(ledger.database, rich).rows
    assert {name for name, held in rows.items() if not held} == set()
    assert [row["question"] for row in rows["theory"]] == ["window/1 | B3LYP | CCOCCO"]
    assert {row["film_id"] for row in rows["film"] if row["campaign_id"] is None} == {"table:first", "table:second"}


def test_out_and_in_and_out_again_is_the_same_to_the_last_byte(
    ledger: Ledger, rich: int, new_ledger: NewLedger
) -> None:
    archive = archive_of(ledger, rich)
    assert archive_of(ledger, rich) == archive
    second, third = new_ledger(), new_ledger()
    brought = bring(second.database, unpacked(archive, ""), by="Bea")
    assert brought.new
    assert archive_of(second, brought.campaign_id) == archive
    further = bring(third.database, unpacked(archive_of(second, brought.campaign_id), ""), by="Cara")
    assert archive_of(third, further.campaign_id) == archive


def test_from_a_file_into_postgresql_and_back(rich_archive: bytes, postgres_url: str, new_ledger: NewLedger) -> None:
    with Ledger.open(postgres_url) as server:
        brought = bring(server.database, unpacked(rich_archive, ""), by="Bea")
        assert archive_of(server, brought.campaign_id) == rich_archive
        back = new_ledger()
        again = bring(back.database, unpacked(archive_of(server, brought.campaign_id), ""), by="Bea")
    assert archive_of(back, again.campaign_id) == rich_archive


def test_planners_knew_the_same(ledger: Ledger, rich: int, new_ledger: NewLedger) -> None:
    other = new_ledger()
    brought = bring(other.database, unpacked(archive_of(ledger, rich), ""), by="Bea")
    before, after = known_at_each_suggestion(ledger, rich), known_at_each_suggestion(other, brought.campaign_id)
    assert after == before
    assert other.marked(brought.campaign_id) == ledger.marked(rich)
    assert other.weights(brought.campaign_id, 2) == ledger.weights(rich, 2) == b"\x00weights of the second\xff"


def test_into_a_ledger_that_has_its_own(ledger: Ledger, new_ledger: NewLedger) -> None:
    """Names that are taken are marked, numbers are others, and neither disturbs what is there."""
    campaign = rich_campaign(ledger)
    without_literature = exported_from(ledger, campaign)
    spec = without_literature.campaign["spec"] | {"warm_start": {}, "name": "cold"}
    own = new_ledger()
    mine = own.begin_campaign("mine", {"name": "mine"}, 1, LAB).id
    stock = Stock(own, LAB["name"])
    stock.fill("*CCO*", "PEO", 77.0, by="me")
    experiment = own.add_suggestion(
        mine,
        index=0,
        formulation=ledger.experiments(campaign)[0].formulation,
        action={},
        reason={},
        planner="sobol",
        knowledge_event=2,
    )
    sample = own.add_sample(experiment.id, "A1")
    cold = new_ledger()
    begun = cold.begin_campaign("cold", spec, 3, LAB)
    row = cold.add_suggestion(
        begun.id,
        index=0,
        formulation=experiment.formulation,
        action={},
        reason={},
        planner="sobol",
        knowledge_event=1,
    )
    made = cold.add_sample(row.id, "A1")
    Stock(cold, LAB["name"]).fill("*CCO*", "PEO", 5.0, by="them")
    cold.set_campaign_state(begun.id, CampaignState.STOPPED, "enough")
    assert made.id == sample.id

    levels = stock.levels()
    brought = bring(own.database, unpacked(archive_of(cold, begun.id), ""), by="me")
    assert brought.renamed[made.id].startswith(f"{made.id}-")
    assert own.samples(own.experiments(brought.campaign_id)[0].id)[0].id == brought.renamed[made.id]
    assert stock.levels() == levels, "nobody doses from another shelf"
    assert own.samples(experiment.id) == [own.sample(sample.id)]
    assert archive_of(own, brought.campaign_id) == archive_of(cold, begun.id)


def test_samples_made_later_have_names_of_their_own(rich_archive: bytes, new_ledger: NewLedger) -> None:
    """An archive may hold the very name that the ledger would give its next campaign's first film."""
    own = new_ledger()
    bring(own.database, unpacked(rich_archive, ""), by="me")
    mine = own.begin_campaign("mine", {}, 1, LAB).id
    taken = {sample for row in own.experiments(1) for sample in (s.id for s in own.samples(row.id))}
    assert any(name.startswith(f"c{mine}-") for name in taken), "the archived campaign was the second of its ledger"
    of = own.experiments(1)[0].formulation
    row = own.add_suggestion(mine, index=0, formulation=of, action={}, reason={}, planner="sobol", knowledge_event=1)
    assert own.add_sample(row.id, "A1").id not in taken


def test_twice_changes_nothing(ledger: Ledger, rich: int, new_ledger: NewLedger) -> None:
    archive = archive_of(ledger, rich)
    assert not bring(ledger.database, unpacked(archive, ""), by="me").new, "it is the ledger that it came from"
    other = new_ledger()
    bring(other.database, unpacked(archive, ""), by="me")
    event = other.last_event()
    assert not bring(other.database, unpacked(archive, ""), by="me").new
    assert other.last_event() == event


def test_another_campaign_of_the_name_is_refused(ledger: Ledger, rich: int, new_ledger: NewLedger) -> None:
    archive = archive_of(ledger, rich)
    for run in (1, 2):
        other = new_ledger()
        for _ in range(run):
            begun = other.begin_campaign("rich", {}, 1).id
            other.set_campaign_state(begun, CampaignState.FINISHED)
        event = other.last_event()
        with pytest.raises(BadInput, match=r"holds run .* of `rich` already"):
            bring(other.database, unpacked(archive, ""), by="me")
        assert other.last_event() == event
        assert len(other.campaigns()) == run


def test_an_amendment_after_the_import_belongs_to_the_campaign(rich_archive: bytes, new_ledger: NewLedger) -> None:
    """Then it is no longer the same campaign; and it goes from ledger to ledger with its amendment."""
    other, third = new_ledger(), new_ledger()
    brought = bring(other.database, unpacked(rich_archive, ""), by="me")
    film = other.films(brought.campaign_id, sources=[Source.MEASURED])[-1]
    ledger_film = other.observations(film.film_id)[-1]
    other.amend([Change(observation_id=ledger_film.id, value=-4.0)], by="Dan", note="again")
    with pytest.raises(BadInput, match="not the same"):
        bring(other.database, unpacked(rich_archive, ""), by="me")
    archive = archive_of(other, brought.campaign_id)
    assert archive != rich_archive
    again = bring(third.database, unpacked(archive, ""), by="me")
    assert archive_of(third, again.campaign_id) == archive
    assert third.films(again.campaign_id)[0:] == other.films(brought.campaign_id)[0:]


def test_a_code_that_still_answers_something_is_left_out(ledger: Ledger) -> None:
    campaign = ledger.begin_campaign("open", {}, 1).id
    of = formulation(1.0)
    row = ledger.add_suggestion(campaign, index=0, formulation=of, action={}, reason={}, planner="p", knowledge_event=1)
    asked = Approvals(ledger).ask(row.id, ["It costs much."], 60.0)
    assert asked.code
    assert [held["code"] for held in extract(ledger.database, campaign).rows["approval"]] == [""]


def test_literatures_are_not_mixed(rich_archive: bytes, ledger: Ledger, new_ledger: NewLedger) -> None:
    full, warm = new_ledger(), new_ledger()
    rich_campaign(full)
    renamed = unpacked(rich_archive, "")
    renamed.rows["campaign"][0]["name"] = "renamed"
    with pytest.raises(BadInput, match="the ledger holds others"):
        bring(full.database, renamed, by="me")
    warm.begin_campaign("warm", {"warm_start": {"sources": ["literature"]}}, 1)
    with pytest.raises(BadInput, match="which is under way, would learn"):
        bring(warm.database, renamed, by="me")


def test_the_ledger_tells_of_the_import(rich_archive: bytes, new_ledger: NewLedger) -> None:
    other = new_ledger()
    brought = bring(other.database, unpacked(rich_archive, ""), by="Bea")
    first, *block = other.events(brought.campaign_id)
    assert (first.number, first.kind, first.payload["by"]) == (1, EventKind.CAMPAIGN_IMPORTED, "Bea")
    assert other.events()[-1].kind == EventKind.STOCK_SET_ASIDE
    assert [event.number for event in other.events()] == list(range(1, other.last_event() + 1)), "no gaps"
    assert block


def test_an_extract_can_be_told_from_any_other(ledger: Ledger, rich: int) -> None:
    one = extract(ledger.database, rich)
    other = dataclasses.replace(one, rows={**one.rows, "sample": one.rows["sample"][:-1]})
    assert digest(one) == digest(extract(ledger.database, rich))
    assert digest(one) != digest(other)
    assert packed(exported_from(ledger, rich)) == packed(exported_from(ledger, rich))


def test_an_import_that_breaks_off_leaves_nothing(
    rich_archive: bytes, new_ledger: NewLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever ends it, and however late: the next one takes the numbers that were given out."""
    other = new_ledger()

    def break_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("ledger.archive.bring._set_aside", break_off)
        with pytest.raises(KeyboardInterrupt):
            bring(other.database, unpacked(rich_archive, ""), by="me")
    assert (other.last_event(), other.campaigns(), other.events()) == (0, [], [])
    brought = bring(other.database, unpacked(rich_archive, ""), by="me")
    assert archive_of(other, brought.campaign_id) == rich_archive
