"""The line that is logged of a value: what it is and where, not what is in it."""

from __future__ import annotations

from ..abc import Coordinate
from .stored import Stored

_DONE = {"push": "Pushed", "pull": "Pulled", "purge": "Purged"}
_UNITS = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))


def line(action: str, at: Coordinate | None, found: Stored, seconds: float) -> str:
    """For people: ``Pushed XCom 'k' of d.t in run 'r': pandas.dataframe@1, 75.5 MB in store 'default', zstd, 0.31 s``.

    Of an encrypted value it says ``encrypted`` in place of its type.
    """
    return f"{_DONE[action]} {at or _object(found)}: {', '.join([*_parts(found), f'{seconds:.2f} s'])}"


def _parts(found: Stored) -> list[str]:
    if found.place == "plain":
        return ["plain JSON"]
    if found.place == "foreign":
        return ["a row of another backend"]
    what = "encrypted" if found.is_encrypted else str(found.type)
    return [what, f"{_size(found.object_bytes or found.row_bytes)} in {_where(found)}", *found.codecs]


def _where(found: Stored) -> str:
    return f"store '{found.store}'" if found.store else "its row"


def _object(found: Stored) -> str:
    return f"the object '{found.key}'" if found.key else "an XCom"


def _size(count: int) -> str:
    for unit, factor in _UNITS:
        if count >= factor:
            return f"{count / factor:.3g} {unit}" if count < 1000 * factor else f"{count / factor:.0f} {unit}"
    return f"{count} B"
