"""Who may: every route, for every role, by token, by session and by nobody."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from chemistry.errors import BadInput
from flows.web.access import COOKIE, CSRF_HEADER
from flows.web.app import create_app
from flows.web.limits import MOST_OF_A_REQUEST
from flows.web.process import is_loopback, server_of
from ledger.author import Role
from tests.flows.web.served import CHEAP, FINISHED, NAMES, PASSWORD, Served, served

VIEWER, OPERATOR, ADMIN = Role
ANYBODY, SESSION, SESSION_OF_ADMIN = None, "session", "session of an admin"
WHO: dict[str, Role | str | None] = {
    "GET /health": ANYBODY,
    "POST /session": ANYBODY,
    "GET /session": VIEWER,
    "DELETE /session": VIEWER,
    "PUT /session/password": SESSION,
    "GET /openapi.json": VIEWER,
    "GET /counts": VIEWER,
    "GET /campaigns": VIEWER,
    "GET /campaigns/{campaign_id}": VIEWER,
    "GET /campaigns/{campaign_id}/file": VIEWER,
    "GET /campaigns/{campaign_id}/status": VIEWER,
    "GET /campaigns/{campaign_id}/experiments": VIEWER,
    "GET /campaigns/{campaign_id}/events": VIEWER,
    "GET /campaigns/{campaign_id}/models": VIEWER,
    "POST /campaigns/{campaign_id}/models/{number}/promotion": OPERATOR,
    "POST /campaigns/{campaign_id}/models/{number}/return": OPERATOR,
    "GET /campaigns/{campaign_id}/stock": VIEWER,
    "POST /campaigns/{campaign_id}/stock/fill": OPERATOR,
    "POST /campaigns/{campaign_id}/stock/weigh": OPERATOR,
    "GET /campaigns/{campaign_id}/commands": VIEWER,
    "POST /campaigns/{campaign_id}/commands": OPERATOR,
    "GET /campaigns/{campaign_id}/approvals": VIEWER,
    "POST /campaigns/{campaign_id}/approvals/{experiment}": OPERATOR,
    "GET /observations": VIEWER,
    "GET /observations/files/{format}": VIEWER,
    "GET /observations/{number}": VIEWER,
    "GET /films": VIEWER,
    "POST /films": OPERATOR,
    "GET /films/{film_id}": VIEWER,
    "GET /films/{film_id}/spectra": VIEWER,
    "POST /films/{film_id}/corrections": OPERATOR,
    "POST /films/{film_id}/replacement": OPERATOR,
    "GET /spectra/{number}": VIEWER,
    "GET /spectra/{number}/csv": VIEWER,
    "GET /stations": VIEWER,
    "POST /imports/preview": OPERATOR,
    "POST /imports": OPERATOR,
    "GET /tokens": VIEWER,
    "POST /tokens": SESSION,
    "DELETE /tokens/{token}": SESSION,
    "GET /people": ADMIN,
    "POST /people": ADMIN,
    "PATCH /people/{name}": ADMIN,
    "DELETE /people/{name}": ADMIN,
    "GET /people/{name}/tokens": ADMIN,
    "POST /people/{name}/tokens": SESSION_OF_ADMIN,
    "DELETE /people/{name}/tokens/{token}": ADMIN,
    "GET /audit": ADMIN,
}
"""The least role that each route takes; a session where no token will do, of whatever role."""

_PARTS = {"campaign_id": str(FINISHED), "experiment": "4711", "number": "1", "film_id": "table:second", "format": "csv"}
"""What there is to read; what would be changed is nowhere, and no body says what a change needs."""


def asked(route: str, client: httpx.Client) -> httpx.Response:
    method, path = route.split(" ", 1)
    path = re.sub(r"\{(\w+)\}", lambda part: _PARTS.get(part[1], "nobody"), path)
    body = {} if method in ("POST", "PUT", "PATCH") else None
    return client.request(method, path, json=body)


@pytest.fixture(scope="module")
def browsers(reading: Served) -> dict[Role, httpx.Client]:
    return {role: reading.browser(role) for role in Role}


def test_the_table_speaks_of_every_route(reading: Served) -> None:
    document = reading.program(VIEWER).get("/openapi.json").json()
    routes = {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, held in document["paths"].items()
        for method in held
    }
    assert routes == set(WHO)


CLOSED = [route for route, least in WHO.items() if least is not ANYBODY]


@pytest.mark.parametrize(
    "headers",
    [
        *(
            {"Authorization": said}
            for said in ("Bearer ionloop_wrong", "Bearer", "Basic VmVyYTp4", "Bearer " + "x" * 999)
        ),
        *({}, {"Cookie": f"{COOKIE}=wrong"}),
    ],
)
def test_nobody_may(reading: Served, headers: dict[str, str]) -> None:
    client = reading.client(headers)
    answers = {route: asked(route, client) for route in CLOSED}
    assert {route: answer.status_code for route, answer in answers.items()} == dict.fromkeys(CLOSED, 401)
    assert {tuple(answer.json()) for answer in answers.values()} == {("detail",)}
    assert {answer.headers["www-authenticate"] for answer in answers.values()} == {"Bearer"}


@pytest.mark.parametrize("role", list(Role))
def test_by_token(reading: Served, role: Role) -> None:
    answers = {route: asked(route, reading.program(role)).status_code for route in CLOSED}
    let_in = {route for route, status in answers.items() if status not in (401, 403)}
    assert let_in == {route for route in CLOSED if isinstance(least := WHO[route], Role) and role.covers(least)}
    read = {route: answers[route] for route in let_in if route.startswith("GET")}
    no_spec = "GET /campaigns/{campaign_id}/status"  # the rich campaign was begun by hand, with no whole file
    nobodys = {"GET /people/{name}/tokens": 404} if role is ADMIN else {}
    assert read == {**dict.fromkeys(read, 200), no_spec: 409, **nobodys}
    assert {status for route, status in answers.items() if route in let_in} <= {200, 204, 400, 404, 409, 422}


@pytest.mark.parametrize("role", list(Role))
def test_by_session(reading: Served, browsers: dict[Role, httpx.Client], role: Role) -> None:
    let_in = set()
    for route in CLOSED:
        client = reading.browser(role) if route == "DELETE /session" else browsers[role]
        let_in |= {route} if asked(route, client).status_code not in (401, 403) else set()
    least = {route: ADMIN if WHO[route] == SESSION_OF_ADMIN else WHO[route] for route in CLOSED}
    assert let_in == {route for route, known in least.items() if not isinstance(known, Role) or role.covers(known)}


def test_a_change_from_a_browser_that_no_page_of_ours_asked_for(
    reading: Served, browsers: dict[Role, httpx.Client]
) -> None:
    changes = [route for route in CLOSED if not route.startswith("GET")]
    cookie = {"Cookie": f"{COOKIE}={browsers[ADMIN].cookies[COOKIE]}"}
    strangers = (None, browsers[OPERATOR].headers[CSRF_HEADER], "wrong", "x" * 64)
    for said in strangers:
        client = reading.client(cookie if said is None else {**cookie, CSRF_HEADER: said})
        assert {route: asked(route, client).status_code for route in changes} == dict.fromkeys(changes, 403)


def test_a_page_of_another_site_cannot_sign_anybody_in(reading: Served) -> None:
    """A form can send text without asking first, and no JSON."""
    text = f'{{"name": "Vera", "password": "{PASSWORD}"}}'
    assert reading.client().post("/session", content=text, headers={"Content-Type": "text/plain"}).status_code == 422


def test_the_cookie_is_for_browsers_alone(reading: Served) -> None:
    answer = reading.client().post("/session", json={"name": "Vera", "password": PASSWORD})
    told = answer.headers["set-cookie"]
    assert re.search("HttpOnly", told)
    assert re.search("(?i)samesite=lax", told)
    assert "Secure" not in told  # over http on loopback; behind a proxy with TLS it is
    secret = re.findall(rf"{COOKIE}=([^;]+)", told)[0]
    assert secret not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_a_wrong_token_is_not_made_up_for_by_a_session(reading: Served, browsers: dict[Role, httpx.Client]) -> None:
    cookie = {"Cookie": f"{COOKIE}={browsers[ADMIN].cookies[COOKIE]}", "Authorization": "Bearer wrong"}
    assert reading.client(cookie).get("/session").status_code == 401


def test_who_signs_out_is_out_wherever_the_cookie_lies(web: Served) -> None:
    browser = web.browser(VIEWER)
    stolen = {"Cookie": f"{COOKIE}={browser.cookies[COOKIE]}"}
    assert web.client(stolen).get("/session").json()["name"] == "Vera"
    assert browser.delete("/session").status_code == 204
    assert web.client(stolen).get("/session").status_code == 401


def test_another_role_counts_from_the_next_request_on(web: Served) -> None:
    browser, program = web.browser(OPERATOR), web.program(OPERATOR)
    web.desk.people.change_role("Olga", "viewer")
    for client in (browser, program):
        assert client.get("/session").json()["role"] == "viewer"
        assert client.post("/films", json={}).status_code == 403


def test_guessing_is_slowed_down(web: Served) -> None:
    client = web.client()
    statuses = [client.post("/session", json={"name": "Vera", "password": "guess"}).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    answer = client.post("/session", json={"name": "Vera", "password": PASSWORD})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 900


def test_guessing_the_old_password_in_a_browser_left_open_is_slowed_down(web: Served) -> None:
    client = web.browser(VIEWER)
    guess = {"old": "guess", "new": "four other words please"}
    statuses = [client.put("/session/password", json=guess).status_code for _ in range(6)]
    assert statuses == [400] * 5 + [429]
    assert client.put("/session/password", json={**guess, "old": PASSWORD}).status_code == 429
    assert client.get("/session").status_code == 200


@pytest.mark.parametrize("address", ["/films?bogus=1", "/observations?order=up", "/audit?who=me", "/counts?text=PEO"])
def test_a_misspelt_filter_does_not_find_everything(reading: Served, address: str) -> None:
    assert reading.client().get(address).status_code == 401
    answer = reading.program(ADMIN).get(address)
    assert answer.status_code == 422
    assert re.search("is no parameter of GET|is none of the fields", answer.json()["detail"])


def test_every_filter_that_is_described_is_taken(reading: Served) -> None:
    program = reading.program(ADMIN)
    paths = program.get("/openapi.json").json()["paths"]
    named = {
        (path.removeprefix("/api/v1"), one["name"])
        for path, operations in paths.items()
        for one in operations.get("get", {}).get("parameters", ())
        if one["in"] == "query"
    }
    assert {("/films", "text"), ("/observations", "text"), ("/audit", "by")} <= named
    for path, name in named:
        address = re.sub(r"\{(\w+)\}", lambda part: _PARTS.get(part[1], "nobody"), path)
        assert "is no parameter" not in program.get(address, params={name: "1"}).text


def test_nobody_has_no_tokens_to_show(reading: Served) -> None:
    assert reading.program(ADMIN).get("/people/Nobody/tokens").status_code == 404


def test_a_password_is_never_said_back(reading: Served) -> None:
    answer = reading.client().post("/session", json={"name": "Vera", "password": "secret" * 300})
    assert answer.status_code == 422
    assert "secretsecret" not in answer.text


@pytest.mark.parametrize(
    ("body", "media", "said"),
    [
        ('{"name": "Vera", "password": "secretsecret"}', "application/x-www-form-urlencoded", "Content-Type"),
        ('["Vera", "secretsecret"]', "application/json", "one JSON object"),
        ('{"name": "Vera", "Password": "secretsecret"}', "application/json", "`password` is missing"),
        ('{"name": "Vera", "password": "secretsecret"', "application/json", "is no JSON"),
    ],
)
def test_a_password_in_the_wrong_place_is_not_said_back_either(
    reading: Served, body: str, media: str, said: str
) -> None:
    answer = reading.client().post("/session", content=body, headers={"Content-Type": media})
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert "secretsecret" not in answer.text


def test_a_change_of_role_and_password_is_made_whole_or_not_at_all(web: Served) -> None:
    change = {"role": "viewer", "password": "another horse battery"}
    answer = web.browser(ADMIN).patch("/people/Ada", json=change)
    assert (answer.status_code, "only admin" in answer.text) == (400, True)
    assert web.client().post("/session", json={"name": "Ada", "password": PASSWORD}).status_code == 200


def test_a_token_makes_no_other_and_shows_itself_once(web: Served) -> None:
    browser = web.browser(OPERATOR)
    made = browser.post("/tokens", json={"name": "lims", "role": "viewer", "days": 7}).json()
    client = web.client({"Authorization": f"Bearer {made['secret']}"})
    assert client.get("/session").json() == {"name": "Olga", "role": "viewer", "via": "token lims", "csrf": ""}
    assert made["secret"] not in browser.get("/tokens").text
    assert browser.post("/tokens", json={"name": "more", "role": "admin"}).status_code == 400
    assert client.post("/tokens", json={"name": "another"}).status_code == 403
    assert browser.delete("/tokens/lims").status_code == 204
    assert client.get("/session").status_code == 401


def test_another_password_takes_the_old_one(web: Served) -> None:
    browser = web.browser(VIEWER)
    wrong = browser.put("/session/password", json={"old": "guess", "new": "another horse battery"})
    assert (wrong.status_code, "old password" in wrong.text) == (400, True)
    assert browser.put("/session/password", json={"old": PASSWORD, "new": "short"}).status_code == 400
    assert browser.put("/session/password", json={"old": PASSWORD, "new": "another horse battery"}).status_code == 204
    assert browser.get("/session").status_code == 401


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "ledger.sqlite", create=True) as running:
        yield running


def test_a_fresh_installation_lets_nobody_in_and_says_what_to_do(fresh: Served) -> None:
    client = fresh.client()
    assert client.get("/health").json() == {"ok": True}
    answer = client.get("/campaigns")
    assert (answer.status_code, "ionloop people add" in answer.json()["detail"]) == (401, True)
    assert client.get("/nowhere").status_code == 404
    assert httpx.get(f"{fresh.url}/docs").status_code == 404
    assert httpx.get(f"{fresh.url}/openapi.json").status_code == 404


def test_an_address_for_others_needs_an_account(tmp_path: Path) -> None:
    app = create_app(tmp_path / "ledger.sqlite", create=True, cost=CHEAP)
    with pytest.raises(BadInput, match="nobody has an account"):
        server_of(app, host="0.0.0.0")
    app.state.desk.people.add("Ada", "admin", PASSWORD)
    server_of(app, host="0.0.0.0")
    app.state.desk.ledger.close()
    assert [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "lab.example")] == [
        *(True, True, True),
        *(False, False),
    ]


@pytest.mark.parametrize("proxy", ["", "127.0.0.1"])
def test_only_the_proxy_that_was_named_is_believed(written: Path, tmp_path: Path, proxy: str) -> None:
    said = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
    with served(shutil.copy(written, tmp_path / "ledger.sqlite"), proxy=proxy) as web:
        answer = web.client(said).post("/session", json={"name": "Vera", "password": PASSWORD})
        address = web.desk.audit.page().items[0].address
    assert ("Secure" in answer.headers["set-cookie"], address) == (
        (True, "203.0.113.7") if proxy else (False, "127.0.0.1")
    )


def test_nobody_can_fill_the_memory_before_they_are_known(reading: Served) -> None:
    answer = reading.client().post("/session", content=b"x" * (MOST_OF_A_REQUEST + 1))
    assert answer.status_code == 413


def test_everybody_has_a_name() -> None:
    assert set(NAMES) == set(Role)
