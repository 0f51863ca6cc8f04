"""`ionloop md`: molecular dynamics of a formulation, a search over the model's numbers, figures of a trajectory."""

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.default_word import understood

SIMULATE = "simulate"


app = typer.Typer(
    help="Simulate a formulation with LAMMPS, search over the model, or analyse a trajectory. "
    "`ionloop md FORMULATION.yaml` is `ionloop md simulate FORMULATION.yaml`.",
    cls=understood(SIMULATE),
    no_args_is_help=True,
)


@app.command(SIMULATE)
def simulate(
    formulation: Annotated[Path, typer.Argument(help="a YAML file: polymer, salt, loading, temperatures")],
    temperature: Annotated[
        list[float] | None, typer.Option("--temperature", help="°C, in place of the file's; may be given again")
    ] = None,
    beads: Annotated[
        int | None, typer.Option("--beads", min=100, max=1_000_000, help="beads of the box [default: 5000]")
    ] = None,
    precision: Annotated[
        float, typer.Option("--precision", min=0.001, max=1, help="relative error of the conductivity to end at")
    ] = 0.2,
    core_hours: Annotated[
        float | None,
        typer.Option(
            "--core-hours",
            min=0,
            help="end then, precise or not; one segment of equilibration and two of production are run in any case "
            "[default: no limit]",
        ),
    ] = None,
    segments: Annotated[int, typer.Option("--segments", min=1, help="most segments of production")] = 40,
    equilibration: Annotated[
        int, typer.Option("--equilibration", min=1, help="most segments before production, in equilibrium or not")
    ] = 10,
    segment_steps: Annotated[
        int, typer.Option("--segment-steps", min=100, help="steps between two restart files")
    ] = 20_000,
    ranks: Annotated[int, typer.Option("--ranks", min=1, help="MPI processes")] = 1,
    threads: Annotated[int, typer.Option("--threads", min=1, help="OpenMP threads of each")] = 1,
    seed: Annotated[int, typer.Option("--seed", min=0, help="of everything random")] = 1,
    folder: Annotated[
        Path | None, typer.Option("--folder", help="keep the run here; one that was killed goes on")
    ] = None,
    plot: Annotated[Path | None, typer.Option("--plot", help="displacements and g(r): OUT.png, .svg or .pdf")] = None,
    frames: Annotated[
        Path | None,
        typer.Option("--frames", help="OUT.extxyz: frames with energies and forces, for a file with `atoms`"),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Simulate a formulation until its conductivity is precise enough: by the coarse-grained model, or atom by atom.

    A file with `atoms` is simulated atom by atom, as oligomers of PEO with LiTFSI. Errors are those of chance; what the
    model is wrong by is for `ionloop models calibrate` to find.
    """
    from flows.dynamics.run import Asked, simulate_formulation

    simulate_formulation(
        Asked(
            file=formulation,
            temperatures_C=tuple(temperature or ()),
            beads=beads,
            precision=precision,
            core_hours=core_hours,
            segments=segments,
            equilibration=equilibration,
            segment_steps=segment_steps,
            ranks=ranks,
            threads=threads,
            seed=seed,
            folder=folder,
            plot=plot,
            frames=frames,
            as_json=json,
        )
    )


@app.command("search")
def search(
    file: Annotated[Path, typer.Argument(help="a YAML file: ranges of the model's numbers, runs, planner")],
    folder: Annotated[Path | None, typer.Option(help="where the ledger is kept [default: runs/NAME]")] = None,
    ledger: Annotated[str | None, typer.Option(help="database URL of the ledger")] = None,
    plot: Annotated[Path | None, typer.Option("--plot", help="course and main effects: OUT.png, .svg or .pdf")] = None,
    json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Search numbers of the coarse-grained model for the highest conductivity of lithium, with LAMMPS alone.

    Every answer is kept in the ledger: broken off, the same command goes on where it was and makes the same choices.
    """
    from flows.dynamics.search.command import Asked, search_parameters

    search_parameters(Asked(file=file, folder=folder, ledger_url=ledger, plot=plot, as_json=json))


@app.command("analyse")
def analyse(
    trajectory: Annotated[Path, typer.Argument(help="a LAMMPS text dump, plain or gzip, wrapped or not")],
    ion: Annotated[
        list[str], typer.Option("--ion", help="TYPE=CHARGE or TYPE=CHARGE:NAME, such as 2=+1:Li; once for each ion")
    ],
    timestep: Annotated[
        float, typer.Option("--timestep", help="of the simulation, in its unit of time (real fs, metal ps, lj τ)")
    ] = 1.0,
    units: Annotated[str, typer.Option("--units", help="of the simulation: real, metal or lj")] = "real",
    temperature: Annotated[
        float | None, typer.Option("--temperature", help="K, for the conductivity; not for lj")
    ] = None,
    skip: Annotated[float, typer.Option("--skip", min=0, max=0.95, help="share of the frames left out at first")] = 0.0,
    keep_drift: Annotated[
        bool, typer.Option("--keep-drift", help="leave the common motion of all particles in")
    ] = False,
    least_distance: Annotated[
        float | None,
        typer.Option(
            "--least-distance", help="that ions go before they count as diffusing [default: 3 Å, or 1 for lj]"
        ),
    ] = None,
    plot: Annotated[Path | None, typer.Option("--plot", help="displacements and g(r): OUT.png, .svg or .pdf")] = None,
    json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Diffusivities, conductivities, ionicity, transference, coordination and clusters of a trajectory's ions."""
    from flows.dynamics.analysis import Foreign, analyse_trajectory

    analyse_trajectory(
        Foreign(
            file=trajectory,
            ions=tuple(ion),
            timestep=timestep,
            units=units,
            temperature_K=temperature,
            skip=skip,
            keep_drift=keep_drift,
            least_distance=least_distance,
            plot=plot,
            as_json=json,
        )
    )
