"""A spectrum is taken from the one file that answers an order, and from no other."""

import json
import math
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.drivers.file_potentiostat import FilePotentiostat
from devices.drivers.protocols import Driver, Recalls, Task
from devices.drivers.spectrum_folder import Asked, has_word
from devices.errors import InstrumentError
from devices.impedance_meter import ImpedanceMeter
from tests.devices.file_potentiostat.bench import SAMPLE, Waiting, never, restarted, sweep
from tests.devices.opentrons.contract import until
from tests.devices.test_spectrum_files import REAL_FILES, biologic, film, gamry, real_files


def test_it_is_a_driver_that_recalls(driver: FilePotentiostat) -> None:
    as_driver: Driver = driver
    assert isinstance(as_driver, Recalls)
    assert "into" in driver.connect()


@pytest.mark.parametrize("writer", [biologic, gamry])
def test_the_file_that_comes_is_read_from_high_to_low_frequency(
    driver: FilePotentiostat, folder: Path, writer: Callable[[Any], str]
) -> None:
    waiting = Waiting(driver, sweep())
    points = film()
    (folder / f"{SAMPLE}_02_PEIS_C01.MPT").write_text(writer(points))
    values = waiting.end().values
    assert set(values) == set(ImpedanceMeter.results)
    assert values["frequency_Hz"] == pytest.approx([f for f, _ in points])
    assert values["real_ohm"] == pytest.approx([z.real for _, z in points])
    assert values["imaginary_ohm"] == pytest.approx([z.imag for _, z in points])


def test_a_sweep_from_low_to_high_is_turned_round(driver: FilePotentiostat, folder: Path) -> None:
    waiting = Waiting(driver, sweep())
    (folder / f"{SAMPLE}.mpt").write_text(biologic(film()[::-1]))
    values = waiting.end().values
    assert values["frequency_Hz"] == sorted(values["frequency_Hz"], reverse=True)
    assert values["real_ohm"] == pytest.approx([z.real for _, z in film()])


def test_files_that_were_there_before_the_order_do_not_answer_it(driver: FilePotentiostat, folder: Path) -> None:
    old = folder / f"{SAMPLE}_1.mpt"
    old.write_text(biologic(film()))
    os.utime(old, (4e9, 4e9))  # the share's clock is ahead: what counts is that it was there
    waiting = Waiting(driver, sweep())
    new = film()
    new[3] = (new[3][0], new[3][1] * 2)
    (folder / f"{SAMPLE}_2.mpt").write_text(biologic(new))
    assert waiting.end().values["real_ohm"] == pytest.approx([z.real for _, z in new])


@pytest.mark.parametrize("other", ["c1-e012ab", "c1-e0121", "xc1-e012a", "c11-e012a", "c1-e012b"])
def test_a_file_of_another_sample_is_no_answer(content: dict[str, Any], folder: Path, other: str) -> None:
    waiting = Waiting(restarted({**content, "start_limit_s": 0.1}), sweep())
    (folder / f"{other}.mpt").write_text(biologic(film()))
    assert f"no file with {SAMPLE} in its name came" in waiting.words()


@pytest.mark.parametrize("name", [f"{SAMPLE}.mpt", f"a_{SAMPLE}_30C.mpt", f"run {SAMPLE} (2).mpt", f"{SAMPLE}-T30.mpt"])
def test_a_sample_is_found_as_a_whole_word(name: str) -> None:
    assert has_word(name, SAMPLE)


SAMPLES = st.builds(
    "c{}-e{:03d}{}".format, st.integers(1, 12), st.integers(1, 1100), st.sampled_from(["a", "b", "aa", "ab"])
)
"""As `ledger.samples` names them."""


@settings(deadline=None, max_examples=50)
@given(SAMPLES, SAMPLES, st.sampled_from(["{}.mpt", "x_{}_C01.mpt", "{} (2).DTA", "30C-{}-2.dta"]))
def test_a_name_never_belongs_to_two_samples(one: str, other: str, name: str) -> None:
    assert has_word(name.format(one), one)
    assert has_word(name.format(one), other) is (one == other)


