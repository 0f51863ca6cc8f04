"""A search as a Prefect flow, its runs tasks on Dask. It takes names of files alone: it travels with its tasks."""

from pathlib import Path

from prefect import flow

from chemistry.value_file import read_yaml_value
from flows.computing.spec import Computing
from flows.dynamics.search.asking import Outcome, Run
from flows.dynamics.search.file import SearchFile
from flows.dynamics.search.kept import searched
from flows.theory.workers import Workers


@flow(name="md search", persist_result=False, validate_parameters=False)
def md_search(
    search_file: str, folder: str | None = None, ledger_url: str | None = None, shown: bool = False
) -> tuple[list[tuple[Run, Outcome]], list[Outcome]]:
    """Run the search of a file, or go on with it; every run with its outcome, and what confirms the best."""
    file = read_yaml_value(SearchFile, Path(search_file))
    workers = Workers(file.theory or Computing())
    try:
        return searched(file, Path(folder) if folder else None, ledger_url, workers, shown=shown)
    finally:
        workers.stop()
