"""A journal in memory, for tests that need no ledger."""

from typing import Any


class MemoryJournal:
    """What `devices.journaled` asks of the ledger's journal."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}

    def intend(
        self,
        order_id: str,
        device: str,
        station: str,
        step: str,
        sample: str,
        parameters: dict[str, Any],
        token: int,
        consuming: bool,
        takes: tuple[str, float] | None = None,
    ) -> None:
        self.rows[order_id] = {
            "device": device,
            "station": station,
            "step": step,
            "sample": sample,
            "parameters": parameters,
            "takes": takes,
            "state": "intended",
        }

    def confirm(self, order_id: str, as_made: dict[str, Any]) -> None:
        self.rows[order_id] |= {"state": "confirmed", "as_made": as_made}

    def fail(
        self, order_id: str, words: str, *, begun: bool = True, answered: bool = True, ran_empty: bool = False
    ) -> None:
        told = {"words": words, "begun": begun, "answered": answered, "ran_empty": ran_empty}
        self.rows[order_id] |= {"state": "failed", **told}

    def confirmed(self, sample: str) -> dict[str, dict[str, Any]]:
        done = [row for row in self.rows.values() if (row["sample"], row["state"]) == (sample, "confirmed")]
        return {row["step"]: row["as_made"] for row in done}
