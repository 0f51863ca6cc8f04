"""`ionloop --help`, and the help of what serves, load neither the dashboard's library nor torch nor Prefect."""

import subprocess
import sys

import pytest

HEAVY = {"nicegui", "fastapi", "starlette", "uvicorn", "torch", "prefect", "distributed", "sqlalchemy"}


@pytest.mark.parametrize("words", ["--help", "web --help", "serve --help", "restore --help", "people token --help"])
def test_help_loads_nothing_that_serves(words: str) -> None:
    program = "import sys; from flows.cli.main import app; app(standalone_mode=False); print(*sys.modules, sep='\\n')"
    said = subprocess.run([sys.executable, "-c", program, *words.split()], capture_output=True, text=True, check=True)
    assert "Usage: " in said.stdout
    assert not HEAVY & set(said.stdout.splitlines())
