"""The command line: one file in this folder is one command, imported only when it is called."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from typing import IO, Any

import click

from framewatt import __version__
from framewatt.config import ENVIRONMENT, option_defaults
from framewatt.discovery import nearest
from framewatt.errors import FramewattError, reason_of


class _Refusal(click.ClickException):
    """An error meant for a person: one line, and exit code 2."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"framewatt: {self.message}", file=file, err=file is None)


class _LazyGroup(click.Group):
    """Commands are the modules of this folder; each offers a click command called ``command``."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except FramewattError as error:
            raise _Refusal(str(error)) from error
        except click.UsageError as error:
            raise _Refusal(error.format_message()) from error
        except BrokenPipeError:
            raise  # click ends quietly when whoever reads our output has gone
        except OSError as error:
            raise _Refusal(reason_of(error)) from error

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(info.name for info in pkgutil.iter_modules(__path__) if not info.name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        names = self.list_commands(ctx)
        if cmd_name not in names:
            ctx.fail(f"no such command {cmd_name!r}{nearest(cmd_name, names)}")
        command: click.Command = importlib.import_module(f"{__name__}.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List each command with its file's first docstring line, importing none of them."""
        rows = [(name, _summary(name)) for name in self.list_commands(ctx)]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


def _summary(name: str) -> str:
    source = Path(__file__).with_name(f"{name}.py")
    with source.open(encoding="utf-8") as lines:
        return lines.readline().strip().strip('"').rstrip(".")


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": ENVIRONMENT},
)
@click.version_option(__version__)
@click.pass_context
def cli(context: click.Context) -> None:
    """Find the AI/ML framework that does your own work with the least energy and carbon."""
    name = context.invoked_subcommand
    command = cli.get_command(context, name) if name else None
    if name and command:
        repeated = {parameter.name for parameter in command.params if parameter.multiple}
        context.default_map = {name: option_defaults(Path.cwd(), name, _option_names(command), repeated)}


def _option_names(command: click.Command) -> dict[str, str]:
    """What people call each option (``env``), and the parameter that it fills (``environment``)."""
    options = (parameter for parameter in command.params if isinstance(parameter, click.Option))
    return {name.lstrip("-"): option.name for option in options for name in option.opts if option.name}


def main() -> None:
    """What the installed program calls."""
    cli.main()
