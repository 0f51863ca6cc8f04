"""Decides which orders of the simulated lab are struck by which faults, and keeps account of it."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter

from chemistry.value import Value
from sim.faults.fault import Fault
from sim.faults.fault_file import AnyFault, FaultFile
from sim.lab_record import PhysicalAct

Struck = TypeVar("Struck", bound=Fault)

_FAULT: TypeAdapter[Fault] = TypeAdapter(AnyFault)
_STRIKE, _RECEIVED = "strike", "received"


class Strike(Value):
    """One fault that really struck, as the lab's record tells it."""

    kind: str
    station: str
    device: str
    order_id: str
    """The order that was struck; empty for a fault that came by lab time alone."""
    sample: str
    command: str
    lab_time_s: float
    fault: dict[str, Any]
    """The fault as the file has it."""


class Injector:
    """The faults of a file, and the orders that they struck.

    Whether an order is struck depends on the seed of the file, the place of the fault in it, the instrument, and how
    many orders the instrument was given before, and on nothing else. What struck is in the bench's record, in one
    transaction with the order, so that a bench that is opened again ends the order as it was begun.
    """

    def __init__(self, faults: FaultFile | None, things: Mapping[tuple[str, str], Any]) -> None:
        """`things` are those of the record."""
        self._faults = faults
        self._strikes: dict[str, list[Fault]] = {}
        self._came: set[tuple[str, Fault]] = set()
        self._number = 0
        for (kind, _), content in sorted(things.items()):
            if kind == _STRIKE:
                self._note(Strike.model_validate(content))
        self._received = Counter({name: content for (kind, name), content in things.items() if kind == _RECEIVED})

    def coming(self, station: str, role: str, kinds: tuple[type[Fault], ...]) -> list[Fault]:
        """The faults of some kinds that come to an instrument by lab time alone, and did not come yet."""
        faults = self._faults.of_lab if self._faults is not None else ()
        place = f"{station}.{role}"
        return [
            fault
            for _, fault in faults
            if isinstance(fault, kinds)
            and fault.comes_by_itself
            and fault.concerns(station, role)
            and (place, fault) not in self._came
        ]

    def strike(self, act: PhysicalAct, spared: Collection[type[Fault]]) -> dict[tuple[str, str], Any]:
        """Let the faults of the file strike an order; returns what the record has to keep of it.

        Args:
            act: An order that its instrument accepts.
            spared: Kinds of fault that could do nothing now.
        """
        if self._faults is None:
            return {}
        place = f"{act.station}.{act.device}"
        self._received[place] += 1
        number = self._received[place]
        changes: dict[tuple[str, str], Any] = {(_RECEIVED, place): number}
        for index, fault in self._faults.of_lab:
            if not fault.may_strike(act.station, act.device, act.command, number, act.received):
                continue
            if type(fault) not in spared and self._faults.chance(index, place, number) < fault.chance:
                changes |= self.note(fault, act)
        return changes

    def note(self, fault: Fault, act: PhysicalAct) -> dict[tuple[str, str], Any]:
        """Note that a fault strikes an order, or a pretended one that tells where and when."""
        strike = Strike(
            kind=fault.name,
            station=act.station,
            device=act.device,
            order_id=act.order_id,
            sample=act.sample,
            command=act.command,
            lab_time_s=act.received,
            fault=fault.model_dump(mode="json"),
        )
        self._note(strike)
        return {(_STRIKE, f"{self._number:06d}"): strike.model_dump(mode="json")}

    def struck(self, order_id: str, kind: type[Struck]) -> Struck | None:
        """The fault of a kind that struck an order; the first one where there are several."""
        return next((fault for fault in self._strikes.get(order_id, ()) if isinstance(fault, kind)), None)

    def _note(self, strike: Strike) -> None:
        self._number += 1
        fault = _FAULT.validate_python(strike.fault)
        if strike.order_id:
            self._strikes.setdefault(strike.order_id, []).append(fault)
        else:
            self._came.add((f"{strike.station}.{strike.device}", fault))


def strikes_of(things: Mapping[tuple[str, str], Any]) -> list[Strike]:
    """Every fault that struck, in order; `things` are those of a lab's record (`sim.lab_record.read_things`)."""
    return [Strike.model_validate(content) for (kind, _), content in sorted(things.items()) if kind == _STRIKE]
