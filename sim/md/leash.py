"""Runs a program that ends when whoever started it does, however that comes about.

    python -P leash.py PROGRAM ARGUMENTS…

What started it holds the other end of standard input, and the kernel lets go of that when a process is killed. Then the
whole process group is ended: the program, what launches its ranks, and ranks. It imports the standard library alone.
"""

import os
import signal
import subprocess
import sys
import threading


def main() -> int:
    """Run the program that the command line names, and return its exit status."""
    process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
    threading.Thread(target=_end_when_left_alone, daemon=True).start()
    return process.wait()


def _end_when_left_alone() -> None:
    os.read(0, 1)  # returns when nobody holds the other end any more; buffered, it would hold a lock at our own end
    os.killpg(0, signal.SIGKILL)  # a segment that was begun counts for nothing, so nothing is half done


if __name__ == "__main__":
    sys.exit(main())
