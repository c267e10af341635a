"""Runs the suites: shows progress, then tables; clears away what it wrote, however it ends."""

from __future__ import annotations

import argparse
import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from ... import __version__
from ...errors import XComToolkitError
from ..console import DONE, WRONG, Consoles, run
from . import machine, show
from .alone import ProcessError
from .context import Bench
from .deployment import Deployment
from .measuring import ChangedError, first_line
from .options import Options
from .progress import Progress, shown
from .results import LeftOut, Results, Section
from .space import Space, new_run
from .suites import EXTRAS, Suite


def main(args: argparse.Namespace) -> int:
    """The exit code."""
    return run(args, _work, interrupted="What was written is removed.")


def _work(args: argparse.Namespace, consoles: Consoles) -> int:
    options = Options.of(args)
    return _measure(options, Deployment.found(options.backend, options.path), consoles)


def _measure(options: Options, deployment: Deployment, consoles: Consoles) -> int:
    space = Space(deployment.store, new_run())
    sections: list[Section] = []
    failure: Exception | None = None
    problems: list[str] = []
    try:
        with shown(consoles.errors, len(options.suites)) as progress, _without_what_is_here():
            for suite in options.suites:
                sections.append(Section(suite.name, suite.title))
                _run(suite, Bench(deployment, space, options, progress.say), sections[-1], progress)
    except (XComToolkitError, ChangedError, ProcessError, OSError) as e:
        failure = e
    finally:
        problems += space.clean()
        for problem in problems:
            consoles.problem(f"Not removed from the store: {problem}")
    results = Results(
        __version__,
        machine.describe(),
        machine.versions(),
        deployment.describe(),
        options.to_json(),
        sections,
        [*problems, *([first_line(failure)] if failure else [])],
    )
    _write(results, options, consoles)
    if failure is not None:
        consoles.problem(f"Failed: {type(failure).__name__}: {failure}")
    return DONE if results.measured and failure is None else WRONG


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


def _write(results: Results, options: Options, consoles: Consoles) -> None:
    if options.json == "-":
        consoles.json(results.to_json())
    else:
        consoles.output.print(*show.results(results), sep="\n")
    if options.json not in (None, "-"):
        Path(str(options.json)).write_text(json.dumps(results.to_json(), indent=1) + "\n", encoding="utf-8")
    if options.plot:
        from .plot import draw

        draw(results, options.plot)
