"""A campaign as its page shows it: the report's content without the spectra, and what is going on now."""

from dataclasses import dataclass

from pydantic import ValidationError

from chemistry.errors import BadInput
from flows.drift import history, surprises
from flows.leasing import runner_of
from flows.report.content import Shown, Tried, calculated_of
from flows.spec import CampaignSpec
from flows.standing import lab_hours, standing
from ledger.browsing import Browsing
from ledger.browsing.now import RequestTold, UnderWayTold
from ledger.kinds import CampaignState
from ledger.store import Ledger
from ledger.tables import CampaignCommandRow


@dataclass(frozen=True)
class CampaignContent:
    """What the page of a campaign is made of, at one event of the ledger."""

    event: int
    """Of the whole ledger: the page looks again when there is a later one."""
    content: Shown
    under_way: tuple[UnderWayTold, ...]
    waiting: tuple[RequestTold, ...]
    commands: tuple[CampaignCommandRow, ...]
    runner: str | None
    """Which living process runs it, in words."""

    @property
    def over(self) -> bool:
        """Whether nobody can command it any more."""
        return CampaignState(self.content.campaign.state).final


def read_campaign_content(ledger: Ledger, campaign_id: int) -> CampaignContent:
    """What the ledger says of a campaign now.

    Raises:
        LedgerError: there is no such campaign.
        BadInput: it has no campaign file that this ionloop reads: it is a table that models were fitted on, say.
    """
    browsing, event = Browsing(ledger), ledger.last_event()
    campaign = ledger.campaign(campaign_id)
    try:
        spec = CampaignSpec.model_validate(campaign.spec)
    except ValidationError as error:
        raise BadInput(
            f"{campaign.name}, run {campaign.run}, has no campaign file that this ionloop reads",
            remedy="Its films and numbers are among the data.",
        ) from error
    films = {film.film_id: film for film in ledger.films(campaign_id)}
    suggestions = {row.id: row for row in ledger.suggestions(campaign_id)}
    samples = ledger.sample_ids(campaign_id)
    tried = tuple(
        Tried(
            row,
            suggestions[row.suggestion_id],
            next((films[sample] for sample in samples.get(row.id, ()) if sample in films), None),
            spectra=(),
            law=None,  # it is on the page of the film: to be right after a correction it asks for the spectra
        )
        for row in ledger.experiments(campaign_id)
    )
    content = Shown(
        campaign=campaign,
        spec=spec,
        standing=standing(ledger, campaign_id, spec),
        tried=tried,
        calculated=calculated_of(ledger, campaign_id, suggestions, films, tried),
        versions=tuple(ledger.model_versions(campaign_id)),
        drifts=tuple(history(ledger, campaign_id)),
        lab_hours=lab_hours(ledger, campaign_id),
        even_spread="What an even spread would have reached is foretold in the report.",
        foretold=surprises(ledger, campaign_id, spec),
    )
    return CampaignContent(
        event=event,
        content=content,
        under_way=browsing.under_way(campaign_id),
        waiting=browsing.requests(campaign_id),
        commands=tuple(ledger.commands(campaign_id)),
        runner=runner_of(ledger, campaign.name),
    )
