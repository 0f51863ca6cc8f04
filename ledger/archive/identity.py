"""Whether two campaigns are the same one: by what their rows say, whatever ledger they lie in."""

import hashlib
import json

from ledger.archive.extract import Extract


def digest(extract: Extract) -> str:
    """sha256 of the rows of an extract, whatever the order of the keys in their JSON."""
    told = hashlib.sha256()
    for name in sorted(extract.rows):
        for row in extract.rows[name]:
            text = json.dumps([name, row], sort_keys=True, default=bytes.hex)
            told.update(text.encode("utf-8", "surrogatepass"))
    return told.hexdigest()
