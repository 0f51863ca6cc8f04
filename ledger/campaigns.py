"""Campaigns: their runs, their states, and the commands that people give them."""

from typing import Any

from sqlmodel import Session, col, func, select

from ledger.errors import LedgerError
from ledger.kinds import CampaignState, CommandKind, EventKind
from ledger.records import Records, require
from ledger.tables import CampaignCommandRow, CampaignRow, ExperimentRow


class CampaignRecords(Records):
    """What the ledger knows of campaigns."""

    def begin_campaign(
        self, name: str, spec: dict[str, Any], seed: int, lab: dict[str, Any] | None = None
    ) -> CampaignRow:
        """Begin a run of the campaign of this name in the lab of a lab file; runs of one name are counted from 1."""
        with self.database.writing() as transaction:
            session = transaction.session
            last = session.exec(select(func.max(CampaignRow.run)).where(CampaignRow.name == name)).one()
            now = transaction.now
            row = CampaignRow(name=name, run=(last or 0) + 1, spec=spec, lab=lab, seed=seed, begun_at=now)
            session.add(row)
            session.flush()
            payload = {"name": name, "run": row.run, "seed": seed}
            transaction.event(EventKind.CAMPAIGN_BEGUN, f"campaign {row.id}", campaign_id=row.id, payload=payload)
        return row

    def campaign(self, id_or_name: int | str) -> CampaignRow:
        """A campaign by its id, or the latest run of a name.

        Raises:
            LedgerError: if there is none.
        """
        with self.database.reading() as session:
            if isinstance(id_or_name, int):
                return require(session, CampaignRow, id_or_name)
            newest = (
                select(CampaignRow).where(CampaignRow.name == id_or_name).order_by(col(CampaignRow.run).desc()).limit(1)
            )
            row = session.exec(newest).first()
        if row is None:
            raise LedgerError(f"The ledger has no campaign {id_or_name!r}")
        return row

    def lab_of(self, campaign_id: int) -> str:
        """Name of the lab that a campaign was begun in; empty where an older ionloop did not write it down."""
        return (self.campaign(campaign_id).lab or {}).get("name", "")

    def campaigns(self) -> list[CampaignRow]:
        """Every run of every campaign, oldest first."""
        with self.database.reading() as session:
            return list(session.exec(select(CampaignRow).order_by(col(CampaignRow.id))))

    def unfinished_campaign(self, name: str) -> CampaignRow | None:
        """The latest run of this name that is still running or paused: the one to resume."""
        with self.database.reading() as session:
            rows = session.exec(
                select(CampaignRow).where(CampaignRow.name == name).order_by(col(CampaignRow.run).desc())
            )
            return next((row for row in rows if not CampaignState(row.state).final), None)

    def set_campaign_state(self, campaign_id: int, state: CampaignState | str, why: str = "") -> CampaignRow:
        """Move a campaign to another state; what is over stays over.

        Raises:
            LedgerError: if the campaign is over.
        """
        state = CampaignState(state)
        with self.database.writing() as transaction:
            row = require(transaction.session, CampaignRow, campaign_id)
            if CampaignState(row.state).final:
                raise LedgerError(f"Campaign {row.name} run {row.run} is {row.state} and cannot become {state}")
            payload = {"from": row.state, "to": state.value, "why": why}
            transaction.event(
                EventKind.CAMPAIGN_STATE, f"campaign {campaign_id}", campaign_id=campaign_id, payload=payload
            )
            row.state, row.why = state.value, why
        return row

    def give_command(
        self, campaign_id: int, command: CommandKind | str, *, by: str, note: str = "", experiment: int | None = None
    ) -> CampaignCommandRow:
        """Write down what is commanded of a campaign, or of one of its experiments; plans read it at their checkpoints.

        Raises:
            LedgerError: the campaign is over, or has no such experiment.
        """
        command = CommandKind(command)
        with self.database.writing() as transaction:
            campaign = require(transaction.session, CampaignRow, campaign_id)
            if CampaignState(campaign.state).final:
                raise LedgerError(f"Campaign {campaign.name} run {campaign.run} is {campaign.state}: it obeys no more")
            if experiment is not None and not _has_experiment(transaction.session, campaign_id, experiment):
                raise LedgerError(f"Campaign {campaign.name} run {campaign.run} has no experiment {experiment}")
            number = transaction.event(
                EventKind.COMMAND_GIVEN,
                f"campaign {campaign_id}",
                campaign_id=campaign_id,
                payload={"command": command.value, "by": by, "note": note, "experiment": experiment},
            )
            row = CampaignCommandRow(
                campaign_id=campaign_id, experiment=experiment, command=command.value, by=by, note=note, event=number
            )
            transaction.session.add(row)
        return row

    def commands(self, campaign_id: int) -> list[CampaignCommandRow]:
        """Everything that was commanded of a campaign, oldest first."""
        query = select(CampaignCommandRow).where(CampaignCommandRow.campaign_id == campaign_id)
        with self.database.reading() as session:
            return list(session.exec(query.order_by(col(CampaignCommandRow.id))))

    def command_done(self, command_id: int) -> None:
        """Say that a command was obeyed.

        Raises:
            LedgerError: if it was already.
        """
        with self.database.writing() as transaction:
            row = require(transaction.session, CampaignCommandRow, command_id)
            if row.done_event is not None:
                raise LedgerError(f"Command {row.command!r} ({command_id}) was obeyed before")
            row.done_event = transaction.event(
                EventKind.COMMAND_DONE,
                f"campaign {row.campaign_id}",
                campaign_id=row.campaign_id,
                payload={"command": row.command, "id": command_id},
            )


def _has_experiment(session: Session, campaign_id: int, number: int) -> bool:
    query = select(ExperimentRow.id).where(ExperimentRow.campaign_id == campaign_id, ExperimentRow.number == number)
    return session.exec(query).first() is not None
