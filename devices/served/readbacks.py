"""What a driver returns, checked against its device class before anybody is told that an order was done."""

from collections.abc import Mapping
from typing import Any

from devices.errors import InstrumentError
from devices.instrument import Instrument
from devices.served.channels import LONGEST_TEXT, LONGEST_WAVEFORM
from devices.signals import Integer, Text, Typed, Waveform


class Readbacks:
    """The readbacks of a device class."""

    def __init__(self, kind: type[Instrument]) -> None:
        self._kind = kind
        own = {n: c for n, c in kind._sig_attrs.items() if n not in Instrument._sig_attrs and isinstance(c, Typed)}
        self._components = {name: component for name, component in own.items() if not component.written}

    def checked(self, result: Mapping[str, Any]) -> dict[str, Any]:
        """The values as plain Python of each signal's own type.

        Raises:
            InstrumentError: one is missing, unknown, or of a kind that its signal cannot hold. The order was carried
                out; but nobody may take what an earlier one left in the signals for what came of it.
        """
        missing = [name for name in self._kind.results if name not in result]
        unknown = [name for name in result if name not in self._components]
        if missing or unknown:
            parts = [f"gave no {', '.join(missing)}"] if missing else []
            parts += [f"gave {', '.join(unknown)}, which {self._kind.__name__} does not have"] if unknown else []
            raise self._refused(" and ".join(parts))
        return {name: self._plain(name, value) for name, value in result.items()}

    def _plain(self, name: str, value: Any) -> Any:
        component = self._components[name]
        try:
            if isinstance(component, Text):
                plain: Any = str(value)
                fits = len(plain.encode()) < LONGEST_TEXT
            elif isinstance(component, Waveform):
                plain = [float(number) for number in value]
                fits = 0 < len(plain) <= LONGEST_WAVEFORM
            else:
                plain = int(value) if isinstance(component, Integer) else float(value)
                fits = True
        except (TypeError, ValueError) as wrong:
            raise self._refused(f"gave {value!r} for {name} ({wrong})") from wrong
        if not fits:
            raise self._refused(f"gave {len(plain)} values for {name}, which its signal cannot hold")
        return plain

    def _refused(self, words: str) -> InstrumentError:
        return InstrumentError(self._kind.__name__, "report", f"the order was carried out, but its driver {words}")
