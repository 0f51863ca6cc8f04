"""The floor under an experiment: as many bare tasks, messages and commits as the controller made of it."""

import functools
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.watched_campaign import Recorded, Watch


def floor(folder: Path, watch: Watch, experiments: int, n: int) -> dict[str, list[float]]:
    """Seconds of the libraries' own work for one experiment, n times, by library; in a flow on the present server.

    What is repeated is what was seen of a campaign of so many `experiments`.
    """
    from prefect import Task, flow
    from prefect.cache_policies import NO_CACHE

    tasks, commits = (round(count / experiments) for count in (watch.tasks, watch.commits))
    runs = [watch.runs[i : i + 2] for i in range(0, len(watch.runs), 2)]
    seconds: dict[str, list[float]] = {"prefect": [], "bluesky": [], "sqlite": []}
    replay = bare_runs()
    connection = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS acts (content TEXT)")

    def commit() -> None:
        for _ in range(commits):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO acts VALUES (?)", ("x" * 500,))
            connection.execute("COMMIT")

    def bare_tasks() -> None:
        for _ in range(tasks):
            Task(lambda: None, name="bare", cache_policy=NO_CACHE, persist_result=False, retries=0)()

    @flow(name="floor", persist_result=False)
    def bare() -> None:
        for number in range(n):
            of_one = functools.partial(replay, runs[number % len(runs)])
            for kind, work in (("prefect", bare_tasks), ("bluesky", of_one), ("sqlite", commit)):
                began = time.perf_counter()
                work()
                seconds[kind].append(time.perf_counter() - began)

    bare()
    connection.close()
    return seconds


def bare_runs() -> Callable[[list[list[Recorded]]], None]:
    """A function that sends recorded runs through a RunEngine to an axis that is there at once."""
    from bluesky import RunEngine
    from bluesky.utils import Msg, MsgGenerator
    from ophyd.sim import SynAxis

    from devices.readings import Readings

    engine, axis = RunEngine({}, context_managers=[]), SynAxis(name="axis")

    def again(run: list[Recorded]) -> MsgGenerator[None]:
        last, meters = 0, dict[str, Readings]()
        for number, (command, name, values) in enumerate(run):
            match command:
                case "set":
                    last = number
                    yield Msg("set", axis, number, group=last)
                case "wait":
                    yield Msg("wait", group=last)
                case "create":
                    yield Msg("create", name=name)
                case "read":
                    yield Msg("read", meters.setdefault(name, Readings(name, values)))
                case "stop":
                    yield Msg("stop", axis)
                case "open_run" | "close_run" | "save" | "checkpoint" | "clear_checkpoint":
                    yield Msg(command)
                case _:
                    yield Msg("null")

    def replay(runs: list[list[Recorded]]) -> None:
        for run in runs:
            engine(again(run), lambda *_: None)

    return replay
