"""After a restart the driver of a file-writing instrument finds what came meanwhile, or says that nobody can tell."""

from pathlib import Path
from typing import Any

import pytest

from devices.drivers.file_potentiostat import FilePotentiostat
from devices.drivers.protocols import Task
from devices.errors import InstrumentError
from tests.devices.file_potentiostat.bench import SAMPLE, Waiting, never, restarted, sweep
from tests.devices.test_spectrum_files import biologic, film, gamry


def test_an_order_that_was_never_given_is_never_begun(driver: FilePotentiostat) -> None:
    assert driver.recall(sweep("unheard")) is None


def killed(content: dict[str, Any], task: Task) -> None:
    """A process that dies while it waits."""

    def die() -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restarted(content).perform(task, die)


def test_after_a_restart_a_file_that_came_meanwhile_answers_the_order(content: dict[str, Any], folder: Path) -> None:
    killed({**content, "start_limit_s": 0.0}, sweep())
    (folder / f"{SAMPLE}.mpt").write_text(biologic(film()))
    values = restarted(content).recall(sweep())
    assert values is not None
    assert len(values["frequency_Hz"]) == 19
    assert restarted(content).recall(sweep()) == values
    assert restarted(content).perform(sweep(), never) == values


def test_after_a_restart_a_sweep_that_may_still_run_is_waited_for(content: dict[str, Any], folder: Path) -> None:
    (folder / f"{SAMPLE}_old.mpt").write_text(biologic(film()[::-1]))
    killed({**content, "start_limit_s": 5}, sweep())
    waiting = Waiting(restarted(content), sweep(), "recall")
    (folder / f"{SAMPLE}.mpt").write_text(biologic(film()))
    assert len(waiting.end().values["frequency_Hz"]) == 19


def test_safe_ends_the_waiting_for_an_order_of_before(content: dict[str, Any]) -> None:
    killed({**content, "start_limit_s": 60}, sweep())
    driver = restarted(content)
    waiting = Waiting(driver, sweep(), "recall")
    driver.safe()
    assert "called off" in waiting.words()


def test_after_a_restart_nobody_can_tell_where_no_file_came(content: dict[str, Any]) -> None:
    killed({**content, "start_limit_s": 0.0}, sweep())
    with pytest.raises(InstrumentError, match="no file with c1-e012a in its name"):
        restarted(content).recall(sweep())


def test_an_answer_that_was_changed_afterwards_is_not_read_again(content: dict[str, Any], folder: Path) -> None:
    waiting = Waiting(restarted(content), sweep())
    path = folder / f"{SAMPLE}.mpt"
    path.write_text(biologic(film()))
    waiting.end()
    path.write_text(gamry(film()))
    with pytest.raises(InstrumentError, match="gone or has changed"):
        restarted(content).recall(sweep())
