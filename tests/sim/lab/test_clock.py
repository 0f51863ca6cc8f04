import threading
import time
from concurrent.futures import ThreadPoolExecutor

from hypothesis import given, settings
from hypothesis import strategies as st

from devices.clock import sleep
from sim.clock import VirtualClock


def test_a_year_passes_at_once():
    clock, began = VirtualClock(), time.monotonic()
    sleep(clock, 365 * 86400, clock.hold())
    assert clock.now() == 365 * 86400
    assert time.monotonic() - began < 1
    clock.close()


def test_time_stands_still_while_somebody_holds_the_clock():
    clock, over = VirtualClock(), threading.Event()
    one, other = clock.hold(), clock.hold()
    clock.call_at(5, over.set)
    one.release()
    assert not over.wait(0.02)
    assert clock.now() == 0
    other.release()
    assert over.wait(2)
    assert clock.now() == 5
    clock.close()


def test_a_hold_may_be_released_suspended_and_resumed_more_than_once():
    clock, over = VirtualClock(), threading.Event()
    hold = clock.hold()
    for act in (hold.resume, hold.suspend, hold.suspend, hold.resume, hold.release, hold.release, hold.resume):
        act()
    clock.call_at(1, over.set)
    assert over.wait(2)
    clock.close()


def test_wake_ups_of_one_time_come_by_key_then_registration():
    clock, seen, over = VirtualClock(), [], threading.Event()
    hold = clock.hold()
    for name, key in (("c", "b"), ("a", "a"), ("b", "a")):
        clock.call_at(1, lambda name=name: seen.append(name), key)
    clock.call_at(2, over.set)
    hold.release()
    assert over.wait(2)
    assert seen == ["a", "b", "c"]
    clock.close()


def test_a_wake_up_in_the_past_comes_now():
    clock, at, over = VirtualClock(100.0), [], threading.Event()
    clock.call_at(3, lambda: at.append(clock.now()))
    clock.call_at(3, over.set)
    assert over.wait(2)
    assert at == [100.0]
    clock.close()


def test_an_idle_clock_rests_and_goes_on_when_somebody_comes():
    clock = VirtualClock()
    for second in (1, 2):
        hold = clock.hold()
        sleep(clock, 1, hold)
        hold.release()
        time.sleep(0.01)
        assert clock.now() == second
    clock.close()


def test_a_hold_that_is_dropped_does_not_stop_time_for_ever(caplog):
    clock = VirtualClock()
    sleep(clock, 1, clock.hold())
    sleep(clock, 1, clock.hold())
    assert clock.now() == 2
    assert "dropped without being released" in caplog.text
    clock.close()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(st.integers(1, 5), min_size=1, max_size=6), min_size=1, max_size=5))
def test_threads_on_one_clock_see_the_same_times_on_every_run(sleeps: list[list[int]]):
    """Each worker sleeps its own times; the last to end is the sum of the longest, whoever runs first."""

    def story() -> tuple[list[tuple[float, int]], float]:
        clock, seen = VirtualClock(), []
        main = clock.hold()

        def work(worker: int, hold) -> None:
            for seconds in sleeps[worker]:
                sleep(clock, seconds, hold)
                seen.append((clock.now(), worker))
            hold.release()

        with ThreadPoolExecutor(len(sleeps)) as threads:
            for worker in range(len(sleeps)):
                threads.submit(work, worker, clock.hold())
            main.release()
        clock.close()
        return sorted(seen), clock.now()

    seen, end = story()
    assert (seen, end) == story()
    assert end == max(sum(own) for own in sleeps)
