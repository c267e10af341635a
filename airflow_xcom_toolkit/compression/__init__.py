"""Compression of objects, with whatever fsspec's registry has: the same names as the stock backend's option.

Beside these, ``auto`` looks at a sample of each value, and takes the method that pays for it, or none.
"""

from __future__ import annotations

from collections.abc import Callable

from .automatic import AUTO, choose, installed, method
from .methods import OPTION, FastZstd, Method
from .sample import Draft, is_packed

__all__ = ["AUTO", "OPTION", "Compression", "Draft", "Method", "is_packed"]


class Compression(Method):
    """What the option says: a method, ``auto``, or ``None``: not at all. Decompresses whatever a row names."""

    def __init__(self, name: str | None) -> None:
        super().__init__(None if name == AUTO else name)
        self._candidates = installed() if name == AUTO else []

    def chosen(self, draft: Callable[[], Draft], *, secret: bool) -> Method:
        """What compresses a body, before its object is opened: the row and the suffix have its name.

        That name says something of a value that is ``secret``; so it is the same for all of these.
        """
        if self.name == "zstd":
            return FastZstd(draft().size, level=3)
        if not self._candidates:
            return self
        return method(self._candidates[0], draft().size) if secret else choose(draft(), self._candidates)

    def choices(self, *, secret: bool) -> frozenset[str | None]:
        """The methods that `chosen` may give; ``None`` is none."""
        if not self._candidates:
            return frozenset({self.name})
        return frozenset({self._candidates[0]} if secret else {None, *self._candidates})
