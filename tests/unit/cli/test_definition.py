"""One definition of the commands, for Airflow and for ``python -m airflow_xcom_toolkit``."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from importlib.metadata import version
from typing import Any

import pytest

from airflow_xcom_toolkit.cli.command import Argument, Command
from airflow_xcom_toolkit.cli.definition import COMMANDS, get_cli_commands, parser
from airflow_xcom_toolkit.get_provider_info import get_provider_info


def test_the_provider_names_the_function_that_gives_the_commands() -> None:
    assert get_provider_info()["cli"] == [f"{get_cli_commands.__module__}.{get_cli_commands.__name__}"]


def test_airflow_and_python_m_have_the_same_commands_and_arguments() -> None:
    (group,) = get_cli_commands()
    assert group.name == "xcom-toolkit"
    for command, airflows in zip(COMMANDS, group.subcommands):
        assert airflows.name == command.name
        assert [made.flags for made in airflows.args] == [made.flags for made in command.arguments]
        made = argparse.ArgumentParser()
        for argument in airflows.args:
            argument.add_to_parser(made)
        needed = [name for argument in command.arguments if (name := _needed(argument))]
        assert vars(made.parse_args(needed)) == {
            name: value for name, value in vars(parser().parse_args([command.name, *needed])).items() if name != "func"
        }


def _needed(argument: Argument) -> str:
    """Its name, where a command cannot do without it."""
    (name, *_) = argument.flags
    return "" if name.startswith("-") or argument.options.get("nargs") in ("?", "*") else name


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_help_teaches(command: Command) -> None:
    """Examples, and a word on each argument; none that rich would take for markup."""
    assert f"airflow xcom-toolkit {command.name}" in command.examples
    for argument in command.arguments:
        assert argument.help
        assert "[" not in argument.help
        assert "%" not in argument.help


def test_importing_the_definition_loads_nothing_heavy() -> None:
    """It is done whenever ``airflow`` starts."""
    code = "import sys, json, airflow_xcom_toolkit.cli.definition; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert not loaded & {"airflow", "numpy", "pandas", "pyarrow", "rich", "fsspec", "cryptography", "yaml"}


def test_what_the_function_returns_is_the_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    command = Command("name", "", "", "", (), "importlib.metadata:version")
    with pytest.raises(SystemExit) as ended:
        command("pytest")  # type: ignore[arg-type]
    assert ended.value.code == version("pytest")


def test_arguments_that_are_not_known_end_it_with_2(capsys: Any) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(["bench", "--only", "everything"])
    assert ended.value.code == 2
    assert "invalid choice: 'everything'" in capsys.readouterr().err
