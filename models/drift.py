"""Whether results still come as they were foretold: a cumulative-sum test on standardised errors.

An error is z = (result − foretold) / sd, with the sd of a new film's reading; of an honest model on a steady lab it is
standard normal. Two sums watch for a shift of one standard deviation, upwards and downwards (Page, Biometrika 1954, 41,
100; the allowance is half the shift, Montgomery, Introduction to Statistical Quality Control, section 9.1):

    U ← max(0, U + z − 1/2),   D ← max(0, D − z − 1/2);   drift where either exceeds 5.

An error counts as at most three standard deviations, so that neither one film nor two in a row can call an alarm.
During a drift the test is turned round: two sums gather evidence against a shift of either sign,

    B₊ ← max(0, B₊ + 1/2 − z),   B₋ ← max(0, B₋ + 1/2 + z);   the drift is over where both exceed 4.

Measured (`benchmarks/drift_test.py`, figures in `docs/explanation/model_life.md`): how long it is silent on steady
errors, how soon it speaks after a shift, how soon it takes its word back.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.film import Film

ALLOWANCE = 0.5
"""Half of the shift that is watched for, standard deviations."""
ALARM = 5.0
"""The sum at which a drift begins."""
BACK = 4.0
"""The sum, of evidence against a shift of either sign, at which it ends."""
MOST = 3.0
"""Standard deviations that one error counts for at most."""


@dataclass(frozen=True)
class Drift:
    """A drift that is under way.

    Attributes:
        since: place of the first error of the shift, as the sum that called the alarm dates it.
        called: place of the error that called the alarm.
        shift: mean of the errors from the one to the other, standard deviations.
    """

    since: int
    called: int
    shift: float

    @property
    def widening(self) -> float:
        """What a standard deviation is multiplied by, so that it holds the shift as well: √(1 + shift²)."""
        return (1.0 + self.shift**2) ** 0.5


def drift(errors: Sequence[float]) -> Drift | None:
    """The drift that is under way after these standardised errors, in their order; None where there is none.

    >>> drift([0.3, -1.0, 0.8, -0.2]) is None
    True
    >>> drift([0.3, -1.0, 2.0, 2.2, 1.9, 2.4]).since
    2
    """
    watch = Watch()
    for error in errors:
        watch.add(error)
    return watch.present


def before_shift(film: Film, name: str) -> Film:
    """The film as one that was read before results of a property came at another level."""
    readings = (
        reading.model_copy(update={"shifts_since": reading.shifts_since + 1}) if reading.property == name else reading
        for reading in film.readings
    )
    return film.model_copy(update={"readings": tuple(readings)})


class Watch:
    """The test, error by error.

    Attributes:
        present: the drift that is under way; None where there is none.
    """

    def __init__(self) -> None:
        self.present: Drift | None = None
        self._errors: list[float] = []
        self._up, self._down = _Sum(), _Sum()
        self._against_up = self._against_down = 0.0

    def add(self, error: float) -> None:
        """Take the next standardised error."""
        z = max(-MOST, min(MOST, error))
        place = len(self._errors)
        self._errors.append(z)
        if self.present is None:
            called = self._up.add(place, z) or self._down.add(place, -z)
            if called is not None:
                span = self._errors[called.since :]
                self.present = Drift(called.since, place, sum(span) / len(span))
                self._against_up = self._against_down = 0.0
            return
        self._against_up = max(0.0, self._against_up + ALLOWANCE - z)
        self._against_down = max(0.0, self._against_down + ALLOWANCE + z)
        if min(self._against_up, self._against_down) > BACK:
            self.present, self._up, self._down = None, _Sum(), _Sum()


class _Sum:
    """One of the two sums, and where it last left zero."""

    def __init__(self) -> None:
        self.value, self.since = 0.0, 0

    def add(self, place: int, z: float) -> "_Sum | None":
        """Itself where it exceeds the limit now."""
        if self.value == 0.0:
            self.since = place
        self.value = max(0.0, self.value + z - ALLOWANCE)
        return self if self.value > ALARM else None
