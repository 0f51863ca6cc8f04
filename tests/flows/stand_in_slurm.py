"""`sbatch` and `scancel` as far as dask-jobqueue needs them: jobs are processes of this machine, begun at once."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

SBATCH = """#!/bin/bash
if grep -q -- "-p forbidden" "${@: -1}"; then echo "sbatch: error: invalid partition specified" >&2; exit 1; fi
if [ "$1" = --test-only ]; then echo "sbatch: Job 1 to start now" >&2; exit 0; fi
here="$(dirname "$0")"
cp "$1" "$here/script.$$"
setsid bash "$here/script.$$" >"$here/job.$$" 2>&1 </dev/null &
echo "Submitted batch job $!"
"""
SCANCEL = """#!/bin/bash
kill -- -"$1"
"""


@contextmanager
def stand_in_slurm(folder: Path) -> Iterator[None]:
    """SLURM's two commands on the PATH, in a folder that keeps what jobs print (`job.*`)."""
    for name, text in (("sbatch", SBATCH), ("scancel", SCANCEL)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    with patch.dict(os.environ, {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}):
        yield
