"""Questions to theory: what the ledger can answer is not calculated again, and what is calculated is kept there."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from flows.theory.workers import Workers
from ledger.store import Ledger
from ledger.theory import Answer


class Theory:
    """Answers questions, from the ledger or by a calculation elsewhere."""

    def __init__(self, ledger: Ledger, workers: Workers) -> None:
        self._ledger = ledger
        self._workers = workers
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    @property
    def cores(self) -> int:
        """Of one calculation."""
        return self._workers.cores

    def ask(self, question: str, label: str, function: Callable[..., str], /, **given: Any) -> tuple[Answer, bool]:
        """The answer, and whether it was there already.

        Two threads that ask one question wait for one answer.

        Args:
            question: What is asked, in one line: recipe with version, method, molecule.
            label: What a person is shown of it.
            function: Of a module; it works the answer out, as JSON.
            given: Its arguments, which can be pickled.
        """
        with self._turns[question]:
            known = self._ledger.theory(question)
            if known is not None:
                return known, True
            text, hours = self._workers.run(label, _timed, work=function, given=given)
            answer = Answer(text, hours * self._workers.cores)
            self._ledger.keep_theory(question, answer)
            return answer, False


def _timed(work: Callable[..., str], given: dict[str, Any]) -> tuple[str, float]:
    """What a function returns, and how many hours it took."""
    begun = time.monotonic()
    return work(**given), (time.monotonic() - begun) / 3600
