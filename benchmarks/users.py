"""What the process of the dashboard takes with more users: programs that ask, views, pages left open; one JSON line.

    python benchmarks/users.py [--observations 20000] [--users 1 4 16] [--open 1 5 20]

(Some four minutes; needs Chromium.) A ledger filled as in `dashboard.py` is served in a process of its own. First so
many pages of one campaign stand open in a browser and nobody touches them. Then programs ask REST one request after the
other, without a pause, each with the same token: campaigns, found observations, films. Then as many ask for the
dashboard's pages as a browser first does, and once more after a rest, for the memory. Told for each number: answers a
second, milliseconds of an answer (median, 95 %), how many were none, processor milliseconds of the serving process for
each (for an open page: each second), and its memory.
"""

import argparse
import itertools
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil

from benchmarks.dashboard import NAME, PASSWORD, QUICK, fill, served
from benchmarks.line import print_line, run_benchmark
from ledger.people import People
from ledger.store import Ledger

READ = ("/campaigns", "/observations?text=LiTFSI&property=log10_conductivity", "/films?text=PEO&limit=5", "/counts")
PAGES = ("/", "/data", "/campaigns/1", "/stations")
LASTS_S = 12.0
FORGOTTEN_S = 75.0


def main() -> None:
    """Fill, serve, ask, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--observations", type=int, default=20_000)
    parser.add_argument("--users", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--open", type=int, nargs="+", default=[1, 5, 20])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "ledger.sqlite"
        held = fill(place, given.observations)
        with Ledger.open(place) as ledger:
            _, token = People(ledger, QUICK).make_token(NAME, "programs", "viewer")
        with served(place) as address, httpx.Client(base_url=address) as browser:
            server = _server(address)
            left_open = _left_open(server, address, given.open)
            signed_in = browser.post("/api/v1/session", json={"name": NAME, "password": PASSWORD})
            signed_in.raise_for_status()
            cookies = dict(browser.cookies)
            asked = [f"/api/v1{path}" for path in READ]
            programs = [
                _asked(server, address, asked, users, headers={"Authorization": f"Bearer {token}"})
                for users in given.users
            ]
            views = [_asked(server, address, PAGES, users, cookies=cookies) for users in given.users]
            time.sleep(FORGOTTEN_S)  # views that no browser came back to are forgotten, before more are asked for
            views.append(_asked(server, address, PAGES, given.users[0], cookies=cookies))
    print_line("users", **held, left_open=left_open, programs=programs, views=views)


def _server(address: str) -> psutil.Process:
    """The process that listens there."""
    port = int(address.rpartition(":")[2])
    listening: list[Any] = [one for one in psutil.net_connections("tcp") if one.status == "LISTEN"]
    (found,) = {one.pid for one in listening if one.laddr.port == port}
    return psutil.Process(found)


def _asked(
    server: psutil.Process, address: str, paths: Sequence[str], users: int, **with_: dict[str, str]
) -> dict[str, Any]:
    """So many at once, each one request after the other."""
    took: list[float] = []
    bad: list[int] = []
    end = time.monotonic() + LASTS_S

    def user(first: int) -> None:
        with httpx.Client(base_url=address, timeout=120, **with_) as client:  # pyright: ignore[reportArgumentType]
            for path in itertools.islice(itertools.cycle(paths), first, None):
                begun = time.perf_counter()
                answer = client.get(path)
                took.append(1000 * (time.perf_counter() - begun))
                if answer.status_code != 200:
                    bad.append(answer.status_code)
                if time.monotonic() > end:
                    return

    with _watched(server) as told:
        _together(user, users)
    return {
        "users": users,
        "per_second": round(len(took) / told["wall_s"], 1),
        "ms": {"median": round(float(np.median(took)), 1), "p95": round(float(np.quantile(took, 0.95)), 1)},
        "refused": len(bad),
        "processor_ms_each": round(1000 * told["processor_s"] / len(took), 1),
        "memory_MB": told["memory_MB"],
    }


def _left_open(server: psutil.Process, address: str, numbers: Sequence[int]) -> list[dict[str, Any]]:
    """Pages that follow a campaign, in a browser; what they cost when nothing happens."""
    from playwright.sync_api import sync_playwright

    told: list[dict[str, Any]] = []
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        page.fill("[name=name]", NAME)
        page.fill("[name=password]", PASSWORD)
        page.click("button")
        page.wait_for_selector("h1")
        there = [page]
        for number in sorted(numbers):
            there += [context.new_page() for _ in range(number - len(there))]
            for one in there:
                one.goto(f"{address}/campaigns/1", wait_until="commit")
                one.wait_for_selector("table tbody tr", timeout=120_000)
            time.sleep(3)
            with _watched(server) as watched:
                time.sleep(LASTS_S)
            each = 1000 * watched["processor_s"] / watched["wall_s"] / number
            told.append({"pages": number, "processor_ms_each_s": round(each, 1), "memory_MB": watched["memory_MB"]})
        browser.close()
    return told


@contextmanager
def _watched(server: psutil.Process) -> Iterator[dict[str, float]]:
    """Wall and processor seconds of the block, and the server's memory at its end."""
    told: dict[str, float] = {}
    before, begun = sum(server.cpu_times()[:2]), time.perf_counter()
    yield told
    told["wall_s"] = time.perf_counter() - begun
    told["processor_s"] = sum(server.cpu_times()[:2]) - before
    told["memory_MB"] = round(server.memory_info().rss / 1e6)


def _together(work: Callable[[int], None], times: int) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    run_benchmark(main)
