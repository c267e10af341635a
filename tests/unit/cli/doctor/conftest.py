"""The preflight in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from airflow_xcom_toolkit.cli.definition import parser
from airflow_xcom_toolkit.cli.doctor import run
from tests.unit.conftest import SetOptions

BACKEND = "airflow_xcom_toolkit.ToolkitXComBackend"


@pytest.fixture
def doctor(options: SetOptions) -> Callable[..., int]:
    """``doctor --only …`` with further arguments; gives the exit code."""

    def call(*only: str, backend: str = BACKEND, arguments: tuple[str, ...] = ()) -> int:
        chosen = [argument for name in only for argument in ("--only", name)]
        return run.main(parser().parse_args(["doctor", "--backend", backend, *chosen, *arguments]))

    return call


class Report:
    """What ``doctor --json`` says. In this process, Airflow's log may be before it."""

    def __init__(self, code: int, text: str, errors: str) -> None:
        self.code = code
        self.text = text
        self.errors = errors
        self.data = json.loads(text[text.index('{\n "toolkit"') :])

    def findings(self, status: str) -> list[dict[str, Any]]:
        """Of all checks, those that are so."""
        return [found for check in self.data["checks"] for found in check["findings"] if found["status"] == status]

    def the(self, status: str) -> str:
        """The one finding that is so, with its remedy."""
        (found,) = self.findings(status)
        return f"{found['text']} → {found['remedy']}"

    def option(self, name: str) -> dict[str, Any]:
        (found,) = [option for option in self.data["options"] if option["option"] == name]
        return found


@pytest.fixture
def report(doctor: Callable[..., int], capfd: Any) -> Callable[..., Report]:
    """The same, parsed."""

    def call(*only: str, backend: str = BACKEND, arguments: tuple[str, ...] = ()) -> Report:
        code = doctor(*only, backend=backend, arguments=("--json", *arguments))
        return Report(code, *capfd.readouterr())

    return call
