"""`ionloop planners`: planners compared on what has known answers."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.table import Table

app = typer.Typer(help="What to do next: how good the planners are.", no_args_is_help=True)


@app.callback()
def _planners() -> None:
    """Without a callback a single command would stand in for the group."""


@app.command("compare")
def planners_compare(
    pool: Annotated[Path, typer.Option("--pool", help="polymers with known answers, a CSV file")],
    objective: Annotated[str, typer.Option("--objective", help="column of the answers, the higher the better")],
    smiles_column: Annotated[str, typer.Option("--smiles-column", help="column of the repeat units")] = "smiles",
    log: Annotated[bool, typer.Option("--log", help="take the decimal logarithm of the answers")] = False,
    initial: Annotated[int, typer.Option("--initial", min=1, help="random experiments at the start")] = 20,
    budget: Annotated[int, typer.Option("--budget", min=1, help="experiments that the planner chooses")] = 80,
    batch: Annotated[int, typer.Option("--batch", min=1, help="experiments at a time")] = 5,
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="different starts, the same for every planner")] = 10,
    planners: Annotated[
        str | None,
        typer.Option("--planners", help="names with commas between [default: random, kinship, and peers installed]"),
    ] = None,
    record: Annotated[
        Path | None, typer.Option("--record", help="keeps each trial that is done [default: planners-POOL.jsonl here]")
    ] = None,
    page: Annotated[Path | None, typer.Option("--page", help="write figures to this HTML file")] = None,
    json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Compare planners from the same starts with the same budget; run again, it goes on where it was left.

    The answers of a pool are known: a planner is told only those that it asked for, and is judged by how many of the
    best hundredth it finds, how soon the first, and how far its best lies below the best there is.
    """
    from flows.cli.figures import print_figures
    from flows.outputs import refuse_unwritable
    from flows.terminal import bar, console
    from planners.compare.pool_problem import PoolProblem, read_pool
    from planners.compare.problem import Plan
    from planners.compare.run import compare, kept_trials, summed_up
    from planners.pool.names import chooser, installed

    kept = record or Path(f"planners-{pool.stem}.jsonl")
    refuse_unwritable({"--record": kept, "--page": page}, {}, (pool,))
    names = ["random", "kinship", *installed()] if planners is None else [name.strip() for name in planners.split(",")]
    for name in names:
        chooser(name)  # a wrong name is told before anything is read
    out = console(stderr=True)
    out.quiet = json and not out.is_terminal
    plan = Plan(initial, budget, batch)
    with bar(out) as drawn:
        reading = drawn.add_task("reading the pool", total=None)
        candidates, values = read_pool(
            pool, smiles_column, objective, log=log, told=lambda done, n: drawn.update(reading, completed=done, total=n)
        )
        problem = PoolProblem(candidates, values, plan, label=pool.name)
        there = sum((name, seed) in kept_trials(problem, kept) for name in names for seed in range(seeds))
        trying = drawn.add_task("trials", total=len(names) * seeds, completed=there)
        trials = compare(problem, names, seeds, kept, told=lambda trial: drawn.update(trying, advance=1))
    summaries = {name: summed_up(problem, done) for name, done in trials.items()}
    figures: dict[str, object] = {
        "pool": str(pool),
        "candidates": len(candidates),
        **vars(plan),
        "seeds": seeds,
        "record": str(kept),
        "planners": summaries,
    }
    if page is not None:
        from flows.planners_page import write_planners

        write_planners(page, problem, trials, kept)
    if json:
        print_figures(figures, json, title="")
        return
    console().print(_table(summaries))
    typer.echo(
        f"{pool.name}, {len(candidates):,} candidates: {initial} random and {budget} chosen experiments, {batch} at"
    )
    typer.echo(f"a time, from {seeds} starts. Each trial is kept in {kept}.")


def _table(figures: "dict[str, dict[str, Any]]") -> "Table":
    """A row for each planner; what was not found has a dash."""
    from flows.terminal import table

    view = table("planner", "found of the best hundredth", "first hit", "regret", "s per suggestion")
    for name, own in figures.items():
        found = f"{own['top1pct_found_mean']:.1f} ± {own['top1pct_found_se']:.1f} of {own['top1pct']}"
        first = "–" if own["first_hit_median"] is None else f"{own['first_hit_median']:g}"
        view.add_row(name, found, first, f"{own['regret_mean']:.3f}", f"{own['seconds_per_suggestion']:.2g}")
    return view
