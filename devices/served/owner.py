"""Whether an instrument's owner is alive, as far as the instrument can hear."""

import time


class OwnersLife:
    """When the owner last gave a sign of life, in wall time. Not locked: its instrument does that."""

    def __init__(self, *, owned: bool = False) -> None:
        """`owned`: an owner was there when the process ended, and is given its time to speak again."""
        self._last_sign = time.monotonic() if owned else None

    @property
    def owned(self) -> bool:
        """Whether somebody owns the instrument who has not left in good order."""
        return self._last_sign is not None

    def heard(self, token: int, highest: int) -> None:
        """The owner is alive, or has left (minus its token); nothing where the token is below `highest`."""
        if abs(token) >= highest:
            self._last_sign = time.monotonic() if token > 0 else None

    def missed(self, patience_s: float) -> bool:
        """Whether it has been silent for so long; said once, then there is no owner any more."""
        if self._last_sign is None or time.monotonic() - self._last_sign < patience_s:
            return False
        self._last_sign = None
        return True
