"""The server of process variables takes no place that another one has: clients would find only one of them."""

import warnings
from collections.abc import Iterator

import pytest

from chemistry.errors import BadInput
from devices.channel_access import ChannelAccess, prepare
from devices.served.channels import number
from devices.served.server import ChannelAccessServer, NotServed
from tests.channel_access import ACCESS, own_port


@pytest.fixture
def port() -> Iterator[int]:
    port, keeper = own_port()
    with keeper:
        yield port


def serving(port: int) -> ChannelAccessServer:
    server = ChannelAccessServer("127.0.0.1", port)
    server.offer("A", number(1.0))
    return server


def test_two_servers_in_one_place_are_refused(port: int):
    first = serving(port)
    first.start()
    with pytest.raises(NotServed, match=r"another server is on 127\.0\.0\.1.*another address or port"):
        serving(port).start()
    first.close()
    after = serving(port)
    after.start()
    after.close()


def test_an_address_of_another_machine_is_a_mistake_of_the_file():
    with pytest.raises(BadInput, match=r"192\.0\.2\.1.*an address of this machine"):
        ChannelAccessServer("192.0.2.1", ACCESS.port).start()


def test_the_library_s_own_warnings_are_not_for_users():
    with warnings.catch_warnings(record=True) as told:
        warnings.resetwarnings()
        prepare(ACCESS)
        warnings.warn_explicit("ca.get('X') timed out", UserWarning, "ca.py", 1638, module="epics.ca")
        warnings.warn_explicit("ours", UserWarning, "plan.py", 1, module="devices.plan")
    assert [str(warning.message) for warning in told] == ["ours"]


@pytest.mark.parametrize("address", ["127.0.0.1:", "127.0.0.1:x", "127.0.0.1:70000"])
def test_an_address_is_a_host_and_perhaps_a_port(address: str):
    access = ChannelAccess(port=5070)
    assert access.place() == ("127.0.0.1", 5070)
    if address.endswith(":"):
        assert access.place(address) == ("127.0.0.1", 5070)
        return
    with pytest.raises(BadInput, match="is no port"):
        access.place(address)
