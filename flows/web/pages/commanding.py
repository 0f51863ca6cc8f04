"""The buttons that command a campaign: the ledger's commands, which plans read at their checkpoints."""

from collections.abc import Callable
from functools import partial

from nicegui import ui

from flows.command import commanded
from flows.web.desk import Signed
from flows.web.pages.acting import Acting, Asked
from ledger.kinds import CommandKind

_MEANING = {
    CommandKind.PAUSE: (
        "Pause",
        "Every plan holds at its next checkpoint, and nothing new is suggested.",
        "The film is held at its next checkpoint, and keeps its station.",
    ),
    CommandKind.RESUME: ("Resume", "Plans go on where they were held.", "The film goes on where it was held."),
    CommandKind.STOP: (
        "Stop",
        "Nothing new is begun. Films that are wet are finished and measured, then it ends.",
        "The film is called off at its next checkpoint.",
    ),
    CommandKind.ABORT: (
        "Abort",
        "Every plan ends at once and the instruments go into their safe state. Films under way are lost.",
        "The film is called off at once, and its instruments go into their safe state.",
    ),
}
_OBEYS = "It is obeyed at the next checkpoint, or when it is run again."
_GRAVE = (CommandKind.STOP, CommandKind.ABORT)


def command_buttons(acting: Acting, campaign_id: int, name: str, experiment: int | None = None) -> None:
    """Pause, resume, stop and abort of one campaign, or of one experiment of it."""

    def given(command: CommandKind) -> Callable[[Signed, str], object]:
        return lambda signed, note: commanded(
            signed.ledger,
            signed.ledger.campaign(campaign_id),
            command,
            experiment=experiment,
            who=signed.name,
            note=note,
        )

    with ui.element("div").classes("beside").props(f'role="group" aria-label="Commands to {name}"'):
        for command, (title, of_all, of_one) in _MEANING.items():
            asked = Asked(f"{title} {name}?", of_all if experiment is None else of_one, title, grave=command in _GRAVE)
            ui.button(
                title,
                on_click=partial(
                    acting.after_asking, asked, given(command), f"{title}: written to the ledger. {_OBEYS}"
                ),
                color="negative" if command is CommandKind.ABORT else "primary",
            ).props("no-caps outline")
