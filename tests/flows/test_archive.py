"""A campaign that is over goes into one archive and comes out of it in another ledger, as the commands do it."""

import contextlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from chemistry.errors import BadInput
from flows.replaying import decisions_again
from flows.spec import CampaignSpec, read_campaign
from flows.suggest import recompute, suggest_next
from ledger.amendments import Change
from ledger.archive.bring import bring
from ledger.archive.exported import Exported
from ledger.archive.extract import extract
from ledger.archive.packed import EXPORTED, packed, unpacked
from ledger.archive.zipped import unzipped
from ledger.film import Film, Reading, Source
from ledger.kinds import CampaignState
from ledger.published import PublishedFilm
from ledger.store import Ledger
from tests.flows.benchless_campaign import SIGMA, begun, truth
from tests.flows.command import Command, Said
from tests.flows.small_campaign import Place
from tests.flows.test_cli import assert_one_paragraph, files_in

LICENCE = "https://spdx.org/licenses/CC-BY-4.0"


def export(ionloop: Command, place: Place, *more: object) -> Said:
    return ionloop("export", place.file, "--folder", place.run, "--by", "Ada", *more)


@pytest.fixture
def crate(ionloop: Command, finished: Place, tmp_path: Path) -> Path:
    """The archive of the finished campaign."""
    path = tmp_path / "out.zip"
    said = export(ionloop, finished, "--crate", path, "--license", LICENCE)
    assert (said.status, said.err) == (0, "")
    assert "6 experiments" in said.out
    return path


def test_what_comes_back_is_the_campaign(ionloop: Command, crate: Path, tmp_path: Path) -> None:
    """It can be looked at, reported, its suggestions made again, and exported again to the last byte."""
    said = ionloop("import", crate, "--by", "Bea")
    assert (said.status, said.err) == (0, "")
    file = tmp_path / "runs" / "peo_salts" / "campaign.yaml"
    assert file.exists()
    status = json.loads(ionloop("status", file, "--verify", "--json").out)
    assert status["state"] == "finished"
    assert list(status["suggestions_recomputed"].values()) == [True] * 6
    assert ionloop("report", file).status == 0
    assert (file.parent / "report.html").exists()
    again = json.loads(ionloop("export", file, "--crate", "again.zip", "--json").out)
    assert (again["run"], again["campaign_file"]) == (1, True)
    assert (tmp_path / "again.zip").read_bytes() == crate.read_bytes()


def test_twice_is_told_and_changes_nothing(ionloop: Command, crate: Path, tmp_path: Path) -> None:
    first = json.loads(ionloop("import", crate, "--json").out)
    before = files_in(tmp_path / "runs")
    second = json.loads(ionloop("import", crate, "--json").out)
    assert (first["new"], second["new"]) == (True, False)
    assert "already, the same in everything" in ionloop("import", crate).out
    assert files_in(tmp_path / "runs") == before


def test_the_archive_holds_the_file_as_given_and_the_lock(crate: Path, finished: Place) -> None:
    files = unzipped(crate.read_bytes(), "")
    assert files["campaign.yaml"] == finished.file.read_bytes()
    assert b"torch==" in files["requirements.lock"]
    told = json.loads(files["exported.json"])
    assert (told["by"], told["licence"]) == ("Ada", LICENCE)
    assert told["packages"]["ionloop" if "ionloop" in told["packages"] else "torch"]


def test_into_postgresql(ionloop: Command, crate: Path, postgres_url: str, tmp_path: Path) -> None:
    assert ionloop("import", crate, "--ledger", postgres_url).status == 0
    assert not (tmp_path / "runs").exists(), "whoever names a ledger is given no file"
    file = tmp_path / "campaign.yaml"
    file.write_bytes(unzipped(crate.read_bytes(), "")["campaign.yaml"])
    assert ionloop("export", file, "--ledger", postgres_url, "--crate", "again.zip").status == 0
    assert (tmp_path / "again.zip").read_bytes() == crate.read_bytes()


