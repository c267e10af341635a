"""Lists, checks and locks the schemas that are declared here."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib import import_module
from typing import Any

from rich import box
from rich.table import Table

from ...errors import SchemaError, SchemaLockError
from ...schemas import Catalogue, Declared, Locked, check, lock, unlocked
from ...schemas.locking import read
from .. import console, words
from ..command import UsageError
from ..console import DONE, WRONG, Consoles


def main(args: argparse.Namespace) -> int:
    """The exit code."""
    return console.run(args, _work)


def _work(args: argparse.Namespace, consoles: Consoles) -> int:
    catalogue = _catalogue(args.module or ())
    return _ACTIONS[args.action](args, catalogue, consoles)


def _catalogue(modules: Sequence[str]) -> Catalogue:
    """Of those modules, or else of the configured ones. Raises `UsageError`."""
    from ...settings import current

    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
    for name in modules:
        _import(name)
    settings = current()
    further = [rule.declared() for rule in settings.schema_rules]
    return Catalogue(modules or settings.schema_modules, further=further)


def _import(module: str) -> None:
    try:
        import_module(module)
    except SchemaError:
        raise
    except Exception as e:
        raise UsageError(f"--module: {module!r} could not be imported ({type(e).__name__}: {e})") from e


# list ------------------------------------------------------------------------------------------------------------


def _list(args: argparse.Namespace, catalogue: Catalogue, consoles: Consoles) -> int:
    declared = sorted(catalogue.all(), key=lambda one: (one.name, one.version))
    states = _states(args.lock, catalogue)
    if args.json:
        consoles.json({"schemas": [_entry(one, states) for one in declared]})
    elif declared:
        consoles.output.print(_table(declared, states))
    else:
        consoles.warning(_NONE)
    return DONE


_NONE = (
    "No schema is declared here. Name the modules that declare schemas with --module, or in [xcom_toolkit] "
    "schema_modules."
)


def _states(path: str, catalogue: Catalogue) -> dict[tuple[str, int], str]:
    """Of each version that is in the lock file, or would be: ``locked``, ``changed`` or ``new``."""
    locked = _read(path) if os.path.exists(path) else {}
    states = {(one.name, one.version): "locked" for versions in locked.values() for one in versions.values()}
    outdated = unlocked(path, catalogue) if locked else []
    return {**states, **{_key(one): "changed" if _key(one) in states else "new" for one in outdated}}


def _key(one: Locked | Declared) -> tuple[str, int]:
    return one.name, one.version


def _entry(one: Declared, states: dict[tuple[str, int], str]) -> dict[str, Any]:
    return {**one.to_json(), "is": _kind(one), "lock": states.get(_key(one), "new")}


def _kind(one: Declared) -> str:
    if one.cls is not None:
        return f"{one.cls.__module__}.{one.cls.__qualname__}"
    return "any value" if one.columns is None else f"a frame of {words.count(len(one.columns), 'column')}"


def _table(declared: Sequence[Declared], states: dict[tuple[str, int], str]) -> Table:
    table = Table(box=box.ROUNDED, border_style="dim", header_style="bold")
    for name in ("Schema", "Version", "Readable by", "What it is", "Lock file"):
        table.add_column(name, overflow="fold")
    for one in declared:
        state = states.get(_key(one), "new")
        readable = f"{one.readable_by} and newer" if one.readable_by else ""
        table.add_row(one.name, str(one.version), readable, _kind(one), f"[{_STYLES[state]}]{state}[/]")
    return table


_STYLES = {"locked": "green", "new": "yellow", "changed": "red"}


# check -----------------------------------------------------------------------------------------------------------


def _check(args: argparse.Namespace, catalogue: Catalogue, consoles: Consoles) -> int:
    _read(args.lock)
    if not catalogue.all():
        consoles.warning(_NONE)
    problems = check(args.lock, args.mode, catalogue)
    missing = unlocked(args.lock, catalogue)
    if args.json:
        found = {"problems": [asdict(one) for one in problems], "unlocked": [_named(one) for one in missing]}
        consoles.json({"mode": args.mode, **found})
    else:
        _tell(problems, missing, args, consoles)
    return WRONG if problems or missing else DONE


def _tell(problems: Sequence[Any], missing: Sequence[Locked], args: argparse.Namespace, consoles: Consoles) -> None:
    locked = read(args.lock)
    lines = [str(problem) for problem in problems]
    lines += [f"{one.name}, version {one.version}: {_advice(one, locked)}" for one in missing]
    if not lines:
        versions = words.count(sum(map(len, locked.values())), "locked version")
        lines = [f"{versions}, mode {args.mode}: a deployment breaks nothing."]
    consoles.output.print("\n".join(lines), soft_wrap=True, markup=False)


def _advice(one: Locked, locked: Any) -> str:
    if one.version in locked.get(one.name, {}):
        return "it has changed since it was locked; schemas lock takes the change, or says why not"
    return "it is not locked; lock it with schemas lock"


def _read(path: str) -> Any:
    """The lock file. Raises `UsageError` for one that cannot be used: nothing can be said of the schemas then."""
    try:
        return read(path)
    except SchemaLockError as e:
        raise UsageError(str(e)) from e


# lock ------------------------------------------------------------------------------------------------------------


def _lock(args: argparse.Namespace, catalogue: Catalogue, consoles: Consoles) -> int:
    before = _read(args.lock) if os.path.exists(args.lock) else {}
    _check_folder(args.lock)
    if not catalogue.all():
        raise UsageError(_NONE)
    added = lock(args.lock, catalogue, replace=args.replace, dry_run=args.dry_run)
    if args.json:
        consoles.json({"lock": args.lock, "written": not args.dry_run, "added": [_named(one) for one in added]})
        return DONE
    verb = "would be " if args.dry_run else ""
    lines = [
        f"{one.name}, version {one.version}: {verb}{'replaced' if one.version in before.get(one.name, {}) else 'added'}"
        for one in added
    ]
    end = f"{args.lock} is up to date." if not added else f"Commit {args.lock}." if not args.dry_run else _UNCHANGED
    consoles.output.print("\n".join([*lines, end]), soft_wrap=True, markup=False)
    return DONE


_UNCHANGED = "Nothing is written: this was --dry-run."


def _check_folder(path: str) -> None:
    folder = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(folder) or os.path.isdir(path):
        raise UsageError(f"--lock: {path} cannot be written: there is no folder {folder}, or it is a folder itself")


def _named(one: Locked) -> dict[str, Any]:
    return {"name": one.name, "version": one.version, "readable_by": one.readable_by}


_ACTIONS = {"list": _list, "check": _check, "lock": _lock}
