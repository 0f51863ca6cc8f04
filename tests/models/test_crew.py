"""Parts of a work done elsewhere: the same results, as few under way as told, and none lost with its worker."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from chemistry.errors import IonloopError
from models.cluster import crew
from models.crew import Alone, Crew, Spread
from models.crew import done as crew_done


def multiplied(shared: int, part: int) -> tuple[int, int]:
    return os.getpid(), shared * part


def killed_once(folder: Path, part: int) -> int:
    """Its first worker dies of the third part."""
    if part == 3:
        try:
            (folder / "struck").touch(exist_ok=False)
        except FileExistsError:
            return part
        os.kill(os.getpid(), signal.SIGKILL)
    return part


def refused(shared: int, part: int) -> int:
    if part == 2:
        raise ValueError("two is none")
    return shared * part


@pytest.fixture(params=["alone", "spread"])
def workers(request: pytest.FixtureRequest) -> Iterator[Crew[int]]:
    if request.param == "alone":
        yield Alone(3)
        return
    with ThreadPoolExecutor(4) as pool:
        yield Spread(lambda task, part: pool.submit(task, 3, part), slots=lambda: 4)


def test_every_part_is_done_once(workers: Crew[int]) -> None:
    assert [number for _, number in workers.each(multiplied, range(20))] == list(range(0, 60, 3))
    told = dict(workers.as_done(multiplied, range(20)))
    assert {part: number for part, (_, number) in told.items()} == {part: 3 * part for part in range(20)}
    assert list(workers.each(multiplied, ())) == list(workers.as_done(multiplied, ())) == []


def test_an_error_is_told(workers: Crew[int]) -> None:
    for done in (workers.each, workers.as_done):
        with pytest.raises(ValueError, match="two is none"):
            list(done(refused, range(5)))


def test_what_is_done_first_is_told_first_and_no_part_is_begun_without_a_worker() -> None:
    """The first part ends last: the others are told before it, and parts are taken no sooner than somebody is free."""
    begun: list[int] = []
    ended = threading.Event()

    def parts() -> Iterator[int]:
        for number in range(6):
            begun.append(number)
            yield number

    def slow_first(part: int) -> int:
        if part == 0:
            ended.wait(30)
        return part

    with ThreadPoolExecutor(2) as pool:
        told = Spread[None](lambda task, part: pool.submit(task, part), slots=lambda: 2).as_done(
            slow_first,  # pyright: ignore[reportArgumentType]
            parts(),
        )
        first = next(told)
        assert first == (1, 1)
        assert begun == [0, 1]
        assert [next(told)[0] for _ in range(4)] == [2, 3, 4, 5]
        ended.set()
        assert list(told) == [(0, 0)]


def test_processes_do_it_too_and_outlive_one_that_is_killed(tmp_path: Path) -> None:
    with crew(tmp_path, processes=2) as workers:
        assert sorted(workers.as_done(killed_once, range(8))) == [(part, part) for part in range(8)]
        assert (tmp_path / "struck").exists()
        assert list(workers.each(killed_once, range(8))) == list(range(8))


def test_workers_are_gone_with_the_block() -> None:
    with crew(3, processes=2) as workers:
        processes = {process for _, (process, _) in workers.as_done(multiplied, range(8))}
    assert os.getpid() not in processes
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{process}").exists() for process in processes):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_work_that_is_given_up_is_not_begun() -> None:
    """Whoever stops asking leaves no more than what was under way."""
    asked: list[int] = []

    def submit(task: Any, part: int) -> "Future[int]":
        asked.append(part)
        future: Future[int] = Future()
        future.set_result(part)
        return future

    told = Spread[None](submit, slots=lambda: 3).as_done(lambda _, part: part, iter(range(100)))
    next(told)
    told.close()  # pyright: ignore[reportAttributeAccessIssue]
    assert len(asked) == 3


def test_parts_are_left_to_nobody_when_no_worker_is_there_for_a_while() -> None:
    """Between two results a cluster may be empty: what is left is handed out all the same."""
    there = iter([1, 0, 0, 2, 0, 1] * 10)
    with ThreadPoolExecutor(1) as pool:
        workers = Spread[None](lambda task, part: pool.submit(task, None, part), slots=lambda: next(there))
        assert sorted(workers.as_done(doubled, range(8))) == [(part, 2 * part) for part in range(8)]
        assert list(workers.each(doubled, range(8))) == list(range(0, 16, 2))


def test_nobody_is_waited_for_longer_than_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.crew._LOOK_S", 0.05)
    never = Spread[None](lambda task, part: Future(), slots=lambda: 0, patience_s=0.2)
    for done in (never.each, never.as_done):
        with pytest.raises(IonloopError, match=r"No worker has been there for 0.2 s"):
            list(done(doubled, range(3)))


def test_what_is_done_is_told_before_an_error() -> None:
    def submit(task: Any, part: int) -> "Future[int]":
        future: Future[int] = Future()
        if part == 0:
            future.set_exception(ValueError("zero is none"))
        else:
            future.set_result(part)
        return future

    told = Spread[None](submit, slots=lambda: 4).as_done(doubled, range(4))
    assert sorted(next(told) for _ in range(3)) == [(1, 1), (2, 2), (3, 3)]
    with pytest.raises(ValueError, match="zero is none"):
        next(told)


def test_one_process_does_one_part_at_a_time_however_many_threads_it_has() -> None:
    """Random numbers of torch are those of a process: two trials side by side would not be what one alone is."""
    with ThreadPoolExecutor(4) as pool:
        workers = Spread[list[int]](lambda task, part: pool.submit(crew_done, task, [], part), slots=lambda: 4)
        assert [most for _, most in workers.as_done(side_by_side, range(12))] == [1] * 12


def doubled(shared: None, part: int) -> int:
    return 2 * part


UNDER_WAY: list[int] = []


def side_by_side(shared: list[int], part: int) -> int:
    UNDER_WAY.append(part)
    time.sleep(0.01)
    most = len(UNDER_WAY)
    UNDER_WAY.remove(part)
    return most
