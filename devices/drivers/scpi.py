"""The dialogue with an instrument that speaks SCPI over VISA: a time limit on answers, errors in its own words.

SCPI-1999 volume 2, "SYSTem:ERRor[:NEXT]?": each query takes one entry, `number,"words"`, from a queue of errors, oldest
first; number 0 says that it is empty. The queue is emptied after every command, so that an instrument that refused one
is heard before anything depends on it.
"""

import contextlib
import re
import threading
from typing import TYPE_CHECKING, Any

from pydantic import Field

from chemistry.value import Value
from devices.errors import InstrumentError

if TYPE_CHECKING:
    from pyvisa.resources import MessageBasedResource

MOST_ERRORS = 30
"""More than that in one queue is an instrument that does not empty it."""


class VisaSettings(Value):
    """Where an instrument is."""

    resource: str = Field(min_length=1)
    """VISA resource name: `TCPIP0::192.0.2.7::inst0::INSTR`, `TCPIP0::192.0.2.7::5025::SOCKET`."""
    backend: str = "@py"
    """Which VISA library: `@py` is pyvisa-py, `@ivi` an installed one, `FILE@sim` a simulated dialogue."""
    timeout_s: float = Field(default=10.0, gt=0)
    """How long to wait for an answer, s."""


class ScpiDialogue:
    """One instrument; every exchange is whole, whichever thread it comes from."""

    def __init__(self, name: str, settings: VisaSettings, *, error_query: str | None = "SYST:ERR?") -> None:
        """`name` is what errors call it; `error_query` is None for an instrument that has no queue of errors."""
        self.name = name
        self._settings, self._error_query = settings, error_query
        self._lock = threading.RLock()
        self._resource: MessageBasedResource | None = None

    def open(self, identity: str) -> str:
        """Connect, and return the answer to `*IDN?`, in which the pattern `identity` must be found.

        Raises:
            InstrumentError: nobody answers there, or another instrument does.
        """
        with self._lock:
            self.close()
            place = self._settings.resource
            try:
                self._resource = self._opened()
                said = self._ask("*IDN?")
            except InstrumentError as silent:
                self.close()
                raise self.error("connect", f"nobody answers at {place}: {silent.words}") from silent
            if not re.search(identity, said):
                self.close()
                raise self.error("connect", f"another instrument answers at {place}: {said}")
            if self._error_query is not None:
                self._write("*CLS")  # what others did wrong before is not ours
            return said

    def tell(self, *commands: str) -> None:
        """Send commands, one after another.

        Raises:
            InstrumentError: the instrument refused one, in its own words, or it cannot be reached.
        """
        with self._lock:
            for command in commands:
                self._write(command)
                said = self._errors()
                if said:
                    raise self.error(command, "; ".join(said))

    def ask(self, question: str) -> str:
        """The answer to a question.

        Raises:
            InstrumentError: no answer came within the time limit.
        """
        with self._lock:
            return self._ask(question)

    def numbers(self, question: str) -> list[float]:
        """The answer as numbers; raises `InstrumentError` for anything else."""
        said = self.ask(question)
        try:
            return [float(part) for part in said.split(",")]
        except ValueError as wrong:
            raise self.error(question, f"it answered {said!r}, which is not a row of numbers") from wrong

    def number(self, question: str) -> float:
        """The answer as one number."""
        found = self.numbers(question)
        if len(found) != 1:
            raise self.error(question, f"it answered {len(found)} numbers instead of one")
        return found[0]

    def close(self) -> None:
        """Let go of it; nothing where it is not open."""
        with self._lock:
            resource, self._resource = self._resource, None
            if resource is not None:
                with contextlib.suppress(Exception):  # it is gone already
                    resource.close()

    def error(self, step: str, words: str) -> InstrumentError:
        """What went wrong, in words."""
        return InstrumentError(self.name, step, words)

    def _opened(self) -> Any:
        import pyvisa

        settings = self._settings
        try:
            manager = pyvisa.ResourceManager(settings.backend)
            resource: Any = manager.open_resource(settings.resource, open_timeout=int(1000 * settings.timeout_s))
            resource.read_termination = resource.write_termination = "\n"
            resource.timeout = 1000 * settings.timeout_s
        except Exception as silent:  # each backend raises what its transport does, down to a bare Exception
            raise self.error("connect", _short(silent)) from silent
        return resource

    def _write(self, command: str) -> None:
        connection = self._connection
        try:
            connection.write(command)
        except Exception as broken:
            raise self.error(command, f"{command} could not be sent ({_short(broken)})") from broken

    def _ask(self, question: str) -> str:
        self._write(question)
        try:
            said = self._connection.read_raw().decode("latin-1").strip()
        except Exception as silent:
            words = f"no answer to {question} within {self._settings.timeout_s:g} s ({_short(silent)})"
            raise self.error(question, words) from silent
        if not said:
            raise self.error(question, f"an empty answer to {question}")
        return said

    def _errors(self) -> list[str]:
        if self._error_query is None:
            return []
        said: list[str] = []
        while len(said) < MOST_ERRORS:
            entry = self._ask(self._error_query)
            if re.match(r"[+-]?0*,|[+-]?0+$", entry):
                break
            said.append(entry)
        return said

    @property
    def _connection(self) -> "MessageBasedResource":
        if self._resource is None:
            raise self.error("answer", f"not connected to {self._settings.resource}")
        return self._resource


def _short(fault: Exception) -> str:
    """What a library says, in one line."""
    return str(fault).splitlines()[0] if str(fault) else type(fault).__name__
