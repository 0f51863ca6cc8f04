"""What has no route below `/api/` is answered as programs read it, by the pages' application too."""

import httpx
import pytest

from ledger.author import Role
from tests.flows.web.served import Served


@pytest.mark.parametrize("path", ["/nonsense", "/spectra/1/nonsense", "/", "/../v2/films", "/campaigns/1/"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_address_that_there_is_not_is_told_in_json(reading: Served, method: str, path: str) -> None:
    for client in (reading.client(), reading.program(Role.ADMIN)):
        answer = client.request(method, path)
        assert answer.status_code == httpx.codes.NOT_FOUND, answer.text
        assert answer.headers["content-type"] == "application/json"
        assert list(answer.json()) == ["detail"]


def test_a_method_that_a_route_does_not_take_is_told_with_those_that_it_takes(reading: Served) -> None:
    answer = reading.program(Role.ADMIN).put("/campaigns")
    assert (answer.status_code, answer.headers["allow"]) == (httpx.codes.METHOD_NOT_ALLOWED, "GET")
    assert "PUT is not for /api/v1/campaigns: GET." in answer.json()["detail"]


def test_what_is_there_is_found_as_ever(reading: Served) -> None:
    assert reading.program(Role.VIEWER).get("/campaigns").status_code == httpx.codes.OK
