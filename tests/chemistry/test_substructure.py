"""Ctrl-C during a search is neither lost nor cuts it short: RDKit takes the signal for itself."""

import signal
import subprocess
import sys
import time

SEARCHES = """
from rdkit import Chem
from chemistry.substructure import matches
chain, pattern = Chem.MolFromSmiles("CCO" * 1500), Chem.MolFromSmarts("CCOCCOCCOCCOCCOCCO")
whole = len(matches(chain, pattern, most=100_000))
print("ready", flush=True)
while True:
    assert len(matches(chain, pattern, most=100_000)) == whole, "cut short"
"""


def test_an_interrupt_ends_the_process_after_a_whole_search():
    with subprocess.Popen(
        [sys.executable, "-c", SEARCHES], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=20)
        finally:
            process.kill()
    assert "KeyboardInterrupt" in err
    assert "cut short" not in err
    assert "interrupted" not in err
