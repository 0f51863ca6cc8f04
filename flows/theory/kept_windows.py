"""Redox windows that were asked for by hand: from the ledger where it knows them, else calculated and kept there.

Questions are those of campaigns (`flows.theory.film_window`), so that either finds what the other has calculated.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path

from chemistry.errors import BadInput
from flows.home import own_ledger
from ledger.store import Ledger
from ledger.theory import Answer
from sim.dft.quick_levels import QuickLevels, quick_key, quick_levels
from sim.dft.result import CalculationKey
from sim.dft.window import RedoxWindow


def answers(ledger: str | None, campaign: Path | None = None) -> Ledger:
    """The ledger whose answers are looked up and added to; made where there is none.

    Args:
        ledger: A path or a database URL.
        campaign: A campaign file, whose own ledger is meant; the one in ionloop's home where neither is given.

    Raises:
        BadInput: both are given, or the ledger cannot be opened.
    """
    if ledger is not None and campaign is not None:
        raise BadInput("both --ledger and --campaign name a ledger", remedy="Give one of them")
    if ledger is not None and not ledger.strip():
        raise BadInput("--ledger names nothing", remedy="Give a path or a database URL, or leave it out.")
    if campaign is None:
        return Ledger.open(ledger or own_ledger())
    from flows.home import campaign_folder
    from flows.spec import read_campaign

    return Ledger.open(campaign_folder(read_campaign(campaign).name).ledger)


def known_window(ledger: Ledger, key: CalculationKey) -> RedoxWindow | None:
    """What the ledger answers to a key; None where nobody has asked it."""
    answer = ledger.theory(key.text)
    return None if answer is None else RedoxWindow.from_json(answer.text)


def keep_window(ledger: Ledger, calculate: Callable[[], RedoxWindow]) -> RedoxWindow:
    """Calculate a window and keep it; where the ledger has an answer already, that one stays.

    Raises:
        BadInput: what was asked cannot be calculated.
        CalculationFailed: something did not converge or fell apart; nothing is kept.
    """
    begun = time.process_time()
    window = calculate()
    core_hours = (time.process_time() - begun) / 3600
    ledger.keep_theory(window.key.text, Answer(window.model_dump_json(), core_hours))
    return window


def known_failure(ledger: Ledger, key: CalculationKey) -> str | None:
    """Why the calculation of a key failed before; None where none did."""
    answer = ledger.theory(_failed(key))
    return None if answer is None else str(json.loads(answer.text)["reason"])


def keep_failure(ledger: Ledger, key: CalculationKey, reason: str) -> None:
    """Keep that the calculation of a key failed, beside its answers: another try may still bring one."""
    ledger.keep_theory(_failed(key), Answer(json.dumps({"reason": reason}), 0.0))


def quick_levels_of(ledger: Ledger, smiles: str) -> QuickLevels:
    """The quick levels of a molecule, calculated and kept where the ledger does not know them.

    Raises:
        BadInput: no geometry can be drawn.
        CalculationFailed: they did not converge.
    """
    key = quick_key(smiles)
    answer = ledger.theory(key.text)
    if answer is not None:
        return QuickLevels.from_json(answer.text)
    begun = time.process_time()
    found = quick_levels(smiles)
    ledger.keep_theory(key.text, Answer(found.model_dump_json(), (time.process_time() - begun) / 3600))
    return found


def _failed(key: CalculationKey) -> str:
    return f"failure of {key.text}"
