"""`ionloop planners`: planners compared on what has known answers."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.places import Dask, Processes, SlurmJobs

app = typer.Typer(help="What to do next: how good the planners are.", no_args_is_help=True)


@app.callback()
def _planners() -> None:
    """Without a callback a single command would stand in for the group."""


@app.command("compare")
def planners_compare(
    pool: Annotated[Path | None, typer.Option("--pool", help="polymers with known answers, a CSV file")] = None,
    twin: Annotated[
        Path | None, typer.Option("--twin", help="a campaign file, such as examples/peo_salts.yaml, asked of the twin")
    ] = None,
    problem: Annotated[
        str | None, typer.Option("--problem", help="branin-currin, dtlz2, hartmann6 or mixed-ackley, as in BoTorch")
    ] = None,
    objective: Annotated[
        str | None, typer.Option("--objective", help="column of the pool's answers, the higher the better")
    ] = None,
    smiles_column: Annotated[
        str | None, typer.Option("--smiles-column", help="column of the pool's repeat units; `smiles` where left out")
    ] = None,
    log: Annotated[bool, typer.Option("--log", help="take the decimal logarithm of the pool's answers")] = False,
    initial: Annotated[
        int | None,
        typer.Option(
            "--initial", min=1, help="experiments at the start, which all share; 20 where left out, 5 on the twin"
        ),
    ] = None,
    budget: Annotated[
        int | None,
        typer.Option(
            "--budget",
            min=1,
            help="experiments that a planner chooses; 80 where left out, 35 on the twin, 40 on a problem",
        ),
    ] = None,
    batch: Annotated[
        int | None, typer.Option("--batch", min=1, help="experiments at a time; 5 on a pool where left out, else 1")
    ] = None,
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="different starts, the same for every planner")] = 10,
    first_seed: Annotated[
        int, typer.Option("--first-seed", min=0, max=1_000_000_000, help="number of the first start")
    ] = 0,
    planners: Annotated[
        str | None,
        typer.Option(
            "--planners", help="names with commas between; where left out all usual ones, and the peers installed"
        ),
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option("--record", help="keeps each trial that is done; planners-NAME.jsonl here where left out"),
    ] = None,
    processes: Processes = 1,
    dask: Dask = None,
    slurm: SlurmJobs = None,
    page: Annotated[Path | None, typer.Option("--page", help="write figures to this HTML file")] = None,
    json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Compare planners from the same starts with the same budget; run again, it goes on where it was left.

    On a pool answers are known: a planner is told only those that it asked for, and is judged by how many of the best
    hundredth it finds, how soon the first, and how far its best lies below the best there is. On the twin the planners
    of campaigns make films of a campaign's space and read them with noise; the truth behind them is scored, by the
    hypervolume of the objectives. On a standard problem the acquisition of campaigns meets BoTorch's own recipe.
    """
    from flows.cli.figures import print_figures
    from flows.comparing.planners_asked import Asked
    from flows.comparing.planners_table import explained, heads_and_rows, in_words
    from flows.computing.place import Place
    from flows.outputs import refuse_over_another, refuse_unwritable
    from flows.terminal import bar, console, table
    from planners.compare.run import compare, kept_trials, summed_up

    asked = Asked(pool, twin, problem, smiles_column, objective, log, initial, budget, batch)
    place, kept = Place(processes, dask, slurm), record or Path(f"planners-{asked.stem}.jsonl")
    refuse_unwritable({"--record": kept, "--page": page}, {}, (asked.file,))
    refuse_over_another({"--page": page})
    names = asked.planners(planners)
    out = console(stderr=True)
    out.quiet = json and not out.is_terminal
    with bar(out) as drawn:
        reading = drawn.add_task("reading", total=None)
        on = asked.made(lambda done, n: drawn.update(reading, completed=done, total=n))
        numbers = range(first_seed, first_seed + seeds)
        there = kept_trials(on, kept)
        done = sum((name, seed) in there for name in names for seed in numbers)
        trying = drawn.add_task("trials", total=len(names) * seeds, completed=done)
        hire = partial(place.crew, told=out.print)
        trials = compare(on, names, seeds, kept, lambda trial: drawn.update(trying, advance=1), first_seed, hire)
    if page is not None:
        from flows.comparing.planners_page import write_planners

        write_planners(page, on, trials, kept)
    if json:
        told = {name: summed_up(on, done) for name, done in trials.items()}
        about = {"on": on.label, **asked.about(on), **vars(on.plan), "seeds": seeds, "first_seed": first_seed}
        print_figures({**about, "record": str(kept), "planners": told}, json, title="")
        return
    heads, rows = heads_and_rows(on, trials)
    view = table("planner", *heads)
    for name, cells in rows.items():
        view.add_row(name, *cells)
    console().print(view)
    typer.echo(f"{in_words(on, seeds)} {explained(on, heads)} Each trial is kept in {kept}.")
