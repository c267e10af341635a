"""The arguments of ``gc``, checked."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from ...metadata import Selection
from ..arguments import duration
from ..command import UsageError

LEAST_GRACE = timedelta(minutes=10)


@dataclass(frozen=True)
class Options:
    """``names`` selects dags and runs, whose objects are looked at; rows are read whatever it says."""

    names: Selection
    grace: timedelta
    store: str | None = None
    delete: bool = False
    archives: bool = True
    list_to: Path | None = None
    json: bool = False
    allow_unused_store: bool = False

    @classmethod
    def of(cls, args: argparse.Namespace) -> Options:
        """Raises `UsageError`."""
        grace = duration("--grace", args.grace)
        if args.delete and grace < LEAST_GRACE and not args.allow_short_grace:
            raise UsageError(
                f"--grace {args.grace} is too short to delete: a task that is pushing has written its object, and not "
                "yet its row. Give 10m or more, or --allow-short-grace where no task runs."
            )
        return cls(
            names=Selection(dag=args.dag, run=args.run),
            grace=grace,
            store=args.store,
            delete=args.delete,
            archives=not args.ignore_archives,
            list_to=Path(args.list) if args.list else None,
            json=args.json,
            allow_unused_store=args.allow_unused_store,
        )
