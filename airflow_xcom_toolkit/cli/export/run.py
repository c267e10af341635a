"""Runs ``export``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ...abc import Coordinate
from ...errors import PathError, XComToolkitError
from ...helpers._parts import MISSING, parse, read
from .. import words
from ..command import UsageError
from ..console import DONE, WRONG, Consoles, run
from ..show.explaining import reading_backend, told
from ..show.finding import find
from .files import check, written
from .formats import SUFFIXES, write


def main(args: argparse.Namespace) -> int:
    """The exit code."""
    return run(args, _work, "No file was written.")


def _work(args: argparse.Namespace, consoles: Consoles) -> int:
    target = _target(args)
    parts = parse(args.path) if args.path else []
    found = find(args)
    try:
        whole = reading_backend().load_row(found.row, found.at)
    except (XComToolkitError, MemoryError):
        raise
    except Exception as e:  # A class that the value names may raise anything.
        consoles.problem(told(e))
        return WRONG
    value = _part(whole, args.path, parts, found.at)
    with written(target, overwrite=args.overwrite) as file:
        write(value, target.suffix.lower(), file, f"value{_place(args.path)}")
    size, kind = target.stat().st_size, _name(value)
    if args.json:
        consoles.json({"file": str(target), "bytes": size, "type": kind})
    else:
        consoles.errors.print(
            f"{target}: a {kind}, {words.size(size)}. It is not encrypted.", soft_wrap=True, markup=False
        )
    return DONE


def _target(args: argparse.Namespace) -> Path:
    """Where to write to. What speaks against it is said before the value is loaded."""
    if not args.to:
        raise UsageError("--to FILE says where to write the value to")
    target = Path(args.to)
    if target.suffix.lower() not in SUFFIXES:
        raise UsageError(
            f"--to: {target.name} has none of the suffixes that say what to write: {' '.join(SUFFIXES)}. "
            "Others lose types (CSV), or are not safe to open (pickle)."
        )
    check(target, overwrite=args.overwrite)
    return target


def _part(value: Any, path: str, parts: list[Any], at: Coordinate) -> Any:
    walked = "the value"
    for part in parts:
        holder, value = value, read(value, part)
        if value is MISSING:
            raise PathError(path, str(at), walked, part.text, _name(holder))
        walked = f"the value{path[: path.index(part.text) + len(part.text)]}"
    return value


def _place(path: str | None) -> str:
    return "" if not path else path if path.startswith("[") else f".{path}"


def _name(value: Any) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
