"""Up to where something was told, in a small file that outlives the process."""

import json
from pathlib import Path

from flows.home import home


class Mark:
    """The number of the last thing that was told of one source: a ledger's event, or a time."""

    def __init__(self, pool: str, of: str, source: str) -> None:
        """`of` names the file; a mark of another `source`, such as an earlier ledger's URL, does not count."""
        self._path = home() / "told" / f"{pool} {of}.json"
        self._source = source.rpartition("@")[2]

    def read(self) -> int | None:
        """The number; None where nobody has asked yet, or of another source."""
        try:
            said = json.loads(self._path.read_text())
            return int(said["told"]) if said["source"] == self._source else None
        except (OSError, ValueError, KeyError):
            return None

    def write(self, told: int) -> None:
        """Whole or not at all."""
        self._path.parent.mkdir(exist_ok=True)
        new = Path(f"{self._path}.new")
        new.write_text(json.dumps({"source": self._source, "told": told}))
        new.replace(self._path)
