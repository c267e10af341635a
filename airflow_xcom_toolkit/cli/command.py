"""What a command is: its name, help that teaches, arguments, and the function that does it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any


class UsageError(Exception):
    """A command cannot run as it was called, or configured; what to do instead."""


@dataclass(frozen=True)
class Argument:
    """One argument, as ``argparse`` and Airflow take it; ``options`` are those of ``add_argument``, but ``const``."""

    flags: tuple[str, ...]
    help: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Command:
    """One command. ``function`` is ``module:name``, imported when it is run; what it returns is the exit code."""

    name: str
    help: str
    description: str
    examples: str
    arguments: tuple[Argument, ...]
    function: str
    starts_airflow: bool = True
    """Whether Airflow is started before it; else it does so itself, or not at all."""

    @property
    def __name__(self) -> str:
        return self.name

    def __call__(self, args: argparse.Namespace) -> None:
        """Runs it, and ends the process."""
        module, _, name = self.function.partition(":")
        sys.exit(getattr(import_module(module), name)(args))
