"""A rich campaign on each database, and empty ledgers to bring it into."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ledger.store import Ledger
from tests.ledger.archive.rich_campaign import archive_of, rich_campaign

NewLedger = Callable[[], Ledger]


@pytest.fixture
def rich(ledger: Ledger) -> int:
    """Id of the rich campaign, in the ledger of each database."""
    return rich_campaign(ledger)


@pytest.fixture
def new_ledger(tmp_path: Path) -> Iterator[NewLedger]:
    """Makes empty ledgers, each a file of its own."""
    with ExitStack() as opened:
        count = iter(range(100))
        yield lambda: opened.enter_context(Ledger.open(tmp_path / f"new-{next(count)}.sqlite"))


@pytest.fixture(scope="session")
def rich_archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The archive of the rich campaign."""
    with Ledger.open(tmp_path_factory.mktemp("rich") / "ledger.sqlite") as ledger:
        return archive_of(ledger, rich_campaign(ledger))
