"""What theory has answered is kept by its question, once."""

from ledger.store import Ledger
from ledger.theory import Answer

QUESTION = "redox-window/1 | B3LYP-D4/def2-SVP | GFN2-xTB | charge +0 | none | COCCOC"


def test_the_first_answer_is_kept_and_no_other(ledger: Ledger) -> None:
    assert ledger.theory(QUESTION) is None
    ledger.keep_theory(QUESTION, Answer('{"gap_eV": 9.1}', 0.05))
    event = ledger.last_event()
    ledger.keep_theory(QUESTION, Answer('{"gap_eV": 9.2}', 0.04))
    assert ledger.theory(QUESTION) == Answer('{"gap_eV": 9.1}', 0.05)
    assert ledger.last_event() == event
    assert ledger.theory(QUESTION.replace("COCCOC", "COC")) is None
