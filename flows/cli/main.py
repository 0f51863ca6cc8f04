"""The command `ionloop`. Each command is a module of this folder and imports what it needs when it is called."""

import sys

import typer

from flows.cli import analyse, data, forecast, report, run, schema, serve, status

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
app.command("status")(status.status)
app.command("report")(report.report)
app.command("analyse")(analyse.analyse)
app.add_typer(data.app, name="data")
app.command("serve")(serve.serve)
app.command("schema")(schema.schema)


def main() -> None:
    """Run the command; a user's mistake is one paragraph and status 2, a failure one paragraph and status 1."""
    import click

    from chemistry.errors import BadInput, IonloopError

    try:
        status = app(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except BadInput as error:
        status = _say(error, 2)
    except IonloopError as error:
        status = _say(error, 1)
    except (KeyboardInterrupt, click.Abort):
        print("ionloop: interrupted", file=sys.stderr)
        status = 130
    sys.exit(status if isinstance(status, int) else 0)


def _say(error: Exception, status: int) -> int:
    print(f"ionloop: {error}", file=sys.stderr)
    return status


if __name__ == "__main__":
    main()
