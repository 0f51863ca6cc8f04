"""`ionloop analyse`: from instrument files to conductivities, or to verdicts."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ledger.measurement import ImpedanceSpectrum
    from models.conductivity_result import ConductivityResult


def analyse(
    files: Annotated[list[Path], typer.Argument(help="files of Gamry, BioLogic, ZPlot, Autolab, Zahner …, or CSV")],
    thickness_um: Annotated[float | None, typer.Option("--thickness-um", help="thickness of the film, µm")] = None,
    area_cm2: Annotated[float | None, typer.Option("--area-cm2", help="area of the electrode, cm²")] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Nyquist and Bode picture: OUT.png, or a folder for several files")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="print a JSON list")] = False,
) -> None:
    """Read impedance spectra and work out each film's conductivity, its uncertainty and the verdict.

    The format is told by content. Nothing is written unless every file can be read.
    """
    _refuse_geometry(thickness_um, area_cm2)
    pictures = _picture_paths(files, plot)
    spectra = _read_all(files, thickness_um, area_cm2)

    from models.analysis import analyse_spectrum

    results = [analyse_spectrum(spectrum) for spectrum in spectra]
    if pictures:
        from models.spectrum_plot import plot_spectrum

        for spectrum, result, picture in zip(spectra, results, pictures, strict=True):
            _make_folder(picture.parent)
            plot_spectrum(spectrum, result, picture)
    if json:
        _print_json(files, spectra, results)
    else:
        _print_table(files, spectra, results, pictures)


def _refuse_geometry(thickness_um: float | None, area_cm2: float | None) -> None:
    from chemistry.errors import BadInput

    given = {"--thickness-um": (thickness_um, 0.01, 1e5, "µm"), "--area-cm2": (area_cm2, 1e-4, 1e4, "cm²")}
    for option, (value, least, most, unit) in given.items():
        if value is not None and not least <= value <= most:
            raise BadInput(
                f"{option} {value:g} {unit}", remedy=f"Give it a number from {least:g} to {most:g}, in {unit}"
            )


def _read_all(files: list[Path], thickness_um: float | None, area_cm2: float | None) -> "list[ImpedanceSpectrum]":
    """Every spectrum; where files cannot be read, all of them are named at once."""
    from chemistry.errors import BadInput
    from devices.spectrum_files import read_spectrum

    spectra, problems = [], []
    for path in files:
        try:
            spectra.append(read_spectrum(path, thickness_um=thickness_um, area_cm2=area_cm2))
        except BadInput as error:
            problems.append(error)
    if len(problems) == 1 and len(files) == 1:
        raise problems[0]
    if problems:
        told = tuple(str(problem) for problem in problems)
        raise BadInput(f"{len(problems)} of {len(files)} files cannot be read:", problems=told)
    return spectra


def _picture_paths(files: list[Path], plot: Path | None) -> list[Path]:
    """Where each picture goes; names are kept apart where two files share one."""
    from chemistry.errors import BadInput

    if plot is None:
        return []
    if plot.suffix.lower() in {".png", ".svg", ".pdf"} and not plot.is_dir():
        if len(files) > 1:
            raise BadInput(f"one picture, {plot}, for {len(files)} files", remedy="Give --plot a folder")
        return [plot]
    if plot.suffix and not plot.exists():
        raise BadInput(f"no picture can be {plot.suffix}", remedy="Give --plot OUT.png, .svg or .pdf, or a folder")
    if plot.exists() and not plot.is_dir():
        raise BadInput(f"{plot} is a file and no picture", remedy="Give --plot OUT.png or a folder")
    names = [path.name for path in files]
    return [
        plot / (f"{name}.png" if names.count(name) == 1 else f"{index:02d}-{name}.png")
        for index, name in enumerate(names, start=1)
    ]


def _make_folder(folder: Path) -> None:
    from chemistry.errors import BadInput

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"the folder cannot be made ({error.strerror})", place=str(folder), remedy="Choose another"
        ) from error


def _print_json(files: list[Path], spectra: "list[ImpedanceSpectrum]", results: "list[ConductivityResult]") -> None:
    import json

    rows = [
        {
            "file": str(path),
            "sigma_S_cm": None if result.log10_conductivity is None else 10**result.log10_conductivity,
            "log10_sigma_sd": result.log10_conductivity_sd,
            "resistance_ohm": result.resistance_ohm,
            "verdict": result.verdict.value,
            "reason": result.reason,
            "note": spectrum.note,
        }
        for path, spectrum, result in zip(files, spectra, results, strict=True)
    ]
    typer.echo(json.dumps(rows, indent=1, ensure_ascii=False))


def _print_table(
    files: list[Path], spectra: "list[ImpedanceSpectrum]", results: "list[ConductivityResult]", pictures: list[Path]
) -> None:
    from rich.text import Text

    from flows.terminal import console, table

    view = table("file", "σ / S cm⁻¹", "± decades", "R / Ω", "verdict")
    for column in view.columns[1:4]:
        column.justify = "right"
    for path, result in zip(files, results, strict=True):
        view.add_row(
            path.name,
            "" if result.log10_conductivity is None else f"{10**result.log10_conductivity:.3g}",
            "" if result.log10_conductivity_sd is None else f"{result.log10_conductivity_sd:.3f}",
            "" if result.resistance_ohm is None else f"{result.resistance_ohm:.4g}",
            Text(_words(result), "green" if result.accepted else "yellow"),
        )
    out = console()
    out.print(view)
    for path, spectrum, result in zip(files, spectra, results, strict=True):
        out.print(f"{path.name}: {_words(result)}; {result.reason}", soft_wrap=True)
        if spectrum.note not in result.reason:
            out.print(f"    {spectrum.note}", soft_wrap=True, style="dim")
    for picture in pictures:
        out.print(f"Picture: {picture}", soft_wrap=True)


def _words(result: "ConductivityResult") -> str:
    return result.verdict.value.replace("_", " ")
