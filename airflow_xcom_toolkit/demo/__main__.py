"""Runs the demo. It exits with 0 only if the dag succeeded, every value came back the same, and each was encrypted."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.markup import escape

from ..cli.probe.processes import FailedError
from . import processes, show
from .run import Result, Step
from .workspace import DEFAULT, TOOLKIT, Workspace


def main() -> int:
    console = show.console()
    try:
        return _demo(console, Workspace.fresh(Path(".demo")))
    except FailedError as e:
        console.print(f"[red]Failed:[/] {escape(str(e))}", soft_wrap=True)
        return 1


def _demo(console: Console, workspace: Workspace) -> int:
    console.print(show.title("airflow-xcom-toolkit: the dag flights, on every departure from New York in 2013\n"))
    with _phase(console, "an Airflow of its own, its metadata database on SQLite"):
        processes.migrate(workspace)
    with _phase(console, "the dag flights, with ToolkitXComBackend and a new Fernet key") as say:
        toolkit = processes.run(TOOLKIT, workspace, say)
        _check(toolkit, workspace)
    with _phase(console, "the same values, with Airflow's default backend") as say:
        default = processes.run(DEFAULT, workspace, say)
    _show(console, toolkit.steps, default.steps)
    return _verdict(console, toolkit.steps)


def _show(console: Console, toolkit: list[Step], default: list[Step]) -> None:
    order = [step.task for step in toolkit]
    by_default = sorted(default, key=lambda step: order.index(step.task))
    console.print(show.toolkit(toolkit))
    console.print(show.sealed(toolkit[0]), show.searched(toolkit), soft_wrap=True, sep="\n")
    console.print(show.default(by_default))
    console.print(show.conclusion(toolkit, by_default))
    console.print("[dim]The database, the objects and the logs are in .demo.[/]")


@contextmanager
def _phase(console: Console, what: str) -> Iterator[Callable[[str], None]]:
    """Shows that something is being done, what, and how long it took."""
    start = perf_counter()
    with console.status(f"{what} …") as status:
        yield lambda doing: status.update(f"{what}: {doing} …")
    console.print(f"[green]✓[/] {what} [dim]({perf_counter() - start:.1f} s)[/]")


def _check(result: Result, workspace: Workspace) -> None:
    if result.state != "success":
        errors = "; ".join(f"{step.task}: {step.error}" for step in result.steps if step.error) or "no push was refused"
        raise FailedError(f"the dag ended as {result.state}; {errors}. Log: {workspace.log(TOOLKIT.name)}")


def _verdict(console: Console, toolkit: list[Step]) -> int:
    changed = [step.task for step in toolkit if not step.kept]
    readable = [step.task for step in toolkit if step.readable or not step.key_id]
    if not changed and not readable:
        return 0
    console.print(f"[red]Failed:[/] changed: {changed or 'none'}; not sealed: {readable or 'none'}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
