"""The buttons that command a campaign: the ledger's commands, which plans read at their checkpoints."""

from nicegui import ui

from flows.web.pages.acting import Acting, Asked
from ledger.kinds import CommandKind

_MEANING = {
    CommandKind.PAUSE: ("Pause", "Every plan holds at its next checkpoint, and nothing new is suggested."),
    CommandKind.RESUME: ("Resume", "Plans go on where they were held."),
    CommandKind.STOP: ("Stop", "Nothing new is begun. Films that are wet are finished and measured, then it ends."),
    CommandKind.ABORT: (
        "Abort",
        "Every plan ends at once and the instruments go into their safe state. Films under way are lost.",
    ),
}
_GRAVE = (CommandKind.STOP, CommandKind.ABORT)


def command_buttons(acting: Acting, campaign_id: int, name: str) -> None:
    """Pause, resume, stop and abort of one campaign."""
    with ui.element("div").classes("row").props(f'role="group" aria-label="Commands to {name}"'):
        for command, (title, meaning) in _MEANING.items():
            asked = Asked(f"{title} {name}?", meaning, title, grave=command in _GRAVE)
            ui.button(
                title,
                on_click=lambda command=command, asked=asked: acting.after_asking(
                    asked,
                    lambda signed, note: signed.ledger.give_command(campaign_id, command, by=signed.name, note=note),
                    f"{asked.button}: written to the ledger. The campaign obeys at its next checkpoint.",
                ),
                color="negative" if command is CommandKind.ABORT else "primary",
            ).props("no-caps outline")
