"""Which keys may be orphans at all: those that only the toolkit, or the stock backend, gives its objects.

    <dag>/<run>/<task>/ti-<uuid>|write/<key>.<12 hex digits>[.<suffix>…]   the toolkit (see `placement.paths`)
    <dag>/<run>/<task>/ti-<uuid>|write/.<32 hex digits>.tmp                its local file, while it is written
    <dag>/<run>/<task>/<uuid>[.<compression>]                              stock, Airflow 3.0 to 3.3; nothing quoted
    <dag>/<run>/<task>/ti-<uuid>|write-<uuid>/<key>.json[.<compression>]   stock, Airflow 3.4; only the key quoted

Whatever else lies below a store's path belongs to somebody else.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from ...abc import Coordinate
from ...metadata import Selection
from ...placement.paths import names_in_keys

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NAME = r"[\w.~%-]{1,180}"
_PACKED = r"(?:\.(?:gz|bz2|xz|lzma|zst|lz4|snappy|zip))?"
_FOLDER = rf"(?P<dag>{_NAME})/(?P<run>{_NAME})/{_NAME}/(?:ti-{_UUID}|write)"
_STOCK = r"(?P<dag>[^/]+)/(?P<run>[^/].*)/[^/]+"

TOOLKIT, TEMPORARY, STOCK, REUSED = "toolkit", "temporary", "stock", "reused"
"""``reused``: the stock backend of Airflow 3.4 writes to the same key again, when a try pushes again."""

_KINDS = {
    TOOLKIT: re.compile(rf"{_FOLDER}/{_NAME}\.[0-9a-f]{{12}}(?:\.[\w-]+)*", re.ASCII),
    TEMPORARY: re.compile(rf"{_FOLDER}/\.[0-9a-f]{{32}}\.tmp", re.ASCII),
    STOCK: re.compile(rf"{_STOCK}/{_UUID}{_PACKED}"),
    REUSED: re.compile(rf"{_STOCK}/(?:ti|write)-{_UUID}/[\w.~%-]{{1,200}}\.json{_PACKED}"),
}
_INSTANCE = re.compile(_FOLDER, re.ASCII)


class Owner(NamedTuple):
    """Whose object it is, as its key says, and who wrote it."""

    dag: str
    run: str
    kind: str


def owner(key: str) -> Owner | None:
    """Of a key below a store's path; ``None`` for one that neither backend gives."""
    if not key.isprintable() or any(part in ("", ".", "..") for part in key.split("/")):
        return None
    for kind, shape in _KINDS.items():
        if found := shape.fullmatch(key):
            return Owner(found["dag"], found["run"], kind)
    return None


def is_folder_of_a_try(key: str) -> bool:
    """Whether the toolkit makes folders of that name on local files, one for each try."""
    return _INSTANCE.fullmatch(key) is not None


def fits(selection: Selection, found: Owner) -> bool:
    """Whether the dag and the run are among the selected ones, as far as a key tells their names."""
    dag, run = selection.dag, selection.run
    return (dag is None or _is_named(dag, found.dag)) and (run is None or _is_named(run, found.run))


@lru_cache(maxsize=10_000)
def _is_named(pattern: str, part: str) -> bool:
    """As it stands in a key, or as it was before it was quoted."""
    wanted = Selection(dag=pattern)
    return part in names_in_keys(pattern) or any(wanted.fits(Coordinate(name)) for name in (part, unquote(part)))


def folders(selection: Selection) -> list[str]:
    """Below which all that fits is; ``""`` for the whole store."""
    if selection.dag is None or _is_wild(selection.dag):
        return [""]
    dags = sorted({selection.dag, *names_in_keys(selection.dag)})
    if selection.run is None or _is_wild(selection.run):
        return [f"{dag}/" for dag in dags]
    return [f"{dag}/{run}/" for dag in dags for run in sorted({selection.run, *names_in_keys(selection.run)})]


def _is_wild(pattern: str) -> bool:
    return "*" in pattern or "?" in pattern
