"""The commands, for Airflow (3.2 and newer ask a provider for them) and for ``python -m airflow_xcom_toolkit``.

It is imported whenever ``airflow`` starts. A new command is a `Command` in a module of its own, and a name below.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from .audit.command import AUDIT
from .bench.command import BENCH
from .command import Command
from .doctor.command import DOCTOR
from .export.command import EXPORT
from .gc.command import GC
from .keygen.command import KEYGEN
from .lifecycle.command import LIFECYCLE
from .migrate.command import MIGRATE
from .probe.command import PROBE
from .rotate.command import ROTATE
from .scan.command import SCAN
from .schemas.command import SCHEMAS
from .show.command import SHOW
from .starting import start_airflow

GROUP = "xcom-toolkit"
HELP = "Tools for the XComs of this deployment"
COMMANDS: tuple[Command, ...] = (
    AUDIT,
    BENCH,
    DOCTOR,
    EXPORT,
    GC,
    KEYGEN,
    LIFECYCLE,
    MIGRATE,
    PROBE,
    ROTATE,
    SCAN,
    SCHEMAS,
    SHOW,
)


def get_cli_commands() -> list[Any]:
    """The group ``airflow xcom-toolkit``."""
    from airflow.cli import cli_config

    argument: Any = cli_config.Arg

    return [
        cli_config.GroupCommand(
            name=GROUP,
            help=HELP,
            subcommands=[
                cli_config.ActionCommand(
                    name=command.name,
                    help=command.help,
                    description=command.description,
                    epilog=command.examples,
                    func=command,
                    args=[argument(one.flags, help=one.help, **one.options) for one in command.arguments],
                )
                for command in COMMANDS
            ],
        )
    ]


def parser() -> argparse.ArgumentParser:
    """The same for ``python -m airflow_xcom_toolkit``."""
    made = argparse.ArgumentParser(prog="python -m airflow_xcom_toolkit", description=HELP)
    commands = made.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        one = commands.add_parser(
            command.name,
            help=command.help,
            description=command.description,
            epilog=command.examples,
            formatter_class=argparse.RawTextHelpFormatter,
        )
        one.set_defaults(func=command)
        for argument in command.arguments:
            one.add_argument(*argument.flags, help=argument.help, **argument.options)
    return made


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command that the arguments name, and ends the process with its exit code."""
    args = parser().parse_args(arguments)
    if args.func.starts_airflow:
        start_airflow()
    args.func(args)
