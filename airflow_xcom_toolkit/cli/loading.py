"""Dags that a command is given: files, folders, or ids of dags of this deployment."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path

from rich.console import Console

from ..compat.dags import Loaded, dag_folders, load_dags
from . import words
from .command import UsageError


def loaded(names: Sequence[str], errors: Console) -> Loaded:
    """The dags of each; all of the deployment where none is named. Raises `UsageError` for what is not there."""
    paths = [Path(name) for name in names if Path(name).exists()]
    ids = [name for name in names if not Path(name).exists()]
    for name in ids:
        if os.sep in name or name.endswith((".py", ".zip")):
            raise UsageError(f"There is no file or folder {name}")
    found = _loaded(paths, errors) if paths else Loaded([], {})
    if not ids and paths:
        return found
    folders = _folders(errors)
    everything = _loaded(folders, errors)
    if not ids:
        return everything
    return Loaded([*found.dags, *_chosen(ids, everything, folders)], found.errors)


def _loaded(paths: Sequence[Path], errors: Console) -> Loaded:
    dags: dict[str, object] = {}
    failed: dict[str, str] = {}
    for path in paths:
        with _quietly(f"importing the dags of {path}", errors):
            found = load_dags(path)
        dags.update({dag.dag_id: dag for dag in found.dags})
        failed.update(found.errors)
    return Loaded([dags[dag_id] for dag_id in sorted(dags)], failed)


def _folders(errors: Console) -> Sequence[Path]:
    with _quietly("looking for the dags of this deployment", errors):
        folders = dag_folders()
    there = [folder for folder in folders if folder.exists()]
    if not there:
        listed = ", ".join(map(str, folders)) or "none is configured"
        raise UsageError(f"The dags of this deployment are not here ({listed}). Name a dag file, or a folder of them")
    return there


def _chosen(ids: Sequence[str], everything: Loaded, folders: Sequence[Path]) -> Iterator[object]:
    by_id = {dag.dag_id: dag for dag in everything.dags}
    for dag_id in ids:
        if dag_id not in by_id:
            where = ", ".join(map(str, folders))
            raise UsageError(f"There is no dag {dag_id!r} in {where}{_meant(dag_id, by_id, everything)}")
        yield by_id[dag_id]


def _meant(dag_id: str, by_id: dict[str, object], everything: Loaded) -> str:
    near = get_close_matches(dag_id, by_id, 3)
    if near:
        return f"; did you mean {' or '.join(near)}?"
    if everything.errors:
        return f"; these files could not be imported: {', '.join(sorted(everything.errors))}"
    return f"; it has {words.count(len(by_id), 'dag')}" if by_id else "; it has no dag"


@contextmanager
def _quietly(what: str, errors: Console) -> Iterator[None]:
    """What Airflow and dag files print meanwhile is not shown: of files that fail the caller tells."""
    sys.stderr.flush()
    own = os.dup(2)
    with os.fdopen(own, "w", encoding="utf-8") as file, open(os.devnull, "wb") as nowhere:
        shown = Console(file=file, force_terminal=errors.is_terminal, highlight=False)
        before = os.dup(1)
        os.dup2(nowhere.fileno(), 2)
        os.dup2(nowhere.fileno(), 1)
        try:
            with shown.status(f"{what} …"):
                yield
        finally:
            for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
                if stream is not None:
                    stream.flush()
            os.dup2(own, 2)
            os.dup2(before, 1)
            os.close(before)