def test_its_decisions_can_be_replayed(ionloop: Command, crate: Path, finished: Place, tmp_path: Path) -> None:
    ionloop("import", crate)
    content = yaml.safe_load(finished.file.read_text())
    content |= {"name": "again", "planner": {"name": "replay", "replay": {"campaign": "peo_salts", "run": 1}}}
    file = tmp_path / "again.yaml"
    file.write_text(yaml.safe_dump(content))
    with (
        contextlib.closing(Ledger.open(tmp_path / "runs/peo_salts/ledger.sqlite", create=False)) as here,
        contextlib.closing(Ledger.open(finished.ledger, create=False)) as there,
    ):
        replayed = decisions_again(here, read_campaign(file), here.last_event())
        assert replayed is not None
        said = [row.formulation for row in there.suggestions(1)]
    assert list(replayed.decisions) == said


def test_a_campaign_that_is_not_over_is_read_and_not_imported(
    ionloop: Command, finished: Place, tmp_path: Path
) -> None:
    spec = read_campaign(finished.file)
    with contextlib.closing(Ledger.open(tmp_path / "ledger.sqlite")) as ledger:
        ledger.begin_campaign(spec.name, spec.model_dump(mode="json"), spec.seed)
    words = ("export", finished.file, "--ledger", tmp_path / "ledger.sqlite", "--crate", "so_far.zip")
    assert_one_paragraph(ionloop(*words), "is running, and no process runs it", "--so-far")
    assert not (tmp_path / "so_far.zip").exists()
    assert ionloop(*words, "--so-far").status == 0
    described = unzipped((tmp_path / "so_far.zip").read_bytes(), "")["ro-crate-metadata.json"].decode()
    assert "not over when it was exported" in described
    assert "ActiveActionStatus" in described
    assert_one_paragraph(ionloop("import", "so_far.zip"), "was running when it was exported")
    assert not (tmp_path / "runs").exists()


def test_one_of_several_runs_is_taken(ionloop: Command, finished: Place, tmp_path: Path) -> None:
    shutil.copytree(finished.run, tmp_path / "run")
    spec = read_campaign(finished.file)
    with contextlib.closing(Ledger.open(tmp_path / "run" / "ledger.sqlite", create=False)) as ledger:
        begun = ledger.begin_campaign(spec.name, {**spec.model_dump(mode="json"), "question": "Another?"}, 3)
        ledger.set_campaign_state(begun.id, CampaignState.STOPPED, "enough")
    words = ("export", finished.file, "--folder", tmp_path / "run")
    latest = ionloop(*words)
    assert "Run 2 of peo_salts (stopped)" in latest.out
    assert "campaign.yaml is left out" in latest.out, "it is another file than the run was begun with"
    assert (tmp_path / "peo_salts-run2.zip").exists()
    assert "Run 1 of peo_salts (finished)" in ionloop(*words, "--run", 1).out
    assert_one_paragraph(ionloop(*words, "--run", 7), "no run 7", "1, 2")
    assert ionloop("import", "peo_salts-run2.zip").status == 0
    beside = read_campaign(tmp_path / "runs" / "peo_salts" / "campaign.yaml")
    assert beside.question == "Another?", "a file that says what the run was begun with"
    assert_one_paragraph(ionloop("import", "peo_salts-run1.zip"), "holds run 2 of `peo_salts` already", "--folder")


