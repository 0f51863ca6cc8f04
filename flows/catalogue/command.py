"""`ionloop documents` behind its options."""

import contextlib
import json
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import typer

from chemistry.errors import BadInput
from flows.catalogue.address import LOCAL, Catalogue, catalogue_at
from flows.home import CampaignFolder, campaign_folder
from flows.leasing import runner_of
from flows.session import latest_run, open_ledger
from flows.spec import CampaignSpec, read_campaign
from flows.terminal import bar, console


def send_documents(
    campaign: Path, *, folder: Path | None, ledger_url: str | None, uri: str | None, as_json: bool
) -> None:
    """Bring every run of a campaign that is over into its catalogue; say how many were missing.

    Raises:
        BadInput: no catalogue is named, or it cannot be used.
        CatalogueAway: nobody answers there, or it failed.
    """
    spec, place, uri = _asked(campaign, folder, uri)
    with contextlib.closing(open_ledger(place, ledger_url, create=False)) as ledger:
        row = latest_run(ledger, spec.name)
        from flows.catalogue.sending import Sender, runs_of

        running = runner_of(ledger, spec.name) is not None
        found, _ = runs_of(ledger, row.id)
        over = [uid for uid, ended in found.items() if ended or not running]
        with _catalogue(uri, place) as catalogue, bar(console(stderr=True)) as drawn:
            catalogue.refuse_unfit()
            with Sender(ledger, catalogue) as sender:
                sent = sum(sender.send(uid) for uid in drawn.track(over, description="sending runs"))
    told = {"catalogue": uri, "runs": len(over), "sent": sent, "there_already": len(over) - sent}
    if as_json:
        typer.echo(json.dumps(told))
        return
    typer.echo(f"{sent} of {len(over)} runs were sent to {uri}; the others were there already.")


def serve_documents(campaign: Path, *, folder: Path | None) -> None:
    """Serve the campaign's own catalogue until Ctrl-C; its address and where its key lies are printed.

    Raises:
        BadInput: there is none in its folder.
    """
    place = campaign_folder(read_campaign(campaign).name, folder)
    if not (place.path / "tiled").is_dir():
        raise BadInput(
            "the campaign has no catalogue of its own",
            place=str(place.path),
            remedy="Say `tiled_uri: local` in the lab file, or `ionloop documents send CAMPAIGN --to local`.",
        )
    from flows.catalogue.local import local_catalogue

    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    with local_catalogue(place) as catalogue, contextlib.suppress(KeyboardInterrupt):
        typer.echo(f"Catalogue: {catalogue.uri}, key in {place.path / 'tiled' / 'key'}. Ctrl-C ends it.")
        ended.wait()


def _asked(campaign: Path, folder: Path | None, uri: str | None) -> tuple[CampaignSpec, CampaignFolder, str]:
    """The campaign, its folder, and the catalogue that was named: on the command line, else in the lab file."""
    from devices.lab_file import checked_uri
    from flows.lab_files import read_lab

    spec = read_campaign(campaign)
    named = uri
    if named is None:
        named = read_lab(campaign.parent / spec.lab).tiled_uri
    try:
        named = checked_uri(named)
    except ValueError as wrong:
        raise BadInput(str(wrong), place="--to") from wrong
    if not named:
        raise BadInput(
            "no catalogue is named",
            place=spec.lab,
            remedy="Say `tiled_uri:` in the lab file, or --to: an address, or `local`.",
        )
    return spec, campaign_folder(spec.name, folder), named


@contextlib.contextmanager
def _catalogue(uri: str, place: CampaignFolder) -> Iterator[Catalogue]:
    if uri != LOCAL:
        yield catalogue_at(uri)
        return
    from flows.catalogue.local import local_catalogue

    with local_catalogue(place) as catalogue:
        yield catalogue
