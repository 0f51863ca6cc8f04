import threading
import time

from devices.clock import RealClock, sleep


def test_wake_ups_come_in_the_order_of_their_times_then_keys_then_registration():
    clock, seen, over = RealClock(), [], threading.Event()
    when = clock.now() + 0.02
    for name, key in (("late", ""), ("c", "b"), ("a", "a"), ("b", "a")):
        clock.call_at(when + (0.01 if name == "late" else 0), lambda name=name: seen.append(name), key)
    clock.call_at(when + 0.02, over.set)
    assert over.wait(2)
    assert seen == ["a", "b", "c", "late"]
    clock.close()


def test_a_cancelled_wake_up_does_not_come():
    clock, seen, over = RealClock(), [], threading.Event()
    cancel = clock.call_at(clock.now() + 0.01, lambda: seen.append("cancelled"))
    clock.call_at(clock.now() + 0.02, over.set)
    cancel()
    assert over.wait(2)
    assert not seen
    clock.close()


def test_a_fault_in_a_wake_up_does_not_stop_the_clock(caplog):
    clock, over = RealClock(), threading.Event()

    def break_down() -> None:
        raise ValueError("broken")

    clock.call_at(clock.now(), break_down)
    clock.call_at(clock.now() + 0.01, over.set)
    assert over.wait(2)
    assert "a wake-up failed" in caplog.text
    clock.close()


def test_real_time_passes_while_somebody_holds_the_clock():
    clock = RealClock()
    before = time.monotonic()
    sleep(clock, 0.02, clock.hold())
    assert time.monotonic() - before >= 0.019
    clock.close()
