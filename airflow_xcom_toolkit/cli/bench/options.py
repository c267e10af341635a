"""What a run is asked to do, checked before anything is measured."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..command import UsageError
from .suites import SUITES, Suite

MB = 1_000_000
QUICK_MB = 2
REPEAT = 5


@dataclass(frozen=True)
class Options:
    """``only``: names of suites, none for all. ``size`` is in MB."""

    only: tuple[str, ...] = ()
    full: bool = False
    quick: bool = False
    size: int | None = None
    repeat: int = REPEAT
    backend: str | None = None
    path: str | None = None
    json: str | None = None
    plot: Path | None = None

    @classmethod
    def of(cls, args: argparse.Namespace) -> Options:
        """Raises `UsageError`."""
        found = cls(
            only=tuple(args.only or ()),
            full=args.full,
            quick=args.quick,
            size=args.size,
            repeat=(2 if args.quick else REPEAT) if args.repeat is None else args.repeat,
            backend=args.backend,
            path=args.path,
            json=args.json,
            plot=Path(args.plot) if args.plot else None,
        )
        found.check()
        return found

    def check(self) -> None:
        if self.full and self.quick:
            raise UsageError("--full and --quick are opposites; give one of them")
        for name in ("size", "repeat"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise UsageError(f"--{name} {value} is too small; the least is 1")
        if self.json and self.json != "-":
            _check_folder("--json", Path(self.json))
        if self.plot:
            _check_plot(self.plot)

    @property
    def suites(self) -> list[Suite]:
        return [suite for suite in SUITES if not self.only or suite.name in self.only]

    def megabytes(self, usual: int) -> int:
        """The size of a large value."""
        return self.size or (QUICK_MB if self.quick else usual)

    def to_json(self) -> dict[str, Any]:
        """What decides the numbers."""
        return {"only": list(self.only), **{name: getattr(self, name) for name in ("full", "quick", "size", "repeat")}}


def _check_folder(flag: str, file: Path) -> None:
    if not file.absolute().parent.is_dir():
        raise UsageError(f"{flag}: there is no folder {file.parent}")


def _check_plot(file: Path) -> None:
    if file.suffix not in (".svg", ".png"):
        raise UsageError(f"--plot: {file.name} is to end in .svg or .png")
    _check_folder("--plot", file)
    if find_spec("matplotlib") is None:
        raise UsageError("--plot needs matplotlib; install it with: pip install 'airflow-xcom-toolkit[bench]'")
