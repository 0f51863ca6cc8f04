"""The command `ionloop`. Each command is a module of this folder and imports what it needs when it is called."""

import sys
from typing import TYPE_CHECKING

import typer

from flows.cli import (
    amend,
    analyse,
    approve,
    archive,
    command,
    data,
    dft,
    doctor,
    documents,
    forecast,
    lab,
    md,
    model_versions,
    people,
    planners,
    reconcile,
    report,
    restore,
    run,
    schema,
    screen,
    serve,
    status,
    stock,
    web,
    worker,
)

if TYPE_CHECKING:
    from chemistry.errors import IonloopError

INTERRUPTED = 128 + 2
"""The exit status of a command that Ctrl-C ended, as shells and Typer have it."""

app = typer.Typer(
    name="ionloop",
    help="Closed-loop laboratory controller for solid polymer electrolytes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run")(run.run)
app.command("forecast")(forecast.forecast)
app.command("doctor")(doctor.doctor)
app.command("status")(status.status)
app.command("reconcile")(reconcile.reconcile)
for name in command.COMMANDS:
    app.command(name)(command.command(name))
app.command("approvals")(approve.approvals)
for name in approve.ANSWERS:
    app.command(name)(approve.answer(name))
app.command("amend")(amend.amend)
app.command("report")(report.report)
app.command("export")(archive.export)
app.command("import")(archive.import_)
app.command("analyse")(analyse.analyse)
app.add_typer(data.app, name="data")
app.add_typer(dft.app, name="dft")
app.add_typer(documents.app, name="documents")
app.add_typer(lab.app, name="lab")
app.add_typer(md.app, name="md")
app.add_typer(model_versions.app, name="models")
app.add_typer(people.app, name="people")
app.add_typer(planners.app, name="planners")
app.command("screen")(screen.screen)
app.add_typer(stock.app, name="stock")
app.command("serve")(serve.serve)
app.command("restore")(restore.restore)
app.command("worker")(worker.worker)
app.command("web")(web.web)
app.command("schema")(schema.schema)


def main() -> None:
    """Run the command; a user's mistake is one paragraph and status 2, a failure one paragraph and status 1."""
    from typer._click.exceptions import ClickException

    from chemistry.errors import BadInput, IonloopError
    from devices.interrupt import Interrupted, is_interrupt, swallowed_interrupts_return
    from flows.cli.usage import usage_mistake

    try:
        with swallowed_interrupts_return():
            status = app(prog_name=app.info.name, standalone_mode=False)
    except ClickException as error:
        mistake = usage_mistake(error)
        if mistake is None:  # the help was shown, as a command without words shows it
            sys.exit(error.exit_code)
        _leave(mistake, 2)
    except typer.Abort:
        _leave(_BROKEN_OFF, 1)
    except BadInput as error:
        _leave(error, 2)
    except Interrupted as error:
        _leave(error, INTERRUPTED)
    except IonloopError as error:
        _leave(error, 1)
    except (Exception, KeyboardInterrupt) as error:  # Typer takes an interrupt itself, but not while it reads options
        if not is_interrupt(error):
            raise
        _leave(_BROKEN_OFF, INTERRUPTED)
    else:
        if status == INTERRUPTED:
            _leave(_BROKEN_OFF, INTERRUPTED)
        sys.exit(status if isinstance(status, int) else 0)


_BROKEN_OFF = "the command was broken off. Nothing more was done."


def _leave(error: "IonloopError | str", status: int) -> None:
    typer.echo(f"ionloop: {error}", err=True)
    sys.exit(status)


if __name__ == "__main__":
    main()
