"""The dialogue itself: the queue of errors, answers that are none, and one exchange at a time."""

import threading
from pathlib import Path

import pytest

from devices.drivers.scpi import ScpiDialogue, VisaSettings
from devices.errors import InstrumentError
from tests.devices.simulated_dialogue import SimulatedDialogue


@pytest.fixture
def simulated(tmp_path: Path) -> SimulatedDialogue:
    return SimulatedDialogue(tmp_path, "e4980a")


@pytest.fixture
def dialogue(simulated: SimulatedDialogue) -> ScpiDialogue:
    dialogue = ScpiDialogue("meter", VisaSettings(**simulated.settings("meter")))
    dialogue.open("E4980A")
    return dialogue


def test_every_error_in_the_queue_is_told_and_none_is_left(dialogue: ScpiDialogue, simulated: SimulatedDialogue):
    simulated.tell("meter", ":FREQ 5e6")
    simulated.tell("meter", ":VOLT 50")
    with pytest.raises(InstrumentError) as refused:
        dialogue.tell(":ABOR")
    assert refused.value.words == '-222,"Data out of range"; -222,"Data out of range"'
    assert refused.value.instrument == "meter"
    dialogue.tell(":ABOR")


def test_nothing_follows_a_command_that_was_refused(dialogue: ScpiDialogue):
    with pytest.raises(InstrumentError, match=r"told to :FREQ 5e6: -222"):
        dialogue.tell(":FREQ 5e6", ":VOLT 0.5")
    assert dialogue.number(":VOLT?") == 1.0


@pytest.mark.parametrize(("question", "words"), [("*IDN?", "not a row of numbers"), (":FETC?", "3 numbers instead of")])
def test_an_answer_that_is_no_number_is_told_as_it_came(dialogue: ScpiDialogue, question: str, words: str):
    with pytest.raises(InstrumentError, match=words):
        dialogue.number(question)


def test_what_cannot_even_be_tried_is_told_in_one_line(tmp_path: Path):
    for settings in ({"resource": "nonsense"}, {"resource": "TCPIP0::meter::inst0::INSTR", "backend": "@nothing"}):
        with pytest.raises(InstrumentError) as refused:
            ScpiDialogue("meter", VisaSettings.model_validate(settings)).open("E4980A")
        assert "nobody answers at" in refused.value.words
        assert "\n" not in refused.value.words


def test_threads_do_not_read_one_anothers_answers(dialogue: ScpiDialogue):
    wrong: list[str] = []

    def ask(question: str, part: str) -> None:
        for _ in range(100):
            said = dialogue.ask(question)
            if part not in said:
                wrong.append(said)

    asked = (("*IDN?", "E4980A"), (":FETC?", "+1.20000E+03"), (":STAT:OPER?", "+16"))
    threads = [threading.Thread(target=ask, args=pair) for pair in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
