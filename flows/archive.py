"""`ionloop export` and `ionloop import` behind their options: a finished campaign as one archive, and back."""

import contextlib
import json
import platform
import tempfile
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, metadata, version
from pathlib import Path
from typing import Any

import typer
import yaml
from pydantic import ValidationError

import ledger as ledger_room
from chemistry.errors import BadInput
from chemistry.wording import LONGEST_PATH, shortened
from flows.home import CampaignFolder, campaign_folder
from flows.leasing import runner_of
from flows.outputs import refuse_unwritable
from flows.person import person
from flows.report.content import PACKAGES
from flows.session import latest_run, open_ledger, shown_ledger
from flows.spec import CampaignSpec, read_campaign
from ledger.archive.bring import Brought, bring
from ledger.archive.check import refuse_unfit
from ledger.archive.exported import NO_LICENCE, Exported
from ledger.archive.extract import Extract, extract
from ledger.archive.packed import EXPORTED, packed, unpacked
from ledger.archive.zipped import LARGEST_BYTES
from ledger.errors import NoLedger
from ledger.kinds import CampaignState
from ledger.store import Ledger
from ledger.tables import CampaignRow
from ledger.whole_file import write_whole

CAMPAIGN_FILE, LOCK_FILE = "campaign.yaml", "requirements.lock"


