"""What an example is; and libraries that are imported when one is made, not before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

Make = Callable[[], Any]


@dataclass(frozen=True)
class Example:
    """A value by the way in which it is made."""

    make: Make
    """A fresh value at each call, equal to the one before."""

    family: str
    """The family of its type: ``json``, ``py``, ``datetime``, ``numpy``, ``pandas``, ``pyarrow``, ``polars``."""

    library: str | None = None
    """What has to be installed for it, besides Python."""

    place: str = ""
    """Of a value that is refused: where in it the part is that cannot be kept, as in ``value['train'][3]``."""

    @property
    def is_installed(self) -> bool:
        """Whether its library is there."""
        return self.library is None or find_spec(self.library) is not None


def family(name: str, makes: Mapping[str, Make], library: str | None = None) -> dict[str, Example]:
    """Examples of one family."""
    return {title: Example(make, name, library) for title, make in makes.items()}


def since(library: str, major: int, makes: dict[str, Make]) -> dict[str, Make]:
    """``makes``, unless an older ``library`` is installed, which does not know these types yet."""
    try:
        found = int(version(library).partition(".")[0])
    except (PackageNotFoundError, ValueError):
        return makes
    return makes if found >= major else {}


class Library:
    """A module that is imported at the first use of one of its names."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self._name), name)
