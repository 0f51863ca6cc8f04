"""A campaign begun from the form of the Prefect UI: what was filled in becomes its file, and the file is run.

The form is the schema of the campaign file, so that Prefect refuses what it can tell before a run is made. What it
cannot tell, such as a batch that is larger than the budget, the run refuses before anything is begun.
"""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Failed
from prefect.utilities.callables import parameter_schema
from pydantic import ValidationError

from chemistry.errors import BadInput, IonloopError
from chemistry.wording import in_words, problems_of
from flows.campaign import campaign as campaign_flow
from flows.lab_files import read_files
from flows.spec import CampaignSpec
from ledger.whole_file import write_whole

if TYPE_CHECKING:
    from flows.server.configuration import Campaign, Configuration


def _run_name() -> str:
    filled_in = flow_run.parameters.get("campaign") or {}
    return f"{filled_in.get('name', 'new campaign')} {datetime.now():%Y-%m-%d %H:%M}"


@flow(name="new campaign", flow_run_name=_run_name, persist_result=False, validate_parameters=False)
def new_campaign(
    campaign: CampaignSpec, folder: str, runs: str, ledger_url: str | None = None, hardware: bool = False
) -> dict[str, Any] | State:
    """Begin a campaign that is filled in here, or go on with it where its run was cut off.

    Args:
        campaign: What it asks, of which lab, and how much it may spend.
        folder: Its file is written there, as NAME.yaml.
        runs: Its ledger, lab record and report go to the folder NAME in this one.
        ledger_url: A database for the ledger, in place of SQLite in that folder.
        hardware: Whether a lab file that drives real instruments is allowed.
    """
    filled_in: Any = campaign  # as the form sent it: nothing has made a value of it yet
    try:
        file = written(filled_in, Path(folder), hardware=hardware)
    except IonloopError as error:
        return Failed(message=str(error), data=error)
    place = Path(runs) / file.stem
    return campaign_flow.fn(str(file), folder=str(place), ledger_url=ledger_url, hardware=hardware)


def written(filled_in: Any, folder: Path, *, hardware: bool) -> Path:
    """The campaign file that says what was filled in; a file that says the same already is taken as it is.

    Raises:
        BadInput: what was filled in makes no campaign, or there is another one of this name; nothing was written.
    """
    schema = _schema()
    filled_in = _said(filled_in, schema, schema["$defs"])
    try:
        name = CampaignSpec.model_validate(filled_in).name
    except ValidationError as error:
        problems = tuple(
            f"`{'.'.join(str(part) for part in details['loc'])}` {in_words(details)}" for details in problems_of(error)
        )
        number = f"{len(problems)} problem{'s' if len(problems) > 1 else ''} found, nothing was started:"
        remedy = "Mend the form and run it again; `ionloop schema campaign` prints what it may hold."
        raise BadInput(number, place="the form", problems=problems, remedy=remedy) from error
    file = _file_of(name, folder)
    content = yaml.safe_dump(filled_in, sort_keys=False, allow_unicode=True).encode()
    if file.exists():
        if not _holds(file, filled_in):
            raise BadInput(
                f"there is another campaign of the name {name}",
                place=str(file),
                remedy="Give this one a name of its own; the other goes on by its own deployment, or `ionloop run`.",
            )
        return file
    trial = folder / f".{name}.yaml.new"
    try:
        write_whole(trial, content)
        read_files(trial, hardware=hardware)
        trial.replace(file)
    except BadInput as error:
        place = error.place.replace(str(trial), "the form")
        raise BadInput(error.problem, place=place, problems=error.problems, remedy=error.remedy) from error
    except OSError as error:
        raise IonloopError(f"The campaign file could not be written to {folder}: {error}.") from error
    finally:
        trial.unlink(missing_ok=True)
    return file


def file_of(given: dict[str, Any]) -> Path | None:
    """The file in which a run's parameters were kept; None where it says something else, so that they were refused."""
    try:
        schema = _schema()
        filled_in, folder = _said(given["campaign"], schema, schema["$defs"]), Path(given["folder"])
        file = _file_of(filled_in["name"], folder)
        return file if folder.is_absolute() and file.is_file() and _holds(file, filled_in) else None
    except (OSError, ValueError, KeyError, TypeError):  # what is filled in is as strange as people like
        return None


@cache
def _schema() -> dict[str, Any]:
    return CampaignSpec.model_json_schema()  # the watch asks for it with every look


def _file_of(name: str, folder: Path) -> Path:
    return folder / f"{name}.yaml"


def _holds(file: Path, filled_in: Any) -> bool:
    try:
        return yaml.safe_load(file.read_bytes()) == filled_in
    except yaml.YAMLError:
        return False


def _said(given: Any, schema: dict[str, Any], parts: dict[str, Any]) -> Any:
    """What somebody said: the page sends the default of every field that was left alone, as if it had been said.

    To leave a key out means just the same, and some keys are refused where they have no meaning.
    """
    schema = parts[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    if isinstance(given, list) and isinstance(schema.get("items"), dict):
        return [_said(entry, schema["items"], parts) for entry in given]
    if not isinstance(given, dict) or "properties" not in schema:
        return given
    fields = schema["properties"]
    left_alone = {key for key, value in given.items() if key in fields and value == fields[key].get("default", ...)}
    return {key: _said(value, fields.get(key, {}), parts) for key, value in given.items() if key not in left_alone}


def form_like(like: "Campaign", configuration: "Configuration") -> tuple[dict[str, Any], dict[str, Any]]:
    """Schema and first values of the form that begins campaigns like one that is served, at its bench.

    All is filled in as that one's file has it, but the name; the lab can be no other, for the queue is that bench's.
    """
    schema = parameter_schema(new_campaign.fn).model_dump_for_openapi()
    schema["definitions"]["CampaignSpec"]["properties"]["lab"]["enum"] = [like.spec.lab]
    said = yaml.safe_load(like.file.read_text(encoding="utf-8"))
    first = {
        "campaign": {key: value for key, value in said.items() if key != "name"},
        "folder": str(like.file.parent),
        "runs": str(configuration.folder / "runs"),
        "ledger_url": like.ledger_url,
        "hardware": like.asked.hardware,
    }
    return schema, first
