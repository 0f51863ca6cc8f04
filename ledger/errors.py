"""What can go wrong in the ledger, besides bad input."""

from sqlalchemy.exc import DontWrapMixin

from chemistry.errors import BadInput, IonloopError


class LedgerError(IonloopError):
    """The ledger was asked for something that its rules forbid, or that it does not hold."""


class NoLedger(BadInput):
    """There is no ledger where one was looked for, and nothing else either: one may be made there."""


class LedgerUnavailable(LedgerError):
    """The database did not answer, or refused: gone, locked for too long, disk full.

    Nothing was written, unless it went away between a commit and its answer, of which nobody can tell.
    """


class NotStorable(LedgerError, DontWrapMixin):
    """A payload holds something that JSON cannot: NaN, infinity, or an object without a plain form."""


class IllegalMove(LedgerError):
    """An experiment cannot go from its state to the one asked for."""


class StepRepeated(LedgerError):
    """A consuming step was about to be done a second time on one sample."""


class WrongCode(LedgerError):
    """An answer to a request for approval came with another code than the request's; that was written down."""


class SignInRefused(LedgerError):
    """Somebody wanted to sign in with a name and a password that do not belong together."""


class TooManyTries(SignInRefused):
    """Too many sign-ins failed a moment ago: the next is not looked at for a while."""

    def __init__(self, problem: str, wait_s: int) -> None:
        self.wait_s = wait_s
        super().__init__(problem)


class OutOfStock(LedgerError):
    """A step would run its container dry; it was not started."""


class LeaseHeld(LedgerError):
    """The station belongs to somebody else."""


class LeaseLost(LedgerError):
    """The lease has run out or was taken over: its token is no longer the station's."""
