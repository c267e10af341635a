"""Runs the suites: shows progress, then tables; clears away what it wrote, however it ends."""

from __future__ import annotations

import argparse
import gc
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.markup import escape

from ... import __version__
from ...errors import XComToolkitError
from . import machine, show
from .alone import ProcessError
from .context import Bench
from .deployment import Deployment
from .measuring import ChangedError, first_line
from .options import Options, UsageError
from .progress import Progress, shown
from .results import LeftOut, Results, Section
from .space import Space, new_run
from .suites import EXTRAS, Suite

MEASURED, NOTHING, USAGE, INTERRUPTED = 0, 1, 2, 130


def main(args: argparse.Namespace) -> int:
    """The exit code."""
    errors = Console(stderr=True, highlight=False)
    try:
        options = Options.of(args)
        with _ending_gently(), _standard_output() as output:
            deployment = Deployment.found(options.backend, options.path)
            return _measure(options, deployment, output, errors)
    except UsageError as e:
        errors.print(f"[red]{escape(str(e))}[/]", soft_wrap=True)
        return USAGE
    except KeyboardInterrupt:
        errors.print("Interrupted; what was written is removed.")
        return INTERRUPTED


def _measure(options: Options, deployment: Deployment, output: Console, errors: Console) -> int:
    space = Space(deployment.store, new_run())
    sections: list[Section] = []
    failure: Exception | None = None
    problems: list[str] = []
    try:
        with shown(errors, len(options.suites)) as progress, _without_what_is_here():
            for suite in options.suites:
                sections.append(Section(suite.name, suite.title))
                _run(suite, Bench(deployment, space, options, progress.say), sections[-1], progress)
    except (XComToolkitError, ChangedError, ProcessError, OSError) as e:
        failure = e
    finally:
        problems += space.clean()
        for problem in problems:
            errors.print(f"[red]Not removed from the store: {escape(problem)}[/]", soft_wrap=True)
    results = Results(
        __version__,
        machine.describe(),
        machine.versions(),
        deployment.describe(),
        options.to_json(),
        sections,
        [*problems, *([first_line(failure)] if failure else [])],
    )
    _write(results, options, output)
    if failure is not None:
        errors.print(f"[red]Failed:[/] {escape(f'{type(failure).__name__}: {failure}')}", soft_wrap=True)
    return MEASURED if results.measured and failure is None else NOTHING


@contextmanager
def _without_what_is_here() -> Iterator[None]:
    """Garbage is collected before each measurement; of what Airflow has imported there is none, and that is long."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _run(suite: Suite, bench: Bench, section: Section, progress: Progress) -> None:
    """Fills in the section, as far as it goes."""
    progress.begin(suite.name)
    start = perf_counter()
    try:
        if missing := suite.missing:
            section.add(LeftOut(f"the suite {suite.name}", _not_installed(missing)))
        else:
            for found in suite.load()(bench):
                section.add(found)
    finally:
        section.seconds = perf_counter() - start
    progress.end(suite.name, section.seconds)


def _not_installed(missing: list[str]) -> str:
    extras = ",".join(dict.fromkeys(EXTRAS[name] for name in missing))
    return f"{', '.join(missing)} is not installed: pip install 'airflow-xcom-toolkit[{extras}]'"


def _write(results: Results, options: Options, output: Console) -> None:
    if options.json == "-":
        output.print(json.dumps(results.to_json(), indent=1), soft_wrap=True, markup=False, emoji=False)
    else:
        output.print(*show.results(results), sep="\n")
    if options.json not in (None, "-"):
        Path(str(options.json)).write_text(json.dumps(results.to_json(), indent=1) + "\n", encoding="utf-8")
    if options.plot:
        from .plot import draw

        draw(results, options.plot)


@contextmanager
def _ending_gently() -> Iterator[None]:
    """While this is open, TERM is as Ctrl-C: what was written is removed."""
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
def _standard_output() -> Iterator[Console]:
    """Standard output for the results alone: what Airflow and its providers print goes where errors go."""
    sys.stdout.flush()
    own = os.dup(1)
    os.dup2(2, 1)
    try:
        with os.fdopen(os.dup(own), "w", encoding="utf-8") as file:
            console = Console(file=file, highlight=False)
            yield console if console.is_terminal else Console(file=file, highlight=False, width=140)
    finally:
        os.dup2(own, 1)
        os.close(own)
