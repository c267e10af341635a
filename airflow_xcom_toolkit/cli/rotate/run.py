"""Runs ``rotate``, or its check, on the rows and with the keys of this deployment."""

from __future__ import annotations

import argparse

from ...metadata import RowStore
from ...rotation import Rotation
from .. import arguments
from ..command import UsageError
from ..console import DONE, WRONG, Consoles, run
from ..progress import counting
from . import show
from .rotating import rotate
from .usage import Keys, survey


def main(args: argparse.Namespace) -> int:
    """The exit code."""
    return run(args, _check if args.check else _rotate, "Each row opens as before; run it again to go on.")


def configured_rotation() -> Rotation:
    """With the cipher of the configured backend, be it ours or not. Raises `ConfigurationError` without a key."""
    from ...backends import configured

    pipeline = configured().pipeline()
    decryption = pipeline.decryption()
    return Rotation.of(pipeline.encryption or decryption, decryption)


def _rotate(args: argparse.Namespace, consoles: Consoles) -> int:
    rotation, rows, selection = configured_rotation(), RowStore.connected(), arguments.selection(args)
    what = "Looking at rows" if args.dry_run else "Sealing rows anew"
    with counting(consoles.errors, what, rows.count(selection)) as progress:
        outcome = rotate(rows, rotation, selection, dry_run=args.dry_run, advance=progress.advance)
    if args.json:
        consoles.json(outcome.to_json())
    else:
        consoles.output.print(*show.outcome(outcome), sep="\n")
        for line in show.failures(outcome):
            consoles.problem(line)
    return WRONG if outcome.failed else DONE


def _check(args: argparse.Namespace, consoles: Consoles) -> int:
    if args.dry_run or arguments.selection(args).names:
        raise UsageError(
            "--check looks at all rows and changes nothing: call it without --dry-run and without a selection"
        )
    rotation, rows = configured_rotation(), RowStore.connected()
    with counting(consoles.errors, "Looking at rows", rows.count(arguments.selection(args, archives=True))) as progress:
        found = survey(rows, rotation.newest, Keys.of(rotation.decryption), progress.advance)
    if args.json:
        consoles.json(found.to_json())
    else:
        consoles.output.print(*show.check(found), sep="\n")
    return DONE if found.may_retire_all else WRONG
