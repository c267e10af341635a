"""Folders of tries on local files that are left empty."""

from __future__ import annotations

import os
from contextlib import suppress

from .shapes import is_folder_of_a_try
from .stores import Store

_DEPTH = 4


def remove_empty(store: Store, before: float) -> int:
    """Removes those that nothing was written to since ``before``, and the folders above that are empty without them.

    A push that finds its folder gone makes it again; one that has begun to write has a file in it.
    """
    return _removed(store, "", before)[0] if store.is_local else 0


def _removed(store: Store, key: str, before: float) -> tuple[int, bool]:
    """How many, and whether this one is among them."""
    path = store.path(key).rstrip("/")
    try:
        is_old = os.stat(path).st_mtime <= before
        with os.scandir(path) as entries:
            names = {entry.name: entry.is_dir(follow_symlinks=False) for entry in entries}
    except (FileNotFoundError, NotADirectoryError):
        return 0, False
    below = [_removed(store, f"{key}/{name}" if key else name, before) for name in _folders(names, key)]
    count, gone = sum(found for found, _ in below), sum(is_gone for _, is_gone in below)
    if not key or not is_old or gone < len(names) or not (gone or is_folder_of_a_try(key)):
        return count, False
    with suppress(OSError):
        os.rmdir(path)
        return count + 1, True
    return count, False


def _folders(names: dict[str, bool], key: str) -> list[str]:
    depth = key.count("/") + 1 if key else 0
    return [name for name, is_folder in names.items() if is_folder and depth < _DEPTH]
