"""Requests made up from the interface's own description: no 5xx, nothing undocumented, nothing unauthorised.

schemathesis makes up what the description allows, and what it forbids. Half of the requests name things that are there,
and changes begin from ones that would be made: a made-up name or body alone is refused before anything happens.
"""

import copy
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from ledger.author import Role
from ledger.store import Ledger
from tests.flows.web.served import FINISHED, RUNNING, Served, served
from tests.flows.web.test_audit import ENTRY, HOW, TABLE

schemathesis = pytest.importorskip("schemathesis", reason="needs schemathesis (extra dev)")

NAMED: dict[str, list[Any]] = {
    "campaign_id": [1, FINISHED, RUNNING],
    "number": [1, 2, 3],
    "experiment": [1, 2, 3],
    "film_id": ["table:second", "table:first", "c2-e001a", "c2-e002a"],
    "name": ["Vera", "Olga"],
    "token": ["tests 0"],
    "format": ["csv", "parquet", "jsonld"],
}
BODIES: dict[str, list[Any]] = {
    "POST /api/v1/films": [ENTRY],
    "POST /api/v1/films/{film_id}/replacement": [{"entry": ENTRY, "note": ""}],
    "POST /api/v1/films/{film_id}/corrections": [
        {"property": "log10_conductivity", "at_C": 30, "value": -5.5, "sd": 0.1},
        {"thickness_um": 100},
        {"retract": True},
    ],
    "POST /api/v1/campaigns/{campaign_id}/commands": [{"command": "pause", "experiment": 1}],
    "POST /api/v1/campaigns/{campaign_id}/approvals/{experiment}": [{"approved": True, "note": ""}],
    "POST /api/v1/campaigns/{campaign_id}/stock/fill": [{"component": "LiTFSI", "mass_mg": 10.0, "lot": ""}],
    "POST /api/v1/campaigns/{campaign_id}/stock/weigh": [{"component": "PEO", "mass_mg": 10.0}],
    "POST /api/v1/people": [{"name": "Bea", "role": "viewer", "password": "correct horse battery"}],
    "PATCH /api/v1/people/{name}": [{"role": "operator", "password": "correct horse battery"}],
}
JUNK: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["*CCO*", "*CC(*)*", "[Li+]", "\x00", "PEO", "Li/O", "w/w", "é" * 300, -1e308, 1e308, 2**63, 10**400]
    ),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)
QUIET = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large, HealthCheck.large_base_example)


@st.composite
def spoilt(draw: st.DrawFn, whole: Any) -> Any:
    """A body that would be taken, with one value of it replaced."""
    body = copy.deepcopy(whole)
    holder, key = draw(st.sampled_from(list(_places(body))))
    holder[key] = draw(JUNK)
    return body


def _places(body: Any) -> Iterator[tuple[Any, Any]]:
    for key, value in body.items() if isinstance(body, dict) else enumerate(body):
        yield body, key
        if isinstance(value, (dict, list)):
            yield from _places(value)


Answer = Callable[[Any, Any], None]


def fuzz(web: Served, token: str, examples: int, check: Answer) -> None:
    """Send requests to every operation, and look at each answer."""
    import requests
    from schemathesis import GenerationMode

    schema = schemathesis.openapi.from_dict(web.program(Role.ADMIN).get("/openapi.json").json())
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with requests.Session() as session:

        def send(case: Any) -> None:
            check(case, case.call(base_url=web.url, headers=headers, session=session, timeout=120))

        for found in schema.get_all_operations():
            operation = found.ok()
            made_up = [operation.as_strategy(generation_mode=mode) for mode in GenerationMode]
            _fuzz_one(st.one_of(*made_up) | named(made_up[0]), examples, send)


@st.composite
def named(draw: st.DrawFn, cases: st.SearchStrategy[Any]) -> Any:
    """A case that names what is there, with a body that would be taken, or nearly."""
    case = draw(cases)
    case.path_parameters = {key: draw(st.sampled_from(NAMED[key])) for key in case.path_parameters or {}}
    bodies = BODIES.get(f"{case.method.upper()} {case.path}")
    if bodies:
        whole = draw(st.sampled_from(bodies))
        case.body, case.media_type = draw(st.just(whole) | spoilt(whole)), "application/json"
    if "/imports" in case.path:
        case.body, case.query = draw(st.just(TABLE) | st.binary(max_size=200)), {**HOW, "previewed": ""}
    return case


def _fuzz_one(cases: st.SearchStrategy[Any], examples: int, send: Callable[[Any], None]) -> None:
    limits = settings(
        max_examples=examples, deadline=None, database=None, suppress_health_check=QUIET, phases=[Phase.generate]
    )

    @seed(7)
    @limits
    @given(case=cases)
    def ask(case: Any) -> None:
        send(case)

    ask()


def documented(case: Any, answer: Any) -> None:
    """No failure of ours, and nothing that the description does not tell of."""
    assert answer.status_code < 500, (answer.text, case.as_curl_command())
    told = {str(status) for status in case.operation.definition.raw["responses"]}
    # 405 is of another method, 400 and 404 of what is no request at all
    assert str(answer.status_code) in {*told, "404", "405"}, (answer.status_code, answer.text, case.as_curl_command())
    if answer.status_code >= 400:
        assert isinstance(answer.json()["detail"], str), answer.text


def state(web: Served) -> tuple[int, int]:
    return web.desk.ledger.last_event(), web.desk.audit.page().total


def test_no_request_makes_it_fail(web: Served) -> None:
    fuzz(web, web.token(Role.ADMIN), 3, documented)


def test_nothing_is_read_or_written_by_nobody_or_written_by_a_viewer(web: Served) -> None:
    viewer, _ = web.token(Role.VIEWER), web.token(Role.ADMIN)  # the admin's is for the description alone
    before = state(web)

    def refused(case: Any, answer: Any) -> None:
        documented(case, answer)
        open_to_all = case.path in ("/api/v1/health", "/api/v1/session") and case.method.upper() in ("GET", "POST")
        assert answer.status_code >= 400 or open_to_all, case.as_curl_command()

    def only_read(case: Any, answer: Any) -> None:
        documented(case, answer)
        assert answer.status_code >= 400 or case.method.upper() == "GET" or case.path == "/api/v1/session"

    fuzz(web, "", 1, refused)
    fuzz(web, viewer, 2, only_read)
    assert state(web) == before


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_no_request_makes_it_fail_on_either_database(written: Path, tmp_path: Path, postgres_url: str) -> None:
    from tests.flows.web.served import write_ledger

    Ledger.open(postgres_url).close()
    write_ledger(postgres_url)
    for place in (shutil.copy(written, tmp_path / "ledger.sqlite"), postgres_url):
        with served(place) as web:
            fuzz(web, web.token(Role.ADMIN), 150, documented)
