"""Every change over the network is audited: who, as what, from where, when, what was before and what is now."""

from typing import Any

import httpx
import pytest

from ledger.author import Role
from tests.flows.web.served import PASSWORD, RUNNING, Served

ENTRY: dict[str, Any] = {
    "formulation": {"polymer": "PEO", "salt": "LiTFSI", "loading": {"value": 0.08, "unit": "Li/O"}},
    "readings": [{"property": "log10_conductivity", "value": -5.1, "sd": 0.1, "temperature_C": 30}],
    "reference": "notebook 12, page 4",
}
TABLE = b"""polymer,salt,loading,temperature,conductivity,paper
PEO,LiTFSI,0.05,30,1e-5,10.1/x
PEO,LiTFSI,0.05,60,1e-4,10.1/x
"""
HOW = {"format": "columns", "name": "films.csv", "unit": ["loading=Li/O", "conductivity=S/cm"]}

Change = tuple[str, str, dict[str, Any], list[str]]
OF_OPERATORS: list[Change] = [
    ("POST", f"/campaigns/{RUNNING}/commands", {"command": "pause", "note": "lunch"}, ["command given"]),
    ("POST", f"/campaigns/{RUNNING}/commands", {"command": "stop", "experiment": 1}, ["command given"]),
    ("POST", f"/campaigns/{RUNNING}/approvals/1", {"approved": True}, ["approval answered"]),
    ("POST", f"/campaigns/{RUNNING}/approvals/2", {"approved": False}, ["approval answered", "experiment moved"]),
    (
        "POST",
        f"/campaigns/{RUNNING}/stock/fill",
        {"component": "LiTFSI", "mass_mg": 500, "lot": "B7"},
        ["stock filled"],
    ),
    ("POST", f"/campaigns/{RUNNING}/stock/weigh", {"component": "LiTFSI", "mass_mg": 420.5}, ["stock weighed"]),
    ("POST", "/films", ENTRY, ["literature added"]),
    ("POST", "/films/table:second/corrections", {"property": "log10_conductivity", "value": -6.3}, ["amended"]),
    ("POST", "/films/table:second/corrections", {"retract": True, "note": "slip"}, ["retracted"]),
]
OF_ADMINS: list[Change] = [
    ("POST", "/people", {"name": "Bea", "role": "viewer", "password": PASSWORD}, ["person added"]),
    ("PATCH", "/people/Bea", {"role": "operator"}, ["person changed"]),
    ("DELETE", "/people/Bea", {}, ["person removed"]),
    ("DELETE", "/people/Olga/tokens/tests 0", {}, ["token revoked"]),
]


def latest(web: Served) -> dict[str, Any]:
    return web.program(Role.ADMIN).get("/audit", params={"limit": 1}).json()["items"][0]


def total(web: Served) -> int:
    return web.desk.audit.page().total


@pytest.mark.parametrize(
    ("role", "name", "changes"), [(Role.OPERATOR, "Olga", OF_OPERATORS), (Role.ADMIN, "Ada", OF_ADMINS)]
)
def test_every_change_is_audited_once(web: Served, role: Role, name: str, changes: list[Change]) -> None:
    web.token(Role.OPERATOR)
    program = web.program(role)
    for method, path, body, kinds in changes:
        before = total(web)
        answer = program.request(method, path, json=body)
        assert answer.is_success, answer.text
        assert total(web) == before + 1
        told = latest(web)
        assert told["action"] == f"{method} /api/v1{path}"
        assert (told["by"], told["role"], told["address"]) == (name, role, "127.0.0.1")
        assert told["via"].startswith("token tests")
        assert [change["kind"] for change in told["changes"]] == kinds


def test_an_audit_says_what_was_before_and_what_is_now(web: Served) -> None:
    program = web.program(Role.OPERATOR)
    program.post("/films/table:second/corrections", json={"property": "log10_conductivity", "value": -6.3})
    (change,) = latest(web)["changes"]
    assert (change["before"], change["after"]) == (-6.1, -6.3)
    web.program(Role.ADMIN).patch("/people/Vera", json={"role": "operator"})
    (change,) = latest(web)["changes"]
    assert (change["before"], change["after"]) == ({"role": "viewer"}, {"role": "operator"})


def test_an_import_and_a_browser_are_audited(web: Served) -> None:
    browser = web.browser(Role.OPERATOR)
    assert (latest(web)["action"], latest(web)["via"]) == ("sign in", "password")
    seen = browser.post("/imports/preview", params=HOW, content=TABLE).json()
    before = total(web)
    brought = browser.post("/imports", params={**HOW, "previewed": seen["fingerprint"]}, content=TABLE)
    assert brought.status_code == 201, brought.text
    assert total(web) == before + 1
    assert (latest(web)["via"], latest(web)["changes"][0]["kind"]) == ("session", "literature added")


def test_what_is_refused_or_only_read_is_not_audited(web: Served) -> None:
    operator, before = web.program(Role.OPERATOR), None

    def refused(answer: httpx.Response) -> None:
        assert answer.status_code in (400, 404, 409, 422), answer.text

    web.token(Role.ADMIN)
    before = (total(web), web.desk.ledger.last_event())
    refused(operator.post("/campaigns/2/commands", json={"command": "pause"}))  # it is over
    refused(operator.post(f"/campaigns/{RUNNING}/commands", json={"command": "pause", "experiment": 99}))
    refused(operator.post("/films/table:second/corrections", json={"value": 1.0}))
    refused(operator.post("/films/nowhere/corrections", json={"retract": True}))
    refused(operator.post("/imports", params={**HOW, "previewed": "0" * 64}, content=TABLE))
    refused(web.program(Role.ADMIN).delete("/people/Ada"))
    operator.post("/imports/preview", params=HOW, content=TABLE).raise_for_status()
    for path in ("/observations", "/films/table:second", f"/campaigns/{RUNNING}/status", "/observations/files/csv"):
        operator.get(path).raise_for_status()
    assert (total(web), web.desk.ledger.last_event()) == before
