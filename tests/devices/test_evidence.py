import pytest
from ophyd.sim import make_fake_device

from devices.clock import RealClock
from devices.dispenser import Dispenser
from devices.evidence import Finding, evidence
from devices.signals import set_blank

CASES = [
    ({"accepted": "mine", "echo": "mine"}, None, Finding.DONE),
    ({"accepted": "mine", "echo": "before", "busy": 1}, None, Finding.RUNNING),
    ({"accepted": "mine", "echo": "before"}, None, Finding.UNKNOWN),
    ({"accepted": "mine", "failed": "mine", "error": "stuck"}, None, Finding.FAILED),
    ({"accepted": "before", "failed": "mine", "error": "refused"}, None, Finding.NEVER_STARTED),
    ({"accepted": "before", "echo": "before"}, None, Finding.NEVER_STARTED),
    ({"accepted": "before", "echo": "before", "count": 7}, 7, Finding.NEVER_STARTED),
    ({"accepted": "after", "echo": "after", "count": 9}, 7, Finding.UNKNOWN),
    ({"count": 7}, 7, Finding.NEVER_STARTED),
    ({"count": 8}, 7, Finding.UNKNOWN),
    ({}, None, Finding.UNKNOWN),
]


@pytest.mark.parametrize(("shown", "count_before", "finding"), CASES)
def test_what_an_instrument_shows_tells_what_became_of_an_order(shown, count_before, finding):
    device = make_fake_device(Dispenser)("X:", name="dispenser", clock=RealClock())
    set_blank(device)
    device.dispensed_mg.sim_put(4.98)
    for name, value in shown.items():
        getattr(device, name).sim_put(value)
    found = evidence(device, "mine", count_before=count_before)
    assert found.finding == finding
    assert found.words
    assert (found.as_made.get("dispensed_mg") == 4.98) == (finding == Finding.DONE)
