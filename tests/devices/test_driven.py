"""What the station process adds to a bare instrument: fence, memory, dead-man, and never twice."""

import sqlite3
import time

import pytest

from devices.impedance_meter import ImpedanceMeter
from tests.devices.scripted_driver import Build, GivingWayDriver, ScriptedDriver
from tests.served import until


def test_an_order_is_shown_in_the_order_that_controllers_rely_on(build: Build):
    bench = build()
    bench.order("one")
    bench.wait("accepted", "one")
    assert bench.shown["busy"] == 1
    bench.log.clear()
    bench.end("one")
    assert bench.log == ["temperature_C", "count", "echo", "busy"]
    assert (bench.shown["temperature_C"], bench.shown["count"], bench.shown["busy"]) == (60.0, 1, 0)
    bench.order("two", "Fly")
    bench.wait("failed", "two")
    assert bench.log[-3:] == ["error", "failed", "busy"]
    assert bench.shown["accepted"] == "one", "what was refused was never begun"


@pytest.mark.parametrize(
    ("command", "token", "words"),
    [("SetTemperature", 4, "token 4 is stale"), ("Sweep", 5, "it takes no Sweep, only SetTemperature, HeaterOff")],
)
def test_what_cannot_be_meant_is_refused_and_the_driver_never_hears_of_it(
    build: Build, command: str, token: int, words: str
):
    bench = build()
    bench.instrument.fence(5)
    bench.order("one", command, token)
    bench.wait("failed", "one")
    assert words in bench.shown["error"]
    assert bench.driver.begun() == []
    assert bench.memory.orders()[0].outcome == "refused"


def test_a_busy_instrument_takes_no_other_order(build: Build):
    bench = build()
    bench.order("one")
    bench.wait("accepted", "one")
    bench.order("two", "HeaterOff")
    bench.wait("failed", "two")
    assert "busy with SetTemperature for 'film'" in bench.shown["error"]
    assert bench.shown["busy"] == 1
    bench.end("one")
    assert bench.driver.begun() == ["one"]


def test_a_driver_may_give_way_to_some_orders(build: Build):
    bench = build(GivingWayDriver())
    bench.order("one")
    bench.wait("accepted", "one")
    bench.order("two", "HeaterOff")
    bench.wait("accepted", "two")
    assert bench.memory.order("stage", "one").outcome == "failed"  # pyright: ignore[reportOptionalMemberAccess]
    assert "HeaterOff took its place" in bench.memory.orders()[0].words
    bench.end("two")


def test_of_several_that_take_the_place_of_one_another_the_last_is_done(build: Build):
    bench = build(GivingWayDriver())
    bench.order("one")
    bench.wait("accepted", "one")
    for order_id in ("two", "three"):
        bench.order(order_id, "HeaterOff")
    bench.wait("accepted", "three")
    bench.end("three")
    assert bench.driver.begun() == ["one", "three"]
    assert [order.outcome for order in bench.memory.orders()] == ["failed", "refused", "done"]


def test_an_order_is_written_down_before_it_begins_and_its_end_before_it_is_shown(build: Build):
    bench = build()
    at_begin: list[str] = []
    perform = bench.driver.perform

    def spying(task, called_off):
        at_begin.append(bench.memory.order("stage", task.order_id).outcome)  # pyright: ignore[reportOptionalMemberAccess]
        return perform(task, called_off)

    bench.driver.perform = spying  # pyright: ignore[reportAttributeAccessIssue]
    bench.order("one")
    bench.end("one")
    assert at_begin == ["begun"]
    assert [(order.order_id, order.outcome) for order in bench.memory.orders()] == [("one", "done")]
    mode = bench.memory._connection.execute("PRAGMA synchronous").fetchone()
    assert mode == (2,), "FULL"


def test_an_order_that_cannot_be_written_down_is_not_begun(build: Build, monkeypatch: pytest.MonkeyPatch):
    bench = build()

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("disk is full")

    monkeypatch.setattr(bench.memory, "write", full)
    bench.order("one")
    bench.wait("failed", "one")
    assert "disk is full" in bench.shown["error"]
    assert bench.driver.begun() == []
    assert bench.shown["accepted"] == "none yet"


def test_a_memory_that_cannot_be_written_keeps_neither_the_fence_nor_the_dead_man_from_acting(
    build: Build, monkeypatch: pytest.MonkeyPatch
):
    bench = build()
    bench.instrument.fence(5)

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("disk is full")

    monkeypatch.setattr(bench.memory, "note", full)
    with pytest.raises(sqlite3.OperationalError):
        bench.instrument.fence(7)
    bench.order("one", token=6)
    bench.wait("failed", "one")
    assert "token 6 is stale" in bench.shown["error"]
    bench.instrument.sign_of_life(7)
    with pytest.raises(sqlite3.OperationalError):
        bench.instrument.look_for_owner(0.0)
    until(lambda: "safe" in bench.driver.said, 5)


def test_the_same_order_again_is_answered_and_never_done_again(build: Build):
    bench = build()
    for order_id in ("one", "two"):
        bench.order(order_id)
        bench.order(order_id)  # while it is under way
        bench.end(order_id)
    bench.log.clear()
    bench.order("two")
    assert bench.log == ["temperature_C", "count", "echo"], "its result is said again"
    bench.order("one")
    bench.wait("failed", "one")
    assert "not done again" in bench.shown["error"]
    assert bench.driver.begun() == ["one", "two"]
    assert bench.shown["count"] == 2