def test_a_file_that_still_grows_is_waited_for(driver: FilePotentiostat, folder: Path) -> None:
    waiting = Waiting(driver, sweep())
    text = gamry(film())
    path = folder / f"{SAMPLE}.DTA"
    with path.open("w") as file:
        for start in range(0, len(text), len(text) // 8):
            file.write(text[start : start + len(text) // 8])
            file.flush()
            threading.Event().wait(0.01)
    assert len(waiting.end().values["frequency_Hz"]) == 19


UNFINISHED = {
    "half a line": biologic(film())[:-30],
    "too few points": gamry(film()).replace("ZCURVE\tTABLE", "ZCURVE\tTABLE\t40"),
    "stopped early": biologic(film()[:9]),
    "aborted": gamry(film(), "EXPERIMENTABORTED\tTOGGLE\tT\tExperiment Aborted\n"),
    "empty": " ",
}


@pytest.mark.parametrize("name", UNFINISHED)
def test_a_file_that_stays_unfinished_fails_with_the_reason(driver: FilePotentiostat, folder: Path, name: str) -> None:
    waiting = Waiting(driver, sweep())
    (folder / f"{SAMPLE}.dta").write_text(UNFINISHED[name])
    words = waiting.words()
    reasons = {
        "half a line": "half written|lowest frequency",
        "too few points": "19 of 40 points",
        "stopped early": "the lowest frequency is",
        "aborted": "the run was aborted",
        "empty": "the file is empty",
    }
    assert any(reason in words for reason in reasons[name].split("|")), words
    assert "is not finished, and has not changed" in words


@pytest.mark.parametrize("name", UNFINISHED)
def test_a_file_that_is_finished_in_time_is_the_answer(content: dict[str, Any], folder: Path, name: str) -> None:
    waiting = Waiting(restarted({**content, "unfinished_limit_s": 5}), sweep())
    path = folder / f"{SAMPLE}.dta"
    path.write_text(UNFINISHED[name])
    waiting.looked.clear()
    assert waiting.looked.wait(5)
    path.write_text(gamry(film()))
    assert len(waiting.end().values["frequency_Hz"]) == 19


@real_files
@pytest.mark.parametrize(
    ("name", "high_Hz", "low_Hz", "words"),
    [
        ("exampleDataGamry.DTA", 2e5, 0.02, ""),
        ("exampleDataGamryABORT.DTA", 2e5, 0.2, "the run was aborted"),
        ("exampleDataBioLogic.mpt", 1e5, 0.01, "the lowest frequency is"),
    ],
)
def test_files_of_real_instruments_are_taken_or_refused(
    driver: FilePotentiostat, folder: Path, name: str, high_Hz: float, low_Hz: float, words: str
) -> None:
    task = Task("order-1", SAMPLE, "Sweep", {"high_Hz": high_Hz, "low_Hz": low_Hz, "points_per_decade": 10})
    waiting = Waiting(driver, task)
    shutil.copyfile(REAL_FILES / f"impedancepy_{name}", folder / f"{SAMPLE}_{name}")
    if words:
        assert words in waiting.words()
    else:
        assert len(waiting.end().values["frequency_Hz"]) == 72


def test_a_spectrum_of_another_range_is_refused(driver: FilePotentiostat, folder: Path) -> None:
    waiting = Waiting(driver, sweep(high_Hz=1e5))
    (folder / f"{SAMPLE}.mpt").write_text(biologic(film()))
    assert "its highest frequency is 1e+06 Hz, and 1e+05 Hz was asked for" in waiting.words()


def test_a_spectrum_with_too_few_points_is_refused(driver: FilePotentiostat, folder: Path) -> None:
    waiting = Waiting(driver, sweep(points=10))
    (folder / f"{SAMPLE}.mpt").write_text(biologic(film()))
    assert "it has 19 points, and 61 were asked for" in waiting.words()


def test_two_files_that_could_both_be_the_answer_are_refused(driver: FilePotentiostat, folder: Path) -> None:
    waiting = Waiting(driver, sweep())
    (folder / f"{SAMPLE}_1.mpt").write_text(biologic(film()))
    (folder / f"{SAMPLE}_2.DTA").write_text(gamry(film()))
    assert "could both be the answer" in waiting.words()


def test_a_file_without_impedance_beside_the_spectrum_is_passed_over(driver: FilePotentiostat, folder: Path) -> None:
    waiting = Waiting(driver, sweep())
    open_circuit = "EC-Lab ASCII FILE\nNb header lines : 4\n\ntime/s\tEwe/V\tI/mA\n1\t3.1\t0\n2\t3.1\t0\n"
    (folder / f"{SAMPLE}_01_OCV_C01.mpt").write_text(open_circuit)
    (folder / f"{SAMPLE}_02_PEIS_C01.mpt").write_text(biologic(film()))
    assert len(waiting.end().values["frequency_Hz"]) == 19


def test_an_aborted_run_that_was_repeated_is_answered_by_the_whole_one(content: dict[str, Any], folder: Path) -> None:
    waiting = Waiting(restarted({**content, "unfinished_limit_s": 5}), sweep())
    (folder / f"{SAMPLE}_1.DTA").write_text(UNFINISHED["aborted"])
    (folder / f"{SAMPLE}_2.DTA").write_text(gamry(film()))
    assert len(waiting.end().values["frequency_Hz"]) == 19


def test_the_content_of_an_earlier_answer_under_a_new_name_is_no_answer(content: dict[str, Any], folder: Path) -> None:
    waiting = Waiting(restarted(content), sweep())
    (folder / f"{SAMPLE}_1.mpt").write_text(biologic(film()))
    waiting.end()
    again = Waiting(restarted({**content, "start_limit_s": 0.1}), sweep("order-2"))
    (folder / f"{SAMPLE}_copy.mpt").write_text(biologic(film()))
    assert "has the content of the file that answered order order-1" in again.words()


def test_an_old_file_that_is_written_over_is_named_when_nothing_else_comes(
    content: dict[str, Any], folder: Path
) -> None:
    (folder / f"{SAMPLE}.mpt").write_text(biologic(film()[:5]))
    waiting = Waiting(restarted({**content, "start_limit_s": 0.1}), sweep())
    (folder / f"{SAMPLE}.mpt").write_text(biologic(film()))
    assert f"{SAMPLE}.mpt stood there before; each sweep needs a file of its own" in waiting.words()


def test_it_can_be_called_off_in_the_middle(driver: FilePotentiostat) -> None:
    waiting = Waiting(driver, sweep())
    waiting.off.set()
    assert "called off; the instrument itself cannot be told" in waiting.words()


@pytest.mark.parametrize(
    ("task", "words"),
    [
        (Task("order", SAMPLE, "Dose", {}), "takes no Dose"),
        (Task("order", SAMPLE, "Sweep", {"high_Hz": 1, "low_Hz": 10, "points_per_decade": 7}), "must go down"),
        (Task("order", SAMPLE, "Sweep", {}), "says no sweep"),
    ],
)
def test_what_is_no_sweep_is_refused(driver: FilePotentiostat, task: Task, words: str) -> None:
    assert words in str(driver.refusal(task))
    with pytest.raises(InstrumentError, match=words):
        driver.perform(task, never)


def test_a_share_that_is_not_mounted_is_said(content: dict[str, Any], folder: Path) -> None:
    folder.rmdir()
    driver = restarted(content)
    with pytest.raises(InstrumentError, match="is the share mounted"):
        driver.connect()
    assert "is the share mounted" in str(driver.refusal(sweep()))


@pytest.mark.parametrize("back", [True, False])
def test_a_share_that_goes_away_meanwhile_is_waited_for_but_not_for_ever(
    content: dict[str, Any], folder: Path, back: bool
) -> None:
    waiting = Waiting(restarted({**content, "unreadable_limit_s": 5 if back else 0.05}), sweep())
    away = folder.rename(folder.with_name("away"))
    if back:
        (away / f"{SAMPLE}.mpt").write_text(biologic(film()))
        threading.Event().wait(0.05)
        away.rename(folder)
        assert waiting.end().values is not None
    else:
        assert "is the share mounted" in waiting.words()


def test_a_request_is_written_for_a_script_and_taken_back_at_the_end(content: dict[str, Any], folder: Path) -> None:
    driver = restarted({**content, "write_requests": True, "named_by": "order"})
    waiting = Waiting(driver, sweep("0e2b-77"))
    request = folder / "requests" / "0e2b-77.json"
    said = json.loads(request.read_text())
    assert (said["sample"], said["high_Hz"], said["low_Hz"]) == (SAMPLE, 1e6, 1.0)
    (folder / f"{said['name_must_contain']}.mpt").write_text(biologic(film()))
    assert waiting.end().values is not None
    assert list(request.parent.iterdir()) == []


def test_no_request_is_written_by_itself(driver: FilePotentiostat, folder: Path) -> None:
    waiting = Waiting(driver, sweep())
    waiting.off.set()
    waiting.end()
    assert list(folder.iterdir()) == []


def test_the_word_order_in_a_file_name_is_no_path(content: dict[str, Any], folder: Path) -> None:
    driver = restarted({**content, "write_requests": True})
    assert "no name of a file" in str(driver.refusal(sweep("../../etc/passwd")))


@settings(deadline=None)
@given(st.floats(0.01, 100), st.floats(1.5, 1e7), st.integers(1, 20), st.floats(0.1, 20), st.floats(0, 5))
def test_the_time_of_a_sweep_grows_with_its_low_end_and_its_points(
    low: float, ratio: float, points: int, cycles: float, per_point: float
) -> None:
    asked = Asked(low * ratio, low, points)
    frequencies = asked.frequencies_Hz
    assert frequencies[0] == pytest.approx(asked.high_Hz)
    assert frequencies[-1] == pytest.approx(low)
    assert frequencies == sorted(frequencies, reverse=True)
    time_s = asked.time_s(cycles, per_point)
    assert time_s >= cycles / low + per_point
    assert Asked(low * ratio, low / 10, points).time_s(cycles, per_point) > time_s
    assert math.isclose(asked.time_s(2 * cycles, 2 * per_point), 2 * time_s)


def test_waiting_is_over_at_once_when_the_file_is_there(driver: FilePotentiostat, folder: Path) -> None:
    waiting = Waiting(driver, sweep())
    (folder / f"{SAMPLE}.mpt").write_text(biologic(film()))
    until(lambda: waiting.values is not None, 2.0)
