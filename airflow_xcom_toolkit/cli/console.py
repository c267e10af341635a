"""How every command runs: results on standard output, everything else on standard error, and exit codes for scripts."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.markup import escape

from ..errors import ConfigurationError, MetadataError, XComToolkitError
from ..observe.watch import untold
from .command import UsageError

DONE, WRONG, USAGE, INTERRUPTED = 0, 1, 2, 130
WIDTH = 140
"""Of tables that no terminal shows."""


@dataclass(frozen=True)
class Consoles:
    """``output`` is for results alone: a pipe gets nothing else. ``errors`` is for progress and problems."""

    output: Console
    errors: Console

    def problem(self, text: str) -> None:
        """In red, and whole."""
        self.errors.print(f"[red]{escape(text)}[/]", soft_wrap=True)

    def warning(self, text: str) -> None:
        self.errors.print(f"[yellow]{escape(text)}[/]", soft_wrap=True)

    def json(self, data: Any) -> None:
        """As one JSON document."""
        self.output.print(json.dumps(data, indent=1), soft_wrap=True, markup=False, emoji=False)


def run(
    args: argparse.Namespace,
    work: Callable[[argparse.Namespace, Consoles], int],
    interrupted: str = "Nothing is half done; run it again to go on.",
) -> int:
    """The exit code: that of ``work``, 1 where the toolkit raises, 2 for wrong arguments or options, 130 for Ctrl-C.

    ``interrupted`` is what somebody who ends it halfway is told.
    """
    errors = Console(stderr=True, highlight=False)
    with standard_output() as output, untold():
        consoles = Consoles(output, errors)
        try:
            with ending_gently():
                return work(args, consoles)
        except (UsageError, ConfigurationError, MetadataError) as e:
            consoles.problem(str(e))
            return USAGE
        except XComToolkitError as e:
            consoles.problem(f"{type(e).__name__}: {e}")
            return WRONG
        except KeyboardInterrupt:
            errors.print(f"Interrupted. {escape(interrupted)}", soft_wrap=True)
            return INTERRUPTED


@contextmanager
def ending_gently() -> Iterator[None]:
    """While this is open, TERM is as Ctrl-C."""
    try:
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    except ValueError:  # Not in the main thread, which alone gets signals.
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def standard_output() -> Iterator[Console]:
    """Standard output for the results alone: what Airflow and its providers print goes where errors go."""
    sys.stdout.flush()
    own = os.dup(1)
    os.dup2(2, 1)
    try:
        with os.fdopen(os.dup(own), "w", encoding="utf-8") as file:
            console = Console(file=file, highlight=False)
            yield console if console.is_terminal else Console(file=file, highlight=False, width=WIDTH)
    finally:
        sys.stdout.flush()
        os.dup2(own, 1)
        os.close(own)
