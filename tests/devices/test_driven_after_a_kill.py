"""What a station process makes of its memory when it begins again."""

import sqlite3
from pathlib import Path

import pytest

from devices.errors import InstrumentError
from devices.served.order_memory import BrokenMemory, MemoryInUse, OrderMemory
from tests.devices.scripted_driver import Build, RecallingDriver
from tests.served import until


def test_an_owner_of_before_the_kill_is_still_missed_after_it(build: Build):
    before = build()
    before.instrument.fence(5)
    before.kill()
    after = build()
    after.instrument.look_for_owner(0.0)
    until(lambda: "safe" in after.driver.said, 5)


def test_after_a_kill_nobody_can_tell_of_a_bare_instruments_order(build: Build):
    before = build()
    before.order("zero")
    before.end("zero")
    before.order("one")
    before.wait("accepted", "one")
    before.kill()
    after = build()
    assert (after.shown["accepted"], after.shown["busy"]) == ("one", 0)
    assert (after.shown["echo"], after.shown["failed"], after.shown["count"]) == ("zero", "", 1)
    after.order("one")
    assert "nobody can tell" in after.shown["error"]
    assert after.shown["failed"] == "", "a failure would be a finding"
    after.order("two")
    after.end("two")
    assert after.driver.begun() == ["two"]


def test_an_instrument_that_recalls_is_asked(build: Build):
    driver = RecallingDriver()
    driver.remembered = {"temperature_C": 61.0}
    _killed_in_an_order(build)
    after = build(driver)
    after.wait("echo", "one")
    assert (after.shown["temperature_C"], after.shown["count"], after.shown["busy"]) == (61.0, 2, 0)
    assert driver.begun() == []


def test_an_order_that_never_reached_the_instrument_is_shown_as_never_begun(build: Build):
    _killed_in_an_order(build)
    after = build(RecallingDriver())
    after.wait("accepted", "zero")
    assert (after.shown["echo"], after.shown["count"], after.shown["busy"]) == ("zero", 1, 0)
    after.order("one")
    after.wait("failed", "one")
    assert after.driver.begun() == [], "an id that was used is not used again"


def test_what_the_instrument_cannot_recall_either_stays_unknown(build: Build):
    driver = RecallingDriver()
    driver.remembered = InstrumentError("robot", "recall", "the run's log is gone")
    _killed_in_an_order(build)
    after = build(driver)
    after.wait("error", "the run's log is gone")
    assert (after.shown["accepted"], after.shown["echo"], after.shown["failed"]) == ("one", "zero", "")


def test_an_instrument_that_is_away_after_the_restart_is_asked_before_it_is_told_anything_else(build: Build):
    driver = RecallingDriver()
    driver.remembered, driver.silent = {"temperature_C": 61.0}, "no route to host"
    _killed_in_an_order(build)
    after = build(driver)
    until(lambda: after.heard, 5)
    assert (after.shown["accepted"], after.shown["busy"]) == ("one", 1), "it may be at work still"
    driver.silent = ""
    after.order("two")
    after.wait("accepted", "two")
    assert [order.outcome for order in after.memory.orders()] == ["done", "done", "begun"]
    assert driver.said[:3] == ["connect", "recall one", "begin SetTemperature two"]
    after.end("two")


def _killed_in_an_order(build: Build) -> None:
    before = build(RecallingDriver())
    before.order("zero")
    before.end("zero")
    before.order("one")
    before.wait("accepted", "one")
    before.kill()


def test_one_process_runs_a_station(build: Build, tmp_path: Path):
    build()
    with pytest.raises(MemoryInUse, match=r"served already, by process \d+"):
        OrderMemory(tmp_path / "orders.sqlite")


def test_a_memory_of_another_version_is_refused(tmp_path: Path):
    path = tmp_path / "orders.sqlite"
    OrderMemory(path).close()
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version=7")
    other.close()
    with pytest.raises(BrokenMemory, match="version 7"):
        OrderMemory(path)
    path.write_bytes(b"no database at all, but long enough to look like one" * 100)
    with pytest.raises(BrokenMemory):
        OrderMemory(path)
