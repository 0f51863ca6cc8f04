import pytest

from devices.clock import RealClock
from devices.dispenser import Dispenser
from devices.evidence import evidence
from devices.fake import fake_instrument
from devices.finding import Finding

BEFORE = {"accepted": "before", "count": 7}
VIRGIN = {"accepted": "none yet", "count": 0}
CASES = [
    ({"accepted": "mine", "echo": "mine", "count": 8}, BEFORE, Finding.DONE),
    ({"accepted": "mine", "echo": "before", "busy": 1}, BEFORE, Finding.RUNNING),
    ({"accepted": "mine", "echo": "before"}, BEFORE, Finding.UNKNOWN),
    ({"accepted": "mine", "failed": "mine", "error": "stuck"}, BEFORE, Finding.FAILED),
    ({"accepted": "before", "failed": "mine", "error": "refused", "count": 7}, BEFORE, Finding.NEVER_STARTED),
    ({"accepted": "before", "echo": "before", "count": 7}, BEFORE, Finding.NEVER_STARTED),
    ({"accepted": "none yet"}, VIRGIN, Finding.NEVER_STARTED),
    # Begun and spoilt, and then another's order: no refusal.
    ({"accepted": "after", "failed": "mine", "error": "stuck", "count": 7}, BEFORE, Finding.UNKNOWN),
    # Another controller used it since.
    ({"accepted": "after", "echo": "after", "count": 8}, BEFORE, Finding.UNKNOWN),
    ({"accepted": "before", "echo": "before", "count": 8}, BEFORE, Finding.UNKNOWN),
    # A power cut after it was begun, of an instrument that forgets what it began, or its count too.
    ({"count": 7}, BEFORE, Finding.UNKNOWN),
    ({}, BEFORE, Finding.UNKNOWN),
    ({}, {"accepted": "", "count": 0}, Finding.UNKNOWN),
    ({"accepted": "none yet"}, BEFORE, Finding.UNKNOWN),
    # Nobody wrote down what it remembered.
    ({"accepted": "before", "echo": "before", "count": 7}, None, Finding.UNKNOWN),
    ({}, None, Finding.UNKNOWN),
]


@pytest.mark.parametrize(("shown", "before", "finding"), CASES)
def test_what_an_instrument_shows_tells_what_became_of_an_order(shown, before, finding):
    device = fake_instrument(Dispenser, "X:", name="dispenser", clock=RealClock())
    device.dispensed_mg.sim_put(4.98)
    for name, value in shown.items():
        getattr(device, name).sim_put(value)
    found = evidence(device, "mine", before=before)
    assert found.finding == finding
    assert found.words
    assert (found.as_made.get("dispensed_mg") == 4.98) == (finding == Finding.DONE)


@pytest.mark.parametrize(
    ("moved_mg", "finding"),
    [
        (10.02, Finding.DONE),
        (9.4, Finding.DONE),
        (0.0, Finding.NEVER_STARTED),
        (0.2, Finding.NEVER_STARTED),
        (4.0, Finding.UNKNOWN),
        (20.0, Finding.UNKNOWN),
        (-3.0, Finding.UNKNOWN),
    ],
)
def test_the_totaliser_remembers_what_a_power_cut_made_the_rest_forget(moved_mg, finding):
    device = fake_instrument(Dispenser, "X:", name="dispenser", clock=RealClock())
    device.totaliser_mg.sim_put(500.0 + moved_mg)
    before = {"accepted": "before", "count": 7, "totaliser_mg": 500.0}
    found = evidence(device, "mine", before=before, asked={"component": "*CCO*", "mass_mg": 10.0})
    assert found.finding == finding
    assert f"{moved_mg:.2f} mg" in found.words
    assert found.as_made.get("dispensed_mg") == (pytest.approx(moved_mg) if finding == Finding.DONE else None)
    device.accepted.sim_put("after")  # another order was begun since: the totaliser tells of both
    assert evidence(device, "mine", before=before, asked={"mass_mg": 10.0}).finding == Finding.UNKNOWN
