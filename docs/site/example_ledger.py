"""The small ledger that the notebooks of the site are run on, made anew for each build unless one is given.

`IONLOOP_LEDGER` names one that is there; the tests give theirs. Else a campaign of six films is run on the simulated
lab, without Prefect, in a folder that is thrown away.
"""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

VARIABLE = "IONLOOP_LEDGER"


def give_ledger(app: "Sphinx") -> None:
    """See to it that the notebooks find a ledger."""
    if os.environ.get(VARIABLE):
        return
    from tests.flows.small_campaign import Place, run_here, write_campaign

    folder = tempfile.TemporaryDirectory(prefix="ionloop-docs-")
    place = Place(Path(folder.name), Path(folder.name) / "home")
    write_campaign(place.folder, experiments=6, batch=2, start=3)
    run_here(place)
    os.environ[VARIABLE] = str(place.ledger)

    def forget(*_: object) -> None:
        os.environ.pop(VARIABLE)
        folder.cleanup()

    app.connect("build-finished", forget)


def setup(app: "Sphinx") -> dict[str, bool]:
    """Sphinx calls this."""
    app.connect("builder-inited", give_ledger)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
