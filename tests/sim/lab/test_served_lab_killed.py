"""What becomes of an order, and of whoever looks for a lab, when the lab itself is killed."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.epics import epics_lab
from devices.evidence import evidence
from devices.finding import Finding
from devices.protocols import Dose, Order
from devices.signals import SILENT
from tests.served import ServedLab, until

DOSE = Dose(step="dose", component="*CCO*", mass_mg=50.0)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[ServedLab]:
    """A served lab of this test alone."""
    lab = ServedLab(tmp_path)
    lab.start()
    yield lab
    lab.stop()


def test_a_lab_that_was_killed_remembers_and_ends_what_it_had_begun(own: ServedLab, tmp_path: Path) -> None:
    lab = own
    controller = epics_lab(lab.lab_file, tmp_path)
    dispenser = controller.stations["synthesis"].instrument("dispenser")
    hold = controller.clock.hold()  # the dose cannot end before the lab dies
    dispenser.fence(3)
    before = dispenser.memory("dose")
    status = dispenser.set(Order(id="begun", token=3, sample="a", command=DOSE))
    until(lambda: dispenser.state().accepted == "begun", 5)
    assert evidence(dispenser, "begun", before=before).finding is Finding.RUNNING
    lab.close_terminal()
    assert dispenser.state().accepted == "begun", "a bench stays when its terminal is closed"
    lab.kill()
    lab.start()
    status.wait(30)  # the lab is back, and the echo comes to whoever still waits
    hold.release()
    assert evidence(dispenser, "begun", before=before).finding is Finding.DONE
    again = dispenser.set(Order(id="begun", token=3, sample="a", command=DOSE))
    again.wait(10)
    assert [act.outcome for act in lab.acts("Dose")] == ["done"], "an order that comes twice is done once"
    assert dispenser.state().fenced == 3
    controller.close()


def test_a_lab_that_dies_as_soon_as_it_is_found_keeps_nobody_from_the_next(tmp_path: Path) -> None:
    """Hundreds of PVs wait for ophyd to ask for their metadata; those of a dead lab may hold up no other."""
    for name in ("dies", "serves"):
        lab = ServedLab(tmp_path / name)
        lab.start()
        began = time.monotonic()
        try:
            controller = epics_lab(lab.lab_file, tmp_path)
        finally:
            found_after_s = time.monotonic() - began
            lab.kill()
        controller.close()
    assert found_after_s < 3


def test_a_write_to_what_was_lost_a_moment_ago_comes_back(own: ServedLab, tmp_path: Path) -> None:
    """Between the look of ophyd and that of the library below it a bench may die; a lock may be held meanwhile."""
    controller = epics_lab(own.lab_file, tmp_path)
    instrument = controller.stations["synthesis"].instrument("dispenser")
    instrument.wait_for_connection(timeout=10)
    instrument.fence(3)
    written = instrument.token._write_pv
    own.kill()
    until(lambda: not written.connected, 10)
    with pytest.raises(TimeoutError, match="was lost before it was written"):
        written.put(4)
    written.connected = True  # what ophyd and pyepics believe until they are told
    began = time.monotonic()
    with pytest.raises(SILENT):
        written.put(4)
    assert time.monotonic() - began < 5
    written.connected = False
    controller.close()
    own.start()
