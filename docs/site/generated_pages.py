"""Pages of reference that are written from the code at each build, so that they cannot drift from it.

A page says where: `<!-- generated: command line -->`.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from command_pages import commands
from schema_pages import file_keys

if TYPE_CHECKING:
    from sphinx.application import Sphinx

MARK = re.compile(r"<!-- generated: (.+?) -->")
"""Where a page wants what."""


def _campaign() -> str:
    from flows.spec import CampaignSpec

    return file_keys(CampaignSpec)


def _lab() -> str:
    from devices.lab_file import LabFile

    return file_keys(LabFile)


def _faults() -> str:
    from sim.faults.fault_file import FaultFile

    return file_keys(FaultFile)


def _search() -> str:
    from flows.dynamics.search.file import SearchFile

    return file_keys(SearchFile)


WRITERS: dict[str, Callable[[], str]] = {
    "command line": commands,
    "campaign file": _campaign,
    "lab file": _lab,
    "fault file": _faults,
    "search file": _search,
}


def fill_in(app: "Sphinx", page: str, source: list[str]) -> None:
    """Put what is generated in the place of its mark."""
    source[0] = MARK.sub(lambda mark: WRITERS[mark[1]](), source[0])


def setup(app: "Sphinx") -> dict[str, bool]:
    """Sphinx calls this."""
    app.connect("source-read", fill_in)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
