"""``migrate``: from the arguments to the exit code."""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import Any

from ...errors import ConfigurationError
from ...metadata import RowStore
from .. import arguments
from ..command import UsageError
from ..console import DONE, WRONG, Consoles
from ..progress import counting
from .base import Base
from .later import Later
from .report import Report
from .targets import Configured, Moved, Target
from .working import Migration

MAX_ROW = 16_000_000
_CACHE = "AIRFLOW__XCOM_TOOLKIT__CACHE_DIR"


def migrate(args: argparse.Namespace, consoles: Consoles, rows: RowStore | None = None) -> int:
    """The exit code. ``rows`` are those of the configured database, if they are not given."""
    grace = arguments.duration("--grace", args.grace).total_seconds()
    _check(args)
    target = target_of(args)
    if target.source.encryption is not None:
        target.source.encryption.seal(b"")  # A key that is none is found here, and not at each row.
    rows = rows or RowStore.connected()
    report = Report(args.to, args.dry_run)
    later = None if args.keep_old or args.dry_run else Later(target.source.purge, grace)
    try:
        _run(args, consoles, rows, target, report, later)
    finally:
        if later is not None:
            later.close()
            report.old_deleted += later.deleted
            report.old_left += later.waiting + later.failed
        if report.seen or sys.exc_info()[0] is None:
            _show(args, consoles, report)
    remaining = args.strict and sum(report.remaining.values())
    return WRONG if report.failed or remaining else DONE


def target_of(args: argparse.Namespace) -> Target:
    """What ``--to`` asks for. Raises `UsageError` and `ConfigurationError`."""
    os.environ[_CACHE] = ""  # What passes by here would push out what tasks have in it.
    import_module("airflow_xcom_toolkit.settings").current.cache_clear()
    backends = import_module("airflow_xcom_toolkit.backends")
    kind, _, name = args.to.partition(":")
    if args.to == "configured":
        return Configured(partial(variant, backends.configured()), may_decrypt=args.decrypt)
    backend = _reader(backends)
    if args.to == "base":
        max_row = arguments.size("--max-row", args.max_row) if args.max_row else MAX_ROW
        return Base(partial(variant, backend), may_decrypt=args.decrypt, max_row=max_row)
    if kind == "store" and name:
        return _moved(backend, name)
    raise UsageError(f"--to: {args.to!r} is none of configured, base and store:NAME")


def variant(backend: Any, **stages: Any) -> Any:
    """The backend, with some stages replaced."""

    class Variant(backend):  # type: ignore[misc]
        @classmethod
        def pipeline(cls) -> Any:
            return replace(super().pipeline(), **stages)

    return Variant


def _reader(backends: Any) -> Any:
    """The configured backend; where that is none of the toolkit's, one that reads every row."""
    try:
        return backends.configured()
    except ConfigurationError:
        return backends.SerdeXComBackend


def _moved(backend: Any, name: str) -> Target:
    from ...placement import DEFAULT_STORE, ObjectPlacement

    settings = backend.settings()
    known = [*([DEFAULT_STORE] if settings.path else []), *settings.stores]
    if name not in known:
        raise UsageError(
            f"--to: there is no store {name!r}. Known: {', '.join(known) or 'none'}. "
            "Name it in [xcom_toolkit] stores; default is [common.io] xcom_objectstorage_path."
        )

    class Named(ObjectPlacement):
        def store_name(self, at: Any) -> str:
            return name

    return Moved(backend.pipeline(), name, settings.placement(Named, offload=False))


def _check(args: argparse.Namespace) -> None:
    if args.to != "base" and (args.strict or args.max_row):
        raise UsageError("--strict and --max-row are for --to base alone")
    if args.limit is not None and args.limit < 1:
        raise UsageError("--limit: the least is 1")


def _run(
    args: argparse.Namespace, consoles: Consoles, rows: RowStore, target: Target, report: Report, later: Later | None
) -> None:
    selection = arguments.selection(args)
    count = rows.count(selection)
    if not count and selection.names:
        consoles.warning("No row matches. Names are exact, but for * and ?; quote them for the shell.")
    with counting(consoles.errors, "rows", count) as progress:
        Migration(rows, target, report, later, consoles).run(rows.scan(selection), progress, args.limit)
    if later is not None and later.waiting:
        _wait(consoles, later)


def _wait(consoles: Consoles, later: Later) -> None:
    """Until every old object is deleted. Who interrupts this leaves them to ``gc``."""
    consoles.errors.print(
        f"All rows are done. {later.waiting:,} old objects are deleted as their time of grace ends; "
        "Ctrl-C leaves them to gc.",
        soft_wrap=True,
    )
    with counting(consoles.errors, "old objects", later.waiting) as progress:
        while later.waiting:
            before = later.waiting
            later.settle()
            progress.advance(before - later.waiting)
            if later.waiting:
                time.sleep(min(max(later.remaining, 0.0), 1.0))


def _show(args: argparse.Namespace, consoles: Consoles, report: Report) -> None:
    if args.json:
        consoles.json(report.to_json())
    else:
        report.show(consoles)