def test_what_cannot_be_written_or_read_is_told_in_one_paragraph(
    ionloop: Command, crate: Path, finished: Place, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for said in (
        export(ionloop, finished, "--crate", crate),
        export(ionloop, finished, "--crate", folder),
        export(ionloop, finished, "--crate", finished.file),
        export(ionloop, finished, "--crate", "x.zip", "--license", "line\nline"),
        ionloop("export", finished.file, "--crate", "x.zip"),
        ionloop("import", "nothing.zip"),
        ionloop("import", folder),
        ionloop("import", finished.file),
        ionloop("import", crate, "--by", "  "),
    ):
        assert_one_paragraph(said)
    assert not (tmp_path / "x.zip").exists()
    assert not (tmp_path / "runs").exists()


def test_who_exported_it_stays_who_did(ionloop: Command, crate: Path, tmp_path: Path) -> None:
    ionloop("import", crate)
    file = tmp_path / "runs" / "peo_salts" / "campaign.yaml"
    for option, value in (("--by", "Eve"), ("--license", "mine")):
        assert_one_paragraph(ionloop("export", file, "--crate", "x.zip", option, value), option, "says who exported it")


def test_a_campaign_file_that_lies_there_is_left(ionloop: Command, crate: Path, tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "peo_salts"
    folder.mkdir(parents=True)
    (folder / "campaign.yaml").write_text("mine")
    assert json.loads(ionloop("import", crate, "--json").out)["campaign_file"] is None
    assert (folder / "campaign.yaml").read_text() == "mine"


@pytest.mark.parametrize("name", ["../outside", "another"])
def test_a_name_is_not_believed(name: str, crate: Path, tmp_path: Path) -> None:
    """The folder of a campaign is named after it: a name that is none would lead elsewhere."""
    from flows.archive import _spec

    taken = unpacked(crate.read_bytes(), "")
    taken.campaign["name"] = name
    with pytest.raises(BadInput, match="called"):
        _spec(taken)
    taken.campaign["spec"] = {**taken.campaign["spec"], "name": "../outside"}
    with pytest.raises(BadInput, match="cannot be read"):
        _spec(taken)


def test_the_spec_in_the_archive_is_the_one_it_was_begun_with(crate: Path, finished: Place) -> None:
    held = CampaignSpec.model_validate(json.loads(unzipped(crate.read_bytes(), "")["campaign.json"]))
    assert held == read_campaign(finished.file)


def test_what_a_warm_start_rests_on_comes_with_it(tmp_path: Path) -> None:
    """Suggestions are made again from published and amended films, beside a campaign that has the same names."""
    campaign = begun(tmp_path / "first", warm_start={"sources": ["literature"]})
    ledger, films = campaign.ledger, []
    for number, formulation in enumerate(campaign.formulations(6)[3:]):
        reading = Reading(
            property=SIGMA, value=truth(formulation), sd=0.4, temperature_C=30.0, source=Source.LITERATURE, trust=0.5
        )
        film = Film(film_id=f"table:{number}", formulation=formulation, readings=(reading,))
        films.append(PublishedFilm(film=film, reference="doi"))
    ledger.add_literature("table", films)
    campaign.some_results(3)
    suggested = [suggest_next(campaign.session)]
    changed = ledger.observations(ledger.films(campaign.campaign_id)[0].film_id)[0]
    ledger.amend([Change(observation_id=changed.id, value=-7.0)], by="Ada", note="slip")
    suggested.append(suggest_next(campaign.session))
    assert all(suggested)
    ledger.set_campaign_state(campaign.campaign_id, CampaignState.STOPPED, "enough")

    other = begun(tmp_path / "second", name="second")
    other.some_results(2)
    files = {EXPORTED: Exported(by="Ada", ionloop="0.1.0", python="3.11").model_dump_json()}
    archive = packed(replace(extract(ledger.database, campaign.campaign_id), files=files))
    brought = bring(other.ledger.database, unpacked(archive, ""), by="Bea")
    assert brought.renamed, "both ledgers counted their campaigns from one"
    rows = other.ledger.suggestions(brought.campaign_id)[-2:]
    for row, before in zip(rows, ledger.suggestions(campaign.campaign_id)[-2:], strict=True):
        again = recompute(other.ledger, brought.campaign_id, campaign.spec, row)
        assert again is not None
        assert again.formulation.key == row.formulation_key == before.formulation_key
    for one in (campaign, other):
        one.ledger.close()
