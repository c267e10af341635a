"""Named example values of every built-in type, and of every promise about what comes back.

The names are stable, and fit for test ids. Nothing is made, and no library imported, before `Example.make` is called.
"""

from __future__ import annotations

from collections.abc import Mapping

from ._arrow import ARROW
from ._datetime import DATETIME
from ._example import Example
from ._json import CHANGED, KEPT, LARGE
from ._numpy import NUMPY
from ._pandas import PANDAS
from ._polars import POLARS
from ._python import PYTHON
from ._refused import REFUSED

__all__ = ["EXAMPLES", "JSON_EXAMPLES", "REFUSED", "Example"]

EXAMPLES: Mapping[str, Example] = {
    **KEPT,
    **CHANGED,
    **LARGE,
    **PYTHON,
    **DATETIME,
    **NUMPY,
    **PANDAS,
    **ARROW,
    **POLARS,
}
"""Values that come back as they were pushed."""

JSON_EXAMPLES: tuple[str, ...] = tuple(KEPT)
"""The names of those that `BaseXCom` itself keeps exactly, on every database; all of them are small.

Keys of their dicts are in the order that JSONB and MySQL keep: the shorter first, then by their bytes.
"""
