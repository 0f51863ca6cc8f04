"""A station has one owner at a time, and tokens only grow."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from ledger.errors import LeaseHeld, LeaseLost
from ledger.leases import Leases
from ledger.store import Ledger


class Wall:
    """A wall clock that tests turn by hand."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def wait(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def leases(made_ledger_url: str, wall: Wall) -> Iterator[Leases]:
    with Ledger.open(made_ledger_url, wall_now=wall.now) as ledger:
        yield Leases(ledger)


def test_a_held_station_is_not_given_away(leases: Leases) -> None:
    lease = leases.acquire("synthesis", "ada", ttl_s=10)
    for owner in ("bob", "ada"):
        with pytest.raises(LeaseHeld, match=r"ada .*10 s"):
            leases.acquire("synthesis", owner, ttl_s=10)
    assert leases.holder("synthesis") == "ada"
    assert leases.acquire("measuring-1", "bob", ttl_s=10).token == lease.token == 1


def test_tokens_grow_however_a_station_changes_hands(leases: Leases, wall: Wall) -> None:
    tokens = [(first := leases.acquire("synthesis", "ada", ttl_s=10)).token]
    leases.release(first)
    assert leases.holder("synthesis") is None
    tokens.append(leases.acquire("synthesis", "bob", ttl_s=10).token)
    wall.wait(10)
    assert leases.holder("synthesis") is None
    tokens.append(leases.acquire("synthesis", "cy", ttl_s=10).token)
    tokens.append(leases.acquire("synthesis", "di", ttl_s=10, owner_is_dead=lambda owner: owner == "cy").token)
    assert tokens == [1, 2, 3, 4]


def test_a_living_owner_keeps_its_station(leases: Leases, wall: Wall) -> None:
    lease = leases.acquire("synthesis", "ada", ttl_s=10)
    with pytest.raises(LeaseHeld):
        leases.acquire("synthesis", "bob", ttl_s=10, owner_is_dead=lambda _: False)
    for _ in range(5):
        wall.wait(9)
        lease = leases.renew(lease, ttl_s=10)
    assert leases.holder("synthesis") == "ada"
    assert lease.token == 1


def test_what_was_taken_over_cannot_be_renewed_nor_given_back(leases: Leases, wall: Wall) -> None:
    old = leases.acquire("synthesis", "ada", ttl_s=10)
    wall.wait(11)
    leases.acquire("synthesis", "bob", ttl_s=10)
    with pytest.raises(LeaseLost):
        leases.renew(old, ttl_s=10)
    leases.release(old)
    assert leases.holder("synthesis") == "bob"


def test_a_lease_that_ran_out_and_that_nobody_took_can_be_renewed(leases: Leases, wall: Wall) -> None:
    lease = leases.acquire("synthesis", "ada", ttl_s=10)
    wall.wait(60)
    leases.renew(lease, ttl_s=10)
    assert leases.holder("synthesis") == "ada"


def test_what_was_given_back_cannot_be_renewed(leases: Leases) -> None:
    lease = leases.acquire("synthesis", "ada", ttl_s=10)
    leases.release(lease)
    with pytest.raises(LeaseLost):
        leases.renew(lease, ttl_s=10)
