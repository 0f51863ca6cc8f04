"""What can go wrong with instruments: the branch of the error tree that plans and stations raise."""

from chemistry.errors import IonloopError


class InstrumentError(IonloopError):
    """An instrument refused an order, failed in the middle of it, or did not answer.

    `words` are the instrument's own, `instrument` its name, `step` what it had been told to do. Whoever knows at which
    station it stands says so in `station`.
    """

    station: str = ""

    def __init__(self, instrument: str, step: str, words: str) -> None:
        self.instrument, self.step, self.words = instrument, step, words
        super().__init__(f"{instrument}, told to {step}: {words}")


class NeverSent(InstrumentError):
    """The order certainly never reached the instrument: what went wrong did so before `go` was written."""


class PlanAborted(IonloopError):
    """Somebody aborted the plan; its finalizers have run and the station is in its safe state."""
