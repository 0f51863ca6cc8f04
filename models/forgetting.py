"""What was worked out for polymers is remembered by many functions; over a long pool that has to be let go of."""

import sys

_MODULES = ("chemistry", "models", "ledger")
KEPT = 2000
"""Canonical units after which all is forgotten: some 300 MB with their structures, fingerprints and features."""


def forget_when_full(kept: int = KEPT) -> None:
    """Empty every memory of the chemistry where it holds more than `kept` repeat units.

    Functions keep their latest 65,536 answers each, structures among them: for a table that is right, for a pool of
    millions it would fill several gigabytes before the first answer is dropped.
    """
    from chemistry.canonical import canonical_repeat_unit

    if canonical_repeat_unit.cache_info().currsize <= kept:
        return
    for name, module in list(sys.modules.items()):
        if name.split(".", 1)[0] in _MODULES:
            for member in list(vars(module).values()):
                clear = getattr(member, "cache_clear", None)
                if callable(clear):
                    clear()
