"""Where ionloop keeps what belongs to no single campaign, and where a campaign's files lie."""

import os
from dataclasses import dataclass
from pathlib import Path

from chemistry.errors import BadInput

MOST_EXPERIMENTS = 100_000
"""Of one campaign: numbers of experiments go no further."""


def home() -> Path:
    """Folder of the Prefect server's database and of its address: `$IONLOOP_HOME`, else `~/.ionloop`.

    Raises:
        BadInput: it cannot be made.
    """
    folder = Path(os.environ.get("IONLOOP_HOME") or Path.home() / ".ionloop").expanduser().resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"ionloop's own folder cannot be made ({error.strerror})",
            place=str(folder),
            remedy="Set IONLOOP_HOME to a folder that you may write to.",
        ) from error
    return folder


def own_ledger() -> Path:
    """The SQLite ledger that answers of theory are kept in where they were asked for by hand.

    Raises:
        BadInput: ionloop's own folder cannot be made.
    """
    return home() / "ledger.sqlite"


@dataclass(frozen=True)
class CampaignFolder:
    """The files of one campaign."""

    path: Path

    @property
    def ledger(self) -> Path:
        """The SQLite ledger, unless a database URL was given."""
        return self.path / "ledger.sqlite"

    @property
    def lab(self) -> Path:
        """The simulated lab's own record."""
        return self.path / "lab"

    @property
    def report(self) -> Path:
        """The self-contained report."""
        return self.path / "report.html"


def campaign_folder(name: str, given: Path | None = None) -> CampaignFolder:
    """`given`, else `runs/NAME` below the present folder; not created here."""
    return CampaignFolder((given or Path("runs") / name).resolve())