def test_what_fails_is_told_in_the_instruments_words_and_the_next_order_connects_anew(build: Build):
    bench = build()
    bench.order("one")
    bench.wait("accepted", "one")
    bench.driver.silent = "no answer within 5 s"
    bench.wait("failed", "one")
    assert bench.shown["error"] == "no answer within 5 s"
    bench.order("two")
    bench.wait("failed", "two")
    assert bench.shown["error"] == "no answer within 5 s"
    assert bench.shown["accepted"] == "one", "nobody answered, so nothing was begun"
    bench.driver.silent = ""
    bench.order("three")
    bench.end("three")
    assert bench.driver.said.count("connect") == 2


def test_an_instrument_that_does_not_answer_at_the_start_is_told_of_and_served_all_the_same(build: Build):
    driver = ScriptedDriver()
    driver.silent = "no route to host"
    bench = build(driver)
    until(lambda: bench.heard, 5)
    assert bench.heard == ["stage does not answer: no route to host"]
    bench.order("one")
    bench.wait("failed", "one")
    assert bench.shown["error"] == "no route to host"
    driver.silent = ""
    bench.order("two")
    bench.end("two")
    assert bench.heard[-1] == "stage is a scripted stage"


def test_a_fault_of_a_driver_fails_its_order_and_nothing_else(build: Build):
    bench = build()
    bench.driver.against = "the door is open"
    bench.order("one")
    bench.wait("failed", "one")
    assert bench.shown["error"] == "the door is open"
    bench.driver.against = ""
    bench.driver.refusal = lambda task: 1 / 0  # pyright: ignore[reportAttributeAccessIssue]
    bench.order("two")
    bench.wait("failed", "two")
    assert "ZeroDivisionError" in bench.shown["error"]
    del bench.driver.refusal
    bench.order("three")
    bench.end("three")


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ({}, "gave no temperature_C"),
        ({"temperature_C": 60.0, "colour": "red"}, "gave colour, which ThermalStage does not have"),
        ({"temperature_C": "warm"}, "gave 'warm' for temperature_C"),
        ({"temperature_C": None}, "gave None for temperature_C"),
    ],
)
def test_readbacks_of_an_earlier_order_are_never_taken_for_those_of_this_one(build: Build, result, words: str):
    bench = build()
    bench.driver.result = result
    bench.order("one")
    bench.driver.may_end.set()
    bench.wait("failed", "one")
    assert words in bench.shown["error"]
    assert bench.shown["echo"] == ""


def test_a_spectrum_longer_than_its_signal_is_no_result(build: Build):
    driver = ScriptedDriver()
    driver.result = {"frequency_Hz": range(1, 6000), "real_ohm": [1.0], "imaginary_ohm": [1.0]}
    driver.may_end.set()
    bench = build(driver, ImpedanceMeter)
    bench.order("one", "Sweep")
    bench.wait("failed", "one")
    assert "5999 values for frequency_Hz" in bench.shown["error"]


def test_safe_calls_off_what_is_under_way_and_is_told_again_when_that_has_ended(build: Build):
    bench = build()
    bench.order("one")
    bench.wait("accepted", "one")
    bench.instrument.safe(4)  # a former owner's, before any fence: the order's own token is the largest
    assert bench.shown["busy"] == 1
    bench.instrument.safe(5)
    bench.order("two", "HeaterOff")  # as a plan's clean-up sends it, without waiting
    bench.wait("failed", "one")
    assert "SetTemperature was called off: brought into its safe state (stopped)" in bench.shown["error"]
    bench.end("two")
    last = len(bench.driver.said) - bench.driver.said[::-1].index("safe")
    assert bench.driver.said.index("begin HeaterOff two") >= last


def test_safe_reaches_an_idle_instrument(build: Build):
    bench = build()
    bench.instrument.safe(0)
    until(lambda: "safe" in bench.driver.said, 5)


def test_a_fence_stops_an_order_that_had_not_begun_yet(build: Build):
    """Else the new owner could find that it never began, send it again, and see it done twice."""
    bench = build()
    bench.driver.against = ""

    def fenced_meanwhile(task):
        bench.instrument.fence(6)

    bench.driver.refusal = fenced_meanwhile  # pyright: ignore[reportAttributeAccessIssue]
    bench.order("one")
    bench.wait("failed", "one")
    assert "token 5 is stale" in bench.shown["error"]
    assert bench.driver.begun() == []


def test_the_dead_man_turns_off_what_minds_its_owner(build: Build):
    bench = build()
    bench.instrument.fence(5)
    bench.order("one")
    bench.wait("accepted", "one")
    bench.instrument.look_for_owner(60.0)
    assert bench.shown["busy"] == 1
    bench.instrument.look_for_owner(0.0)
    bench.wait("failed", "one")
    assert "gave no sign of life" in bench.shown["error"]
    until(lambda: "safe" in bench.driver.said, 5)


def test_the_dead_man_tries_until_the_instrument_hears(build: Build):
    bench = build()
    until(lambda: bench.heard, 5)
    bench.instrument.fence(5)
    bench.driver.silent = "no answer"
    bench.instrument.look_for_owner(0.0)
    until(lambda: "close" in bench.driver.said, 5)
    bench.driver.silent = ""
    until(lambda: (bench.instrument.look_for_owner(0.0), "safe" in bench.driver.said)[1], 5)


def test_what_ends_by_itself_is_not_cut_short_by_the_dead_man(build: Build, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ScriptedDriver, "minds_its_owner", False)
    bench = build()
    bench.order("one")
    bench.wait("accepted", "one")
    bench.instrument.look_for_owner(0.0)
    time.sleep(0.05)
    assert bench.shown["busy"] == 1
    bench.end("one")