def export_campaign(
    campaign_file: Path,
    *,
    crate: Path | None,
    run: int | None,
    folder: Path | None,
    ledger_url: str | None,
    by: str | None,
    licence: str | None,
    so_far: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Write a run of a campaign as one archive.

    Raises:
        BadInput: there is no such run, it is not over (and `so_far` was not said), or the file cannot be written.
    """
    spec = read_campaign(campaign_file)
    place = campaign_folder(spec.name, folder)
    with contextlib.closing(open_ledger(place, ledger_url, create=False)) as ledger:
        row = _run(ledger, spec.name, run)
        out = crate or Path(f"{row.name}-run{row.run}.zip")
        _refuse_to_write(out, campaign_file, force=force)
        if not so_far:
            _refuse_unfinished(ledger, row)
        taken = extract(ledger.database, row.id)
    if taken.imported:
        _refuse_other_exporter(taken, by, licence)
    else:
        taken = replace(taken, files=_files(campaign_file, spec, row, by, licence))
    content = packed(taken)
    try:
        write_whole(out, content)
    except OSError as error:
        raise BadInput(
            f"cannot be written ({error.strerror})", place=str(out), remedy="Choose another place"
        ) from error
    left_out = CAMPAIGN_FILE not in taken.files
    _tell_exported(row, out, len(content), taken, left_out=left_out, as_json=as_json)


def import_campaign(
    archive: Path, *, folder: Path | None, ledger_url: str | None, by: str | None, as_json: bool
) -> None:
    """Bring a campaign out of an archive into a ledger, whole or not at all.

    Raises:
        BadInput: it is no archive that can be taken, or the ledger cannot take it; nothing was written.
    """
    who = person(by)
    taken = unpacked(_content(archive), str(archive))
    try:
        refuse_unfit(taken)
        spec = _spec(taken)
    except BadInput as error:
        raise BadInput(error.problem, place=str(archive), remedy=error.remedy) from error
    place = campaign_folder(spec.name, folder)
    with contextlib.closing(_ledger_for(taken, place, ledger_url, who)) as ledger:
        brought = bring(ledger.database, taken, by=who)
    file = None if ledger_url is not None else _put_beside(taken, place)
    _tell_imported(taken, brought, shown_ledger(place, ledger_url), file, as_json=as_json)


def _run(ledger: Ledger, name: str, number: int | None) -> CampaignRow:
    if number is None:
        return latest_run(ledger, name)
    runs = {row.run: row for row in ledger.campaigns() if row.name == name}
    if number not in runs:
        there = ", ".join(map(str, runs)) or "none"
        raise BadInput(f"the ledger holds no run {number} of `{name}` (its runs: {there})", remedy="Name one of them.")
    return runs[number]


def _refuse_to_write(out: Path, campaign_file: Path, *, force: bool) -> None:
    refuse_unwritable({"--crate": out}, {}, (campaign_file,))
    if out.exists() and not force:
        raise BadInput("the file is there already", place=str(out), remedy="Choose another name, or say --force")


def _refuse_unfinished(ledger: Ledger, row: CampaignRow) -> None:
    if CampaignState(row.state).final:
        return
    runner = runner_of(ledger, row.name)
    how = f"is {row.state}, by {runner}" if runner else f"is {row.state}, and no process runs it"
    raise BadInput(
        f"run {row.run} of `{row.name}` {how}: what would be exported is not the whole of it",
        remedy="Export it when it is over (`ionloop stop` or `abort` and `run` end it); --so-far writes what there is "
        "now, to be read, and not to be imported",
    )


def _refuse_other_exporter(taken: Extract, by: str | None, licence: str | None) -> None:
    """What an archive said of itself stays as it was said."""
    for option, given in (("--by", by), ("--license", licence)):
        if given is not None:
            raise BadInput(
                f"{option} {shortened(repr(given))}, and `{taken.campaign['name']}` came out of an archive that says "
                "who exported it, and under which licence",
                remedy=f"Leave {option} out",
            )


def _files(
    campaign_file: Path, spec: CampaignSpec, row: CampaignRow, by: str | None, licence: str | None
) -> dict[str, str]:
    """What belongs to a campaign and lies in no table: its file, the lock file, and who exports it with what."""
    told = Exported(
        by=person(by),
        licence=NO_LICENCE if licence is None else _one_paragraph(licence),
        ionloop=version("ionloop"),
        homepage=_homepage(),
        python=platform.python_version(),
        packages={name: version(name) for name in sorted(PACKAGES)},
    )
    files = {EXPORTED: f"{told.model_dump_json(indent=1)}\n"}
    if _as_begun(spec) == _as_begun(CampaignSpec.model_validate(row.spec)):
        with contextlib.suppress(UnicodeDecodeError):  # YAML may be UTF-16, too; the archive then has the spec alone
            files[CAMPAIGN_FILE] = campaign_file.read_bytes().decode()
    lock = Path(ledger_room.__path__[0]).parent / LOCK_FILE
    if lock.is_file():  # there is none beside an ionloop that was installed as a package
        files[LOCK_FILE] = lock.read_text(encoding="utf-8")
    return files


def _one_paragraph(licence: str) -> str:
    if not licence.strip() or len(licence) > LONGEST_PATH or not licence.isprintable():
        remedy = (
            f"Give the URL of a licence, such as https://spdx.org/licenses/CC-BY-4.0, or up to {LONGEST_PATH} words"
        )
        raise BadInput(f"--license {shortened(repr(licence))} is no licence", remedy=remedy)
    return licence.strip()


def _homepage() -> str:
    """Where this ionloop can be had, as its package says; empty where it does not."""
    try:
        urls = metadata("ionloop").get_all("Project-URL") or []
    except PackageNotFoundError:
        return ""
    named = (url.partition(",") for url in urls)
    return next((url.strip() for name, _, url in named if name.strip().lower() in ("homepage", "repository")), "")


def _as_begun(spec: CampaignSpec) -> dict[str, Any]:
    """What a campaign file says, without what a run adds to it."""
    said = spec.model_dump(mode="json")
    if said["space"].get("pool"):
        said["space"]["pool"].pop("sha256", None)
    return said


def _content(archive: Path) -> bytes:
    try:
        if archive.stat().st_size > LARGEST_BYTES:
            raise BadInput("this is larger than any archive that is read", place=str(archive), remedy="Check the path")
        return archive.read_bytes()
    except OSError as error:
        raise BadInput(
            f"the archive cannot be read ({error.strerror})",
            place=shortened(str(archive), LONGEST_PATH),
            remedy="Check the path and its rights",
        ) from error


def _spec(taken: Extract) -> CampaignSpec:
    """The campaign as it was begun; its name is that of a folder, so it is not believed unread."""
    try:
        spec = CampaignSpec.model_validate(taken.campaign["spec"])
    except ValidationError as error:
        said = " ".join(str(error).split())[:300]
        raise BadInput(
            f"its campaign cannot be read by this ionloop ({said})", remedy="Import it with the ionloop that wrote it"
        ) from error
    if spec.name != taken.campaign["name"]:
        raise BadInput(
            f"its campaign is called {taken.campaign['name'][:100]!r} in one place and `{spec.name}` in another",
            remedy="Do not use this archive",
        )
    return spec


def _ledger_for(taken: Extract, place: CampaignFolder, ledger_url: str | None, by: str) -> Ledger:
    """The ledger that a campaign is to be brought into. Where one is to be made, a throw-away one is tried first."""
    try:
        return open_ledger(place, ledger_url, create=False)
    except NoLedger:
        with tempfile.TemporaryDirectory() as folder, Ledger.open(Path(folder) / "ledger.sqlite") as rehearsal:
            bring(rehearsal.database, taken, by=by)
        return open_ledger(place, ledger_url)


def _put_beside(taken: Extract, place: CampaignFolder) -> Path | None:
    """The campaign file beside the ledger, for the commands that ask for one; None where another lies there."""
    path = place.path / CAMPAIGN_FILE
    written = yaml.safe_dump(taken.campaign["spec"], sort_keys=False, allow_unicode=True)
    content = taken.files.get(CAMPAIGN_FILE, written).encode()
    try:
        if not path.exists():
            write_whole(path, content)
        return path if path.read_bytes() == content else None
    except OSError:  # the campaign is in the ledger all the same
        return None


def _tell_exported(row: CampaignRow, out: Path, size: int, taken: Extract, *, left_out: bool, as_json: bool) -> None:
    counts = {name: len(taken.rows[name]) for name in ("experiment", "measurement", "observation", "event")}
    if as_json:
        said = {"campaign": row.name, "run": row.run, "state": row.state, "crate": str(out), "bytes": size}
        typer.echo(json.dumps({**said, "rows": counts, "campaign_file": not left_out}))
        return
    held = ", ".join(f"{count:,} {name}s" for name, count in counts.items())
    typer.echo(f"Run {row.run} of {row.name} ({row.state}): {held} in {out}, {size / 1e6:.2f} MB.")
    if left_out:
        typer.echo(f"{CAMPAIGN_FILE} is left out: the file is not the one that this run was begun with.")


def _tell_imported(taken: Extract, brought: Brought, ledger: str, file: Path | None, *, as_json: bool) -> None:
    campaign = taken.campaign
    if as_json:
        said = {"campaign": campaign["name"], "run": campaign["run"], "new": brought.new, "ledger": ledger}
        typer.echo(json.dumps({**said, "renamed": brought.renamed, "campaign_file": str(file) if file else None}))
        return
    name = f"Run {campaign['run']} of {campaign['name']}"
    if not brought.new:
        typer.echo(f"{name} is in {ledger} already, the same in everything. Nothing was written.")
        return
    count = len(taken.rows["experiment"])
    typer.echo(f"{name} ({campaign['state']}, {count} experiments) is in {ledger} now.")
    if brought.renamed:
        old, new = next(iter(brought.renamed.items()))
        typer.echo(f"The ledger had samples of these names: {old} is called {new} here, and so on.")
    if file is not None:
        typer.echo(f"`ionloop status {file}` and `ionloop report {file}` show it.")
    else:
        typer.echo(f"`ionloop status` and `ionloop report` show it with the {CAMPAIGN_FILE} of the archive.")
