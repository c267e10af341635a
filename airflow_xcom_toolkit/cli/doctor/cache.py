"""The check ``cache``: the folder for copies of objects."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from urllib.parse import urlsplit

from .. import words
from .finding import Finding, failed, note, ok, skipped, warning
from .here import Here
from .space import nearest

LEAST_FREE = 0.02
"""Of the disk, below which it is as good as full."""


def check(here: Here) -> Iterator[Finding]:
    folder, most = here.settings.cache_dir, here.settings.cache_max_bytes
    if not folder:
        yield skipped("There is no cache: cache_dir is not set.")
        return
    found = nearest(folder)
    if not _can_write(found) or _is_in_the_way(folder, found):
        yield failed(
            f"cache_dir = {folder} cannot be {'written to' if found == folder else 'made'} by the user "
            f"{os.getuid()}: every pull of a large object fails.",
            f"Make it for the users that run tasks: install -d -m 1777 {folder}; or unset cache_dir.",
        )
        return
    yield ok(f"Copies go below {folder}" + (", which will be made." if found != folder else "."))
    yield from _space(found, most)
    if here.settings.path and urlsplit(here.settings.path).scheme in ("", "file", "local"):
        yield note("The store is a local folder, of which no copies are made.")


def _is_in_the_way(folder: str, found: str) -> bool:
    """Whether something that is no folder has the name of one that is to be made."""
    return found != folder and os.path.lexists(os.path.join(found, os.path.relpath(folder, found).split(os.sep)[0]))


def _can_write(folder: str) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _space(folder: str, most: int) -> Iterator[Finding]:
    disk = shutil.disk_usage(folder)
    told = f"{words.size(disk.free)} of {words.size(disk.total)} are free on the disk of the cache"
    if disk.free < LEAST_FREE * disk.total:
        yield warning(f"{told}: it is full.", "Free some; until then objects are read from their store each time.")
    elif disk.free < most:
        yield warning(
            f"{told}, and cache_max_bytes is {words.size(most)}.",
            "Set it to less than the disk has for it, beside all others that write there.",
        )
    else:
        yield ok(f"{told}; cache_max_bytes is {words.size(most)}.")
