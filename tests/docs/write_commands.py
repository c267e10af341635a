"""Writes the page of the commands: what each one's ``--help`` says.

python -m tests.docs.write_commands
"""

from __future__ import annotations

from collections.abc import Iterator

from airflow_xcom_toolkit.cli.command import Argument, Command
from airflow_xcom_toolkit.cli.definition import COMMANDS
from tests.contract.pages import written
from tests.docs.pages import DOCS

PAGE = DOCS / "reference" / "commands.md"


def generated() -> str:
    """The part of the page that the commands themselves give."""
    overview = [
        "| command | does |",
        "|---|---|",
        *(f"| [`{one.name}`](#{one.name}) | {one.help} |" for one in COMMANDS),
    ]
    return "\n".join([*overview, *(line for one in COMMANDS for line in _section(one))])


def _section(command: Command) -> Iterator[str]:
    yield from ("", f"## `{command.name}`", "", f"{command.help}.", "")
    yield from ("```text", command.description, "```", "", "| argument | meaning |", "|---|---|")
    yield from (_row(argument) for argument in command.arguments)
    yield from ("", "```text", command.examples, "```")


def _row(argument: Argument) -> str:
    shown = argument.options.get("metavar") or ""
    names = [shown or argument.flags[0]] if not argument.flags[0].startswith("-") else [*argument.flags]
    value = f" {shown}" if shown and names[0].startswith("-") else ""
    meaning = " ".join(argument.help.split()).replace("|", "\\|")
    return f"| {', '.join(f'`{name}{value}`' for name in names)} | {meaning} |"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), {"commands": generated()}), encoding="utf-8")
