"""Theory about the best films, asked from outside of the campaign: its answers are shown, its observations stay."""

from pathlib import Path

import pytest

from chemistry.errors import BadInput
from flows.server.best_checked import best_checked
from ledger.store import Ledger
from tests.flows.small_campaign import Place, write_campaign


def test_the_best_are_asked_about_and_the_campaign_stays_as_it_was(finished: Place) -> None:
    with Ledger.open(finished.ledger, create=False) as ledger:
        before = ledger.last_event()
    rows, failed = best_checked(finished.file, finished.run, None, "twin_window", 2)
    assert failed == []
    assert len(rows) == 2
    assert all("oxidation_limit at 25 °C" in row for row in rows)
    best, second = (row["experiment"] for row in rows)
    assert best != second
    with Ledger.open(finished.ledger, create=False) as ledger:
        assert ledger.last_event() == before, "the made-up windows ask nothing that is kept"


def test_a_campaign_without_a_result_is_told(tmp_path: Path) -> None:
    file = write_campaign(tmp_path, experiments=2, batch=1, start=2)
    with pytest.raises(BadInput, match="ledger"):
        best_checked(file, tmp_path / "run", None, "twin_window", 2)
