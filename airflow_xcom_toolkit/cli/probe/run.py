"""Runs a dag under each backend, shows what it found, and clears away, however it ends."""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from rich.markup import escape

from ...compat import conf
from .. import console
from ..arguments import class_at
from ..command import UsageError
from ..console import DONE, WRONG, Consoles
from ..loading import loaded
from . import processes, show
from .workspace import Workspace

CHILD = [sys.executable, "-m", f"{__package__}.child"]


def main(args: argparse.Namespace) -> int:
    """The exit code."""
    return console.run(args, _work)


def _work(args: argparse.Namespace, consoles: Consoles) -> int:
    backends = [_checked(path) for path in args.backend or [conf.get("core", "xcom_backend")]]
    asked = {"conf": _conf(args.conf), "mark_success": _pattern(args.mark_success)}
    dag = _dag(args, consoles)
    asked.update(file=str(dag.fileloc), dag=dag.dag_id)
    times = "" if len(backends) == 1 else f", once with each of {len(backends)} backends"
    consoles.warning(f"The tasks of {dag.dag_id} run now, for real{times}.")
    with tempfile.TemporaryDirectory(prefix="xcom-toolkit-probe-") as root:
        store = args.store or conf.get("common.io", "xcom_objectstorage_path", fallback="")
        workspace = Workspace.at(Path(root).resolve(), Path(dag.fileloc), _folder(dag), store)
        try:
            results = _Probe(workspace, consoles, asked).of(backends)
        except processes.FailedError as e:
            consoles.problem(_kept(str(e), e.log))
            return WRONG
        return _tell(results, args, consoles, workspace)


def _checked(path: str) -> str:
    """Raises `UsageError` for what is no backend."""
    found = class_at("--backend", path)
    if not (isinstance(found, type) and issubclass(found, import_module("airflow.sdk.bases.xcom").BaseXCom)):
        raise UsageError(f"--backend: {path} is no XCom backend: it is to be a subclass of BaseXCom")
    return path


def _conf(text: str | None) -> Any:
    try:
        found = json.loads(text or "{}")
    except ValueError as e:
        raise UsageError(f"--conf: it is not JSON ({e})") from None
    if not isinstance(found, dict):
        raise UsageError("--conf: it is to be a JSON object, with names and values")
    return found


def _pattern(text: str | None) -> str | None:
    try:
        re.compile(text or "")
    except re.error as e:
        raise UsageError(f"--mark-success: {text!r} is no regular expression ({e})") from None
    return text


def _dag(args: argparse.Namespace, consoles: Consoles) -> Any:
    found = loaded([args.dag], consoles.errors)
    dags = {dag.dag_id: dag for dag in found.dags}
    if args.dag_id and args.dag_id not in dags:
        raise UsageError(f"{args.dag} has no dag {args.dag_id!r}; it has {', '.join(dags) or 'none'}{_why(found)}")
    if args.dag_id:
        return dags[args.dag_id]
    if len(dags) != 1:
        raise UsageError(f"{args.dag} has {_several(dags)}{_why(found)}")
    return next(iter(dags.values()))


def _several(dags: Mapping[str, Any]) -> str:
    return f"several dags; name one of them with --dag-id: {', '.join(dags)}" if dags else "no dag"


def _why(found: Any) -> str:
    return "".join(
        f"\n{file} cannot be imported: {text.strip().splitlines()[-1]}" for file, text in found.errors.items()
    )


def _folder(dag: Any) -> Path:
    """Where imports of the dag file start, besides its own folder."""
    return Path(conf.get("core", "dags_folder")).resolve()


@dataclass
class _Probe:
    workspace: Workspace
    consoles: Consoles
    asked: Mapping[str, Any]

    def of(self, backends: list[str]) -> dict[str, dict[str, Any]]:
        """What was found, by backend. Raises `FailedError`."""
        with self._phase("a database of its own"):
            processes.migrate(self.workspace.empty(), self.workspace.log("migrate"))
        return {backend: self._run(number, backend) for number, backend in enumerate(backends)}

    def _run(self, number: int, backend: str) -> dict[str, Any]:
        self.workspace.copy_database(number)
        asked = {**self.asked, "store": self.workspace.store}
        environment, log = self.workspace.environment(number, backend), self.workspace.log(f"run-{number}")
        with self._phase(f"{self.asked['dag']} with {backend}") as say:
            try:
                return processes.run("the run", [*CHILD, "run"], environment, log, say, asked)
            except BaseException:
                say("the objects are removed")
                self._clean(environment, asked)
                raise

    def _clean(self, environment: Mapping[str, str], asked: Mapping[str, Any]) -> None:
        """After a run that was cut off."""
        log = self.workspace.log("clean")
        try:
            left = processes.run("clearing away", [*CHILD, "clean"], environment, log, lambda _: None, asked)["left"]
        except processes.FailedError as e:
            left = [str(e)]
        for problem in left:
            self.consoles.problem(f"Not removed from the store: {problem}")

    @contextmanager
    def _phase(self, what: str) -> Iterator[Any]:
        """Shows that something is being done, and what."""
        errors = self.consoles.errors
        with errors.status(f"{escape(what)} …") as status:
            yield lambda doing: status.update(f"{escape(what)}: {escape(doing)} …")


def _tell(
    results: Mapping[str, dict[str, Any]], args: argparse.Namespace, consoles: Consoles, workspace: Workspace
) -> int:
    if args.json:
        consoles.json({"backends": [{"backend": backend, **found} for backend, found in results.items()]})
    else:
        consoles.output.print(*show.results(results), sep="\n")
    ended_well = True
    for number, found in enumerate(results.values()):
        ended_well &= show.is_well(found)
        for problem in found["left"]:
            consoles.problem(f"Not removed from the store: {problem}")
        if failed := show.failed(found):
            consoles.problem(_kept(f"Failed: {', '.join(failed)}.", workspace.log(f"run-{number}")))
    return DONE if ended_well else WRONG


def _kept(problem: str, log: Path | None) -> str:
    """The log stays when the workspace goes."""
    if log is None or not log.exists():
        return problem
    kept = Path(tempfile.mkdtemp(prefix="xcom-toolkit-probe-log-")) / log.name
    shutil.copyfile(log, kept)
    return f"{problem.replace(str(log), str(kept))}\nThe log is kept: {kept}"
